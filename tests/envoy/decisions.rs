//! A decision service in every mood, and requests that wait for it.

use crate::caller::{Caller, Issuer};
use crate::config::Setup;
use crate::http2::{self, Message};
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Seen, Server};
use crate::wire::Connection;
use serde_json::json;
use std::time::{Duration, Instant};

const PATH: &str = "/asked/1";

struct Scene {
    proxy: Proxy,
    caller: Caller,
    upstream: Server,
    service: Server,
}

fn start(change: impl FnOnce(&mut serde_json::Value)) -> Scene {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let service = Server::start(|_| permit(true));
    let mut policy = policy(&inline(&issuer.set()));
    change(&mut policy);
    let setup = Setup::of(&policy)
        .with("upstream", upstream.port)
        .with("pdp", service.port);
    Scene {
        proxy: Proxy::start(&setup),
        caller: issuer.caller(),
        upstream,
        service,
    }
}

fn permit(decision: bool) -> Reply {
    Reply::json(&json!({ "decision": decision }))
}

fn after(pause: u64) -> impl FnMut(&Seen) -> Reply + Send {
    move |_| {
        std::thread::sleep(Duration::from_millis(pause));
        permit(true)
    }
}

/// An answer with this first line and header lines, and a body that says yes.
fn saying_yes(lines: &str) -> Reply {
    let body = r#"{"decision":true}"#;
    let kind = "content-type: application/json";
    Reply::Bytes(format!("HTTP/1.1 {lines}\r\n{kind}\r\n\r\n{body}").into_bytes())
}

/// An answer of JSON.
fn saying(body: &str) -> Reply {
    Reply::Ok("application/json", body.to_owned())
}

/// An answer of so many bytes.
fn huge(size: usize) -> Reply {
    saying(&" ".repeat(size))
}

