//! Opaque tokens and a real authorization server: who is asked about, how often, and what comes of it
//! when it does not answer as it should.

use crate::caller::Caller;
use crate::opaque::{CACHED, answering, body, caller, document, knowing, said, setup};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::wire::Connection;
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn the_question_is_one_of_rfc_7662_and_its_answer_forwards() {
    let caller = caller();
    let (server, upstream) = (knowing(&caller), Server::upstream());
    let proxy = Proxy::start(&setup(&server, &upstream, 1));
    let answer = proxy.exchange(caller.get("/accounts/1"));
    assert_eq!(answer.status, 200, "{answer:?}\n{}", proxy.log());
    let [seen] = server.seen().try_into().unwrap();
    assert!(
        seen.head.starts_with("POST /introspect HTTP/1.1\r\n"),
        "{seen:?}"
    );
    assert_eq!(seen.header("host"), ["as.internal"]);
    assert_eq!(
        seen.header("content-type"),
        ["application/x-www-form-urlencoded"]
    );
    assert_eq!(seen.header("accept"), ["application/json"]);
    // gate%3A1:the+gate%27s+secret%3A+not%2Fone%2Bof%3Dours
    let basic = "Basic Z2F0ZSUzQTE6dGhlK2dhdGUlMjdzK3NlY3JldCUzQStub3QlMkZvbmUlMkJvZiUzRG91cnM=";
    assert_eq!(seen.header("authorization"), [basic]);
    assert_eq!(String::from_utf8(seen.body).unwrap(), body(&caller.token));
    let [forwarded] = upstream.seen().try_into().unwrap();
    assert_eq!(forwarded.header("x-countersign-subject"), ["alice"]);
    // What the server says of the transaction binds the body.
    for (amount, status) in [("10.00", 200), ("10.01", 403)] {
        let body = json!({ "amount": amount }).to_string();
        let answer = proxy.exchange(caller.post("/accounts/1/transfers", &body));
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert_eq!(server.count(), 1, "the answer serves again");
    let record = |place: usize| {
        let line = proxy.access(3)[place]["record"]
            .as_str()
            .unwrap()
            .to_owned();
        serde_json::from_str::<Value>(&line).unwrap()
    };
    assert_eq!(record(0)["introspection"], "asked");
    assert_eq!(record(1)["introspection"], "cached");
}

#[test]
fn many_with_one_token_are_one_call_for_each_worker() {
    for workers in [1, 4] {
        let caller = caller();
        let server = Server::start(answering(&caller, Duration::from_millis(300)));
        let upstream = Server::upstream();
        let mut document = document();
        document["waiting"]["deadline"] = json!("20s");
        document["opaque_issuers"]["corp"]["introspection"]["timeout"] = json!("10s");
        let mut setup = setup(&server, &upstream, workers);
        setup.policy = document.to_string();
        let proxy = Proxy::start(&setup);
        let waiting: Vec<_> = (0..64)
            .map(|_| {
                let mut connection = Connection::to(proxy.address);
                connection.send(caller.get("/accounts/1"));
                connection
            })
            .collect();
        for mut connection in waiting {
            let answer = connection.answer().unwrap();
            assert_eq!(answer.status, 200, "{answer:?}\n{}", proxy.log());
        }
        let calls = server.count();
        let most = usize::try_from(workers).unwrap();
        assert!(
            (1..=most).contains(&calls),
            "{calls} calls of {workers} workers"
        );
        assert_eq!(upstream.count(), 64);
        assert_eq!(proxy.count("waiting"), 0);
        assert_eq!(
            proxy.count("introspection.ok"),
            u64::try_from(calls).unwrap()
        );
    }
}

#[test]
fn invented_tokens_without_a_proof_cost_no_call() {
    let caller = caller();
    let (server, upstream) = (knowing(&caller), Server::upstream());
    let proxy = Proxy::start(&setup(&server, &upstream, 1));
    for number in 0..50 {
        let junk = Caller::opaque(&format!("invented-{number}-and-never-issued"));
        let other = Caller::opaque("another-token-that-was-not-issued");
        let proof = other.proof("GET", "/accounts/1");
        for (credentials, code) in [
            (
                format!("authorization: DPoP {}\r\n", junk.token),
                "proof_missing",
            ),
            (
                format!("authorization: DPoP {}\r\ndpop: {proof}\r\n", junk.token),
                "proof_token",
            ),
            (
                format!("authorization: Bearer {}\r\n", junk.token),
                "token_unbound",
            ),
        ] {
            let request =
                format!("GET /accounts/1 HTTP/1.1\r\nhost: api.example.com\r\n{credentials}\r\n");
            assert_eq!(proxy.exchange(request).code(), code);
        }
    }
    assert_eq!(server.count(), 0);
    // With a proof of its own each may cost one, up to half of what a worker may ask in a second.
    // Who was known before is still asked about.
    assert_eq!(proxy.exchange(caller.get("/accounts/1")).status, 200);
    let begun = Instant::now();
    for number in 0..200 {
        let junk = Caller::opaque(&format!("invented-{number}-with-a-proof"));
        let code = proxy.exchange(junk.get("/accounts/1")).code();
        assert!(
            ["token_inactive", "introspection_budget"].contains(&code.as_str()),
            "{code}"
        );
    }
    let most = 51 + 100 * (begun.elapsed().as_secs() + 1);
    assert!(
        u64::try_from(server.count()).unwrap() <= most,
        "{}",
        server.count()
    );
    assert_eq!(proxy.exchange(caller.get("/accounts/1")).status, 200);
    assert_eq!(upstream.count(), 2);
}

#[test]
fn a_route_that_always_asks_does() {
    let caller = caller();
    let server = Server::start(answering(&caller, Duration::from_millis(100)));
    let upstream = Server::upstream();
    let proxy = Proxy::start(&setup(&server, &upstream, 1));
    for calls in 1..=3 {
        assert_eq!(proxy.exchange(caller.get("/always/1")).status, 200);
        assert_eq!(server.count(), calls);
    }
    let waiting: Vec<_> = (0..8)
        .map(|_| {
            let mut connection = Connection::to(proxy.address);
            connection.send(caller.get("/always/1"));
            connection
        })
        .collect();
    for mut connection in waiting {
        assert_eq!(connection.answer().unwrap().status, 200);
    }
    assert_eq!(server.count(), 11);
    server.now_answers(|_| Reply::json(&json!({ "active": false })));
    let answer = proxy.exchange(caller.get("/always/1"));
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (401, "token_inactive")
    );
}

