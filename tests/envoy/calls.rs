//! Calls of gRPC: judged by path and metadata, and not a byte of a message goes on before the verdict.

use crate::caller::{Caller, Issuer};
use crate::config::Setup;
use crate::http2::{self, Message};
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::wire::Answer;
use serde_json::json;
use std::thread;
use std::time::Duration;

const PATH: &str = "/bank.Payments/Release";

/// A call with a message of this size in so many frames.
fn call(proxy: &Proxy, caller: &Caller, amount: &str, size: usize, frames: usize) -> Answer {
    let message = vec![b'm'; size];
    let frame = size.div_ceil(frames).max(1);
    let message = Message {
        method: "POST",
        path: PATH.to_owned(),
        headers: vec![
            ("authorization", format!("DPoP {}", caller.token)),
            ("dpop", caller.proof("POST", PATH)),
            ("content-type", "application/grpc+proto".to_owned()),
            ("te", "trailers".to_owned()),
            ("x-amount", amount.to_owned()),
        ],
        data: message.chunks(frame).map(<[u8]>::to_vec).collect(),
        trailers: false,
    };
    http2::exchange(proxy.address, message).expect("an answer")
}

#[test]
fn a_message_goes_on_once_and_after_the_verdict() {
    let issuer = Issuer::with("a");
    let (upstream, service) = (Server::upstream(), Server::upstream());
    let mut document = policy(&inline(&issuer.set()));
    let call_route = json!({
        "name": "release",
        "match": { "methods": ["POST"], "path": "/bank.Payments/{method}" },
        "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
        "proof": ["dpop"],
        "body": "grpc",
        "transaction": {
            "authorization_details": "payment_initiation",
            "bind": [{ "claim": "/amount", "equals": "header:x-amount", "as": "decimal" }],
        },
        "risk": { "base": 50, "step_up_at": 50, "refuse_at": 100 },
        "step_up": { "ask": "pdp", "on_silence": "refuse" },
    });
    document["routes"].as_array_mut().unwrap().push(call_route);
    let setup = Setup::of(&document)
        .with("upstream", upstream.port)
        .with("pdp", service.port);
    let proxy = Proxy::start(&setup);
    let caller = issuer.caller();
    let ends = [(5, 1), (5, 5), (60_000, 1), (60_000, 1000)];

    // The service takes its time, and looks at what the upstream has seen of the call by then.
    for decision in [false, true] {
        let before = upstream.bytes();
        let watched = upstream.clone();
        service.now_answers(move |_| {
            let seen = watched.bytes();
            thread::sleep(Duration::from_millis(100));
            assert_eq!(watched.bytes(), seen, "something went on early");
            Reply::json(&json!({ "decision": decision }))
        });
        for (size, frames) in ends {
            let count = upstream.count();
            let answer = call(&proxy, &caller, "10.00", size, frames);
            if decision {
                let seen = upstream.seen().pop().unwrap();
                assert_eq!(upstream.count(), count + 1, "{answer:?}\n{}", proxy.log());
                assert_eq!(seen.body, vec![b'm'; size]);
                assert_eq!(seen.header("x-amount"), ["10.00"]);
            } else {
                assert_ne!(answer.header("grpc-message"), "", "{answer:?}");
                assert_eq!(upstream.bytes(), before, "{size} {frames}");
            }
        }
    }
    let (before, asked) = (upstream.bytes(), service.count());
    for (size, frames) in ends {
        let answer = call(&proxy, &caller, "10.01", size, frames);
        assert!(answer.header("grpc-message").contains("value_mismatch"));
    }
    assert_eq!((upstream.bytes(), service.count()), (before, asked));
    let records = proxy.records();
    let unread = |record: &serde_json::Value| record["body"] == "unread";
    assert!(
        records.len() == 12 && records.iter().all(unread),
        "{records:?}"
    );
    assert_eq!(proxy.count("waiting"), 0);
}
