//! A transaction is used once, however often the request comes, and what the upstream does then.

use crate::caller::{Caller, Issuer};
use crate::config::Setup;
use crate::etcd::Etcd;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::wire::Connection;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

const BODY: &str = r#"{"amount":"10.00"}"#;
const TRANSFERS: &str = "/accounts/1/transfers";

/// The policy of the tests, with payments used once, and the logs to know tokens of a second later.
fn document(issuer: &Issuer, scope: &str) -> Value {
    let mut policy = policy(&inline(&issuer.set()));
    policy["issuers"]["corp"]["leeway"] = json!("1s");
    policy["routes"][2]["transaction"]["single_use"] =
        json!({ "scope": scope, "idempotency_key": "idempotency-key" });
    if scope == "fleet" {
        policy["replay"]["store"] = json!("etcd");
        policy["stores"] =
            json!({ "etcd": { "protocol": "etcd", "cluster": "etcd", "timeout": "1s" } });
    }
    policy
}

fn proxy(setup: &Setup) -> Proxy {
    let proxy = Proxy::start(setup);
    // Tokens that are as old as the log, or could have been dated ahead to be older, are refused.
    thread::sleep(Duration::from_millis(2100));
    proxy
}

fn keyed(caller: &Caller, key: &str) -> String {
    let length = BODY.len();
    let head = caller.head("POST", TRANSFERS);
    format!(
        "{head}idempotency-key: {key}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{BODY}"
    )
}

/// Sends these at once, each on a connection of its own, and counts what comes back.
fn at_once(requests: Vec<(std::net::SocketAddr, String)>) -> BTreeMap<(u16, String), usize> {
    let start = Arc::new(Barrier::new(requests.len()));
    let clients: Vec<_> = requests
        .into_iter()
        .map(|(address, request)| {
            let start = Arc::clone(&start);
            let mut connection = Connection::to(address);
            thread::spawn(move || {
                start.wait();
                connection.send(request);
                let answer = connection.answer().unwrap();
                (answer.status, answer.code())
            })
        })
        .collect();
    let mut answers = BTreeMap::new();
    for client in clients {
        *answers.entry(client.join().unwrap()).or_default() += 1;
    }
    answers
}

fn one_of_sixty_four() -> BTreeMap<(u16, String), usize> {
    BTreeMap::from([
        ((200, String::new()), 1),
        ((409, "transaction_consumed".to_owned()), 63),
    ])
}

#[test]
fn of_sixty_four_requests_of_one_transaction_on_four_workers_one_reaches_the_upstream() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let mut setup = Setup::of(&document(&issuer, "host")).with("upstream", upstream.port);
    setup.workers = 4;
    let proxy = proxy(&setup);
    for round in 1..=5 {
        let caller = issuer.caller();
        // Each with a proof of its own.
        let requests = (0..64).map(|_| (proxy.address, caller.post(TRANSFERS, BODY)));
        assert_eq!(
            at_once(requests.collect()),
            one_of_sixty_four(),
            "round {round}"
        );
        assert_eq!(upstream.count(), round);
    }
}

#[test]
fn of_sixty_four_requests_over_two_proxies_one_reaches_the_upstream() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let etcd = Etcd::start();
    let mut setup = Setup::of(&document(&issuer, "fleet"))
        .with("upstream", upstream.port)
        .with("etcd", etcd.port);
    setup.workers = 2;
    let proxies = [(); 2].map(|()| proxy(&setup));
    for proxy in &proxies {
        proxy.until("leases", |proxy| proxy.count("store.lease_ok") >= 2);
    }
    for round in 1..=3 {
        let caller = issuer.caller();
        let requests = (0..64)
            .map(|number: usize| (proxies[number % 2].address, caller.post(TRANSFERS, BODY)));
        assert_eq!(
            at_once(requests.collect()),
            one_of_sixty_four(),
            "round {round}"
        );
        assert_eq!(upstream.count(), round);
        assert_eq!(etcd.entries(), u64::try_from(round).unwrap());
    }
    // A retry may come to the other proxy.
    let caller = issuer.caller();
    for (proxy, how) in [
        (&proxies[0], "first"),
        (&proxies[1], "retry"),
        (&proxies[0], "retry"),
    ] {
        assert_eq!(proxy.exchange(keyed(&caller, "k1")).status, 200);
        let record = proxy.records().last().unwrap().clone();
        assert_eq!(
            (&record["transaction_use"], &record["transaction_scope"]),
            (&json!(how), &json!("fleet"))
        );
    }
    assert_eq!(
        proxies[1].exchange(keyed(&caller, "k2")).code(),
        "transaction_consumed"
    );
    assert_eq!(
        proxies[0].exchange(caller.post(TRANSFERS, BODY)).code(),
        "transaction_consumed"
    );
}

#[test]
fn what_was_used_up_and_failed_upstream_is_told_and_stays_used_up() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let setup = Setup::of(&document(&issuer, "host")).with("upstream", upstream.port);
    let proxy = proxy(&setup);
    let unavailable =
        || Reply::Bytes(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n".to_vec());
    let failed = |proxy: &Proxy| proxy.count("transaction.failed_upstream");
    let mut expected = 0;
    for reply in [unavailable(), Reply::Reset] {
        let caller = issuer.caller();
        upstream.now_answers(move |_| reply.clone());
        let answer = proxy.exchange(keyed(&caller, "k1"));
        assert_eq!(answer.status, 503);
        assert_eq!(answer.header("x-countersign-transaction"), "consumed");
        expected += 1;
        proxy.until("told", |proxy| failed(proxy) == expected);
        let id = proxy.records().last().unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let line = format!("decision {id}: a transaction was used up, and its request failed");
        assert!(proxy.log().contains(&line), "{line}");
        upstream.now_answers(|_| Reply::Ok("text/plain", "upstream".to_owned()));
        // A new attempt is none of the client\'s that it did not announce; its own retry passes.
        assert_eq!(
            proxy.exchange(caller.post(TRANSFERS, BODY)).code(),
            "transaction_consumed"
        );
        assert_eq!(proxy.exchange(keyed(&caller, "k1")).status, 200);
        assert_eq!(failed(&proxy), expected);
    }
}

/// Why `countersign check --envoy` refuses it: behind the gate nothing is single.
#[test]
fn a_proxy_that_retries_sends_one_transaction_several_times() {
    let issuer = Issuer::with("a");
    let upstream = Server::start(|_| {
        Reply::Bytes(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n".to_vec())
    });
    let setup = Setup {
        retries: 2,
        ..Setup::of(&document(&issuer, "host")).with("upstream", upstream.port)
    };
    let proxy = proxy(&setup);
    let answer = proxy.exchange(issuer.caller().post(TRANSFERS, BODY));
    assert_eq!((answer.status, upstream.count()), (503, 3));
    assert_eq!(proxy.records().len(), 1);
}
