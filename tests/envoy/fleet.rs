//! One proof, one use, over two proxies that share nothing but a store: a real etcd.

use crate::caller::{Caller, Issuer};
use crate::config::Setup;
use crate::etcd::Etcd;
use crate::mint::now;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Seen, Server};
use crate::wire::Connection;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

const BODY: &str = r#"{"amount":"10.00"}"#;
const TRANSFERS: &str = "/accounts/1/transfers";

/// The policy of the tests, with payments used once in the fleet.
fn document(issuer: &Issuer) -> Value {
    let mut policy = policy(&inline(&issuer.set()));
    policy["replay"]["store"] = json!("etcd");
    policy["stores"] =
        json!({ "etcd": { "protocol": "etcd", "cluster": "etcd", "timeout": "1s" } });
    policy["routes"][2]["replay"] = json!("fleet");
    policy
}

fn proxy(policy: &Value, upstream: &Server, etcd: u16, workers: u32) -> Proxy {
    let mut setup = Setup::of(policy)
        .with("upstream", upstream.port)
        .with("etcd", etcd);
    setup.workers = workers;
    let proxy = Proxy::start(&setup);
    proxy.until("leases on all workers", |proxy| {
        proxy.count("store.lease_ok") >= u64::from(workers)
    });
    proxy
}

fn pay(proxy: &Proxy, caller: &Caller) -> (u16, String) {
    let answer = proxy.exchange(caller.post(TRANSFERS, BODY));
    (answer.status, answer.code())
}

fn replayed() -> (u16, String) {
    (401, "proof_replayed".to_owned())
}

fn unavailable(code: &str) -> (u16, String) {
    (503, code.to_owned())
}

const FORWARDED: (u16, String) = (200, String::new());

#[test]
fn a_proof_used_on_one_proxy_is_used_on_the_other_where_the_route_says_so() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let etcd = Etcd::start();
    let document = document(&issuer);
    let [first, second] = [(); 2].map(|()| proxy(&document, &upstream, etcd.port, 1));
    let caller = issuer.caller();

    // On other routes each has its own log, and etcd hears of nothing.
    let read = caller.get("/accounts/1");
    for proxy in [&first, &second] {
        assert_eq!(proxy.exchange(&read).status, 200);
        assert_eq!(proxy.exchange(&read).code(), "proof_replayed");
        assert_eq!(proxy.records().last().unwrap()["replay_scope"], "host");
    }
    assert_eq!((etcd.transactions(), etcd.entries()), (0, 0));
    assert_eq!(upstream.count(), 2);

    let payment = caller.post(TRANSFERS, BODY);
    assert_eq!(first.exchange(&payment).status, 200);
    assert_eq!(first.records().last().unwrap()["replay_scope"], "fleet");
    assert_eq!((etcd.transactions(), etcd.entries()), (1, 1));
    assert_eq!(second.exchange(&payment).code(), "proof_replayed");
    let record = second.records().last().unwrap().clone();
    assert_eq!(record["replay_scope"], "fleet");
    assert_eq!((etcd.transactions(), etcd.entries()), (2, 1));
    // What a proxy knows of it asks no more.
    for proxy in [&first, &second] {
        assert_eq!(proxy.exchange(&payment).code(), "proof_replayed");
    }
    assert_eq!((etcd.transactions(), upstream.count()), (2, 3));

    // Junk that is refused without it does not reach it either.
    let other = caller.head("POST", TRANSFERS) + "content-type: text/plain\r\n";
    let answer = first.exchange(other + "content-length: 2\r\n\r\n{}");
    assert_eq!(answer.code(), "body_type");
    assert_eq!(etcd.transactions(), 2);
    assert_eq!(
        (first.count("store.asked"), second.count("store.asked")),
        (1, 1)
    );
    assert_eq!((first.count("waiting"), second.count("waiting")), (0, 0));
}

