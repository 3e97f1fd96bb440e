//! One proof, one use: over all workers, and over a change of the configuration.

use crate::caller::Issuer;
use crate::config::Setup;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::Server;
use crate::wire::Connection;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};
use std::thread;

#[test]
fn of_sixty_four_copies_on_four_workers_one_passes() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let mut setup = Setup::of(&policy(&inline(&issuer.set()))).with("upstream", upstream.port);
    setup.workers = 4;
    let proxy = Proxy::start(&setup);
    // Connections first, so that they are spread over the workers, then all at once.
    for round in 1..=5 {
        let request = issuer.caller().get("/accounts/1");
        let start = Arc::new(Barrier::new(64));
        let clients: Vec<_> = (0..64)
            .map(|_| {
                let (start, request) = (Arc::clone(&start), request.clone());
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
            ((200, String::new()), 1),
            ((401, "proof_replayed".to_owned()), 63),
        ];
        assert_eq!(answers, BTreeMap::from(expected));
        assert_eq!(upstream.count(), round);
    }
    let workers: Vec<_> = (0..4)
        .filter(|worker| {
            proxy.stat(&format!(
                "listener.127.0.0.1_0.worker_{worker}.downstream_cx_total"
            )) > 0
        })
        .collect();
    assert!(workers.len() > 1, "all on one worker: {workers:?}");
}

/// Most buckets of the log are written for the first time here, each by several workers at once.
#[test]
fn of_many_proofs_in_a_row_each_passes_once() {
    const PROOFS: usize = 300;
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let mut policy = policy(&inline(&issuer.set()));
    policy["replay"]["memory"] = json!("32MiB");
    let mut setup = Setup::of(&policy).with("upstream", upstream.port);
    setup.workers = 4;
    let proxy = Proxy::start(&setup);
    let caller = issuer.caller();
    let requests: Arc<Vec<String>> =
        Arc::new((0..PROOFS).map(|_| caller.get("/accounts/1")).collect());
    let start = Arc::new(Barrier::new(16));
    let clients: Vec<_> = (0..16)
        .map(|_| {
            let (start, requests) = (Arc::clone(&start), Arc::clone(&requests));
            let mut connection = Connection::to(proxy.address);
            thread::spawn(move || {
                let mut passed = Vec::new();
                for (place, request) in requests.iter().enumerate() {
                    // No thread may end early: the others would wait for it.
                    start.wait();
                    connection.try_send(request);
                    if connection
                        .answer()
                        .is_some_and(|answer| answer.status == 200)
                    {
                        passed.push(place);
                    }
                }
                passed
            })
        })
        .collect();
    let mut passed: Vec<usize> = clients
        .into_iter()
        .flat_map(|it| it.join().unwrap())
        .collect();
    passed.sort_unstable();
    assert_eq!(passed, (0..PROOFS).collect::<Vec<_>>());
    assert_eq!(upstream.count(), PROOFS);
}

#[test]
fn a_new_configuration_keeps_the_log_and_a_bad_one_keeps_the_old() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let slow = Server::start(|_| {
        thread::sleep(std::time::Duration::from_millis(1500));
        crate::server::Reply::json(&json!({ "decision": true }))
    });
    let mut policy = policy(&inline(&issuer.set()));
    policy["services"]["pdp"]["timeout"] = json!("1900ms");
    let mut setup = Setup::of(&policy)
        .with("upstream", upstream.port)
        .with("pdp", slow.port);
    setup.dynamic = true;
    setup.workers = 2;
    let proxy = Proxy::start(&setup);
    let caller = issuer.caller();
    let request = caller.get("/accounts/1");
    assert_eq!(proxy.exchange(&request).status, 200);
    let mut held = Connection::to(proxy.address);
    held.send(caller.get("/asked/1"));
    proxy.until("one held", |proxy| proxy.count("waiting") == 1);

    let mut bad = policy.clone();
    bad["routes"][0]["proof"] = json!([]);
    setup.policy = bad.to_string();
    proxy.update(&setup);
    proxy.until("a rejected update", |proxy| {
        proxy.stat("listener_manager.lds.update_rejected") > 0
    });
    assert!(proxy.log().contains("configuration: routes[0].proof"));
    assert_eq!(proxy.exchange(caller.get("/accounts/1")).status, 200);
    assert_eq!(proxy.records().last().unwrap()["revision"], 7);

    policy["revision"] = json!(8);
    setup.policy = policy.to_string();
    proxy.update(&setup);
    proxy.until("revision 8 on every worker", |proxy| {
        (0..8).all(|_| {
            proxy.exchange(caller.get("/accounts/1"));
            proxy.records().last().unwrap()["revision"] == 8
        })
    });
    assert_eq!(proxy.exchange(&request).code(), "proof_replayed");
    // What was held is judged by the policy that it was held under.
    assert_eq!(held.answer().unwrap().status, 200);
    let asked = proxy
        .records()
        .into_iter()
        .find(|record| record["route"] == "ask");
    assert_eq!(asked.unwrap()["revision"], 7);
}
