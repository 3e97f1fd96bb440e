//! Security headers that come twice, and those that only the gate may set.

use crate::caller::Issuer;
use crate::config::Setup;
use crate::http2::{self, Message};
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::Server;

#[test]
fn a_second_credential_or_proof_never_passes_in_either_order() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let setup = Setup::of(&policy(&inline(&issuer.set()))).with("upstream", upstream.port);
    let proxy = Proxy::start(&setup);
    let (alice, other) = (issuer.caller(), issuer.caller());
    let path = "/accounts/1";
    let token = |token: &str| format!("DPoP {token}");
    for (name, codes) in [
        ("authorization", &["credentials_malformed"][..]),
        ("dpop", &["proof_repeated"]),
    ] {
        let mut cases = vec![];
        for second in ["x", "Bearer x", "DPoP x", "Basic YTpi"] {
            cases.push(second.to_owned());
        }
        cases.push(token(&other.token));
        cases.push(token(&alice.token));
        cases.push(alice.proof("GET", path));
        for second in cases {
            for first in [true, false] {
                let own = alice.credentials("GET", path);
                let line = format!("{name}: {second}\r\n");
                let lines = if first { line + &own } else { own + &line };
                let request =
                    format!("GET {path} HTTP/1.1\r\nhost: api.example.com\r\n{lines}\r\n");
                let answer = proxy.exchange(request);
                assert!(
                    codes.contains(&answer.code().as_str()),
                    "{name} {first} {second}: {answer:?}"
                );

                let mut headers = vec![
                    ("authorization", token(&alice.token)),
                    ("dpop", alice.proof("GET", path)),
                ];
                headers.insert(if first { 0 } else { 2 }, (name, second.clone()));
                let message = Message {
                    method: "GET",
                    path: path.to_owned(),
                    headers,
                    data: vec![],
                    trailers: false,
                };
                let answer = http2::exchange(proxy.address, message).unwrap();
                assert!(
                    codes.contains(&answer.code().as_str()),
                    "HTTP/2 {name} {first} {second}: {answer:?}"
                );
            }
        }
    }
    assert_eq!(upstream.count(), 0);
}

/// Envoy joins lines of `authorization` before any filter sees them, and an empty one leaves no
/// trace. Gate and upstream then see the same one credential.
#[test]
fn an_empty_line_that_the_proxy_swallows_changes_nothing() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let setup = Setup::of(&policy(&inline(&issuer.set()))).with("upstream", upstream.port);
    let proxy = Proxy::start(&setup);
    let alice = issuer.caller();
    let line = format!("authorization: DPoP {}\r\n", alice.token);
    for lines in [
        format!("authorization:\r\n{line}"),
        format!("{line}authorization:\r\n"),
    ] {
        let before = upstream.count();
        let proof = alice.proof("GET", "/accounts/1");
        let head = "GET /accounts/1 HTTP/1.1\r\nhost: api.example.com\r\n";
        let answer = proxy.exchange(format!("{head}{lines}dpop: {proof}\r\n\r\n"));
        if answer.status == 200 {
            let seen = upstream.seen().pop().unwrap();
            assert_eq!(
                seen.header("authorization"),
                [format!("DPoP {}", alice.token)]
            );
        } else {
            assert_eq!(answer.code(), "credentials_malformed");
            assert_eq!(upstream.count(), before);
        }
    }
}

#[test]
fn what_only_the_gate_may_say_is_taken_from_the_caller() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let setup = Setup::of(&policy(&inline(&issuer.set()))).with("upstream", upstream.port);
    let proxy = Proxy::start(&setup);
    let request = issuer.caller().head("GET", "/accounts/1")
        + "x-countersign-subject: mallory\r\nX-Countersign-Subject: eve\r\n\
           x-countersign-actor: root\r\nx-countersign-anything: 1\r\n\r\n";
    assert_eq!(proxy.exchange(request).status, 200);
    let seen = upstream.seen().pop().unwrap();
    assert_eq!(seen.header("x-countersign-subject"), ["alice"]);
    for gone in ["x-countersign-actor", "x-countersign-anything", "dpop"] {
        assert!(seen.header(gone).is_empty(), "{gone}: {}", seen.head);
    }
}
