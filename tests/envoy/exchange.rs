//! Exchanges through the module: what a server is asked, what goes upstream, what never does, and that
//! what was issued is revoked whatever becomes of the request.

use crate::config::Setup;
use crate::exchanging::{Fault, SECRET, Scene, document, is_revocation, payment, text, wire};
use crate::hidden;
use crate::mint;
use crate::parity::over_http1;
use crate::proxy::Proxy;
use crate::server::{Reply, Seen, Server};
use crate::support::tts::{self, WRONG};
use crate::wire::Connection;
use countersign::pipeline::Outcome;
use countersign::reason::Reason;
use serde_json::json;
use std::fmt::Write as _;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

#[test]
fn what_is_permitted_is_exchanged_handed_on_and_revoked() {
    let scene = Scene::under(document(), 1);
    let mut plan = scene.large("exchanged");
    plan.field("txn-token", "a-token-of-the-callers-own");
    let answer = scene.send(&plan);
    assert_eq!(answer.status, 200, "{answer:?}\n{}", scene.proxy.log());
    let [asked] = scene.exchanges().try_into().unwrap();
    assert!(
        asked.head.starts_with("POST /token HTTP/1.1\r\n"),
        "{asked:?}"
    );
    assert_eq!(asked.header("host"), ["tts"]);
    assert_eq!(
        asked.header("content-type"),
        ["application/x-www-form-urlencoded"]
    );
    assert!(asked.header("authorization")[0].starts_with("Basic "));
    let [seen] = scene.upstream.seen().try_into().unwrap();
    let token = seen.header("txn-token");
    let [token] = token[..] else {
        panic!("{token:?}")
    };
    for name in ["authorization", "dpop"] {
        assert!(seen.header(name).is_empty(), "{seen:?}");
    }
    assert_eq!(seen.header("x-countersign-subject"), ["alice"]);
    assert_eq!(scene.until_revoked(1), [token]);
    scene
        .proxy
        .until("the count", |proxy| proxy.count("revocation.ok") == 1);
    assert_eq!(scene.proxy.count("exchange.ok"), 1);
    // Without a host it is the same, to the byte.
    let line = scene.proxy.record_lines().remove(0);
    let verdict = scene.compare(&plan, &line);
    assert_eq!(verdict.ordered[0].body.as_bytes(), asked.body);
    let Outcome::Forward(release, _) = &verdict.outcome else {
        panic!("{line}")
    };
    let set = release.set.iter().find(|(name, _)| *name == "txn-token");
    assert_eq!(set.unwrap().1, token);
    // A small payment keeps its own token, and brings no other.
    let mut plan = payment(scene.now, "small", "12.00");
    plan.field("txn-token", "a-token-of-the-callers-own");
    assert_eq!(scene.send(&plan).status, 200);
    let seen = scene.upstream.seen().remove(1);
    assert!(seen.header("txn-token").is_empty());
    assert_eq!(
        seen.header("authorization"),
        [format!("DPoP {}", plan.token())]
    );
    assert_eq!(scene.exchanges().len(), 1);
    let line = scene.proxy.record_lines().remove(1);
    scene.compare(&plan, &line);
    assert_eq!(scene.revocations().len(), 1);
}

#[test]
fn no_answer_but_a_good_one_reaches_the_upstream() {
    let scene = Scene::under(document(), 1);
    let mut tokens = 0;
    for (place, (name, change, reason)) in WRONG.iter().enumerate() {
        scene.issues(*change, Duration::ZERO);
        let plan = scene.large(&format!("wrong {place}"));
        let answer = scene.send(&plan);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, reason.code()),
            "{name}"
        );
        let line = scene.proxy.record_lines().remove(place);
        scene.compare(&plan, &line);
        let has_none = [Reason::ExchangeUnavailable, Reason::ExchangeRejected].contains(reason)
            || ["an array", "no token"].contains(name);
        tokens += usize::from(!has_none);
    }
    assert_eq!(scene.until_revoked(tokens).len(), tokens);
    let long = |_: &Seen| {
        let mut said = json!({ "issued_token_type": tts::TRANSACTION_TOKEN, "token_type": "N_A" });
        said["access_token"] = json!("a".repeat(100));
        said["x"] = json!("x".repeat(17_000));
        Reply::json(&said)
    };
    let faults: [(&str, Fault, &str); 5] = [
        ("closed", |_| Reply::Reset, "exchange_unavailable"),
        ("stalled", |_| Reply::Never, "exchange_unavailable"),
        (
            "not json",
            |_| Reply::Ok("text/html", "<html>".to_owned()),
            "exchange_malformed",
        ),
        ("too much", long, "exchange_malformed"),
        (
            "cut off",
            |_| {
                Reply::Bytes(b"HTTP/1.1 200 -\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{".to_vec())
            },
            "exchange_unavailable",
        ),
    ];
    for (name, fault, code) in faults {
        scene.answers(fault);
        let answer = scene.send(&scene.large(name));
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, code),
            "{name}"
        );
    }
    assert_eq!(scene.upstream.count(), 0);
    let failed = scene.proxy.count("exchange.failed");
    assert!(failed >= 5, "{failed}");
    // It recovers by itself.
    scene.issues(|_| {}, Duration::ZERO);
    assert_eq!(scene.send(&scene.large("recovered")).status, 200);
    assert_eq!(scene.until_revoked(tokens + 1).len(), tokens + 1);
}

