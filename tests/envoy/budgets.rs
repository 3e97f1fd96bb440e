//! Budgets over all workers: of payments at once, as many pass as the budget holds.

use crate::caller::Issuer;
use crate::config::Setup;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::wire::Connection;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};
use std::thread;

const PATH: &str = "/accounts/1/transfers";

/// Ten payments of ten make the sum; one more steps up.
#[test]
fn of_payments_at_once_on_four_workers_the_eleventh_and_all_after_it_step_up() {
    const PAYMENTS: usize = 40;
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let service = Server::start(|_| Reply::json(&json!({ "decision": false })));
    let mut policy = policy(&inline(&issuer.set()));
    policy["behaviour"] = json!({ "memory": "64KiB" });
    policy["routes"][2]["risk"] = json!({
        "base": 10,
        "signals": [{ "name": "sum", "add": 40, "budget": {
            "within": "24h", "sum": { "claim": "/amount", "limit": "100" },
        } }],
        "step_up_at": 50,
    });
    policy["routes"][2]["step_up"] = json!({ "ask": "pdp", "on_silence": "refuse" });
    let mut setup = Setup::of(&policy)
        .with("upstream", upstream.port)
        .with("pdp", service.port);
    setup.workers = 4;
    let proxy = Proxy::start(&setup);
    // One subject, each payment with a key and a token of its own.
    let start = Arc::new(Barrier::new(PAYMENTS));
    let clients: Vec<_> = (0..PAYMENTS)
        .map(|_| {
            let start = Arc::clone(&start);
            let request = issuer.caller().post(PATH, r#"{"amount":"10.00"}"#);
            let mut connection = Connection::to(proxy.address);
            thread::spawn(move || {
                start.wait();
                connection.send(request);
                let answer = connection.answer().unwrap();
                (answer.status, answer.code())
            })
        })
        .collect();
    let mut answers = BTreeMap::<_, usize>::new();
    for client in clients {
        *answers.entry(client.join().unwrap()).or_default() += 1;
    }
    let expected = [
        ((200, String::new()), 10),
        ((403, "decision_denied".to_owned()), PAYMENTS - 10),
    ];
    assert_eq!(answers, BTreeMap::from(expected));
    assert_eq!(upstream.count(), 10);
    assert_eq!(service.count(), PAYMENTS - 10);
    let records = proxy.records();
    let above = records.iter().filter(|record| record["score"] == 50);
    assert_eq!(above.count(), PAYMENTS - 10);
    let workers = (0..4).filter(|worker| {
        let connections = format!("listener.127.0.0.1_0.worker_{worker}.downstream_cx_total");
        proxy.stat(&connections) > 0
    });
    assert!(workers.count() > 1, "all on one worker");
}

/// A new policy is a new configuration in the same process: what was counted stays.
#[test]
fn a_new_policy_does_not_begin_budgets_anew() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let mut policy = policy(&inline(&issuer.set()));
    policy["routes"][2]["risk"] = json!({
        "base": 10,
        "signals": [{ "name": "many", "add": 40, "budget": { "within": "24h", "count": 2 } }],
        "refuse_at": 50,
    });
    let mut setup = Setup::of(&policy).with("upstream", upstream.port);
    setup.dynamic = true;
    setup.workers = 2;
    let proxy = Proxy::start(&setup);
    let pay = || {
        let request = issuer.caller().post(PATH, r#"{"amount":"10.00"}"#);
        proxy.exchange(request).code()
    };
    assert_eq!([pay(), pay(), pay()], ["", "", "risk_refused"]);

    policy["revision"] = json!(8);
    policy["routes"][2]["risk"]["signals"][0]["budget"]["count"] = json!(3);
    setup.policy = policy.to_string();
    proxy.update(&setup);
    let caller = issuer.caller();
    proxy.until("revision 8 on every worker", |proxy| {
        (0..8).all(|_| {
            proxy.exchange(caller.get("/accounts/1"));
            proxy.records().last().unwrap()["revision"] == 8
        })
    });
    assert_eq!([pay(), pay()], ["", "risk_refused"]);
}
