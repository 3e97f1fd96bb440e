//! A server of Envoy's external authorization in every mood.

use crate::caller::{Caller, Issuer};
use crate::checker::{Checker, Verdict};
use crate::config::Setup;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::wire::Answer;
use envoy_types::pb::envoy::config::core::v3::{HeaderValue, HeaderValueOption};
use envoy_types::pb::envoy::service::auth::v3::check_response::HttpResponse;
use envoy_types::pb::envoy::service::auth::v3::{
    CheckResponse, DeniedHttpResponse, OkHttpResponse,
};
use envoy_types::pb::envoy::r#type::v3::HttpStatus;
use envoy_types::pb::google::rpc;
use serde_json::json;
use std::time::{Duration, Instant};
use tonic::{Code, Status};

const PATH: &str = "/asked/1";

struct Scene {
    proxy: Proxy,
    caller: Caller,
    upstream: Server,
    service: Checker,
}

impl Scene {
    fn start(change: impl FnOnce(Setup) -> Setup) -> Self {
        let issuer = Issuer::with("a");
        let upstream = Server::upstream();
        let service = Checker::start(|_| yes(&[]));
        let mut policy = policy(&inline(&issuer.set()));
        policy["services"]["pdp"] = json!({
            "protocol": "ext_authz",
            "cluster": "pdp",
            "authority": "pdp.example.com",
            "timeout": "400ms",
            "headers": {
                "upstream": ["x-tier"],
                "denial": ["retry-after"],
                "ignored": ["x-current-user", "authorization"],
            },
        });
        let setup = Setup::of(&policy)
            .with("upstream", upstream.port)
            .with_grpc("pdp", service.port);
        Self {
            proxy: Proxy::start(&change(setup)),
            caller: issuer.caller(),
            upstream,
            service,
        }
    }

    fn ask(&self) -> Answer {
        self.proxy.exchange(self.caller.get(PATH))
    }
}

fn header(name: &str, value: &str) -> HeaderValueOption {
    HeaderValueOption {
        header: Some(HeaderValue {
            key: name.to_owned(),
            value: value.to_owned(),
            ..HeaderValue::default()
        }),
        ..HeaderValueOption::default()
    }
}

fn status(code: Code) -> rpc::Status {
    rpc::Status {
        code: i32::from(code),
        ..rpc::Status::default()
    }
}

fn said(response: CheckResponse) -> Verdict {
    Verdict::Says(Box::new(response))
}

fn yes(headers: &[(&str, &str)]) -> Verdict {
    let headers = headers.iter().map(|(name, value)| header(name, value));
    said(CheckResponse {
        status: Some(status(Code::Ok)),
        http_response: Some(HttpResponse::OkResponse(OkHttpResponse {
            headers: headers.collect(),
            ..OkHttpResponse::default()
        })),
        ..CheckResponse::default()
    })
}

fn removing(name: &str) -> Verdict {
    said(CheckResponse {
        status: Some(status(Code::Ok)),
        http_response: Some(HttpResponse::OkResponse(OkHttpResponse {
            headers_to_remove: vec![name.to_owned()],
            ..OkHttpResponse::default()
        })),
        ..CheckResponse::default()
    })
}

fn no(code: i32) -> Verdict {
    said(CheckResponse {
        status: Some(status(Code::PermissionDenied)),
        http_response: Some(HttpResponse::DeniedResponse(DeniedHttpResponse {
            status: Some(HttpStatus { code }),
            headers: vec![header("Retry-After", "7"), header("x-why", "because")],
            body: "the service's own words".to_owned(),
        })),
        ..CheckResponse::default()
    })
}

/// An answer with this code and nothing else.
fn bare(code: Code) -> Verdict {
    said(CheckResponse {
        status: Some(status(code)),
        ..CheckResponse::default()
    })
}

