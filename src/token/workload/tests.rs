use super::*;
use crate::crypto::signing::SigningKey;
use crate::testing::{Signer, client_key, strict, test, with, without};
use serde_json::{Value, json};

const DOMAIN: &str = "example.org";
const ID: &str = "spiffe://example.org/gateway";

fn jwk() -> Value {
    with(client_key().jwk(), "alg", json!("ES256"))
}

fn claims() -> Value {
    json!({
        "iss": "https://nobody.example/",
        "sub": ID,
        "exp": 1_700_000_300,
        "jti": "wit-1",
        "cnf": { "jwk": jwk() },
        "unknown": { "to": ["us"] },
    })
}

fn read(claims: &Value) -> Result<Workload, Reason> {
    Workload::read(&strict(claims), DOMAIN)
}

#[test]
fn a_token_says_which_workload_and_which_key() {
    let workload = read(&claims()).unwrap();
    assert_eq!(workload.subject, ID);
    assert_eq!(workload.id.as_deref(), Some("wit-1"));
    assert_eq!(workload.key.key().thumbprint(), &client_key().thumbprint());
    assert_eq!(workload.key.algorithm(), Algorithm::Es256);
    assert_eq!(workload.key.algorithm_name(), "ES256");
    let bare = without(without(claims(), "iss"), "jti");
    assert_eq!(read(&bare).unwrap().id, None);
}

#[test]
fn what_must_be_there_is_there_and_of_its_type() {
    for name in ["sub", "cnf"] {
        let refused = read(&without(claims(), name));
        assert_eq!(refused, Err(Reason::TokenClaims), "without {name}");
    }
    let with_key = |key: Value| with(claims(), "cnf", json!({ "jwk": key }));
    for (what, claims) in [
        (
            "another trust domain",
            with(claims(), "sub", json!("spiffe://example.com/gateway")),
        ),
        (
            "a trust domain below",
            with(claims(), "sub", json!("spiffe://a.example.org/gateway")),
        ),
        ("several subjects", with(claims(), "sub", json!([ID]))),
        ("no identifier", with(claims(), "sub", json!("gateway"))),
        ("an empty jti", with(claims(), "jti", json!(""))),
        ("a jti that is none", with(claims(), "jti", json!(7))),
        ("no key", with(claims(), "cnf", json!({}))),
        (
            "a thumbprint alone",
            with(claims(), "cnf", json!({ "jkt": client_key().jkt() })),
        ),
        ("a key that is none", with_key(json!("x"))),
        ("no alg", with_key(client_key().jwk())),
        ("alg none", with_key(with(jwk(), "alg", json!("none")))),
        (
            "a symmetric alg",
            with_key(with(jwk(), "alg", json!("HS256"))),
        ),
        (
            "an alg for encryption",
            with_key(with(jwk(), "alg", json!("ECDH-ES"))),
        ),
        (
            "an alg of another key",
            with_key(with(jwk(), "alg", json!("EdDSA"))),
        ),
        (
            "an alg that is none",
            with_key(with(jwk(), "alg", json!(["ES256"]))),
        ),
        ("a private key", with_key(with(jwk(), "d", json!("AAAA")))),
        (
            "a symmetric key",
            with_key(json!({ "kty": "oct", "k": "AAAA", "alg": "HS256" })),
        ),
        (
            "a key for encryption",
            with_key(with(jwk(), "use", json!("enc"))),
        ),
    ] {
        assert_eq!(read(&claims), Err(Reason::TokenClaims), "{what}");
    }
}

#[test]
fn an_algorithm_keeps_its_name() {
    let signer = Signer::with_key(SigningKey::ed25519(7), "workload");
    for name in ["EdDSA", "Ed25519"] {
        let key = ProofKey::parse(&strict(&with(signer.jwk(), "alg", json!(name)))).unwrap();
        assert_eq!(key.algorithm(), Algorithm::Ed25519);
        assert_eq!(key.algorithm_name(), name);
    }
}

#[test]
fn identifiers_name_their_trust_domain() {
    for (id, domain) in [
        (ID, DOMAIN),
        ("wimse://example.com/specific-workload", "example.com"),
        ("wimse://example.com/svcA", "example.com"),
    ] {
        assert_eq!(trust_domain_of(id), Some(domain), "{id}");
    }
    let long = format!("wimse://example.org/{}", "a".repeat(2048));
    for id in [
        "",
        "spiffe://example.org",
        "spiffe://example.org/",
        "wimse://example.org",
        "wimse:///a",
        "wimse:example.org/a",
        "WIMSE://example.org/a",
        "https://example.org/a",
        "urn:example:a",
        "wimse://Example.org/a",
        "wimse://example.org:443/a",
        "wimse://user@example.org/a",
        "wimse://example.org/a?b",
        "wimse://example.org/a#b",
        "wimse://example.org/%61",
        "wimse://example.org/a//b",
        "wimse://example.org/../a",
        "wimse://example.org/a/",
        "wimse://spiffe://example.org/a",
        "wimse://127.0.0.1/a",
        "spiffe://127.0.0.1/a",
        "wimse://[::1]/a",
        &long,
    ] {
        assert_eq!(trust_domain_of(id), None, "{id}");
    }
}