/// What services answer that is no clear yes, and the reasons that may come of it.
fn no_clear_yes() -> Vec<(&'static str, Reply, &'static [&'static str])> {
    // An exchange that ended before its answer: the proxy says 503 in the service's name.
    let broken: &[&str] = &["decision_unreachable", "decision_status"];
    let malformed: &[&str] = &["decision_malformed"];
    let status: &[&str] = &["decision_status"];
    let html = Reply::Ok("text/html", r#"{"decision":true}"#.to_owned());
    vec![
        ("no", permit(false), &["decision_denied"]),
        ("a reset", Reply::Reset, broken),
        ("silence", Reply::Never, &["decision_timeout"]),
        ("100 KB", huge(100 * 1024), &["decision_oversized"]),
        (
            "33 MB",
            huge(33 << 20),
            &["decision_oversized", "decision_unreachable"],
        ),
        (
            "not HTTP",
            Reply::Bytes(b"nonsense\r\n\r\n".to_vec()),
            broken,
        ),
        ("HTML", html, malformed),
        ("no JSON", saying("yes"), malformed),
        ("a text", saying(r#"{"decision":"true"}"#), malformed),
        (
            "no and yes",
            saying(r#"{"decision":false,"decision":true}"#),
            malformed,
        ),
        (
            "an error",
            saying_yes("500 No\r\ncontent-length: 17"),
            status,
        ),
        (
            "created",
            saying_yes("201 Yes\r\ncontent-length: 17"),
            status,
        ),
        (
            "another's id",
            saying_yes("200 OK\r\nx-request-id: other\r\ncontent-length: 17"),
            &["decision_mismatched"],
        ),
        (
            "a part of a body",
            saying_yes("200 OK\r\ncontent-length: 99"),
            broken,
        ),
    ]
}

#[test]
fn only_a_clear_yes_in_time_passes() {
    let scene = start(|_| ());
    for (what, reply, codes) in no_clear_yes() {
        scene.service.now_answers(move |_| reply.clone());
        let begun = Instant::now();
        let answer = scene.proxy.exchange(scene.caller.get(PATH));
        let took = begun.elapsed();
        assert!(
            codes.contains(&answer.code().as_str()),
            "{what}: {answer:?}"
        );
        assert!(took < Duration::from_secs(3), "{what}: {took:?}");
    }
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(scene.proxy.count("waiting"), 0);
}

#[test]
fn a_question_carries_the_trace_of_its_request() {
    let scene = start(|_| ());
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let head = scene.caller.head("GET", PATH);
    let answer = scene
        .proxy
        .exchange(format!("{head}traceparent: {trace}\r\n\r\n"));
    assert_eq!(answer.status, 200);
    assert_eq!(scene.upstream.count(), 1);
    let asked = scene.service.seen().pop().unwrap();
    assert_eq!(asked.header("traceparent"), [trace]);
    assert_eq!(asked.header("content-type"), ["application/json"]);
    assert_eq!(asked.header("x-request-id").len(), 1);
    assert_eq!(scene.proxy.records()[0]["trace"], trace[3..35]);
}

#[test]
fn nothing_of_a_request_goes_on_while_its_verdict_is_pending() {
    let scene = start(|policy| policy["services"]["pdp"]["timeout"] = json!("1900ms"));
    for (pause, decision) in [(700, true), (700, false)] {
        scene.service.now_answers(move |_| {
            std::thread::sleep(Duration::from_millis(pause));
            permit(decision)
        });
        let bodies = ["", "a", &"b".repeat(30_000)];
        for (body, trailers) in bodies
            .iter()
            .flat_map(|body| [(*body, false), (*body, true)])
        {
            let before = scene.upstream.count();
            let head = scene.caller.head("POST", PATH) + "transfer-encoding: chunked\r\n\r\n";
            let mut connection = Connection::to(scene.proxy.address);
            connection.send(head);
            if !body.is_empty() {
                connection.send(format!("{:x}\r\n{body}\r\n", body.len()));
            }
            connection.send(if trailers {
                "0\r\nx-trailer: t\r\n\r\n"
            } else {
                "0\r\n\r\n"
            });
            std::thread::sleep(Duration::from_millis(300));
            assert_eq!(
                scene.upstream.count(),
                before,
                "early: {} {trailers}",
                body.len()
            );
            let answer = connection.answer().unwrap();
            assert_eq!(answer.status == 200, decision, "{answer:?}");
            assert_eq!(scene.upstream.count(), before + usize::from(decision));
            if decision {
                assert_eq!(scene.upstream.seen().pop().unwrap().body, body.as_bytes());
            }

            let headers = vec![
                ("authorization", format!("DPoP {}", scene.caller.token)),
                ("dpop", scene.caller.proof("POST", PATH)),
            ];
            let data = if body.is_empty() {
                vec![]
            } else {
                vec![body.as_bytes().to_vec()]
            };
            let message = Message {
                method: "POST",
                path: PATH.to_owned(),
                headers,
                data,
                trailers,
            };
            let before = scene.upstream.count();
            let address = scene.proxy.address;
            let client = std::thread::spawn(move || http2::exchange(address, message));
            std::thread::sleep(Duration::from_millis(300));
            assert_eq!(
                scene.upstream.count(),
                before,
                "early, HTTP/2: {} {trailers}",
                body.len()
            );
            let answer = client.join().unwrap().expect("an answer");
            assert_eq!(answer.status == 200, decision, "{answer:?}");
            assert_eq!(scene.upstream.count(), before + usize::from(decision));
        }
    }
}

#[test]
fn a_body_that_the_proxy_does_not_buffer_ends_the_wait() {
    let scene = start(|_| ());
    scene.service.now_answers(after(400));
    let mut connection = Connection::to(scene.proxy.address);
    let head = scene.caller.head("POST", PATH);
    connection.send(format!("{head}content-length: {}\r\n\r\n", 4 << 20));
    connection.try_send(vec![b'a'; 4 << 20]);
    if let Some(answer) = connection.answer() {
        assert_eq!(answer.status, 413);
    }
    scene
        .proxy
        .until("an end", |proxy| proxy.count("left") == 1);
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(scene.proxy.count("waiting"), 0);
}

#[test]
fn a_client_that_leaves_is_forgotten() {
    let scene = start(|_| ());
    scene.service.now_answers(after(300));
    for _ in 0..20 {
        let mut connection = Connection::to(scene.proxy.address);
        connection.send(scene.caller.get(PATH));
        std::thread::sleep(Duration::from_millis(20));
        connection.reset();
    }
    scene
        .proxy
        .until("all left", |proxy| proxy.count("left") == 20);
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(scene.proxy.count("waiting"), 0);
    assert_eq!(scene.upstream.count(), 0);
    scene.service.now_answers(|_| permit(true));
    assert_eq!(scene.proxy.exchange(scene.caller.get(PATH)).status, 200);
}

#[test]
fn no_more_wait_than_may_and_none_longer() {
    let scene = start(|policy| {
        policy["waiting"] = json!({ "deadline": "1s", "requests": 3 });
        policy["services"]["pdp"]["timeout"] = json!("900ms");
        policy["services"]["pdp"]["requests"] = json!(3);
        policy["services"]["gone"] = json!({
            "protocol": "authzen", "cluster": "nowhere", "path": "/", "timeout": "900ms",
        });
        let mut route = policy["routes"][1].clone();
        route["name"] = json!("gone");
        route["match"]["path"] = json!("/gone/{id}");
        route["step_up"]["ask"] = json!("gone");
        policy["routes"].as_array_mut().unwrap().push(route);
    });
    let answer = scene.proxy.exchange(scene.caller.get("/gone/1"));
    assert_eq!(answer.code(), "decision_cluster_unknown");

    scene.service.now_answers(|_| Reply::Never);
    let mut waiting: Vec<Connection> = (0..3)
        .map(|_| {
            let mut connection = Connection::to(scene.proxy.address);
            connection.send(scene.caller.get(PATH));
            connection
        })
        .collect();
    scene
        .proxy
        .until("three wait", |proxy| proxy.count("waiting") == 3);
    let begun = Instant::now();
    let answer = scene.proxy.exchange(scene.caller.get(PATH));
    assert_eq!((answer.status, answer.code().as_str()), (503, "overloaded"));
    assert!(begun.elapsed() < Duration::from_millis(500));
    for connection in &mut waiting {
        let answer = connection.answer().unwrap();
        assert!(["decision_timeout", "deadline_exceeded"].contains(&answer.code().as_str()));
    }
    assert_eq!(scene.proxy.count("waiting"), 0);
    assert_eq!(scene.upstream.count(), 0);
}