#[test]
fn what_is_revoked_passes_no_longer_than_an_answer_serves() {
    let caller = caller();
    let (server, upstream) = (knowing(&caller), Server::upstream());
    let proxy = Proxy::start(&setup(&server, &upstream, 2));
    for _ in 0..8 {
        assert_eq!(proxy.exchange(caller.get("/accounts/1")).status, 200);
    }
    server.now_answers(|_| Reply::json(&json!({ "active": false })));
    let revoked = Instant::now();
    let mut passed = Duration::ZERO;
    while revoked.elapsed() < Duration::from_millis(CACHED * 2) {
        let sent = revoked.elapsed();
        let answer = proxy.exchange(caller.get("/accounts/1"));
        if answer.status == 200 {
            passed = sent;
        } else {
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (401, "token_inactive")
            );
        }
        thread::sleep(Duration::from_millis(20));
    }
    let most = Duration::from_millis(CACHED);
    assert!(passed < most, "passed {passed:?} after it was revoked");
}

#[test]
fn a_server_that_does_not_answer_as_it_should_lets_nothing_pass() {
    let caller = caller();
    let (server, upstream) = (knowing(&caller), Server::upstream());
    let proxy = Proxy::start(&setup(&server, &upstream, 1));
    let status = |line: &str| {
        let body = said(&caller).to_string();
        let head = format!("HTTP/1.1 {line}\r\ncontent-type: application/json\r\n");
        Reply::Bytes(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes())
    };
    let twice = said(&caller)
        .to_string()
        .replacen('{', r#"{"active":false,"#, 1);
    let padded = format!("{}{}", said(&caller), " ".repeat(16 * 1024));
    for (reply, code) in [
        (Reply::Reset, "introspection_unavailable"),
        (Reply::Never, "introspection_unavailable"),
        (status("503 Unavailable"), "introspection_unavailable"),
        (status("401 Who"), "introspection_rejected"),
        (status("201 Made"), "introspection_rejected"),
        (status("500 No"), "introspection_rejected"),
        (
            Reply::Ok("text/html", said(&caller).to_string()),
            "introspection_malformed",
        ),
        (
            Reply::Ok("application/json", "rubbish".to_owned()),
            "introspection_malformed",
        ),
        (
            Reply::Ok("application/json", String::new()),
            "introspection_malformed",
        ),
        (
            Reply::Ok("application/json", twice),
            "introspection_malformed",
        ),
        (
            Reply::Ok("application/json", padded),
            "introspection_malformed",
        ),
    ] {
        let shown = format!("{reply:?}");
        server.now_answers(move |_| reply.clone());
        let begun = Instant::now();
        let answer = proxy.exchange(caller.get("/accounts/1"));
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, code),
            "{shown}"
        );
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "{shown}: {:?}",
            begun.elapsed()
        );
    }
    assert_eq!(upstream.count(), 0);
    assert_eq!(proxy.count("introspection.failed"), 11);
    server.now_answers(answering(&caller, Duration::ZERO));
    assert_eq!(proxy.exchange(caller.get("/accounts/1")).status, 200);
    assert_eq!(proxy.count("waiting"), 0);
}

