mod checks;
mod conformance;
mod nonces;
mod rfc9449;
mod unbound;

use super::*;
use crate::crypto::{Engine, Pure};
use crate::testing::{
    self, Counting, METHOD, NOW, NOW_SECS, Signer, TARGET, client_key, dpop_rules, head,
    proof_claims, proof_header, test, token,
};
use serde_json::Value;

/// The good request, with these field lines, at this moment.
fn judge_at(now: UnixTime, fields: &[(&str, &str)]) -> Result<Proven, Reason> {
    let head = head(METHOD, "/accounts/7/transfers?dry=1", fields);
    proven(&dpop_rules(), &head, METHOD, TARGET, &client_key(), now)
}

/// Evidence of this key, for this request with the good token.
fn proven(
    rules: &Rules,
    head: &RequestHead,
    method: &str,
    target: &str,
    key: &Signer,
    now: UnixTime,
) -> Result<Proven, Reason> {
    let thumbprint = key.thumbprint();
    let expected = Expected {
        method,
        target,
        token_hash: Some(&sha256(&[token().as_bytes()])),
        thumbprint: Some(&thumbprint),
        nonces: None,
    };
    show(rules, head, &expected, now, &Pure)
        .map_err(|refused| refused.reason)?
        .bind(&thumbprint)
}

fn judge(proof: &str) -> Result<Proven, Reason> {
    judge_at(NOW, &[("dpop", proof)])
}

/// The good proof, with something changed.
fn minted(change: impl FnOnce(&mut Value, &mut Value)) -> String {
    let (mut header, mut claims) = (proof_header(&client_key()), proof_claims(&token()));
    change(&mut header, &mut claims);
    client_key().sign(&header, &claims)
}

fn claiming(name: &str, value: Value) -> String {
    minted(|_, claims| claims[name] = value)
}

fn lacking(name: &str) -> String {
    minted(|header, claims| {
        let part = if header.get(name).is_some() {
            header
        } else {
            claims
        };
        part.as_object_mut().unwrap().remove(name).unwrap();
    })
}

#[test]
fn a_good_proof_is_evidence_of_its_key() {
    let found = judge(&testing::proof(&token())).unwrap();
    assert_eq!(found.thumbprint(), &client_key().thumbprint());
    assert_eq!(found.engine(), Engine::Pure);
    assert_eq!(found.id(), &sha256(&[b"proof-1"]));
    assert_eq!(found.issued_at(), NOW);
}

#[test]
fn only_a_proof_that_passed_all_else_costs_a_signature() {
    let expected = Expected {
        method: METHOD,
        target: TARGET,
        token_hash: Some(&sha256(&[token().as_bytes()])),
        thumbprint: Some(&client_key().thumbprint()),
        nonces: None,
    };
    let counting = Counting::default();
    for proof in [
        lacking("jti"),
        claiming("htm", "GET".into()),
        claiming("htu", "https://elsewhere.example.com/".into()),
        claiming("iat", (NOW_SECS - 61).into()),
        claiming("ath", "x".into()),
        testing::stranger_key().sign(
            &proof_header(&testing::stranger_key()),
            &proof_claims(&token()),
        ),
    ] {
        let head = head(METHOD, "/", &[("dpop", &proof)]);
        assert!(show(&dpop_rules(), &head, &expected, NOW, &counting).is_err());
    }
    assert_eq!(counting.calls.get(), 0);
}
