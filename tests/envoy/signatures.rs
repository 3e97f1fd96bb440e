//! Message signatures through a real Envoy: bodies in every framing, and what the proxy itself does
//! to header lines. The flow table tries the rest.

use crate::config::Setup;
use crate::mint;
use crate::parity::{over_http1, over_http2};
use crate::proxy::Proxy;
use crate::server::Server;
use crate::support::plan::{Plan, Wire};
use crate::support::policy;
use crate::wire::{Answer, Connection};
use std::thread::sleep;
use std::time::Duration;

/// How a request is sent.
type Way<'a> = dyn Fn(&Wire) -> Option<Answer> + 'a;

fn start() -> (Proxy, Server) {
    let upstream = Server::upstream();
    let setup = Setup::of(&policy::document()).with("upstream", upstream.port);
    let proxy = Proxy::start(&setup);
    // The log refuses signatures that are as old as itself.
    sleep(Duration::from_millis(1100));
    (proxy, upstream)
}

fn upload(nonce: &str) -> Plan {
    Plan::signed_upload(mint::now().unwrap(), nonce)
}

/// The request over HTTP/1.1 in chunks of this size, with or without trailers.
fn chunked(proxy: &Proxy, wire: &Wire, size: usize, trailers: bool) -> Option<Answer> {
    let line = format!(
        "{} {} HTTP/1.1\r\nhost: {}\r\n",
        wire.method, wire.path, wire.authority
    );
    let mut bytes = line.into_bytes();
    for (name, value) in &wire.fields {
        bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    bytes.extend(b"transfer-encoding: chunked\r\n\r\n");
    let mut connection = Connection::to(proxy.address);
    connection.send(bytes);
    for part in wire.body.as_deref().unwrap_or_default().chunks(size) {
        let head = format!("{:x}\r\n", part.len());
        if !connection.try_send([head.as_bytes(), part, b"\r\n"].concat()) {
            break;
        }
    }
    let trailer = if trailers {
        "x-countersign-subject: mallory\r\nx-trailer: t\r\n"
    } else {
        ""
    };
    connection.try_send(format!("0\r\n{trailer}\r\n"));
    connection.answer()
}

#[test]
fn the_body_is_held_against_its_digest_in_every_framing() {
    let (proxy, upstream) = start();
    let large = vec![b'b'; 60_000];
    let ways: [(&str, &Way<'_>); 5] = [
        ("http1", &|wire| over_http1(proxy.address, wire)),
        ("http2", &|wire| over_http2(proxy.address, wire)),
        ("one chunk", &|wire| chunked(&proxy, wire, 100_000, false)),
        ("chunks", &|wire| chunked(&proxy, wire, 977, false)),
        ("trailers", &|wire| chunked(&proxy, wire, 977, true)),
    ];
    for (name, send) in ways {
        let mut good = upload(name);
        good.body = Some(large.clone());
        let answer = send(&good.wire()).unwrap();
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        let seen = upstream.seen().pop().unwrap();
        assert!(seen.body == large, "{name}: another body arrived");
        // No signature covers trailers, and some upstreams take them for header lines.
        assert_eq!(seen.trailers, [""; 0], "{name}");
        assert_eq!(seen.header("signature"), [""; 0], "{name}");
        assert_eq!(seen.header("signature-input"), [""; 0], "{name}");
        assert_eq!(seen.header("content-digest").len(), 1, "{name}");

        let before = upstream.count();
        let mut changed = upload(&format!("{name}, changed"));
        changed.body = Some(large.clone());
        let mut wire = changed.wire();
        *wire.body.as_mut().unwrap().last_mut().unwrap() = b'c';
        let answer = send(&wire).unwrap();
        assert_eq!(
            (answer.status, answer.code()),
            (400, "content_digest_mismatch".to_owned()),
            "{name}"
        );
        assert_eq!(
            upstream.count(),
            before,
            "{name}: the changed body was forwarded"
        );
    }
}

/// Fields in several lines, in any case and with white space, are what was signed.
#[test]
fn lines_arrive_as_they_were_signed() {
    let (proxy, _) = start();
    let mut plan = upload("lines");
    plan.field("x-list", "one");
    plan.field("x-list", "two");
    plan.signing().covered.push("x-list");
    let mut wire = plan.wire();
    for (name, value) in &mut wire.fields {
        if name == "x-list" {
            *name = "X-List".to_owned();
            *value = [b"  ", value.as_slice(), b"\t"].concat();
        }
    }
    assert_eq!(over_http1(proxy.address, &wire).unwrap().status, 200);

    let mut plan = upload("lines, exchanged");
    plan.field("x-list", "one");
    plan.field("x-list", "two");
    plan.signing().covered.push("x-list");
    let mut wire = plan.wire();
    let lines = wire.fields.iter_mut().filter(|(name, _)| name == "x-list");
    for ((_, value), other) in lines.zip(["two", "one"]) {
        *value = other.as_bytes().to_vec();
    }
    let answer = over_http1(proxy.address, &wire).unwrap();
    assert_eq!(answer.code(), "proof_signature");
}

/// What the proxy removes or writes anew cannot be covered: it refuses, and never passes unsigned.
#[test]
fn what_the_proxy_rewrites_cannot_be_covered() {
    let (proxy, upstream) = start();
    for (name, value) in [("host", None), ("connection", Some("x-other"))] {
        let mut plan = upload(name);
        if let Some(value) = value {
            plan.field(name, value);
        }
        plan.signing().covered.push(name);
        let answer = over_http1(proxy.address, &plan.wire()).unwrap();
        let code = answer.code();
        let refused = ["proof_component", "proof_signature"].contains(&code.as_str());
        assert!(refused, "{name}: {} {code}", answer.status);
    }
    assert_eq!(upstream.count(), 0);
}

#[test]
fn a_challenge_says_what_to_sign() {
    let (proxy, _) = start();
    let mut plan = upload("unsigned");
    plan.signing = None;
    let answer = over_http1(proxy.address, &plan.wire()).unwrap();
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.header("accept-signature"),
        r#"sig=("@method" "@authority" "@path" "@query" "authorization" "content-digest");created;tag="countersign-flow""#
    );
}