/// A mood, the status and reason that come of it, and `retry-after` of the answer where there is a
/// denial.
type Mood = (&'static str, Verdict, u16, &'static str, &'static str);

fn moods() -> Vec<Mood> {
    let long = "a".repeat(100 * 1024);
    let fails = |code| Verdict::Fails(Status::new(code, "no"));
    let (denied, obliged) = ("decision_denied", "decision_obligation");
    let (malformed, of_status) = ("decision_malformed", "decision_status");
    vec![
        ("yes", yes(&[]), 200, "", ""),
        ("yes, bare", bare(Code::Ok), 200, "", ""),
        ("no, bare", bare(Code::PermissionDenied), 403, denied, ""),
        ("no caller", bare(Code::Unauthenticated), 403, denied, ""),
        ("no", no(403), 403, denied, "7"),
        ("nothing here", no(404), 404, denied, "7"),
        ("too many", no(429), 429, denied, "7"),
        ("no, as a challenge", no(401), 403, denied, "7"),
        ("no, elsewhere", no(302), 403, denied, "7"),
        ("no, as a fault", no(500), 403, denied, "7"),
        (
            "nothing",
            said(CheckResponse::default()),
            503,
            malformed,
            "1",
        ),
        (
            "100 KB",
            yes(&[("x-tier", &long)]),
            503,
            "decision_oversized",
            "1",
        ),
        (
            "another's header",
            yes(&[("x-admin", "yes")]),
            403,
            obliged,
            "",
        ),
        (
            "two lines",
            yes(&[("x-tier", "a\r\nb: c")]),
            503,
            malformed,
            "1",
        ),
        ("another's removed", removing("x-admin"), 403, obliged, ""),
        ("failed", fails(Code::Internal), 503, of_status, "1"),
        (
            "forbidden",
            fails(Code::PermissionDenied),
            503,
            of_status,
            "1",
        ),
        (
            "busy",
            fails(Code::Unavailable),
            503,
            "decision_unreachable",
            "1",
        ),
        (
            "slow",
            fails(Code::DeadlineExceeded),
            503,
            "decision_timeout",
            "1",
        ),
        ("silence", Verdict::Never, 503, "decision_timeout", "1"),
    ]
}

#[test]
fn only_a_clear_yes_in_time_passes() {
    let scene = Scene::start(|setup| setup);
    for (what, verdict, expected, code, retry) in moods() {
        let before = scene.upstream.count();
        scene.service.now_answers(move |_| verdict.clone());
        let begun = Instant::now();
        let answer = scene.ask();
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (expected, code),
            "{what}"
        );
        assert!(begun.elapsed() < Duration::from_secs(2), "{what}");
        let passed = usize::from(code.is_empty());
        assert_eq!(scene.upstream.count(), before + passed, "{what}");
        assert!(!answer.body.contains("own words"), "{what}");
        assert_eq!(answer.header("retry-after"), retry, "{what}");
        assert_eq!(answer.header("x-why"), "", "{what}");
    }
    assert_eq!(scene.proxy.count("waiting"), 0);
}

#[test]
fn headers_of_the_service_are_its_own() {
    let scene = Scene::start(|setup| setup);
    let head = scene.caller.head("GET", PATH) + "x-tier: gold\r\nX_Tier: gold\r\n\r\n";
    assert_eq!(scene.proxy.exchange(head).status, 200);
    let seen = scene.upstream.seen().pop().unwrap();
    assert_eq!(seen.header("x-tier"), [""; 0], "no one set it");
    // Nor where the service is not asked.
    let head = scene.caller.head("GET", "/accounts/1") + "x-tier: gold\r\n\r\n";
    assert_eq!(scene.proxy.exchange(head).status, 200);
    let seen = scene.upstream.seen().pop().unwrap();
    assert_eq!(seen.header("x-tier"), [""; 0]);
    scene.service.now_answers(|_| {
        yes(&[
            ("X-Tier", "silver"),
            ("x-current-user", "root"),
            ("authorization", "Bearer x"),
        ])
    });
    let head = scene.caller.head("GET", PATH) + "x-tier: gold\r\n\r\n";
    assert_eq!(scene.proxy.exchange(head).status, 200);
    let seen = scene.upstream.seen().pop().unwrap();
    assert_eq!(seen.header("x-tier"), ["silver"]);
    assert_eq!(seen.header("x-current-user"), [""; 0]);
    assert!(seen.header("authorization").concat().starts_with("DPoP "));
}

