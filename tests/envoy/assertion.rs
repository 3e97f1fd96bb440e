//! What the gate asserts to an upstream, signed by the host, and where the keys are that check it.

use crate::caller::Issuer;
use crate::config::Setup;
use crate::hidden;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::Server;
use crate::support::plan::gate_key;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::crypto::digest::sha256;
use countersign::crypto::{Algorithm, Pure};
use countersign::jose::{KeySet, Limits, Selection, Untrusted};
use serde_json::{Value, json};

const KEYS_PATH: &str = "/.well-known/countersign/keys";

fn setup(issuer: &Issuer, upstream: &Server) -> Setup {
    let mut document = policy(&inline(&issuer.set()));
    document["upstream"] = json!({ "assertion": {
        "keys": ["COUNTERSIGN_ASSERTION_KEY"],
        "issuer": "https://gate.example.com",
        "keys_path": KEYS_PATH,
    }});
    let mut setup = Setup::of(&document).with("upstream", upstream.port);
    setup.environment = vec![("COUNTERSIGN_ASSERTION_KEY", gate_key())];
    setup
}

/// The claims of an assertion, if these keys vouch for it.
fn checked(assertion: &str, keys: &str) -> Value {
    let limits = Limits {
        bytes: 4096,
        depth: 4,
    };
    let jws = Untrusted::parse(assertion, limits).unwrap();
    let keys = KeySet::parse(keys.as_bytes()).unwrap();
    let Selection::One(key) = keys.select(jws.key_id(), Algorithm::Es256) else {
        panic!("no key")
    };
    jws.verify(Algorithm::Es256, key.key(), &Pure).unwrap();
    let claims = assertion.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[test]
fn an_upstream_checks_what_the_gate_asserts_with_the_keys_it_serves() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let proxy = Proxy::start(&setup(&issuer, &upstream));
    assert!(proxy.log().contains("assertions are signed by the host"));
    hidden::keep(gate_key().lines().nth(1).unwrap());
    let caller = issuer.caller();
    let forged = "x-countersign-assertion: forged\r\n\r\n";
    let request = caller
        .get("/accounts/1?all=1")
        .replacen("\r\n\r\n", "\r\n", 1)
        + forged;
    assert_eq!(proxy.exchange(request).status, 200);
    let body = caller.post("/accounts/1/transfers", "{}");
    let refused = proxy.exchange(body).status;
    assert_ne!(refused, 200, "nothing is asserted of what is refused");

    let keys = proxy.exchange(format!(
        "GET {KEYS_PATH} HTTP/1.1\r\nhost: api.example.com\r\n\r\n"
    ));
    assert_eq!(keys.status, 200);
    assert_eq!(keys.header("content-type"), "application/jwk-set+json");
    let seen = upstream.seen();
    let [seen] = &seen[..] else {
        panic!("{} requests", seen.len())
    };
    let [assertion] = seen.header("x-countersign-assertion")[..] else {
        panic!("not one assertion")
    };
    let claims = checked(assertion, &keys.body);
    let records = proxy.records();
    assert_eq!(claims["jti"], records[0]["id"]);
    assert_eq!(claims["htm"], "GET");
    assert_eq!(claims["htu"], "https://api.example.com/accounts/1");
    let query = URL_SAFE_NO_PAD.encode(sha256(&[b"all=1"]));
    assert_eq!(claims["query_sha256"], query);
    assert_eq!(claims["sub"], records[0]["subject"]);
    assert_eq!(records[2]["verdict"], "publish");
}

#[test]
fn a_gate_without_its_key_refuses_everything() {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    for key in [None, Some("no key, and yet of more than thirty-two bytes")] {
        let mut setup = setup(&issuer, &upstream);
        setup.environment = key
            .map(|key| ("COUNTERSIGN_ASSERTION_KEY", key.to_owned()))
            .into_iter()
            .collect();
        let proxy = Proxy::start(&setup);
        let answer = proxy.exchange(issuer.caller().get("/accounts/1"));
        assert_eq!((answer.status, &*answer.code()), (503, "not_configured"));
        assert!(proxy.log().contains("COUNTERSIGN_ASSERTION_KEY is"));
    }
    assert_eq!(upstream.count(), 0);
}
