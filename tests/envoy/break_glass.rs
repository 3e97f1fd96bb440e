//! People who break the glass in a proxy whose every other service is down.

use crate::config::Setup;
use crate::mint;
use crate::parity::over_http1;
use crate::proxy::Proxy;
use crate::server::Server;
use crate::support::emergency::{break_glass, emergency_key};
use crate::support::plan::Plan;
use crate::wire::Answer;
use countersign::config;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::thread::sleep;
use std::time::Duration;

/// The example, with a key that the tests have.
fn document() -> Value {
    let text = include_str!("../../envoy/examples/break-glass.yaml");
    let mut document: Value = serde_json::from_slice(&config::from_yaml(text).unwrap()).unwrap();
    let keys = json!({ "inline": { "keys": [emergency_key().published()] } });
    document["issuers"]["emergency"]["keys"] = keys;
    document["dpop"] = json!({ "max_ahead": "1s" });
    document
}

/// A proxy whose replay log knows the proofs of this second.
fn start(setup: &Setup) -> Proxy {
    let proxy = Proxy::start(setup);
    sleep(Duration::from_millis(1100));
    proxy
}

/// A port at which nobody answers.
fn dead() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn payment(name: &str) -> Plan {
    Plan::transfer(mint::now().unwrap(), name, "12500.00").stepped_up(mint::now().unwrap())
}

fn by_glass(name: &str) -> Plan {
    break_glass(payment(name), mint::now().unwrap())
}

fn send(proxy: &Proxy, plan: &Plan) -> Answer {
    over_http1(proxy.address, &plan.wire()).unwrap()
}

#[test]
fn a_person_pays_while_every_service_is_down() {
    let upstream = Server::upstream();
    let setup = Setup::of(&document())
        .with("upstream", upstream.port)
        .with("as", dead())
        .with("pdp", dead())
        .with("etcd", dead());
    let proxy = start(&setup);
    let ordinary = send(&proxy, &payment("ordinary"));
    assert_eq!(
        (ordinary.status, ordinary.code()),
        (503, "keys_unavailable".to_owned())
    );

    let paid = by_glass("paid");
    assert_eq!(send(&proxy, &paid).status, 200, "{}", proxy.log());
    let again = send(&proxy, &paid);
    assert_eq!(
        (again.status, again.code()),
        (401, "proof_replayed".to_owned())
    );
    let mut more = by_glass("a cent more");
    more.edit_body(|body| body["amount"] = json!("12500.01"));
    assert_eq!(send(&proxy, &more).code(), "value_mismatch");
    let mut weak = by_glass("weak");
    weak.token_claims["acr"] = json!("urn:example:loa:1");
    let challenged = send(&proxy, &weak);
    assert_eq!(challenged.code(), "step_up_required");
    assert!(
        challenged
            .header("www-authenticate")
            .contains("urn:example:loa:3")
    );

    let [seen] = upstream.seen().try_into().unwrap();
    assert_eq!(seen.header("x-countersign-break-glass"), ["true"]);
    assert_eq!(
        seen.header("x-countersign-issuer"),
        ["https://emergency.example.com"]
    );
    let records = proxy.records();
    let glass: Vec<bool> = records.iter().map(|it| it["break_glass"] == true).collect();
    assert_eq!(glass, [false, true, true, true, true]);
    assert_eq!(records[1]["verdict"], "forward");
    assert_eq!(records[1]["replay_scope"], "host");
    assert_eq!(records[1]["service"], Value::Null);
    assert_eq!(proxy.count("break_glass.forwarded"), 1);
    assert_eq!(proxy.count("break_glass.refused"), 3);
    let log = proxy.log();
    let lines: Vec<&str> = log
        .lines()
        .filter(|it| it.contains("break-glass: "))
        .collect();
    let verdicts = [
        "forwarded",
        "proof_replayed",
        "value_mismatch",
        "step_up_required",
    ];
    assert_eq!(lines.len(), verdicts.len(), "{lines:?}");
    for (line, verdict) in lines.iter().zip(verdicts) {
        assert!(line.contains("[critical][wasm]"), "{line}");
        assert!(
            line.contains(&format!("break-glass: {verdict} on route transfer")),
            "{line}"
        );
    }
}

/// Nor need the proxy know of any of them.
#[test]
fn a_person_pays_where_no_other_service_has_a_cluster() {
    let upstream = Server::upstream();
    let proxy = start(&Setup::of(&document()).with("upstream", upstream.port));
    assert_eq!(
        send(&proxy, &by_glass("paid")).status,
        200,
        "{}",
        proxy.log()
    );
    assert_eq!(upstream.count(), 1);
}

fn remove(object: &mut Value, member: &str) {
    object.as_object_mut().unwrap().remove(member).unwrap();
}

/// What callers write in our name does not pass for ours.
#[test]
fn nobody_else_breaks_the_glass_by_saying_so() {
    let upstream = Server::upstream();
    let mut document = document();
    document["issuers"]["corp"]["keys"] =
        json!({ "inline": { "keys": [crate::support::plan::issuer_key().published()] } });
    document["routes"][0]["risk"] = json!({ "base": 0 });
    document["routes"][0]["replay"] = json!("host");
    remove(&mut document["routes"][0], "step_up");
    remove(&mut document["replay"], "store");
    remove(&mut document, "stores");
    remove(&mut document, "services");
    let proxy = start(&Setup::of(&document).with("upstream", upstream.port));
    let mut plan = payment("posing");
    plan.field("x-countersign-break-glass", "true");
    assert_eq!(send(&proxy, &plan).status, 200, "{}", proxy.log());
    let [seen] = upstream.seen().try_into().unwrap();
    assert_eq!(seen.header("x-countersign-break-glass"), [""; 0]);
    assert_eq!(proxy.records()[0]["break_glass"], false);
}