#[test]
fn the_question_is_one_of_the_protocol_and_holds_no_credential() {
    let scene = Scene::start(|setup| setup);
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let head = scene.caller.head("GET", PATH);
    let answer = scene
        .proxy
        .exchange(format!("{head}traceparent: {trace}\r\n\r\n"));
    assert_eq!(answer.status, 200);
    let record = scene.proxy.records().pop().unwrap();
    let asked = scene.service.asked().pop().unwrap();
    let id = record["id"].as_str().unwrap();
    assert_eq!(
        asked.metadata,
        [Some(id.to_owned()), Some(trace.to_owned())]
    );
    let attributes = asked.message.attributes.clone().unwrap();
    let known = &attributes.context_extensions;
    assert_eq!(known["subject"], "alice");
    assert_eq!(known["score"], "50");
    assert_eq!(known["route"], "ask");
    assert_eq!(known["contributions"], r#"[{"add":50,"name":"base"}]"#);
    let http = attributes.request.unwrap().http.unwrap();
    assert_eq!((http.id.as_str(), http.method.as_str()), (id, "GET"));
    assert_eq!(
        (http.host.as_str(), http.path.as_str()),
        ("api.example.com", PATH)
    );
    let shown = format!("{:?}", asked.message);
    assert!(!shown.contains(&scene.caller.token));
    assert!(!shown.contains("dpop+jwt") && !shown.contains("authorization"));
    assert_eq!(record["service"]["answer"], "permit");
}

#[test]
fn what_cannot_be_asked_is_silent_at_once() {
    let policy_of = |cluster: &str| {
        let issuer = Issuer::with("a");
        let mut policy = policy(&inline(&issuer.set()));
        policy["services"]["pdp"] = json!({
            "protocol": "ext_authz", "cluster": cluster, "timeout": "400ms",
        });
        (policy, issuer.caller())
    };
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let http1 = Server::start(|_| Reply::json(&json!({ "decision": true })));
    let none = json!({
        "http2_protocol_options": {},
        "load_assignment": { "cluster_name": "none" },
    });
    let full = json!({
        "http2_protocol_options": {},
        "circuit_breakers": { "thresholds": [{ "max_requests": 0, "max_pending_requests": 0 }] },
    });
    let code = "decision_unreachable";
    for (what, cluster) in [
        // The host does not say which.
        ("no such cluster", "nowhere"),
        ("a cluster without a host", "none"),
        ("a host that is down", "down"),
        ("a host that is no server of gRPC", "plain"),
        ("a cluster that takes no more", "full"),
    ] {
        let (policy, caller) = policy_of(cluster);
        let upstream = Server::upstream();
        let setup = Setup::of(&policy)
            .with("upstream", upstream.port)
            .with("none", port)
            .having("none", none.clone())
            .with_grpc("down", port)
            .with_grpc("plain", http1.port)
            .with("full", port)
            .having("full", full.clone());
        let proxy = Proxy::start(&setup);
        for _ in 0..3 {
            let answer = proxy.exchange(caller.get(PATH));
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (503, code),
                "{what}"
            );
        }
        assert_eq!(upstream.count(), 0, "{what}");
        assert_eq!(proxy.count("waiting"), 0, "{what}");
    }
}

#[test]
fn a_client_that_leaves_is_forgotten_and_late_answers_are_nobodys() {
    let scene = Scene::start(|setup| setup);
    let Verdict::Says(permit) = yes(&[]) else {
        panic!("a permit")
    };
    scene
        .service
        .now_answers(move |_| Verdict::Late(Duration::from_millis(200), permit.clone()));
    for _ in 0..10 {
        let mut connection = crate::wire::Connection::to(scene.proxy.address);
        connection.send(scene.caller.get(PATH));
        std::thread::sleep(Duration::from_millis(20));
        connection.reset();
    }
    scene
        .proxy
        .until("all left", |proxy| proxy.count("left") == 10);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(scene.proxy.count("waiting"), 0);
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(scene.ask().status, 200);
    assert_eq!(scene.service.count(), 11);
}
