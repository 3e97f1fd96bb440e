//! Services that stall while requests go on: who asks is refused, who does not is not slowed, and it ends
//! by itself. And how often each service is asked.

use crate::caller::{Caller, Issuer};
use crate::checker::{Checker, Verdict};
use crate::config::Setup;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::wire::Connection;
use envoy_types::pb::envoy::service::auth::v3::CheckResponse;
use envoy_types::pb::google::rpc;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const ASKED: &str = "/asked/1";
const PLAIN: &str = "/accounts/1";

struct Scene {
    proxy: Proxy,
    callers: Vec<Caller>,
    upstream: Server,
    service: Server,
}

impl Scene {
    fn start(subjects: usize, change: impl FnOnce(&mut Value)) -> Self {
        let issuer = Issuer::with("a");
        let upstream = Server::upstream();
        let service = Server::start(|_| permit());
        let mut policy = policy(&inline(&issuer.set()));
        policy["replay"]["memory"] = json!("64MiB");
        policy["services"]["pdp"]["circuit"] = json!({ "subjects": 3, "rest": "1s" });
        change(&mut policy);
        let setup = Setup::of(&policy)
            .with("upstream", upstream.port)
            .with("pdp", service.port);
        let callers = (0..subjects).map(|it| issuer.caller_named(&format!("subject {it}")));
        Self {
            proxy: Proxy::start(&setup),
            callers: callers.collect(),
            upstream,
            service,
        }
    }

    fn ask(&self, caller: usize) -> (u16, String) {
        let request = self.callers[caller].get(ASKED);
        let answer = self.proxy.exchange(request);
        (answer.status, answer.code())
    }

    /// Waits until a request that asks passes again.
    fn recovers(&self) -> Duration {
        let begun = Instant::now();
        while self.ask(0).0 != 200 {
            assert!(begun.elapsed() < Duration::from_secs(10), "it stays closed");
            thread::sleep(Duration::from_millis(100));
        }
        begun.elapsed()
    }
}

fn permit() -> Reply {
    Reply::json(&json!({ "decision": true }))
}

fn refused(code: &str) -> (u16, String) {
    (503, code.to_owned())
}

#[test]
fn a_service_that_is_silent_to_several_is_left_alone_until_it_answers() {
    let scene = Scene::start(4, |_| ());
    assert_eq!(scene.ask(0).0, 200);
    scene.service.now_answers(|_| Reply::Reset);
    // One subject alone takes it from nobody.
    for _ in 0..5 {
        assert_eq!(scene.ask(0), refused("decision_unreachable"));
    }
    assert_eq!(scene.proxy.count("circuit.opened"), 0);
    for caller in [1, 2] {
        assert_eq!(scene.ask(caller), refused("decision_unreachable"));
    }
    let asked = scene.service.count();
    for caller in [0, 1, 2, 3] {
        let begun = Instant::now();
        assert_eq!(scene.ask(caller), refused("decision_circuit_open"));
        assert!(begun.elapsed() < Duration::from_millis(300), "at once");
    }
    assert_eq!(scene.service.count(), asked, "nobody asks");
    let record = scene.proxy.records().pop().unwrap();
    assert_eq!(record["service"]["answer"], "decision_circuit_open");
    assert_eq!(record["service"]["latency_ms"], 0);
    scene
        .proxy
        .until("a word of it", |proxy| proxy.count("circuit.opened") == 1);
    // One question tries, in vain; then one that is answered.
    thread::sleep(Duration::from_millis(1100));
    assert_eq!(scene.ask(3), refused("decision_unreachable"));
    assert_eq!(scene.ask(3), refused("decision_circuit_open"));
    scene.service.now_answers(|_| permit());
    assert_eq!(scene.ask(3), refused("decision_circuit_open"), "it rests");
    thread::sleep(Duration::from_millis(1100));
    assert_eq!(scene.ask(3).0, 200);
    assert_eq!(scene.ask(0).0, 200);
    scene
        .proxy
        .until("a word of it", |proxy| proxy.count("circuit.closed") == 1);
}

