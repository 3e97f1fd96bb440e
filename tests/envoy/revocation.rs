//! Status lists from a real server, and deny lists that change while the proxy runs.

use crate::config::Setup;
use crate::hidden;
use crate::mint;
use crate::policy::{fetched, inline, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Seen, Server};
use crate::support::plan::{Plan, Signer, issuer_key, next_issuer_key};
use crate::wire::{Answer, Connection};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const MEDIA_TYPE: &str = "application/statuslist+jwt";

fn uri(number: u32) -> String {
    format!("https://as.example.com/statuslists/{number}")
}

fn path(number: u32) -> String {
    format!("/statuslists/{number}")
}

/// A list of one token, with this status.
fn list(number: u32, status: u8) -> String {
    list_of(&uri(number), &[status], 3600, &issuer_key())
}

fn list_of(uri: &str, statuses: &[u8], lifetime: i64, signer: &Signer) -> String {
    let now = mint::now().unwrap();
    let lst = URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(statuses, 9));
    signer.sign(
        &json!({ "typ": "statuslist+jwt", "alg": "ES256", "kid": signer.kid }),
        &json!({
            "sub": uri,
            "iat": now,
            "exp": now + lifetime,
            "status_list": { "bits": 8, "lst": lst },
        }),
    )
}

fn keys() -> Value {
    json!({ "keys": [issuer_key().published()] })
}

/// A policy with the lists of these numbers, which one server has.
fn with_lists(keys: &Value, numbers: &[u32], max_stale: &str) -> Value {
    let mut policy = policy(keys);
    for number in numbers {
        policy["status_lists"][format!("list-{number}")] = json!({
            "uri": uri(*number),
            "issuer": "corp",
            "cluster": "as",
            "path": path(*number),
            "refresh": "1s",
            "max_stale": max_stale,
            "timeout": "500ms",
        });
    }
    policy["issuers"]["corp"]["leeway"] = json!("1ms");
    policy
}

fn start(policy: &Value, lists: &Server, upstream: &Server, workers: u32) -> Proxy {
    let mut setup = Setup::of(policy)
        .with("upstream", upstream.port)
        .with("as", lists.port);
    setup.workers = workers;
    Proxy::start(&setup)
}

/// What the server says to the paths of these lists.
fn serves(lists: Vec<(u32, String)>) -> impl Fn(&Seen) -> Reply + Send + 'static {
    move |seen| {
        let asked = seen.head.split(' ').nth(1).unwrap();
        if asked == "/jwks" {
            return Reply::json(&keys());
        }
        let found = lists.iter().find(|(number, _)| path(*number) == asked);
        match found {
            Some((_, text)) => Reply::Ok(MEDIA_TYPE, text.clone()),
            None => Reply::Bytes(b"HTTP/1.1 404 -\r\ncontent-length: 0\r\n\r\n".to_vec()),
        }
    }
}

/// A request with a fresh proof and a token that refers to the first entry of a list.
fn request(number: u32) -> String {
    with_claims(&|claims| {
        claims["status"] = json!({ "status_list": { "idx": 0, "uri": uri(number) } });
    })
}

fn with_claims(change: &dyn Fn(&mut Value)) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // A proof may be dated as far ahead as the policy lets it be: the log refuses what could have been
    // used before it began.
    let now = mint::now().unwrap() + 1;
    let mut plan = Plan::read(
        now,
        &format!("proof {}", NEXT.fetch_add(1, Ordering::Relaxed)),
    );
    plan.token_claims["jti"] = json!("the token");
    change(&mut plan.token_claims);
    let wire = plan.wire();
    let mut text = format!("GET {} HTTP/1.1\r\nhost: {}\r\n", wire.path, wire.authority);
    for (name, value) in &wire.fields {
        let value = String::from_utf8(value.clone()).unwrap();
        hidden::keep(value.rsplit(' ').next().unwrap());
        text.extend([name, ": ", &value, "\r\n"]);
    }
    text + "\r\n"
}

fn verdict(answer: &Answer) -> (u16, String) {
    let code = if answer.status == 200 {
        String::new()
    } else {
        answer.code()
    };
    (answer.status, code)
}

