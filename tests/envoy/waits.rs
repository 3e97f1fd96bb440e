//! Requests that wait for keys while their bodies arrive: nothing goes on early, all of it is
//! judged, and each leaves one record.

use crate::caller::{Caller, Issuer};
use crate::config::Setup;
use crate::http2::{self, Message};
use crate::policy::{fetched, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::wire::{Answer, Connection};
use serde_json::json;
use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

const HELD: &str = "/accounts/1/transfers";
const PLAIN: &str = "/accounts/1";

/// A request with a body: where it goes, what the body says, how large it is, and how it is sent.
#[derive(Clone, Debug)]
struct Shape {
    path: &'static str,
    amount: &'static str,
    size: usize,
    second_protocol: bool,
    trailers: bool,
    /// How long after the head the body follows, in milliseconds.
    pause: u64,
}

impl Shape {
    fn body(&self) -> String {
        let start = format!(r#"{{"amount":"{}","note":""#, self.amount);
        let note = "n".repeat(self.size.saturating_sub(start.len() + 2));
        format!("{start}{note}\"}}")
    }

    fn send(&self, proxy: &Proxy, caller: &Caller) -> Option<Answer> {
        let body = self.body();
        if self.second_protocol {
            let headers = vec![
                ("authorization", format!("DPoP {}", caller.token)),
                ("dpop", caller.proof("POST", self.path)),
                ("content-type", "application/json".to_owned()),
            ];
            let message = Message {
                method: "POST",
                path: self.path.to_owned(),
                headers,
                data: body.as_bytes().chunks(9000).map(<[u8]>::to_vec).collect(),
                trailers: self.trailers,
            };
            return http2::exchange(proxy.address, message);
        }
        let head = caller.head("POST", self.path) + "content-type: application/json\r\n";
        let mut connection = Connection::to(proxy.address);
        connection.send(head + "transfer-encoding: chunked\r\n\r\n");
        thread::sleep(Duration::from_millis(self.pause));
        for part in body.as_bytes().chunks(9000) {
            let size = format!("{:x}\r\n", part.len());
            if !connection.try_send([size.as_bytes(), part, b"\r\n"].concat()) {
                break;
            }
        }
        let trailer = if self.trailers {
            "x-trailer: t\r\n"
        } else {
            ""
        };
        connection.try_send(format!("0\r\n{trailer}\r\n"));
        connection.answer()
    }
}

fn shapes() -> Vec<Shape> {
    let mut shapes = Vec::new();
    for path in [HELD, PLAIN] {
        for (amount, size) in [("10.00", 1000), ("10.00", 60_000), ("10.01", 60_000)] {
            for (second_protocol, pause) in [(false, 0), (false, 1000), (true, 0)] {
                for trailers in [false, true] {
                    shapes.push(Shape {
                        path,
                        amount,
                        size,
                        second_protocol,
                        trailers,
                        pause,
                    });
                }
            }
        }
    }
    shapes
}

/// Sends all at once, and looks at what the upstream has seen halfway.
fn all(proxy: &Proxy, caller: &Caller, upstream: &Server, shapes: &[Shape]) -> Vec<Option<Answer>> {
    let before = upstream.bytes();
    let answers = thread::scope(|scope| {
        let sent: Vec<_> = shapes
            .iter()
            .map(|shape| scope.spawn(move || shape.send(proxy, caller)))
            .collect();
        thread::sleep(Duration::from_millis(400));
        assert_eq!(upstream.bytes(), before, "something went on early");
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    });
    assert_eq!(proxy.count("waiting"), 0);
    answers
}

#[test]
fn bodies_that_arrive_while_keys_are_fetched_are_judged_whole() {
    let (old, new, never) = (
        Issuer::with("old"),
        Issuer::with("new"),
        Issuer::with("never"),
    );
    let upstream = Server::upstream();
    let keys = Server::start({
        let set = old.set();
        move |_| Reply::json(&set)
    });
    let mut document = policy(&fetched());
    document["waiting"]["requests"] = json!(128);
    let setup = Setup::of(&document)
        .with("upstream", upstream.port)
        .with("as", keys.port);
    let proxy = Proxy::start(&setup);
    assert_eq!(proxy.exchange(old.caller().get(PLAIN)).status, 200);
    let both = json!({ "keys": [old.set()["keys"][0], new.set()["keys"][0]] });
    keys.now_answers(move |_| {
        thread::sleep(Duration::from_millis(800));
        Reply::json(&both)
    });

    let shapes = shapes();
    let answers = all(&proxy, &new.caller(), &upstream, &shapes);
    assert_eq!(keys.count(), 2);
    for (shape, answer) in shapes.iter().zip(&answers) {
        let answer = answer.as_ref().unwrap();
        let granted = shape.path == PLAIN || shape.amount == "10.00";
        let code = if granted { "" } else { "value_mismatch" };
        assert_eq!(answer.code(), code, "{shape:?} {answer:?}\n{}", proxy.log());
    }
    let mut bodies = BTreeMap::<_, usize>::new();
    for seen in upstream.seen().into_iter().skip(1) {
        *bodies.entry(seen.body).or_default() += 1;
    }
    let expected = shapes
        .iter()
        .filter(|shape| shape.path == PLAIN || shape.amount == "10.00")
        .fold(BTreeMap::<_, usize>::new(), |mut bodies, shape| {
            *bodies.entry(shape.body().into_bytes()).or_default() += 1;
            bodies
        });
    assert!(bodies == expected, "the upstream saw other bodies");
    assert_eq!(proxy.records().len(), 1 + shapes.len());

    // Past the budget's spacing: a fetch that does not bring the key.
    thread::sleep(Duration::from_secs(5));
    let upstream_saw = upstream.count();
    for answer in all(&proxy, &never.caller(), &upstream, &shapes) {
        assert_eq!(answer.unwrap().code(), "token_key_unknown");
    }
    assert_eq!(keys.count(), 3);
    assert_eq!(upstream.count(), upstream_saw);
    assert_eq!(proxy.records().len(), 1 + 2 * shapes.len());
}

/// Tokens that nobody has signed cost their sender nothing.
#[test]
fn invented_tokens_do_not_take_the_places_of_proven_callers() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let keys = Server::start({
        let set = issuer.set();
        move |_| Reply::json(&set)
    });
    let mut document = policy(&fetched());
    document["waiting"]["requests"] = json!(8);
    let setup = Setup::of(&document)
        .with("upstream", upstream.port)
        .with("as", keys.port);
    let proxy = Proxy::start(&setup);
    let caller = issuer.caller();
    assert_eq!(proxy.exchange(caller.get(PLAIN)).status, 200);
    keys.now_answers(|_| Reply::Never);
    let stranger = Issuer::with("invented").caller();
    let mut crowd: Vec<_> = (0..12)
        .map(|_| {
            let mut connection = Connection::to(proxy.address);
            connection.send(stranger.get(PLAIN));
            connection
        })
        .collect();
    proxy.until("half of the places are taken", |proxy| {
        proxy.count("waiting") == 4 && proxy.count("reason.overloaded") == 8
    });
    let held = Shape {
        path: HELD,
        amount: "10.00",
        size: 100,
        second_protocol: false,
        trailers: false,
        pause: 200,
    };
    assert_eq!(held.send(&proxy, &caller).unwrap().status, 200);
    assert_eq!(proxy.count("waiting"), 4);
    for connection in &mut crowd {
        let answer = connection.answer().unwrap();
        assert!(
            ["overloaded", "token_key_unknown"].contains(&answer.code().as_str()),
            "{answer:?}"
        );
    }
    assert_eq!(proxy.count("waiting"), 0);
}
