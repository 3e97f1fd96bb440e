//! Keys that are fetched: once for the process, again when they turn over, never at a caller's will.

use crate::caller::Issuer;
use crate::config::Setup;
use crate::policy::{fetched, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::wire::Connection;
use serde_json::json;
use std::thread;
use std::time::{Duration, Instant};

fn setup(issuer: &Server, upstream: &Server, workers: u32) -> Setup {
    let mut setup = Setup::of(&policy(&fetched()))
        .with("upstream", upstream.port)
        .with("as", issuer.port);
    setup.workers = workers;
    setup
}

#[test]
fn one_worker_fetches_for_all_and_a_new_key_is_found() {
    let (old, new) = (Issuer::with("old"), Issuer::with("new"));
    let keys = Server::start({
        let set = old.set();
        move |_| Reply::json(&set)
    });
    let upstream = Server::upstream();
    let proxy = Proxy::start(&setup(&keys, &upstream, 4));
    for _ in 0..16 {
        assert_eq!(proxy.exchange(old.caller().get("/accounts/1")).status, 200);
    }
    assert_eq!(
        keys.count(),
        1,
        "one fetch for four workers and the main thread"
    );

    // The issuer has a new key, and its answer takes a while. Many ask for it at once.
    let set = json!({ "keys": [old.set()["keys"][0], new.set()["keys"][0]] });
    keys.now_answers(move |_| {
        thread::sleep(Duration::from_millis(300));
        Reply::json(&set)
    });
    let waiting: Vec<_> = (0..16)
        .map(|_| {
            let mut connection = Connection::to(proxy.address);
            connection.send(new.caller().get("/accounts/1"));
            connection
        })
        .collect();
    for mut connection in waiting {
        let answer = connection.answer().unwrap();
        assert_eq!(answer.status, 200, "{answer:?}\n{}", proxy.log());
    }
    assert_eq!(keys.count(), 2, "one more fetch");
    assert_eq!(proxy.exchange(old.caller().get("/accounts/1")).status, 200);
    assert_eq!(proxy.count("keys.fetch_ok"), 2);
    assert_eq!(proxy.count("waiting"), 0);
}

#[test]
fn invented_keys_cause_few_fetches_and_no_wait_for_others() {
    let issuer = Issuer::with("a");
    let keys = Server::start({
        let set = issuer.set();
        move |_| Reply::json(&set)
    });
    let upstream = Server::upstream();
    let proxy = Proxy::start(&setup(&keys, &upstream, 2));
    assert_eq!(
        proxy.exchange(issuer.caller().get("/accounts/1")).status,
        200
    );
    let stranger = Issuer::with("invented");
    let begun = Instant::now();
    for _ in 0..200 {
        let answer = proxy.exchange(stranger.caller().get("/accounts/1"));
        assert_eq!(answer.code(), "token_key_unknown");
    }
    let most = 2 + begun.elapsed().as_secs() / 5;
    assert!(
        u64::try_from(keys.count()).unwrap() <= most,
        "{} fetches",
        keys.count()
    );
    assert_eq!(
        proxy.exchange(issuer.caller().get("/accounts/1")).status,
        200
    );
    assert_eq!(upstream.count(), 2);
}

#[test]
fn without_keys_nothing_passes_and_with_them_everything_does() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let keys =
        Server::start(|_| Reply::Bytes(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n".to_vec()));
    let proxy = Proxy::start(&setup(&keys, &upstream, 1));
    let answer = proxy.exchange(issuer.caller().get("/accounts/1"));
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (503, "keys_unavailable")
    );
    let private = json!({ "keys": [{ "kty": "oct", "kid": "a", "k": "AAAA" }] });
    for reply in [
        Reply::Reset,
        Reply::json(&private),
        Reply::Ok("application/json", "[]".to_owned()),
        Reply::Ok("application/json", " ".repeat(600 * 1024)),
    ] {
        let before = proxy.count("keys.fetch_failed");
        keys.now_answers(move |_| reply.clone());
        proxy.until("a failed fetch", |proxy| {
            proxy.count("keys.fetch_failed") > before
        });
        assert_eq!(
            proxy.exchange(issuer.caller().get("/accounts/1")).status,
            503
        );
        if proxy.count("keys.fetch_failed") > 3 {
            break;
        }
    }
    assert_eq!(upstream.count(), 0);
    let set = issuer.set();
    keys.now_answers(move |_| Reply::json(&set));
    proxy.until("the keys", |proxy| proxy.count("keys.fetch_ok") == 1);
    assert_eq!(
        proxy.exchange(issuer.caller().get("/accounts/1")).status,
        200
    );
}
