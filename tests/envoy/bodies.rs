//! A held body: read whole before anything of its request goes on, in every framing.

use crate::caller::{Caller, Issuer};
use crate::config::Setup;
use crate::http2::{self, Message};
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::Server;
use crate::wire::{Answer, Connection};
use std::time::{Duration, Instant};

const PATH: &str = "/accounts/1/transfers";

fn start(change: impl FnOnce(&mut Setup)) -> (Proxy, Caller, Server) {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let mut setup = Setup::of(&policy(&inline(&issuer.set()))).with("upstream", upstream.port);
    change(&mut setup);
    (Proxy::start(&setup), issuer.caller(), upstream)
}

/// A body of this size that the token grants, or not.
fn body(size: usize, amount: &str) -> String {
    let start = format!(r#"{{"amount":"{amount}","note":""#);
    let note = "n".repeat(size.saturating_sub(start.len() + 2));
    format!("{start}{note}\"}}")
}

/// How a body is cut up.
#[derive(Clone, Copy, Debug)]
struct Framing {
    /// How many chunks; none for a `content-length`.
    chunks: Option<usize>,
    trailers: bool,
    /// Whether head and body go out in one write.
    at_once: bool,
}

const FRAMINGS: [Framing; 8] = [
    Framing {
        chunks: None,
        trailers: false,
        at_once: true,
    },
    Framing {
        chunks: None,
        trailers: false,
        at_once: false,
    },
    Framing {
        chunks: Some(1),
        trailers: false,
        at_once: true,
    },
    Framing {
        chunks: Some(7),
        trailers: false,
        at_once: false,
    },
    Framing {
        chunks: Some(1000),
        trailers: false,
        at_once: false,
    },
    Framing {
        chunks: Some(1),
        trailers: true,
        at_once: true,
    },
    Framing {
        chunks: Some(7),
        trailers: true,
        at_once: false,
    },
    Framing {
        chunks: Some(1000),
        trailers: true,
        at_once: true,
    },
];

/// The largest body that the route reads.
const CAP: usize = 64 * 1024;

fn cut(body: &str, chunks: usize) -> Vec<&str> {
    let size = body.len().div_ceil(chunks).max(1);
    body.as_bytes()
        .chunks(size)
        .map(|chunk| std::str::from_utf8(chunk).unwrap())
        .collect()
}

fn over_http1(proxy: &Proxy, caller: &Caller, body: &str, framing: Framing) -> Option<Answer> {
    let head = caller.head("POST", PATH) + "content-type: application/json\r\n";
    let (head, parts) = match framing.chunks {
        None => (
            format!("{head}content-length: {}\r\n\r\n", body.len()),
            vec![body.to_owned()],
        ),
        Some(chunks) => {
            let mut parts: Vec<String> = cut(body, chunks)
                .iter()
                .map(|part| format!("{:x}\r\n{part}\r\n", part.len()))
                .collect();
            let trailer = if framing.trailers {
                "x-trailer: t\r\n"
            } else {
                ""
            };
            parts.push(format!("0\r\n{trailer}\r\n"));
            (format!("{head}transfer-encoding: chunked\r\n\r\n"), parts)
        }
    };
    let mut connection = Connection::to(proxy.address);
    if framing.at_once {
        connection.send(head + &parts.concat());
    } else {
        connection.send(head);
        for part in parts {
            if !connection.try_send(part) {
                break;
            }
        }
    }
    connection.answer()
}

fn over_http2(proxy: &Proxy, caller: &Caller, body: &str, framing: Framing) -> Option<Answer> {
    let mut headers = vec![
        ("authorization", format!("DPoP {}", caller.token)),
        ("dpop", caller.proof("POST", PATH)),
        ("content-type", "application/json".to_owned()),
    ];
    if framing.chunks.is_none() {
        headers.push(("content-length", body.len().to_string()));
    }
    let data = cut(body, framing.chunks.unwrap_or(1));
    let message = Message {
        method: "POST",
        path: PATH.to_owned(),
        headers,
        data: data.iter().map(|part| part.as_bytes().to_vec()).collect(),
        trailers: framing.trailers,
    };
    http2::exchange(proxy.address, message)
}

#[test]
fn every_framing_is_judged_by_the_whole_body() {
    let (proxy, caller, upstream) = start(|_| ());
    let protocols = [over_http1, over_http2];
    for (size, framing) in [0, 1, 1024, CAP]
        .iter()
        .flat_map(|size| FRAMINGS.map(|framing| (*size, framing)))
    {
        for (protocol, send) in protocols.iter().enumerate() {
            let what = format!("HTTP/{} {size} {framing:?}", protocol + 1);
            let (before, bytes) = (upstream.count(), upstream.bytes());
            let (refused, code) = match size {
                0 => (String::new(), "body_malformed"),
                1 => ("7".to_owned(), "body_malformed"),
                size => (body(size, "10.01"), "value_mismatch"),
            };
            let answer = send(&proxy, &caller, &refused, framing).expect(&what);
            assert_eq!(answer.code(), code, "{what}: {answer:?}");
            assert_eq!(upstream.bytes(), bytes, "{what}: bytes went on");

            if size > 1 {
                let granted = body(size, "10.00");
                let answer = send(&proxy, &caller, &granted, framing).expect(&what);
                assert_eq!(answer.status, 200, "{what}: {answer:?}\n{}", proxy.log());
                assert_eq!(upstream.count(), before + 1, "{what}");
                let seen = upstream.seen().pop().unwrap();
                assert_eq!(seen.body, granted.as_bytes(), "{what}");
                assert_eq!(seen.trailers, [""; 0], "{what}");
            }
        }
    }
    assert_eq!(proxy.count("waiting"), 0);
}

#[test]
fn a_body_over_the_limit_is_refused_when_it_is_seen_or_announced() {
    let (proxy, caller, upstream) = start(|_| ());
    for size in [CAP + 1, 900 * 1024, 3 * 1024 * 1024] {
        for framing in FRAMINGS {
            for (protocol, send) in [over_http1, over_http2].iter().enumerate() {
                let what = format!("HTTP/{} {size} {framing:?}", protocol + 1);
                // A peer that answers early may reset before all was written.
                let Some(answer) = send(&proxy, &caller, &body(size, "10.00"), framing) else {
                    continue;
                };
                assert_eq!(answer.status, 413, "{what}: {answer:?}");
            }
        }
    }
    let (proxy_kept, caller, upstream_kept) = (proxy, caller, upstream);
    assert_eq!(upstream_kept.bytes(), 0);
    assert!(proxy_kept.count("reason.body_too_large") > 30);
    // A limit is inclusive.
    let answer = over_http1(&proxy_kept, &caller, &body(CAP, "10.00"), FRAMINGS[0]);
    assert_eq!(answer.unwrap().status, 200);
}

#[test]
fn a_body_is_refused_as_soon_as_it_is_too_large() {
    let (proxy, caller, upstream) = start(|_| ());
    let mut connection = Connection::to(proxy.address);
    let head = caller.head("POST", PATH) + "content-type: application/json\r\n";
    connection.send(head + "transfer-encoding: chunked\r\n\r\n");
    let part = body(CAP + 1, "10.00");
    connection.send(format!("{:x}\r\n{part}\r\n", part.len()));
    // The last chunk never comes, and the deadline is two seconds away.
    let begun = Instant::now();
    assert_eq!(connection.answer().unwrap().code(), "body_too_large");
    assert!(begun.elapsed().as_millis() < 1500, "{:?}", begun.elapsed());
    assert_eq!(upstream.count(), 0);
}

#[test]
fn a_body_that_the_host_does_not_show_is_refused_at_the_deadline() {
    let (proxy, caller, upstream) = start(|setup| setup.stops = false);
    let begun = Instant::now();
    let answer = over_http1(&proxy, &caller, &body(1024, "10.00"), FRAMINGS[0]).unwrap();
    assert_eq!(answer.code(), "body_not_held");
    assert!(
        (1900..4000).contains(&begun.elapsed().as_millis()),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(upstream.count(), 0);
    // A route that reads no body does not need it.
    let answer = proxy.exchange(caller.post("/accounts/1", "{}"));
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn a_body_that_stops_coming_is_refused_at_the_deadline() {
    let (proxy, caller, upstream) = start(|_| ());
    let mut slow = Connection::to(proxy.address);
    slow.send(caller.head("POST", PATH) + "content-type: application/json\r\n");
    slow.send("content-length: 100\r\n\r\n{\"amount\":");
    let mut gone = Connection::to(proxy.address);
    gone.send(caller.head("POST", PATH) + "content-type: application/json\r\n");
    gone.send("content-length: 100\r\n\r\n{\"amount\":");
    proxy.until("two held requests", |proxy| proxy.count("waiting") == 2);
    gone.reset();
    proxy.until("one left", |proxy| proxy.count("left") == 1);
    let answer = slow.answer().unwrap();
    assert_eq!(answer.code(), "deadline_exceeded");
    assert_eq!(proxy.count("waiting"), 0);
    assert_eq!(upstream.count(), 0);
}

#[test]
fn an_expectation_of_100_is_met() {
    let (proxy, caller, upstream) = start(|_| ());
    let granted = body(1024, "10.00");
    let mut connection = Connection::to(proxy.address);
    let head = caller.head("POST", PATH) + "content-type: application/json\r\n";
    connection.send(format!(
        "{head}expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        granted.len()
    ));
    assert_eq!(connection.answer().unwrap().status, 100);
    std::thread::sleep(Duration::from_millis(100));
    connection.send(&granted);
    assert_eq!(connection.answer().unwrap().status, 200);
    assert_eq!(upstream.seen()[0].body, granted.as_bytes());
}

#[test]
fn an_upgrade_is_refused_where_requests_are_held() {
    let (proxy, caller, upstream) = start(|_| ());
    let head = caller.head("POST", PATH) + "content-type: application/json\r\n";
    let upgrade = "connection: upgrade\r\nupgrade: websocket\r\ncontent-length: 0\r\n\r\n";
    let answer = proxy.exchange(head + upgrade);
    assert_eq!(answer.code(), "upgrade_refused");
    assert_eq!(upstream.count(), 0);
}