#[test]
fn of_sixty_four_copies_over_two_proxies_one_passes() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let etcd = Etcd::start();
    let document = document(&issuer);
    let proxies = [(); 2].map(|()| proxy(&document, &upstream, etcd.port, 2));
    for round in 1..=5 {
        let request = issuer.caller().post(TRANSFERS, BODY);
        let start = Arc::new(Barrier::new(64));
        let clients: Vec<_> = (0..64)
            .map(|number| {
                let (start, request) = (Arc::clone(&start), request.clone());
                let mut connection = Connection::to(proxies[number % 2].address);
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
        assert_eq!(
            answers,
            BTreeMap::from([(FORWARDED, 1), (replayed(), 63)]),
            "round {round}"
        );
        assert_eq!(upstream.count(), round);
        // Each proxy asked once: its own log took the first of its copies.
        assert_eq!(etcd.transactions(), 2 * u64::try_from(round).unwrap());
    }
}

#[test]
fn without_the_store_payments_are_refused_until_it_is_back() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let mut etcd = Etcd::start();
    let proxy = proxy(&document(&issuer), &upstream, etcd.port, 1);
    let caller = issuer.caller();
    assert_eq!(pay(&proxy, &caller), FORWARDED);

    etcd.stop();
    assert_eq!(pay(&proxy, &caller), unavailable("store_unreachable"));
    let record = proxy.records().last().unwrap().clone();
    assert_eq!(record["replay_scope"], "host", "the store has not said");
    assert_eq!(proxy.exchange(caller.get("/accounts/1")).status, 200);

    etcd.restart(true);
    proxy.until("payments again", |proxy| pay(proxy, &caller) == FORWARDED);

    // Its leases are gone with its data: the first entry finds that out, and another is granted.
    etcd.restart(false);
    proxy.until("a lost lease", |proxy| {
        pay(proxy, &caller) == unavailable("store_lease")
    });
    proxy.until("payments under a new lease", |proxy| {
        pay(proxy, &caller) == FORWARDED
    });
    assert_eq!(proxy.count("waiting"), 0);
}

/// Under the shortest windows, so that it can be waited for.
#[test]
fn entries_go_when_no_proof_of_theirs_can_pass_any_more() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let etcd = Etcd::start();
    let mut document = document(&issuer);
    document["dpop"] = json!({ "max_age": "2s", "max_ahead": "1s" });
    document["stores"]["etcd"]["timeout"] = json!("500ms");
    document["stores"]["etcd"]["clock_skew"] = json!("1s");
    let proxy = proxy(&document, &upstream, etcd.port, 1);
    let caller = issuer.caller();
    let begun = Instant::now();
    assert_eq!(pay(&proxy, &caller), FORWARDED);
    let seconds = |count| Duration::from_secs(count);
    while etcd.entries() > 0 {
        assert!(begun.elapsed() < seconds(60), "it never goes");
        thread::sleep(Duration::from_millis(100));
    }
    // The window is three seconds, and the least margin eleven and a half.
    assert!(begun.elapsed() > seconds(14), "it went too early");
    // Leases were rolled meanwhile, and payments go on.
    assert!(etcd.leases() >= 4);
    assert_eq!(pay(&proxy, &caller), FORWARDED);
}

/// A stand-in that grants leases as etcd does, and answers transactions so.
fn store(answer: impl Fn() -> Reply + Send + 'static) -> Server {
    Server::start(etcd_with(answer))
}

fn etcd_with(answer: impl Fn() -> Reply + Send + 'static) -> impl FnMut(&Seen) -> Reply + Send {
    move |seen: &Seen| {
        if seen.head.starts_with("POST /v3/kv/txn ") {
            return answer();
        }
        assert!(seen.head.starts_with("POST /v3/lease/grant "), "{seen:?}");
        let asked: Value = serde_json::from_slice(&seen.body).unwrap();
        say(200, &json!({ "ID": "7", "TTL": asked["TTL"] }), 0)
    }
}

/// An answer with the header of every answer, by a clock that is so many seconds ahead.
fn say(status: u16, members: &Value, ahead: i64) -> Reply {
    let mut body = members.clone();
    body["header"] = json!({ "revision": "2" });
    let body = body.to_string();
    let length = body.len();
    let date = jiff::Timestamp::from_second(now().unwrap() + ahead).unwrap();
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT");
    Reply::Bytes(
        format!(
            "HTTP/1.1 {status} Some\r\ncontent-type: application/json\r\ndate: {date}\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
        .into_bytes(),
    )
}

fn created() -> Value {
    json!({ "succeeded": true, "responses": [{ "response_put": { "header": {} } }] })
}

#[test]
fn nothing_but_an_entry_that_was_created_lets_a_payment_pass() {
    type Row = (&'static str, fn() -> Reply, (u16, &'static str));
    let rows: &[Row] = &[
        ("created", || say(200, &created(), 0), (200, "")),
        ("there", || say(200, &json!({}), 0), (401, "proof_replayed")),
        (
            "empty transaction",
            || say(200, &json!({ "succeeded": true }), 0),
            (503, "store_malformed"),
        ),
        (
            "an error",
            || say(500, &created(), 0),
            (503, "store_status"),
        ),
        (
            "a clock ahead",
            || say(200, &created(), 60),
            (503, "store_clock"),
        ),
        (
            "a clock behind",
            || say(200, &created(), -60),
            (503, "store_clock"),
        ),
        (
            "no clock",
            || {
                let mut body = created();
                body["header"] = json!({ "revision": "2" });
                Reply::json(&body)
            },
            (503, "store_clock"),
        ),
        (
            "not JSON",
            || Reply::Ok("text/html", "ok".to_owned()),
            (503, "store_malformed"),
        ),
        (
            "a flood",
            || say(200, &json!({ "x": "x".repeat(5000) }), 0),
            (503, "store_malformed"),
        ),
        ("a reset", || Reply::Reset, (503, "store_unreachable")),
        ("nothing", || Reply::Never, (503, "store_timeout")),
        // Last: the gate asks for another.
        (
            "no lease",
            || say(404, &json!({ "code": 5 }), 0),
            (503, "store_lease"),
        ),
    ];
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let store = store(|| say(500, &json!({}), 0));
    let proxy = proxy(&document(&issuer), &upstream, store.port, 1);
    let caller = issuer.caller();
    for (name, answer, (status, code)) in rows {
        store.now_answers(etcd_with(answer));
        let before = upstream.count();
        let paid = pay(&proxy, &caller);
        assert_eq!(paid, (*status, (*code).to_owned()), "{name}");
        let forwarded = usize::from(*status == 200);
        assert_eq!(upstream.count() - before, forwarded, "{name}");
        assert_eq!(proxy.count("waiting"), 0, "{name}");
    }
}