#[test]
fn those_who_want_the_very_same_share_a_call_and_its_token_ends_with_the_last() {
    for workers in [1_u32, 4] {
        let mut document = document();
        document["routes"][0]["transaction"]
            .as_object_mut()
            .unwrap()
            .remove("single_use");
        document["exchanges"]["tts"]["timeout"] = json!("10s");
        document["waiting"] = json!({ "deadline": "20s" });
        let scene = Scene::under(document, workers);
        scene.issues(|_| {}, Duration::from_millis(1500));
        let waiting: Vec<_> = (0..32)
            .map(|number| {
                let mut plan = scene.large("a token");
                plan.proof_claims["jti"] = json!(format!("{number} of {workers}"));
                let address = scene.proxy.address;
                thread::spawn(move || over_http1(address, &plan.wire()).unwrap().status)
            })
            .collect();
        for thread in waiting {
            assert_eq!(thread.join().unwrap(), 200, "{}", scene.proxy.log());
        }
        // One call for each worker, unless the machine was so slow that some came after its answer.
        let calls = scene.exchanges().len();
        assert!(
            (1..32).contains(&calls),
            "{calls} calls of {workers} workers"
        );
        let revoked = scene.until_revoked(calls);
        assert_eq!(revoked.len(), calls, "each token once");
        assert_eq!(scene.upstream.count(), 32);
    }
}

