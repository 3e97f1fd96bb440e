//! The negative list of the `OpenID` Foundation's FAPI 2.0 suite for DPoP, block by block, with the
//! answer that the RFC asks for. The upper-case field name and the second use of a proof are decided
//! elsewhere (`RequestHead`, `ReplayLog`), and so is a request without a proof under the Bearer
//! scheme (`Confirmation::key`).

use super::*;
use crate::testing::{proof, stranger_key, test};
use crate::token::confirmation::Confirmation;
use crate::token::credentials::Scheme;
use crate::token::issuer::UnknownConfirmation;
use serde_json::json;

#[test]
fn what_the_suite_wants_refused() {
    let key = client_key();
    let signed = |header: &Value| stranger_key().sign(header, &proof_claims(&token()));
    let good = proof(&token());
    let unsigned = format!("{}.{}", good.rsplit_once('.').unwrap().0, "A".repeat(86));
    let header = |name: &str, value: &str| minted(|header, _| header[name] = json!(value));
    for (block, proof, reason) in [
        (
            "malformed JWT",
            good.replace('.', ""),
            Reason::ProofMalformed,
        ),
        ("missing typ", lacking("typ"), Reason::ProofType),
        ("missing alg", lacking("alg"), Reason::ProofMalformed),
        ("missing jwk", lacking("jwk"), Reason::ProofMalformed),
        ("missing jti", lacking("jti"), Reason::ProofMalformed),
        ("missing htm", lacking("htm"), Reason::ProofMalformed),
        ("missing htu", lacking("htu"), Reason::ProofMalformed),
        ("missing iat", lacking("iat"), Reason::ProofMalformed),
        ("missing ath", lacking("ath"), Reason::ProofMalformed),
        ("wrong typ", header("typ", "JWT"), Reason::ProofType),
        ("RS256", header("alg", "RS256"), Reason::ProofAlgorithm),
        ("none", header("alg", "none"), Reason::ProofAlgorithm),
        ("bad signature", unsigned, Reason::ProofSignature),
        (
            "another key's signature",
            signed(&proof_header(&key)),
            Reason::ProofSignature,
        ),
        (
            "private key in jwk",
            minted(|header, _| header["jwk"]["d"] = json!("AQ")),
            Reason::ProofKey,
        ),
        (
            "wrong htm",
            claiming("htm", json!("PUT")),
            Reason::ProofMethod,
        ),
        (
            "another URL",
            claiming("htu", json!("https://other.example.com/")),
            Reason::ProofTarget,
        ),
        (
            "iat 1 h before",
            claiming("iat", json!(NOW_SECS - 3600)),
            Reason::ProofExpired,
        ),
        (
            "iat 1 h after",
            claiming("iat", json!(NOW_SECS + 3600)),
            Reason::ProofEarly,
        ),
        (
            "wrong ath",
            claiming("ath", json!(key.jkt())),
            Reason::ProofToken,
        ),
        (
            "another key",
            signed(&proof_header(&stranger_key())),
            Reason::ProofKeyMismatch,
        ),
    ] {
        assert_eq!(judge(&proof), Err(reason), "{block}");
    }
    let two = [("dpop", good.as_str()), ("dpop", good.as_str())];
    assert_eq!(judge_at(NOW, &two), Err(Reason::ProofRepeated));
    assert_eq!(judge_at(NOW, &[]), Err(Reason::ProofMissing));
    let bound = Confirmation {
        jkt: Some(key.thumbprint()),
        ..Confirmation::default()
    };
    let as_bearer = bound.demands(Scheme::Bearer, UnknownConfirmation::Ignore);
    assert_eq!(as_bearer, Err(Reason::BoundTokenAsBearer));
}

#[test]
fn what_the_suite_wants_accepted() {
    let htu = |text: &str| claiming("htu", json!(text));
    let more = minted(|header, claims| {
        header["extra"] = json!({ "a": [1] });
        claims["extra"] = json!("b");
        claims["nonce"] = json!("c");
    });
    for (block, proof) in [
        ("first use", proof(&token())),
        ("query and fragment", htu(&format!("{TARGET}?a=b#c"))),
        ("iat 10 s before", claiming("iat", json!(NOW_SECS - 10))),
        ("iat 10 s after", claiming("iat", json!(NOW_SECS + 10))),
        ("extra header parameters and claims", more),
        (
            "upper-case scheme and host",
            htu(&TARGET.replace("https://api", "HTTPS://API")),
        ),
        ("the default port", htu(&TARGET.replace(".com", ".com:443"))),
    ] {
        assert_eq!(judge(&proof).map(|_| ()), Ok(()), "{block}");
    }
}