#[test]
fn a_store_without_a_cluster_or_without_leases_refuses() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let mut document = document(&issuer);
    // Nothing listens there.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    for cluster in ["etcd", "elsewhere"] {
        document["stores"]["etcd"]["cluster"] = json!(cluster);
        let setup = Setup::of(&document)
            .with("upstream", upstream.port)
            .with("etcd", port);
        let proxy = Proxy::start(&setup);
        proxy.until("a failure", |proxy| proxy.count("store.lease_failed") > 1);
        let caller = issuer.caller();
        assert_eq!(pay(&proxy, &caller), unavailable("store_lease"));
        assert_eq!(proxy.exchange(caller.get("/accounts/1")).status, 200);
        let told = proxy.log().matches("grants no lease").count();
        assert!((1..=2).contains(&told), "once on each thread: {told}");
    }
}

/// The body may come before, while or after the store is asked, and the client may go.
#[test]
fn the_request_is_held_whatever_arrives_meanwhile() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let slow = store(|| {
        thread::sleep(Duration::from_millis(600));
        say(200, &created(), 0)
    });
    let proxy = proxy(&document(&issuer), &upstream, slow.port, 1);
    let caller = issuer.caller();
    for pause in [0, 200, 1200] {
        let before = upstream.count();
        let request = caller.post(TRANSFERS, BODY);
        let (head, body) = request.split_at(request.len() - BODY.len());
        let mut connection = Connection::to(proxy.address);
        connection.send(head);
        thread::sleep(Duration::from_millis(pause));
        assert_eq!(upstream.count(), before, "the head went on alone");
        connection.send(body);
        if pause < 600 {
            thread::sleep(Duration::from_millis(100));
            assert_eq!(upstream.count(), before, "the store was not awaited");
        }
        assert_eq!(connection.answer().unwrap().status, 200);
    }
    let mut connection = Connection::to(proxy.address);
    connection.send(caller.post(TRANSFERS, BODY));
    proxy.until("one waits", |proxy| proxy.count("waiting") == 1);
    connection.reset();
    proxy.until("none waits", |proxy| proxy.count("waiting") == 0);
    proxy.until("its record is there", |proxy| {
        let records = proxy.records();
        records
            .last()
            .is_some_and(|it| it["reason"] == "request_ended")
    });
    assert_eq!(upstream.count(), 3);
}

/// Each worker for itself: the declared minimum. A new configuration does not forget.
#[test]
fn the_scope_worker_is_the_memory_of_each_worker() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let mut document = policy(&inline(&issuer.set()));
    document["replay"]["scope"] = json!("worker");
    let mut setup = Setup::of(&document).with("upstream", upstream.port);
    setup.dynamic = true;
    let proxy = Proxy::start(&setup);
    let request = issuer.caller().get("/accounts/1");
    assert_eq!(proxy.exchange(&request).status, 200);
    assert_eq!(proxy.exchange(&request).code(), "proof_replayed");
    assert_eq!(proxy.records().last().unwrap()["replay_scope"], "worker");

    document["revision"] = json!(8);
    setup.policy = document.to_string();
    proxy.update(&setup);
    proxy.until("revision 8", |proxy| {
        proxy.exchange(issuer.caller().get("/accounts/1"));
        proxy.records().last().unwrap()["revision"] == 8
    });
    assert_eq!(proxy.exchange(&request).code(), "proof_replayed");
}
