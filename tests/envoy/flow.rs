//! Every row of the flow table twice: through the module in a real Envoy, and through the gate
//! without a host, at the same moment and under the same id. Verdict, reply, question, release and
//! record must be the same, the record to the byte.

use crate::config::Setup;
use crate::hidden;
use crate::http2;
use crate::mint;
use crate::proxy::Proxy;
use crate::server::{Reply, Seen, Server};
use crate::support::plan::Wire;
use crate::support::policy;
use crate::support::table::{self, Expected, Row, Service};
use crate::support::world::{self, World};
use crate::wire::{Answer, Connection};
use countersign::crypto::Engine;
use countersign::pipeline::{OURS, Outcome, Release};
use countersign::step_up::Silence;
use hyper::http::Request;
use serde_json::Value;
use std::net::SocketAddr;
use std::thread::sleep;
use std::time::Duration;

/// How a row is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Http1,
    Http2,
}

/// What Envoy itself does to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    /// Nothing.
    Nothing,
    /// It resets the stream before any filter sees it: HTTP/2 has no `upgrade` (RFC 9113 section
    /// 8.2.2).
    Resets,
    /// It turns the reply into one of gRPC: status 200, and the body as `grpc-message`.
    Rewords,
}

/// Every row to which Envoy does something. All other rows are the gate's alone.
fn own(row: &Row, way: Way) -> Own {
    match (row.name, way) {
        ("an upgrade", Way::Http2) => Own::Resets,
        ("a call of gRPC", _) => Own::Rewords,
        _ => Own::Nothing,
    }
}

#[test]
fn rows_over_http_1_are_judged_as_without_a_host() {
    judge(Way::Http1);
}

#[test]
fn rows_over_http_2_are_judged_as_without_a_host() {
    judge(Way::Http2);
}

/// A row that was sent, and what was seen of it.
struct Sent {
    row: Row,
    /// `trace` of its record.
    trace: String,
    answer: Answer,
    asked: Vec<Seen>,
    forwarded: Vec<Seen>,
    own: Own,
}

fn judge(way: Way) {
    let (upstream, service) = (Server::upstream(), Server::upstream());
    let document = policy::document();
    let proxy = Proxy::start(&Setup {
        workers: 2,
        ..Setup::of(&document)
            .with("upstream", upstream.port)
            .with("pdp", service.port)
    });
    // The table dates its proofs to the moment; the log refuses what is as old as itself.
    sleep(Duration::from_millis(1100));
    let now = mint::now().unwrap();
    let mut judged: Vec<Sent> = Vec::new();
    for (number, mut row) in (1..).zip(table::rows(now)) {
        let trace = format!("{number:032x}");
        row.wire.fields.push(traceparent(&trace));
        keep(&row.wire);
        let mood = row.service;
        service.now_answers(move |seen| reply(mood, seen));
        let before = (service.count(), upstream.count());
        let answer = match way {
            Way::Http1 => over_http1(proxy.address, &row.wire),
            Way::Http2 => over_http2(proxy.address, &row.wire),
        };
        let own = own(&row, way);
        let Some(answer) = answer else {
            assert_eq!(own, Own::Resets, "{}: no answer", row.name);
            assert_eq!((service.count(), upstream.count()), before, "{}", row.name);
            continue;
        };
        judged.push(Sent {
            trace,
            answer,
            asked: service.seen().split_off(before.0),
            forwarded: upstream.seen().split_off(before.1),
            own,
            row,
        });
    }
    let lines = proxy.record_lines();
    assert_eq!(lines.len(), judged.len(), "one record for each request");
    let access = proxy.access(judged.len());
    let world = World::under(&document, now);
    for sent in &judged {
        let trace = format!("\"trace\":\"{}\"", sent.trace);
        let found: Vec<&String> = lines.iter().filter(|line| line.contains(&trace)).collect();
        let [line] = found[..] else {
            panic!("{}: {found:?}", sent.row.name)
        };
        let logged = access.iter().find(|entry| entry["record"] == **line);
        let logged = logged.unwrap_or_else(|| panic!("{}: not in the access log", sent.row.name));
        compare(&world, sent, line, logged);
    }
}

