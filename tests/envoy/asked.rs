//! How often each decision service is asked, over many requests of every kind.

use crate::caller::{Caller, Issuer};
use crate::checker::{Checker, Verdict};
use crate::circuits::{ASKED, permit};
use crate::config::Setup;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::wire::Connection;
use envoy_types::pb::envoy::service::auth::v3::CheckResponse;
use envoy_types::pb::google::rpc;
use serde_json::{Value, json};

const REQUESTS: usize = 10_000;
/// What is sent: its path, and whether it comes without a proof.
const KINDS: [(&str, bool, u16); 6] = [
    ("/accounts/1", false, 200),
    (ASKED, false, 200),
    ("/ruled/1", false, 200),
    ("/checked/1", false, 200),
    (ASKED, true, 401),
    ("/grave/1", false, 403),
];

/// Each route asks its own service, in its own protocol; and nobody is asked below the threshold.
#[test]
fn each_service_is_asked_once_for_each_request_that_is_risky_enough() {
    let rules = Server::start(|_| Reply::json(&json!({ "result": { "allow": true } })));
    let checker = Checker::start(|_| {
        Verdict::Says(Box::new(CheckResponse {
            status: Some(rpc::Status::default()),
            ..CheckResponse::default()
        }))
    });
    let service = Server::start(|_| permit());
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let mut policy = policy(&inline(&issuer.set()));
    policy["replay"]["memory"] = json!("64MiB");
    let named = [
        (
            "ruled",
            json!({ "protocol": "opa", "cluster": "opa", "path": "/v1/data/gate", "timeout": "2s" }),
        ),
        (
            "checked",
            json!({ "protocol": "ext_authz", "cluster": "check", "timeout": "2s" }),
        ),
    ];
    for (name, service) in named {
        policy["services"][name] = service;
        let mut route = policy["routes"][1].clone();
        route["name"] = json!(name);
        route["match"]["path"] = json!(format!("/{name}/{{id}}"));
        route["step_up"]["ask"] = json!(name);
        policy["routes"].as_array_mut().unwrap().push(route);
    }
    let mut grave = policy["routes"][1].clone();
    grave["name"] = json!("grave");
    grave["match"]["path"] = json!("/grave/{id}");
    grave["risk"]["signals"] =
        json!([{ "name": "grave", "add": 50, "when": "request.path.startsWith('/grave')" }]);
    policy["routes"].as_array_mut().unwrap().push(grave);
    policy["services"]["pdp"]["timeout"] = json!("2s");
    let setup = Setup::of(&policy)
        .with("upstream", upstream.port)
        .with("pdp", service.port)
        .with("opa", rules.port)
        .with_grpc("check", checker.port);
    let proxy = Proxy::start(&setup);
    let callers: Vec<Caller> = (0..8).map(|_| issuer.caller()).collect();
    let mut connection = Connection::to(proxy.address);
    let mut sent = [0; KINDS.len()];
    let mut state = 7_usize;
    for number in 0..REQUESTS {
        // A fixed sequence in which every kind follows every other.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let kind = (state >> 33) % KINDS.len();
        let (path, is_bare, status) = KINDS[kind];
        let caller = &callers[number % callers.len()];
        connection.send(if is_bare {
            let token = &caller.token;
            format!("GET {path} HTTP/1.1\r\nhost: api.example.com\r\nauthorization: DPoP {token}\r\n\r\n")
        } else {
            caller.get(path)
        });
        let answer = connection.answer().expect("an answer");
        assert_eq!(answer.status, status, "{path}: {}", answer.code());
        sent[kind] += 1;
        let asked = [service.count(), rules.count(), checker.count()];
        assert_eq!(asked, sent[1..4], "after {number} requests");
    }
    assert!(sent.iter().all(|count| *count > REQUESTS / 10), "{sent:?}");
    let asked: usize = sent[1..4].iter().sum();
    assert_eq!(proxy.count("asked"), u64::try_from(asked).unwrap());
    assert_eq!(upstream.count(), sent[0] + asked);
    let input: Value = serde_json::from_slice(&rules.seen()[0].body).unwrap();
    assert_eq!(input["input"]["subject"]["id"], "alice");
    assert!(
        rules.seen()[0]
            .head
            .starts_with("POST /v1/data/gate HTTP/1.1")
    );
}
