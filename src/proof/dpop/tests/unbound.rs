//! Proofs that are judged before it is known which key they must be made with, and proofs that come
//! without a token.

use super::*;
use crate::proof::dpop::nonce::{Audience, Mint, Mode};
use crate::testing::{AUDIENCE, stranger_key, test};
use serde_json::json;
use std::time::Duration;

fn shown(proof: &str, token_hash: Option<&Digest32>) -> Result<Shown, Refused> {
    let expected = Expected {
        method: METHOD,
        target: TARGET,
        token_hash,
        thumbprint: None,
        nonces: None,
    };
    let head = head(METHOD, "/", &[("dpop", proof)]);
    show(&dpop_rules(), &head, &expected, NOW, &Pure)
}

#[test]
fn a_proof_is_bound_to_the_key_that_is_learnt_later() {
    let hash = sha256(&[token().as_bytes()]);
    let good = shown(&testing::proof(&token()), Some(&hash)).unwrap();
    let other = good.clone().bind(&stranger_key().thumbprint());
    assert_eq!(other, Err(Reason::ProofKeyMismatch));
    let proven = good.bind(&client_key().thumbprint()).unwrap();
    assert_eq!(proven.thumbprint(), &client_key().thumbprint());
}

/// Nothing is left for later but the key: junk is found before anyone is asked about the token.
#[test]
fn all_else_is_judged_before() {
    let hash = sha256(&[token().as_bytes()]);
    let forged = stranger_key().sign(&proof_header(&client_key()), &proof_claims(&token()));
    for (proof, reason) in [
        (lacking("ath"), Reason::ProofMalformed),
        (claiming("ath", json!("x")), Reason::ProofToken),
        (claiming("htm", json!("GET")), Reason::ProofMethod),
        (claiming("iat", json!(NOW_SECS - 61)), Reason::ProofExpired),
        (forged, Reason::ProofSignature),
    ] {
        let found = shown(&proof, Some(&hash)).unwrap_err();
        assert_eq!(found, Refused::from(reason));
    }
}

#[test]
fn where_there_is_no_token_a_proof_needs_no_hash_of_one() {
    for proof in [
        lacking("ath"),
        testing::proof(&token()),
        claiming("ath", json!(1)),
    ] {
        let proven = shown(&proof, None).unwrap().of_any_key();
        assert_eq!(proven.thumbprint(), &client_key().thumbprint());
    }
    let forged = stranger_key().sign(&proof_header(&client_key()), &proof_claims(&token()));
    let found = shown(&forged, None).unwrap_err();
    assert_eq!(found.reason, Reason::ProofSignature);
}

/// The nonce is for the key in the proof, whosever that turns out to be.
#[test]
fn a_nonce_is_made_for_the_key_that_was_shown() {
    let secrets = ["a secret of more than thirty-two bytes"];
    let mint = Mint::of(&secrets, Duration::from_mins(1), Duration::ZERO).unwrap();
    let expected = Expected {
        method: METHOD,
        target: TARGET,
        token_hash: None,
        thumbprint: None,
        nonces: Some(Nonces {
            mode: Mode::Required,
            origin: AUDIENCE,
            mint: &mint,
        }),
    };
    for signer in [client_key(), stranger_key()] {
        let text = signer.sign(&proof_header(&signer), &proof_claims(&token()));
        let head = head(METHOD, "/", &[("dpop", &text)]);
        let refused = show(&dpop_rules(), &head, &expected, NOW, &Pure).unwrap_err();
        let audience = Audience {
            origin: AUDIENCE,
            request: None,
        };
        let own = mint.make(&audience, &signer.thumbprint(), NOW);
        assert_eq!(refused.nonce, Some(own.clone()));
        assert_eq!(expected.nonce_for(&signer.thumbprint(), NOW), Some(own));
    }
}