/// Judges the row without a host, as the record says that the module judged it, and compares.
fn compare(world: &World, sent: &Sent, line: &str, logged: &Value) {
    let Sent { row, answer, .. } = sent;
    let name = row.name;
    let record: Value = serde_json::from_str(line).unwrap();
    let id = u128::from_str_radix(record["id"].as_str().unwrap(), 16).unwrap();
    world.next(record["time"].as_i64().unwrap(), id.to_be_bytes());
    let by_host = ["token", "proof"].map(|what| record["engine"][what] == "host");
    world.engine.set(if by_host.contains(&true) {
        Engine::Host
    } else {
        Engine::Pure
    });
    world
        .latency
        .set(record["service"]["latency_ms"].as_i64().unwrap_or(0));
    let verdict = world.judge(row);
    world::check(row, &verdict);
    assert_eq!(verdict.record().to_json(), line, "{name}");

    let asked = verdict
        .asked
        .iter()
        .map(|call| (&call.request_id, &call.body));
    let seen: Vec<(String, &Vec<u8>)> = sent
        .asked
        .iter()
        .map(|seen| (seen.header("x-request-id").concat(), &seen.body))
        .collect();
    assert!(
        asked.eq(seen.iter().map(|(id, body)| (id, *body))),
        "{name}: {seen:?}"
    );
    match &verdict.outcome {
        Outcome::Forward(release, _) => {
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (200, "upstream"),
                "{name}"
            );
            assert_eq!(logged["details"], "via_upstream", "{name}");
            let [seen] = &sent.forwarded[..] else {
                panic!("{name}: {:?}", sent.forwarded)
            };
            arrived(row, release, seen);
        }
        Outcome::Refuse(reply, _) => {
            assert_eq!(sent.forwarded.len(), 0, "{name}");
            assert_eq!(logged["details"], reply.reason.code(), "{name}");
            if sent.own == Own::Rewords {
                assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{name}");
                assert_eq!(answer.header("grpc-message"), reply.body, "{name}");
                return;
            }
            assert_eq!(answer.status, reply.status, "{name}");
            assert_eq!(answer.body, reply.body, "{name}");
            for (header, value) in &reply.headers {
                assert_eq!(&answer.header(header), value, "{name}: {header}");
            }
        }
    }
}

/// Holds what arrived upstream to the row and its release.
fn arrived(row: &Row, release: &Release, seen: &Seen) {
    let name = row.name;
    let line = format!("{} {} HTTP/1.1", row.wire.method, row.wire.path);
    assert_eq!(seen.head.lines().next(), Some(line.as_str()), "{name}");
    assert_eq!(seen.header("host"), [&row.wire.authority], "{name}");
    assert_eq!(
        seen.body,
        row.wire.body.clone().unwrap_or_default(),
        "{name}"
    );
    for removed in &release.remove {
        assert_eq!(seen.header(removed), [""; 0], "{name}: {removed}");
    }
    let mut ours: Vec<(&str, &str)> = seen
        .head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(header, _)| header.starts_with(OURS))
        .collect();
    let set = release
        .set
        .iter()
        .map(|(header, value)| (*header, value.as_str()));
    let mut set: Vec<(&str, &str)> = set.collect();
    ours.sort_unstable();
    set.sort_unstable();
    assert_eq!(ours, set, "{name}");
}

fn traceparent(trace: &str) -> (String, Vec<u8>) {
    let value = format!("00-{trace}-b7ad6b7169203331-01");
    ("traceparent".to_owned(), value.into_bytes())
}

/// Keeps the token and the proof of a request.
fn keep(wire: &Wire) {
    for (name, value) in &wire.fields {
        if ["authorization", "dpop"].contains(&name.as_str()) {
            let secret = value.rsplit(|byte| *byte == b' ').next();
            hidden::keep(secret.unwrap_or_default());
        }
    }
}

/// What a service in this mood answers.
fn reply(mood: Service, seen: &Seen) -> Reply {
    let response = match world::answer(mood, &seen.header("x-request-id").concat()) {
        Ok(response) => response,
        Err(Silence::Timeout) => return Reply::Never,
        Err(_) => return Reply::Reset,
    };
    let head = format!(
        "HTTP/1.1 {} -\r\ncontent-type: {}\r\nx-request-id: {}\r\ncontent-length: {}\r\n\r\n",
        response.status.unwrap(),
        response.content_type.unwrap(),
        response.request_id.unwrap(),
        response.body.len()
    );
    Reply::Bytes([head.into_bytes(), response.body].concat())
}

fn over_http1(address: SocketAddr, wire: &Wire) -> Option<Answer> {
    let Wire {
        method,
        path,
        authority,
        fields,
        body,
    } = wire;
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nhost: {authority}\r\n").into_bytes();
    for (name, value) in fields {
        bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        if name == "upgrade" {
            // It is one only with this line.
            bytes.extend(b"connection: upgrade\r\n");
        }
    }
    if let Some(body) = body {
        bytes.extend(format!("content-length: {}\r\n", body.len()).into_bytes());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body.iter().flatten());
    let mut connection = Connection::to(address);
    connection.try_send(bytes);
    connection.answer()
}

fn over_http2(address: SocketAddr, wire: &Wire) -> Option<Answer> {
    let mut request = Request::builder()
        .method(wire.method.as_str())
        .uri(format!("http://{}{}", wire.authority, wire.path));
    for (name, value) in &wire.fields {
        request = request.header(name, value.as_slice());
    }
    if let Some(body) = &wire.body {
        request = request.header("content-length", body.len());
    }
    let data = wire.body.iter().cloned().collect();
    http2::exchange_request(address, request.body(()).unwrap(), data, false)
}
