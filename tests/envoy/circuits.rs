//! Services that are silent: when they are left alone, for how long, and how many requests may wait for
//! one.

use crate::caller::{Caller, Issuer};
use crate::config::Setup;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::wire::Connection;
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) const ASKED: &str = "/asked/1";

/// A service, and callers whose requests are asked about.
pub(crate) struct Scene {
    pub(crate) proxy: Proxy,
    pub(crate) callers: Vec<Caller>,
    pub(crate) upstream: Server,
    pub(crate) service: Server,
}

impl Scene {
    fn start(subjects: usize, change: impl FnOnce(&mut Value)) -> Self {
        Self::on(1, subjects, change)
    }

    /// The same on so many workers.
    pub(crate) fn on(workers: u32, subjects: usize, change: impl FnOnce(&mut Value)) -> Self {
        let issuer = Issuer::with("a");
        let upstream = Server::upstream();
        let service = Server::start(|_| permit());
        let mut policy = policy(&inline(&issuer.set()));
        policy["replay"]["memory"] = json!("64MiB");
        policy["services"]["pdp"]["circuit"] = json!({ "subjects": 3, "rest": "1s" });
        change(&mut policy);
        let mut setup = Setup::of(&policy)
            .with("upstream", upstream.port)
            .with("pdp", service.port);
        setup.workers = workers;
        let callers = (0..subjects).map(|it| issuer.caller_named(&format!("subject {it}")));
        Self {
            proxy: Proxy::start(&setup),
            callers: callers.collect(),
            upstream,
            service,
        }
    }

    pub(crate) fn ask(&self, caller: usize) -> (u16, String) {
        let request = self.callers[caller].get(ASKED);
        let answer = self.proxy.exchange(request);
        (answer.status, answer.code())
    }

    /// Waits until a request that asks passes again.
    pub(crate) fn recovers(&self) -> Duration {
        let begun = Instant::now();
        while self.ask(0).0 != 200 {
            assert!(begun.elapsed() < Duration::from_secs(10), "it stays closed");
            thread::sleep(Duration::from_millis(100));
        }
        begun.elapsed()
    }
}

pub(crate) fn permit() -> Reply {
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

/// Opens the circuit, and waits until its rest is over.
fn opened(scene: &Scene) {
    scene.service.now_answers(|_| Reply::Reset);
    for caller in 0..3 {
        assert_eq!(scene.ask(caller), refused("decision_unreachable"));
    }
    assert_eq!(scene.ask(0), refused("decision_circuit_open"));
    thread::sleep(Duration::from_millis(1100));
}

/// Nobody keeps a service alone by trying it and leaving.
#[test]
fn a_trial_whose_caller_leaves_is_anothers() {
    let scene = Scene::start(4, |policy| {
        policy["waiting"]["deadline"] = json!("30s");
        policy["services"]["pdp"]["timeout"] = json!("30s");
    });
    opened(&scene);
    scene.service.now_answers(|_| Reply::Never);
    let mut connection = Connection::to(scene.proxy.address);
    connection.send(scene.callers[0].get(ASKED));
    scene
        .proxy
        .until("one tries", |proxy| proxy.count("waiting") == 1);
    assert_eq!(scene.ask(1), refused("decision_circuit_open"));
    connection.reset();
    scene
        .proxy
        .until("it left", |proxy| proxy.count("left") == 1);
    let record = scene.proxy.records().pop().unwrap();
    assert_eq!(record["service"]["name"], "pdp", "it was asked");
    scene.service.now_answers(|_| permit());
    assert_eq!(scene.ask(1).0, 200);
}

/// One that stalls does not take the places of requests that wait for something else.
#[test]
fn no_more_wait_for_a_service_than_may() {
    let scene = Scene::start(1, |policy| {
        policy["waiting"] = json!({ "deadline": "30s", "requests": 3 });
        policy["services"]["pdp"]["timeout"] = json!("30s");
        policy["services"]["pdp"]["requests"] = json!(2);
    });
    scene.service.now_answers(|_| Reply::Never);
    let caller = &scene.callers[0];
    let waiting: Vec<Connection> = (0..2)
        .map(|_| {
            let mut connection = Connection::to(scene.proxy.address);
            connection.send(caller.get(ASKED));
            connection
        })
        .collect();
    scene
        .proxy
        .until("two wait", |proxy| proxy.count("waiting") == 2);
    for _ in 0..5 {
        assert_eq!(scene.ask(0), refused("overloaded"));
    }
    assert_eq!(scene.service.count(), 2);
    // There is a place left for a request that waits for its body.
    let request = caller.post("/accounts/1/transfers", r#"{"amount":"10.00"}"#);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut connection = Connection::to(scene.proxy.address);
    connection.send(format!("{head}\r\n\r\n"));
    scene
        .proxy
        .until("three wait", |proxy| proxy.count("waiting") == 3);
    connection.send(body);
    assert_eq!(connection.answer().unwrap().status, 200);
    // Who left takes no place.
    waiting.into_iter().for_each(Connection::reset);
    scene
        .proxy
        .until("none waits", |proxy| proxy.count("waiting") == 0);
    scene.service.now_answers(|_| permit());
    assert_eq!(scene.ask(0).0, 200);
}