fn get(proxy: &Proxy, number: u32) -> (u16, String) {
    verdict(&proxy.exchange(request(number)))
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn passed() -> (u16, String) {
    refused(200, "")
}

/// The bound is a matter of arithmetic, which `src/revocation/tests/store.rs` holds over simulated
/// time. Here it is measured, and only that it comes about is asserted.
#[test]
fn a_token_that_is_revoked_is_refused_by_every_worker() {
    let lists = Server::start(serves(vec![(1, list(1, 0))]));
    let upstream = Server::upstream();
    let policy = with_lists(&inline(&keys()), &[1], "60s");
    let proxy = start(&policy, &lists, &upstream, 2);
    for _ in 0..8 {
        assert_eq!(get(&proxy, 1), passed(), "{}", proxy.log());
    }
    let seen = lists.seen();
    assert_eq!(seen[0].header("accept"), [MEDIA_TYPE]);
    assert_eq!(seen[0].header("host"), ["as"]);
    let mut measured = Vec::new();
    for (status, code) in [
        (1, "token_revoked"),
        (2, "token_suspended"),
        (9, "status_unknown"),
    ] {
        lists.now_answers(serves(vec![(1, list(1, status))]));
        let begun = Instant::now();
        proxy.until("a refusal", |_| get(&proxy, 1) == refused(401, code));
        measured.push((code, begun.elapsed()));
        proxy.until("refusals alone", |_| {
            (0..16).all(|_| get(&proxy, 1) == refused(401, code))
        });
    }
    show(&measured);
    lists.now_answers(serves(vec![(1, list(1, 0))]));
    proxy.until("it is valid again", |_| get(&proxy, 1) == passed());
    let record = &proxy.records()[0];
    assert_eq!(record["status_list"], "list-1");
    assert_eq!(proxy.count("status.fetch_failed"), 0);
}

#[expect(clippy::print_stdout, reason = "what was measured")]
fn show(measured: &[(&str, Duration)]) {
    for (code, took) in measured {
        println!("{code} {took:?} after its publication, with refresh: 1s");
    }
}

#[test]
fn requests_wait_for_a_list_that_is_not_at_hand() {
    let slow = serves(vec![(1, list(1, 0))]);
    let lists = Server::start(move |seen| {
        thread::sleep(Duration::from_millis(400));
        slow(seen)
    });
    let upstream = Server::upstream();
    let mut policy = with_lists(&fetched(), &[1], "60s");
    policy["status_lists"]["list-1"]["refresh"] = json!("60s");
    let setup = Setup {
        workers: 2,
        dynamic: true,
        ..Setup::of(&policy)
            .with("upstream", upstream.port)
            .with("as", lists.port)
    };
    let proxy = Proxy::start(&setup);
    let asked: Vec<_> = (0..16)
        .map(|_| {
            let mut connection = Connection::to(proxy.address);
            connection.send(request(1));
            connection
        })
        .collect();
    for mut connection in asked {
        let answer = connection.answer().unwrap();
        assert_eq!(verdict(&answer), passed(), "{}", proxy.log());
    }
    // The keys, then the list that they verify: each once for two workers and the main thread.
    assert_eq!(lists.count(), 2);
    let paths: Vec<_> = lists
        .seen()
        .iter()
        .map(|seen| seen.head.split(' ').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(paths, ["/jwks", "/statuslists/1"]);
    assert_eq!(proxy.count("waiting"), 0);
}

#[test]
fn without_its_server_a_list_serves_for_its_time() {
    let upstream = Server::upstream();
    // The one ends by the policy, the other by itself.
    let lists = Server::start(|seen| {
        let short = list_of(&uri(2), &[0], 6, &issuer_key());
        serves(vec![(1, list(1, 0)), (2, short)])(seen)
    });
    let mut policy = with_lists(&inline(&keys()), &[1, 2], "60s");
    policy["status_lists"]["list-1"]["max_stale"] = json!("4s");
    let proxy = start(&policy, &lists, &upstream, 1);
    assert_eq!([get(&proxy, 1), get(&proxy, 2)], [passed(), passed()]);
    lists.now_answers(|_| Reply::Reset);
    proxy.until("failures", |proxy| proxy.count("status.fetch_failed") > 1);
    assert_eq!(get(&proxy, 1), passed(), "the last good one serves");
    let gone = refused(503, "status_unavailable");
    proxy.until("the ends", |_| {
        [get(&proxy, 1), get(&proxy, 2)] == [gone.clone(), gone.clone()]
    });
    lists.now_answers(serves(vec![(1, list(1, 0)), (2, list(2, 0))]));
    proxy.until("the server", |_| {
        [get(&proxy, 1), get(&proxy, 2)] == [passed(), passed()]
    });
}

#[test]
fn no_bad_list_is_taken() {
    let bomb = list_of(&uri(4), &vec![0; 2 << 20], 3600, &issuer_key());
    assert!(bomb.len() < 16 * 1024);
    // The thief says that it is the issuer.
    let thief = Signer::of(3, "issuer-1");
    let bad = vec![
        (1, list(2, 0)),
        (2, list_of(&uri(2), &[0], 3600, &thief)),
        (3, list_of(&uri(3), &[0], -1, &issuer_key())),
        (4, bomb),
        (5, "x".repeat(1100 * 1024)),
        (6, keys().to_string()),
    ];
    let lists = Server::start(serves(bad));
    let upstream = Server::upstream();
    let policy = with_lists(&inline(&keys()), &[1, 2, 3, 4, 5, 6, 7], "60s");
    let proxy = start(&policy, &lists, &upstream, 1);
    proxy.until("failures", |proxy| proxy.count("status.fetch_failed") >= 7);
    for number in 1..=7 {
        let unavailable = refused(503, "status_unavailable");
        assert_eq!(get(&proxy, number), unavailable, "{number}");
    }
    assert_eq!(get(&proxy, 8), refused(401, "status_list_unknown"));
    assert_eq!((proxy.count("status.fetch_ok"), upstream.count()), (0, 0));
    let log = proxy.log();
    for fault in [
        "Subject",
        "Signature",
        "Expired",
        "Compression",
        "Malformed",
    ] {
        assert!(
            log.contains(&format!("may not be used: {fault}")),
            "{fault}: {log}"
        );
    }
    // One that is good, and too short.
    let empty = list_of(&uri(1), &[], 3600, &issuer_key());
    lists.now_answers(serves(vec![(1, empty)]));
    proxy.until("a good list", |proxy| proxy.count("status.fetch_ok") > 0);
    assert_eq!(get(&proxy, 1), refused(401, "status_out_of_range"));
    assert_eq!(upstream.count(), 0);
}

#[test]
fn a_list_that_a_new_key_signs_brings_the_key() {
    let lists = Server::start(serves(vec![(1, list(1, 0))]));
    let upstream = Server::upstream();
    let proxy = start(&with_lists(&fetched(), &[1], "60s"), &lists, &upstream, 2);
    assert_eq!(get(&proxy, 1), passed());
    assert_eq!(proxy.count("keys.fetch_ok"), 1);
    let both = json!({ "keys": [issuer_key().published(), next_issuer_key().published()] });
    let revoking = list_of(&uri(1), &[1], 3600, &next_issuer_key());
    lists.now_answers(move |seen| {
        if seen.head.starts_with("GET /jwks ") {
            Reply::json(&both)
        } else {
            Reply::Ok(MEDIA_TYPE, revoking.clone())
        }
    });
    proxy.until("the new list", |_| {
        get(&proxy, 1) == refused(401, "token_revoked")
    });
    assert_eq!(proxy.count("keys.fetch_ok"), 2, "300s before they are due");
}

#[test]
fn a_new_entry_of_the_deny_list_acts_on_the_next_request() {
    let upstream = Server::upstream();
    let mut document = policy(&inline(&keys()));
    let mut setup = Setup::of(&document).with("upstream", upstream.port);
    setup.dynamic = true;
    setup.workers = 2;
    let proxy = Proxy::start(&setup);
    let ask = || verdict(&proxy.exchange(with_claims(&|_| {})));
    for _ in 0..8 {
        assert_eq!(ask(), passed());
    }
    document["revision"] = json!(8);
    document["deny"] = json!({ "jti": ["the token"] });
    setup.policy = document.to_string();
    proxy.update(&setup);
    proxy.until("the new policy", |_| ask() == refused(401, "token_denied"));
    // Each request from then on is judged by it: the old one drains, and takes none.
    for _ in 0..16 {
        assert_eq!(ask(), refused(401, "token_denied"));
    }
    for record in proxy.records() {
        let is_new = record["revision"] == 8;
        assert_eq!(record["reason"] == "token_denied", is_new, "{record}");
    }
}
