//! Nonces through real proxies: the round trip, what the upstream's response gets, and who accepts
//! what another made.

use crate::config::Setup;
use crate::mint::now;
use crate::parity::over_http1;
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::support::plan::Plan;
use crate::support::policy::{self, SECRETS};
use crate::wire::Answer;
use serde_json::json;
use std::thread::sleep;
use std::time::Duration;

/// A read of this path, with this nonce.
fn read(jti: &str, path: &str, nonce: Option<&str>) -> Plan {
    let now = now().unwrap();
    let mut plan = Plan::read(now, jti).to("GET", path);
    plan.proof_claims["iat"] = json!(now + 1);
    if let Some(nonce) = nonce {
        plan.proof_claims["nonce"] = json!(nonce);
    }
    plan
}

fn send(proxy: &Proxy, plan: &Plan) -> Answer {
    over_http1(proxy.address, &plan.wire()).unwrap()
}

/// An upstream that has nonces of its own.
fn upstream() -> Server {
    Server::start(|_| {
        let head = "HTTP/1.1 200 OK\r\ndpop-nonce: its-own\r\ndpop-nonce: another\r\n";
        Reply::Bytes(format!("{head}content-length: 8\r\n\r\nupstream").into_bytes())
    })
}

#[test]
fn a_client_is_given_a_nonce_and_passes_with_it() {
    let upstream = upstream();
    let proxy = Proxy::start(&Setup::of(&policy::document()).with("upstream", upstream.port));
    sleep(Duration::from_millis(1100));
    for route in ["requiring", "challenging"] {
        let path = format!("/accounts/7/{route}");
        let answer = send(&proxy, &read(&format!("{route} 1"), &path, None));
        assert_eq!(answer.status, 401, "{answer:?}");
        let challenge = answer.header("www-authenticate");
        assert!(challenge.starts_with("DPoP error=\"use_dpop_nonce\""));
        let nonce = answer.header("dpop-nonce");
        // A challenge is for the token that it was made for.
        let mut plan = read(&format!("{route} 1"), &path, Some(&nonce));
        plan.proof_claims["jti"] = json!(format!("{route} 2"));
        plan.token_claims["iat"] = json!(0);
        let again = send(&proxy, &plan);
        let is_bound = route == "challenging";
        assert_eq!(again.status == 401, is_bound, "{again:?}");
        let nonce = if is_bound {
            again.header("dpop-nonce")
        } else {
            nonce
        };
        plan.proof_claims["nonce"] = json!(nonce);
        plan.proof_claims["jti"] = json!(format!("{route} 3"));
        let answer = send(&proxy, &plan);
        assert_eq!(answer.status, 200, "{answer:?}");
        // One nonce, and it is the gate's.
        let fresh = answer.header("dpop-nonce");
        assert_eq!(fresh.len(), 36, "{fresh}");
        let next = read(&format!("{route} 4"), "/accounts/7/requiring", Some(&fresh));
        assert_eq!(send(&proxy, &next).status, 200);
    }
    assert_eq!(upstream.count(), 5);
    // On a route without nonces the upstream's are its own.
    let answer = send(&proxy, &read("none", "/accounts/7", None));
    assert_eq!(answer.header("dpop-nonce"), "its-own, another");
}

#[test]
fn what_one_proxy_made_another_accepts_also_after_a_restart() {
    let upstream = Server::upstream();
    let [new, old] = SECRETS.map(|(name, _)| name);
    let with = |keys: &[&str]| {
        let mut document = policy::document();
        document["dpop"]["nonces"]["keys"] = json!(keys);
        Proxy::start(&Setup::of(&document).with("upstream", upstream.port))
    };
    let path = "/accounts/7/requiring";
    // While keys change: this one is a step behind.
    let (behind, ahead) = (with(&[old, new]), with(&[new, old]));
    sleep(Duration::from_millis(1100));
    let made = send(&behind, &read("a", path, None)).header("dpop-nonce");
    assert_eq!(send(&ahead, &read("b", path, Some(&made))).status, 200);
    let made = send(&ahead, &read("c", path, None)).header("dpop-nonce");
    assert_eq!(send(&behind, &read("d", path, Some(&made))).status, 200);
    drop(ahead);
    // A proxy that has just begun knows the nonce. Its replay log cannot judge a proof of before it
    // began, and has the client make one since.
    let again = with(&[new]);
    let answer = send(&again, &read("e", path, Some(&made)));
    assert_eq!(answer.code(), "proof_predates_log");
    assert!(answer.header("www-authenticate").contains("use_dpop_nonce"));
    sleep(Duration::from_millis(1100));
    let answer = send(&again, &read("f", path, None));
    let fresh = answer.header("dpop-nonce");
    assert_eq!(send(&again, &read("g", path, Some(&fresh))).status, 200);
    // The key that is gone is gone.
    let made = send(&behind, &read("h", path, None)).header("dpop-nonce");
    let answer = send(&again, &read("i", path, Some(&made)));
    assert_eq!(answer.code(), "proof_nonce_invalid");
}

#[test]
fn without_a_key_that_the_policy_names_everything_is_refused() {
    let upstream = Server::upstream();
    let setup = Setup::of(&policy::document()).with("upstream", upstream.port);
    for environment in [
        Vec::new(),
        vec![("COUNTERSIGN_NONCE_KEY", "short".to_owned())],
    ] {
        let proxy = Proxy::start(&Setup {
            environment,
            ..setup.clone()
        });
        let answer = send(&proxy, &read("a", "/accounts/7", None));
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, "not_configured")
        );
        let says = "COUNTERSIGN_NONCE_KEY is missing or shorter than 32 bytes";
        assert!(proxy.log().contains(says), "{}", proxy.log());
    }
}

/// A token request: the client's authentication, its body and its proof arrive as they were sent.
#[test]
fn a_token_request_arrives_whole() {
    let upstream = Server::upstream();
    let proxy = Proxy::start(&Setup::of(&policy::document()).with("upstream", upstream.port));
    sleep(Duration::from_millis(1100));
    let now = now().unwrap();
    let plan = Plan::token_request(now, "a");
    assert_eq!(send(&proxy, &plan).status, 200);
    let seen = upstream.seen().pop().unwrap();
    assert_eq!(seen.header("authorization"), ["Basic d2FsbGV0OnNlY3JldA=="]);
    assert_eq!(seen.header("dpop").len(), 1);
    assert_eq!(Some(seen.body), plan.body);
    let answer = send(&proxy, &plan);
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (400, "proof_replayed")
    );
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["error"], "invalid_dpop_proof");
    assert_eq!(upstream.count(), 1);
}
