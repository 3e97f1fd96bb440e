//! The examples of the specifications.

use super::*;
use crate::crypto::digest::sha256;
use crate::crypto::envoy::Envoy;
use crate::crypto::native::Native;
use crate::testing::test;

const VECTORS: &str = include_str!("../../../tests/vectors/jose/vectors.json");

fn part(name: &str) -> Json {
    json(VECTORS).get(name).unwrap().clone()
}

fn text<'a>(row: &'a Json, name: &str) -> &'a str {
    row.get(name).and_then(Json::as_str).unwrap()
}

fn key(row: &Json) -> Jwk {
    Jwk::parse(row.get("jwk").unwrap()).unwrap()
}

#[test]
fn signatures_hold_under_both_engines() {
    let native = Native::self_tested(Envoy);
    let rows = part("compact");
    assert_eq!(rows.as_array().unwrap().len(), 8);
    for row in rows.as_array().unwrap() {
        let (jws, key) = (text(row, "jws"), key(row));
        let algorithm = Algorithm::from_name(text(row, "alg")).unwrap();
        let verify = |jws, verifier: &dyn Verifier| {
            Untrusted::parse(jws, LIMITS)
                .unwrap()
                .verify(algorithm, key.key(), verifier)
        };
        let by_host = native.algorithms().any(|native| native == algorithm);
        let verified = verify(jws, &native).unwrap();
        assert_eq!(
            verified.engine(),
            if by_host { Engine::Host } else { Engine::Pure }
        );
        let verified = verify(jws, &Pure).unwrap();
        assert_eq!(verified.engine(), Engine::Pure);
        assert!(
            verified
                .claims()
                .get("exp")
                .or(verified.claims().get("iat"))
                .is_some()
        );

        let (input, signature) = jws.rsplit_once('.').unwrap();
        let (header, claims) = input.split_once('.').unwrap();
        let mut other = URL_SAFE_NO_PAD.decode(signature).unwrap();
        other[20] ^= 1;
        let other = format!("{input}.{}", encode(other));
        assert_eq!(
            verify(&other, &Pure).unwrap_err(),
            InvalidSignature,
            "signature"
        );
        let spaced = [&URL_SAFE_NO_PAD.decode(claims).unwrap()[..], b" "].concat();
        let spaced = format!("{header}.{}.{signature}", encode(spaced));
        assert_eq!(
            verify(&spaced, &Pure).unwrap_err(),
            InvalidSignature,
            "claims"
        );
        let spaced = [b" ", &URL_SAFE_NO_PAD.decode(header).unwrap()[..]].concat();
        let spaced = format!("{}.{claims}.{signature}", encode(spaced));
        assert_eq!(
            verify(&spaced, &native).unwrap_err(),
            InvalidSignature,
            "header"
        );
    }
}

#[test]
fn signatures_that_must_fail_do() {
    let native = Native::self_tested(Envoy);
    let verifiers: [&dyn Verifier; 2] = [&Pure, &native];
    for row in part("fails").as_array().unwrap() {
        let algorithm = Algorithm::from_name(text(row, "alg")).unwrap();
        for verifier in verifiers {
            let untrusted = Untrusted::parse(text(row, "jws"), LIMITS).unwrap();
            let verdict = untrusted.verify(algorithm, key(row).key(), verifier);
            assert_eq!(
                verdict.unwrap_err(),
                InvalidSignature,
                "{}",
                text(row, "source")
            );
        }
    }
}

#[test]
fn what_is_no_signed_set_of_claims_is_refused() {
    for row in part("refused").as_array().unwrap() {
        let parsed = Untrusted::parse(text(row, "jws"), LIMITS);
        let well_formed = row.get("wellFormed") == Some(&Json::Bool(true));
        assert_eq!(parsed.is_ok(), well_formed, "{}", text(row, "source"));
        if let Ok(untrusted) = parsed {
            assert_eq!(Algorithm::from_name(untrusted.algorithm()), None);
        }
    }
}

#[test]
fn the_signature_of_rfc_8037_holds() {
    let row = part("ed25519");
    let signature = URL_SAFE_NO_PAD.decode(text(&row, "signature")).unwrap();
    let verify = |input: &str| {
        Pure.verify(
            Algorithm::Ed25519,
            key(&row).key(),
            input.as_bytes(),
            &signature,
        )
    };
    assert_eq!(verify(text(&row, "input")), Ok(Engine::Pure));
    assert_eq!(verify("eyJhbGciOiJFZERTQSJ9.e30"), Err(InvalidSignature));
}

#[test]
fn thumbprints_are_those_of_the_specifications() {
    let rows = part("thumbprints");
    assert_eq!(rows.as_array().unwrap().len(), 3);
    for row in rows.as_array().unwrap() {
        assert_eq!(encode(key(row).thumbprint()), text(row, "thumbprint"));
    }
}

#[test]
fn the_token_hash_of_rfc_9449_is_ours() {
    let row = part("ath");
    assert_eq!(
        encode(sha256(&[text(&row, "token").as_bytes()])),
        text(&row, "ath")
    );
}
