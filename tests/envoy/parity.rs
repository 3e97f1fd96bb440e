//! Requests through the module in a real Envoy, and again through the gate without a host, at the
//! same moment and under the same id. Verdict, reply, question, release and record must be the
//! same, the record to the byte.

use crate::config::Setup;
use crate::hidden;
use crate::http2;
use crate::mint;
use crate::proxy::Proxy;
use crate::server::{Reply, Seen, Server};
use crate::support::plan::Wire;
use crate::support::revoked;
use crate::support::table::{Row, Service};
use crate::support::world::{self, World};
use crate::wire::{Answer, Connection};
use countersign::crypto::Engine;
use countersign::pipeline::{OURS, Outcome, Release};
use countersign::step_up::{Response, Silence};
use hyper::http::Request;
use serde_json::Value;
use std::net::SocketAddr;
use std::thread::sleep;
use std::time::Duration;

/// How a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Http1,
    Http2,
}

/// What Envoy itself does to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    /// Nothing.
    Nothing,
    /// It resets the stream before any filter sees it.
    Resets,
    /// It turns the reply into one of gRPC: status 200, and the body as `grpc-message`.
    Rewords,
}

/// What a gate without a host gets of the decision service, by the id of the request.
pub(crate) type Port = Box<dyn Fn(&str) -> Result<Response, Silence>>;

/// What the decision service does.
pub(crate) struct Mood {
    /// On the wire.
    pub(crate) wire: Box<dyn Fn(&Seen) -> Reply + Send>,
    /// As the port says it.
    pub(crate) port: Port,
}

impl Mood {
    /// A mood of the table.
    pub(crate) fn of(service: Service) -> Self {
        Self {
            wire: Box::new(move |seen| reply(service, seen)),
            port: Box::new(move |id| world::answer(service, id)),
        }
    }
}

/// A request that was answered, and what was seen of it.
struct Sent {
    row: Row,
    /// `trace` of its record.
    trace: String,
    own: Own,
    answer: Answer,
    asked: Vec<Seen>,
    forwarded: Vec<Seen>,
    port: Port,
}

/// A proxy with two workers and what stands behind it.
pub(crate) struct Scene {
    document: Value,
    proxy: Proxy,
    upstream: Server,
    service: Server,
    /// When the first request may be sent.
    pub(crate) now: i64,
    sent: Vec<Sent>,
}

impl Scene {
    /// Starts one under this policy.
    pub(crate) fn under(document: Value) -> Self {
        let (upstream, service) = (Server::upstream(), Server::upstream());
        let list = revoked::list(mint::now().unwrap());
        let issuer = Server::start(move |_| Reply::Ok("application/statuslist+jwt", list.clone()));
        let proxy = Proxy::start(&Setup {
            workers: 2,
            ..Setup::of(&document)
                .with("upstream", upstream.port)
                .with("pdp", service.port)
                .with("as", issuer.port)
        });
        if document.get("status_lists").is_some() {
            proxy.until("the status list", |proxy| {
                proxy.count("status.fetch_ok") > 0
            });
        }
        // The log refuses proofs that are as old as itself, and those of the table are of now.
        sleep(Duration::from_millis(1100));
        Self {
            document,
            proxy,
            upstream,
            service,
            now: mint::now().unwrap(),
            sent: Vec::new(),
        }
    }

    /// Sends a row.
    pub(crate) fn send(&mut self, mut row: Row, way: Way, own: Own, mood: Mood) {
        let trace = format!("{:032x}", self.sent.len() + 1);
        let value = format!("00-{trace}-b7ad6b7169203331-01");
        let line = ("traceparent".to_owned(), value.into_bytes());
        row.wire.fields.push(line);
        keep(&row.wire);
        self.service.now_answers(mood.wire);
        let before = (self.service.count(), self.upstream.count());
        let answer = match way {
            Way::Http1 => over_http1(self.proxy.address, &row.wire),
            Way::Http2 => over_http2(self.proxy.address, &row.wire),
        };
        let asked = self.service.seen().split_off(before.0);
        let forwarded = self.upstream.seen().split_off(before.1);
        let Some(answer) = answer else {
            assert_eq!(own, Own::Resets, "{}: no answer", row.name);
            assert_eq!((asked.len(), forwarded.len()), (0, 0), "{}", row.name);
            return;
        };
        self.sent.push(Sent {
            row,
            trace,
            own,
            answer,
            asked,
            forwarded,
            port: mood.port,
        });
    }

    /// Judges all rows without a host, and compares.
    pub(crate) fn compare(self) {
        let lines = self.proxy.record_lines();
        assert_eq!(lines.len(), self.sent.len(), "one record for each request");
        let access = self.proxy.access(lines.len());
        let world = World::under(&self.document, self.now);
        for sent in &self.sent {
            let name = sent.row.name;
            let trace = format!("\"trace\":\"{}\"", sent.trace);
            let found: Vec<&String> = lines.iter().filter(|line| line.contains(&trace)).collect();
            let [line] = found[..] else {
                panic!("{name}: {found:?}")
            };
            let logged = access.iter().find(|entry| entry["record"] == **line);
            let logged = logged.unwrap_or_else(|| panic!("{name}: not in the access log: {line}"));
            compare(&world, sent, line, logged);
        }
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
    let verdict = world.judge_with(row, &sent.port);
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
            for (header, value) in &release.response {
                assert_eq!(&answer.header(header), value, "{name}: {header}");
            }
        }
        Outcome::Publish(..) => panic!("{name}: no row asks for keys"),
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
            for (header, _) in &reply.headers {
                let lines = reply.headers.iter().filter(|(own, _)| own == header);
                let values: Vec<&str> = lines.map(|(_, value)| value.as_str()).collect();
                assert_eq!(answer.header(header), values.join(", "), "{name}: {header}");
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
    // What the caller wrote in our name goes, also where ours comes in its place.
    let is_set = |name: &str| release.set.iter().any(|(own, _)| *own == name);
    for removed in release.remove.iter().filter(|name| !is_set(name)) {
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
    let overload = if response.is_overload {
        "x-envoy-overloaded: true\r\n"
    } else {
        ""
    };
    let head = format!(
        "HTTP/1.1 {} -\r\n{overload}content-type: {}\r\nx-request-id: {}\r\ncontent-length: {}\r\n\r\n",
        response.status.unwrap(),
        response.content_type.unwrap(),
        response.request_id.unwrap(),
        response.body.len()
    );
    Reply::Bytes([head.into_bytes(), response.body].concat())
}

/// Sends a request on a connection of its own.
pub(crate) fn over_http1(address: SocketAddr, wire: &Wire) -> Option<Answer> {
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

pub(crate) fn over_http2(address: SocketAddr, wire: &Wire) -> Option<Answer> {
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
