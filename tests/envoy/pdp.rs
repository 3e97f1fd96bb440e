//! What only a wire can say of a decision service: what it is to the gate, and that it is the same
//! to the gate without a host.

use crate::parity::{Mood, Own, Scene, Way};
use crate::server::Reply;
use crate::support::plan::Plan;
use crate::support::policy;
use crate::support::table::{Expected, Row, Service};
use countersign::reason::Reason;
use countersign::step_up::{MAX_ANSWER_BYTES, Response, Silence};
use serde_json::json;

const JSON: &str = "content-type: application/json";
const YES: &str = r#"{"decision":true}"#;
const MEGABYTE: usize = 1024 * 1024;

#[test]
fn answers_on_the_wire_are_what_the_port_says() {
    let mut document = policy::document();
    // Long enough for the largest answer on a slow machine.
    document["services"]["pdp"]["timeout"] = json!("1500ms");
    let mut scene = Scene::under(document);
    for (name, reply, port, expected) in sizes().into_iter().chain(forms()) {
        let plan = Plan::transfer(scene.now, name, "12500.00").stepped_up(scene.now);
        let row = Row {
            name,
            wire: plan.wire(),
            connection: countersign::http::Connection::default(),
            service: Service::Permits,
            expected,
        };
        let mood = Mood {
            wire: Box::new(move |_| reply.clone()),
            port: Box::new(move |_| port.clone()),
        };
        scene.send(row, Way::Http1, Own::Nothing, mood);
    }
    scene.compare();
}

type Case = (&'static str, Reply, Result<Response, Silence>, Expected);

/// Answers of every size.
fn sizes() -> Vec<Case> {
    use Expected::{Forwarded, Refused};
    use Reason as R;
    let sized = |size: usize| {
        let body = YES.to_owned() + &" ".repeat(size - YES.len());
        on_the_wire(&format!("200 -\r\n{JSON}\r\ncontent-length: {size}"), &body)
    };
    vec![
        (
            "as long as is read",
            sized(MAX_ANSWER_BYTES),
            Ok(with(200, |_| ())),
            Forwarded,
        ),
        (
            "a byte longer",
            sized(MAX_ANSWER_BYTES + 1),
            Err(Silence::Oversized),
            Refused(R::DecisionOversized),
        ),
        (
            "as long as Envoy keeps",
            sized(32 * MEGABYTE),
            Err(Silence::Oversized),
            Refused(R::DecisionOversized),
        ),
        (
            "longer than Envoy keeps",
            sized(33 * MEGABYTE),
            Err(Silence::Unreachable),
            Refused(R::DecisionUnreachable),
        ),
        (
            "a long error",
            on_the_wire("500 -\r\ncontent-length: 99999", &" ".repeat(99_999)),
            Ok(with(500, |response| response.body = vec![b' '; 99_999])),
            Refused(R::DecisionOversized),
        ),
        (
            "half of one",
            on_the_wire(&format!("200 -\r\n{JSON}\r\ncontent-length: 99"), YES),
            Err(Silence::Unreachable),
            Refused(R::DecisionUnreachable),
        ),
    ]
}

/// Answers of every form.
fn forms() -> Vec<Case> {
    use Expected::{Forwarded, Refused};
    use Reason as R;
    let whole = |start: &str| on_the_wire(&format!("{start}\r\ncontent-length: 17"), YES);
    let empty = |start: &str| on_the_wire(start, "");
    let chunks = format!("11\r\n{YES}\r\n0\r\nx-trailer: t\r\n\r\n");
    let chunked = format!("200 -\r\n{JSON}\r\ntransfer-encoding: chunked");
    vec![
        // Envoy says 502.
        (
            "no HTTP",
            Reply::Bytes(b"decision: true\r\n\r\n".to_vec()),
            Ok(with(502, |_| ())),
            Refused(R::DecisionStatus),
        ),
        (
            "in chunks with a trailer",
            on_the_wire(&chunked, &chunks),
            Ok(with(200, |_| ())),
            Forwarded,
        ),
        (
            "after a hint",
            whole(&format!("103 -\r\n\r\nHTTP/1.1 200 -\r\n{JSON}")),
            Ok(with(200, |_| ())),
            Forwarded,
        ),
        // Envoy joins the lines.
        (
            "for two requests",
            whole(&format!(
                "200 -\r\n{JSON}\r\nx-request-id: a\r\nx-request-id: b"
            )),
            Ok(with(200, |response| {
                response.request_id = Some("a,b".to_owned());
            })),
            Refused(R::DecisionMismatched),
        ),
        (
            "of two types",
            whole(&format!("200 -\r\n{JSON}\r\n{JSON}")),
            Ok(with(200, |response| response.content_type = None)),
            Refused(R::DecisionMalformed),
        ),
        (
            "empty",
            empty("204 -"),
            Ok(with(204, |_| ())),
            Refused(R::DecisionStatus),
        ),
        (
            "elsewhere",
            empty("302 -\r\nlocation: /yes\r\ncontent-length: 0"),
            Ok(with(302, |_| ())),
            Refused(R::DecisionStatus),
        ),
        (
            "another protocol",
            empty("101 -\r\nconnection: upgrade\r\nupgrade: websocket"),
            Ok(with(101, |_| ())),
            Refused(R::DecisionStatus),
        ),
    ]
}

/// A permit with this status, but for a change.
fn with(status: u16, change: impl FnOnce(&mut Response)) -> Response {
    let mut response = Response {
        status: Some(status),
        content_type: Some("application/json".to_owned()),
        request_id: None,
        is_overload: false,
        body: YES.as_bytes().to_vec(),
    };
    change(&mut response);
    response
}

/// Status line and headers, and what follows them.
fn on_the_wire(head: &str, body: &str) -> Reply {
    Reply::Bytes(format!("HTTP/1.1 {head}\r\n\r\n{body}").into_bytes())
}