#[test]
fn a_token_of_another_key_is_refused() {
    let (caller, thief) = (caller(), caller());
    let (server, upstream) = (knowing(&caller), Server::upstream());
    let proxy = Proxy::start(&setup(&server, &upstream, 1));
    let answer = proxy.exchange(thief.get("/accounts/1"));
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (401, "proof_key_mismatch")
    );
    assert_eq!(proxy.exchange(caller.get("/accounts/1")).status, 200);
    assert_eq!((server.count(), upstream.count()), (1, 1));
}

#[test]
fn an_answer_outlives_the_client_that_asked() {
    let caller = caller();
    let server = Server::start(answering(&caller, Duration::from_millis(400)));
    let upstream = Server::upstream();
    let proxy = Proxy::start(&setup(&server, &upstream, 1));
    let mut first = Connection::to(proxy.address);
    first.send(caller.get("/accounts/1"));
    proxy.until("a call", |_| server.count() == 1);
    let mut second = Connection::to(proxy.address);
    second.send(caller.get("/accounts/1"));
    proxy.until("two that wait", |proxy| proxy.count("waiting") == 2);
    drop(first);
    assert_eq!(second.answer().unwrap().status, 200);
    assert_eq!((server.count(), upstream.count()), (1, 1));
}

#[test]
fn a_gate_without_its_secret_lets_nothing_pass() {
    let caller = caller();
    let (server, upstream) = (knowing(&caller), Server::upstream());
    for environment in [vec![], vec![("INTROSPECTION_SECRET", String::new())]] {
        let mut setup = setup(&server, &upstream, 1);
        setup.environment = environment;
        let proxy = Proxy::start(&setup);
        let answer = proxy.exchange(caller.get("/accounts/1"));
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, "not_configured")
        );
        assert!(proxy.log().contains("INTROSPECTION_SECRET is missing"));
    }
    assert_eq!((server.count(), upstream.count()), (0, 0));
}