#[test]
fn what_comes_when_nobody_waits_any_more_is_revoked() {
    let mut document = document();
    document["exchanges"]["tts"]["timeout"] = json!("3s");
    let scene = Scene::under(document, 1);
    scene.issues(|_| {}, Duration::from_millis(1000));
    let wire = scene.large("left").wire();
    let body = wire.body.clone().unwrap();
    let mut head = format!(
        "{} {} HTTP/1.1\r\nhost: {}\r\n",
        wire.method, wire.path, wire.authority
    );
    for (name, value) in &wire.fields {
        write!(head, "{name}: {}\r\n", String::from_utf8_lossy(value)).unwrap();
    }
    write!(head, "content-length: {}\r\n\r\n", body.len()).unwrap();
    let mut connection = Connection::to(scene.proxy.address);
    connection.send([head.as_bytes(), &body].concat());
    scene
        .proxy
        .until("the question", |_| scene.exchanges().len() == 1);
    connection.reset();
    assert_eq!(scene.until_revoked(1).len(), 1);
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(scene.proxy.count("left"), 1);
    assert_eq!(scene.proxy.count("waiting"), 0);
    // A transaction that others used up meanwhile: what was issued for nothing is revoked.
    let two: Vec<_> = ["one", "other"]
        .into_iter()
        .map(|jti| {
            let mut plan = scene.large("a payment");
            plan.proof_claims["jti"] = json!(jti);
            let address = scene.proxy.address;
            thread::spawn(move || over_http1(address, &plan.wire()).unwrap().status)
        })
        .collect();
    let mut statuses: Vec<_> = two.into_iter().map(|it| it.join().unwrap()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let calls = scene.exchanges().len();
    assert_eq!(scene.until_revoked(calls).len(), calls);
}

#[test]
fn a_token_is_good_until_the_response_has_ended() {
    let scene = Scene::under(document(), 1);
    scene.upstream.now_answers(|_| {
        sleep(Duration::from_millis(1500));
        Reply::Ok("text/plain", "slow".to_owned())
    });
    let plan = scene.large("slow");
    let address = scene.proxy.address;
    let sent = thread::spawn(move || {
        (
            over_http1(address, &plan.wire()).unwrap().status,
            Instant::now(),
        )
    });
    scene
        .proxy
        .until("the request", |_| scene.upstream.count() == 1);
    let begun = Instant::now();
    while !sent.is_finished() {
        if begun.elapsed() < Duration::from_millis(1000) {
            assert_eq!(scene.revocations().len(), 0);
        }
        sleep(Duration::from_millis(20));
    }
    assert_eq!(sent.join().unwrap().0, 200);
    assert_eq!(scene.until_revoked(1).len(), 1);
}

#[test]
fn revocation_is_tried_again_and_given_up_in_the_end() {
    let scene = Scene::under(document(), 1);
    let mut tries = 0;
    scene.does(
        |seen| wire(&tts::answer(&text(seen), mint::now().unwrap(), |_| {})),
        move |_| {
            tries += 1;
            let status = if tries == 1 { 503 } else { 200 };
            Reply::Bytes(format!("HTTP/1.1 {status} -\r\ncontent-length: 0\r\n\r\n").into_bytes())
        },
    );
    assert_eq!(scene.send(&scene.large("again")).status, 200);
    let revoked = scene.until_revoked(2);
    assert_eq!(revoked[0], revoked[1]);
    scene
        .proxy
        .until("the count", |proxy| proxy.count("revocation.ok") == 1);
    assert_eq!(scene.proxy.count("revocation.retried"), 1);
    scene.does(
        |seen| wire(&tts::answer(&text(seen), mint::now().unwrap(), |_| {})),
        |_| Reply::Bytes(b"HTTP/1.1 400 -\r\ncontent-length: 0\r\n\r\n".to_vec()),
    );
    assert_eq!(scene.send(&scene.large("refused")).status, 200);
    scene
        .proxy
        .until("the count", |proxy| proxy.count("revocation.failed") == 1);
    assert!(
        scene
            .proxy
            .log()
            .contains("tts did not revoke a token that it issued")
    );
    assert_eq!(scene.revocations().len(), 3);
}

#[test]
fn what_an_old_policy_had_issued_is_revoked_after_the_new_one() {
    let scene = Scene::under(document(), 2);
    scene.upstream.now_answers(|_| {
        sleep(Duration::from_millis(1500));
        Reply::Ok("text/plain", "slow".to_owned())
    });
    let plan = scene.large("across an update");
    let address = scene.proxy.address;
    let sent = thread::spawn(move || over_http1(address, &plan.wire()).unwrap().status);
    scene
        .proxy
        .until("the request", |_| scene.upstream.count() == 1);
    let mut document = scene.document.clone();
    document["revision"] = json!(2);
    let mut setup = scene.setup.clone();
    setup.policy = document.to_string();
    scene.proxy.update(&setup);
    assert_eq!(sent.join().unwrap(), 200);
    assert_eq!(scene.until_revoked(1).len(), 1, "{}", scene.proxy.log());
}

#[test]
fn keys_are_fetched_for_what_was_issued() {
    let mut document = document();
    let keys = json!({ "cluster": "keys", "path": "/jwks", "refresh": "300s", "max_stale": "24h" });
    document["transaction_token_issuers"]["trust"]["keys"] = keys;
    // Nobody has them until they are asked for: the first fetch fails.
    let server = Server::start(|_| Reply::Reset);
    hidden::keep(SECRET);
    let upstream = Server::upstream();
    let pdp = Server::start(|_| Reply::json(&json!({ "decision": true })));
    let tts = Server::start(|seen| {
        if is_revocation(seen) {
            Reply::json(&json!({}))
        } else {
            wire(&tts::answer(&text(seen), mint::now().unwrap(), |_| {}))
        }
    });
    let mut setup = Setup::of(&document)
        .with("upstream", upstream.port)
        .with("pdp", pdp.port)
        .with("tts", tts.port)
        .with("keys", server.port);
    let secret = ("COUNTERSIGN_EXCHANGE_SECRET", SECRET.to_owned());
    setup.environment.push(secret);
    let proxy = Proxy::start(&setup);
    sleep(Duration::from_millis(2100));
    let now = mint::now().unwrap();
    let send = |jti: &str| {
        let plan = payment(now, jti, "12500.00");
        over_http1(proxy.address, &plan.wire()).unwrap()
    };
    let answer = send("without keys");
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (503, "keys_unavailable")
    );
    assert_eq!(upstream.count(), 0);
    let set = json!({ "keys": [tts::key().published()] });
    server.now_answers(move |_| Reply::json(&set));
    let begun = Instant::now();
    let mut place = 0;
    // Failed fetches are not repeated at once.
    let status = loop {
        place += 1;
        let answer = send(&format!("with keys {place}"));
        if answer.status == 200 || begun.elapsed() > Duration::from_secs(40) {
            break answer.status;
        }
        assert_eq!(answer.code(), "keys_unavailable");
        sleep(Duration::from_millis(300));
    };
    assert_eq!(status, 200, "{}", proxy.log());
    assert_eq!(upstream.count(), 1);
    let revoked = || tts.seen().iter().filter(|it| is_revocation(it)).count();
    proxy.until("the revocations", |_| revoked() == place + 1);
}
