//! Configurations that follow each other in a running proxy.

use crate::caller::Issuer;
use crate::config::Setup;
use crate::policy::{fetched, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use serde_json::json;
use std::time::{Duration, Instant};

fn start(keys: &Server, upstream: &Server) -> (Proxy, Setup) {
    let mut setup = Setup::of(&policy(&fetched()))
        .with("upstream", upstream.port)
        .with("as", keys.port);
    setup.dynamic = true;
    setup.workers = 2;
    (Proxy::start(&setup), setup)
}

#[test]
fn no_request_fails_for_an_update_even_while_the_issuer_is_gone() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let keys = Server::start({
        let set = issuer.set();
        move |_| Reply::json(&set)
    });
    let (proxy, mut setup) = start(&keys, &upstream);
    let (caller, stranger) = (issuer.caller(), Issuer::with("invented").caller());
    assert_eq!(proxy.exchange(caller.get("/accounts/1")).status, 200);
    // Takes what there is of the budget for unknown names, and fails.
    keys.now_answers(|_| Reply::Reset);
    let refused = proxy.exchange(stranger.get("/accounts/1"));
    assert_eq!(refused.code(), "token_key_unknown");
    assert_eq!(keys.count(), 2);
    let mut policy = policy(&fetched());
    for revision in 8..12 {
        policy["revision"] = json!(revision);
        setup.policy = policy.to_string();
        proxy.update(&setup);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(400) {
            let answer = proxy.exchange(caller.get("/accounts/1"));
            assert_eq!(answer.status, 200, "{revision}: {answer:?}");
        }
    }
    proxy.until("the last of them", |proxy| {
        let answer = proxy.exchange(caller.get("/accounts/1"));
        assert_eq!(answer.status, 200, "{answer:?}");
        let records = proxy.records();
        records.last().is_some_and(|it| it["revision"] == 11)
    });
    assert_eq!(proxy.count("keys.fetch_ok"), 1);
}

#[test]
fn a_changed_secret_begins_anew_beside_the_old_one() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let keys = Server::start({
        let set = issuer.set();
        move |_| Reply::json(&set)
    });
    let (proxy, mut setup) = start(&keys, &upstream);
    let caller = issuer.caller();
    let used = caller.get("/accounts/1");
    assert_eq!(proxy.exchange(&used).status, 200);
    // The old configuration drains for minutes, with its own keys and log.
    setup.secret = Some("another secret for tests of at least thirty-two bytes");
    proxy.update(&setup);
    proxy.until("the new configuration", |proxy| {
        proxy.exchange(&used).code() == "proof_predates_log"
    });
    proxy.until("the new log is old enough", |proxy| {
        proxy.exchange(caller.get("/accounts/1")).status == 200
    });
    assert_eq!(proxy.exchange(&used).code(), "proof_predates_log");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(keys.count(), 2, "one fetch under each secret");
}