/// Has the service stall for this long under load, and compares what a request costs that does not ask.
fn stall(how_long: Duration) -> f64 {
    let scene = Arc::new(Scene::start(24, |_| ()));
    let stop = Arc::new(AtomicBool::new(false));
    let allowed = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..3)
        .map(|client| {
            let (scene, stop, allowed) =
                (Arc::clone(&scene), Arc::clone(&stop), Arc::clone(&allowed));
            thread::spawn(move || {
                let mut next = client;
                while !stop.load(Ordering::Relaxed) {
                    next = (next + 3) % scene.callers.len();
                    let (status, code) = scene.ask(next);
                    assert!(status == 200 || status == 503, "{status} {code}");
                    allowed.fetch_add(usize::from(status == 200), Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(15));
                }
            })
        })
        .collect();
    let before = latency(&scene, how_long / 2);
    let memory = scene.proxy.memory();
    scene.service.now_answers(|_| Reply::Never);
    // What was asked before may still be answered.
    thread::sleep(Duration::from_millis(200));
    let passed = allowed.load(Ordering::Relaxed);
    let during = latency(&scene, how_long);
    assert_eq!(
        allowed.load(Ordering::Relaxed),
        passed,
        "allowed without an answer"
    );
    assert!(scene.proxy.count("circuit.opened") > 0);
    scene.service.now_answers(|_| permit());
    let took = scene.recovers();
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    let grown = scene.proxy.memory().saturating_sub(memory);
    assert!(grown < 64 << 20, "grew by {grown} bytes");
    assert_eq!(scene.proxy.count("waiting"), 0);
    let asked = scene.upstream.seen();
    let asked = asked.iter().filter(|it| it.head.contains(ASKED)).count();
    assert!(
        asked >= allowed.load(Ordering::Relaxed),
        "each went upstream"
    );
    let ratio = during.as_secs_f64() / before.as_secs_f64();
    let line = format!(
        "a request that does not ask: {before:?}, and {during:?} while the service stalls for \
         {how_long:?}: {ratio:.2}; back after {took:?}; {} KiB more memory\n",
        grown >> 10
    );
    std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
    ratio
}

/// The median time of a request that does not ask, one after the other for this long.
fn latency(scene: &Scene, how_long: Duration) -> Duration {
    let begun = Instant::now();
    let mut times = Vec::new();
    let mut connection = Connection::to(scene.proxy.address);
    while begun.elapsed() < how_long {
        let request = scene.callers[times.len() % scene.callers.len()].get(PLAIN);
        let sent = Instant::now();
        connection.send(request);
        assert_eq!(connection.answer().expect("an answer").status, 200);
        times.push(sent.elapsed());
        thread::sleep(Duration::from_millis(5));
    }
    times.sort_unstable();
    times[times.len() / 2]
}

#[test]
fn requests_that_do_not_ask_are_not_slowed_while_a_service_stalls() {
    // Others use this machine too: what would be seen is a wait for the service, a hundredfold.
    let ratio = stall(Duration::from_secs(4));
    assert!(ratio < 4.0, "{ratio}");
}

#[test]
#[ignore = "a minute: make stall"]
fn requests_that_do_not_ask_are_not_slowed_for_a_minute() {
    let ratio = stall(Duration::from_mins(1));
    assert!(ratio < 2.0, "{ratio}");
}

/// Each route asks its own service, in its own protocol; and nobody is asked below the threshold.
#[test]
fn each_service_is_asked_once_for_each_request_that_is_risky_enough() {
    let rules = Server::start(|_| Reply::json(&json!({ "result": { "allow": true } })));
    let checker = Checker::start(|_| {
        Verdict::Says(Box::new(CheckResponse {
            status: Some(rpc::Status::default()),
            ..CheckResponse::default()
        }))
    });
    let service = Server::start(|_| permit());
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let mut policy = policy(&inline(&issuer.set()));
    policy["replay"]["memory"] = json!("64MiB");
    let named = [
        (
            "ruled",
            json!({ "protocol": "opa", "cluster": "opa", "path": "/v1/data/gate", "timeout": "2s" }),
        ),
        (
            "checked",
            json!({ "protocol": "ext_authz", "cluster": "check", "timeout": "2s" }),
        ),
    ];
    for (name, service) in named {
        policy["services"][name] = service;
        let mut route = policy["routes"][1].clone();
        route["name"] = json!(name);
        route["match"]["path"] = json!(format!("/{name}/{{id}}"));
        route["step_up"]["ask"] = json!(name);
        policy["routes"].as_array_mut().unwrap().push(route);
    }
    policy["services"]["pdp"]["timeout"] = json!("2s");
    let setup = Setup::of(&policy)
        .with("upstream", upstream.port)
        .with("pdp", service.port)
        .with("opa", rules.port)
        .with_grpc("check", checker.port);
    let proxy = Proxy::start(&setup);
    let callers: Vec<Caller> = (0..8).map(|_| issuer.caller()).collect();
    let mut connection = Connection::to(proxy.address);
    let mut sent = [0; 4];
    for number in 0..400 {
        // A fixed mix of kinds, none of which follows another for long.
        let kind = [0, 0, 1, 0, 2, 0, 3, 1, 0, 3, 2][number % 11];
        let path = [PLAIN, ASKED, "/ruled/1", "/checked/1"][kind];
        connection.send(callers[number % callers.len()].get(path));
        let answer = connection.answer().expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.code());
        sent[kind] += 1;
        let asked = [service.count(), rules.count(), checker.count()];
        assert_eq!(asked, sent[1..], "after {number} requests");
    }
    assert_eq!(proxy.count("asked"), 400 - u64::try_from(sent[0]).unwrap());
    assert_eq!(upstream.count(), 400);
    let input: Value = serde_json::from_slice(&rules.seen()[0].body).unwrap();
    assert_eq!(input["input"]["subject"]["id"], "alice");
    assert!(
        rules.seen()[0]
            .head
            .starts_with("POST /v1/data/gate HTTP/1.1")
    );
}
