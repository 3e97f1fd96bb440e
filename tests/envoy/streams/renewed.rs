//! What carries a stream on, and what does not.

use super::{Kind, Live, ends, fields, goes_on, open, plan, setup, streaming, within_long};
use crate::mint;
use crate::proxy::Proxy;
use crate::support::plan::{Plan, client_key, thief_key};
use crate::wire::{Answer, Connection};
use serde_json::{Value, json};

/// Streams that may be renewed, each kind by a route of its own.
fn renewable(streams: &Value) -> Value {
    let mut policy = streaming(streams);
    let routes = policy["routes"].as_array_mut().unwrap();
    let names = ["chat", "events", "jobs"];
    let renewals: Vec<Value> = routes
        .iter()
        .filter(|route| names.contains(&route["name"].as_str().unwrap()))
        .map(|route| {
            let mut own = route.clone();
            let name = route["name"].as_str().unwrap();
            own["name"] = json!(format!("renew-{name}"));
            own["match"] = json!({ "methods": ["POST"], "path": format!("/renewals/{name}") });
            own["renews"] = json!(name);
            for member in ["streams", "body"] {
                own.as_object_mut().unwrap().remove(member);
            }
            own
        })
        .collect();
    routes.extend(renewals);
    policy
}

fn post(proxy: &Proxy, plan: &Plan) -> Answer {
    let mut text = format!("POST {} HTTP/1.1\r\nhost: api.example.com\r\n", plan.path);
    for (name, value) in fields(plan) {
        text.extend([name.as_str(), ": ", &value, "\r\n"]);
    }
    let mut connection = Connection::to(proxy.address);
    connection.send(text + "content-length: 0\r\n\r\n");
    connection.answer().unwrap()
}

fn by(mut plan: Plan, key: crate::support::plan::Signer) -> Plan {
    plan.token_claims["cnf"] = json!({ "jkt": key.jkt() });
    plan.proof_header["jwk"] = key.jwk();
    plan.proof_signer = Some(key);
    plan
}

const NAMES: [(Kind, &str); 3] = [
    (Kind::WebSocket, "chat"),
    (Kind::Events, "events"),
    (Kind::Grpc, "jobs"),
];

/// On two workers: a renewal reaches the worker that has the stream wherever it was judged.
#[test]
fn a_fresh_token_of_the_same_key_carries_a_stream_on_and_anothers_does_not() {
    let streams = json!({ "grace": "0s", "renew": true });
    let proxy = Proxy::start(&setup(&renewable(&streams)));
    let expires = mint::now().unwrap() + 12;
    let claims = |whose: &str, exp: i64| json!({ "txn": format!("job of {whose}"), "exp": exp });
    let opened = |whose: &str| NAMES.map(|(kind, _)| open(&proxy, kind, &claims(whose, expires)));
    let (renewed, stolen, left) = (opened("renewed"), opened("stolen"), opened("left"));
    for (_, name) in NAMES {
        let path = format!("/renewals/{name}");
        let fresh = |whose| plan("POST", &path, &claims(whose, expires + 600));
        for (plan, whose) in [
            (by(fresh("renewed"), client_key()), "the owner"),
            (by(fresh("stolen"), thief_key()), "another key"),
        ] {
            let answer = post(&proxy, &plan);
            assert_eq!(answer.status, 204, "{whose}: {answer:?}");
            assert_eq!(answer.body, "");
        }
    }
    let gone: Vec<&Live> = stolen.iter().chain(&left).collect();
    within_long(&proxy, "the ends", || gone.iter().all(|it| it.has_ended()));
    within_long(&proxy, "the records", || ends(&proxy).len() == gone.len());
    for live in &renewed {
        goes_on(&proxy, live);
    }
    let records = proxy.records();
    let txn = |end: &Value| end["txn"].as_str().unwrap().to_owned();
    for end in ends(&proxy) {
        assert_eq!(end["reason"], "stream_token_expired", "{end}");
        assert_ne!(txn(&end), "job of renewed");
    }
    let renewals = records.iter().filter(|it| it["verdict"] == "renew").count();
    assert_eq!(renewals, 6);
    assert_eq!(proxy.count("streams.renewed"), 6);
}

#[test]
fn no_renewal_carries_a_stream_beyond_its_life() {
    let streams = json!({ "grace": "0s", "max_life": "9s", "renew": true });
    let proxy = Proxy::start(&setup(&renewable(&streams)));
    let expires = mint::now().unwrap() + 6;
    let live = open(
        &proxy,
        Kind::Events,
        &json!({ "txn": "a job", "exp": expires }),
    );
    let claims = json!({ "txn": "a job", "exp": expires + 600 });
    let answer = post(&proxy, &plan("POST", "/renewals/events", &claims));
    assert_eq!(answer.status, 204, "{answer:?}");
    within_long(&proxy, "the end", || live.has_ended());
    within_long(&proxy, "its record", || ends(&proxy).len() == 1);
    let end = &ends(&proxy)[0];
    assert_eq!(end["reason"], "stream_life_spent");
    assert_eq!(end["stream"]["renewals"], 1);
    assert!(end["stream"]["open_ms"].as_i64().unwrap() >= 9000, "{end}");
}
