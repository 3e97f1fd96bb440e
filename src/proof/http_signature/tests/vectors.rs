//! The worked examples of RFC 9421 and RFC 9530.

use super::*;
use crate::testing::test;
use base64::engine::general_purpose::STANDARD;

const VECTORS: &str = include_str!("../../../../tests/vectors/http_signature/vectors.json");

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn request(case: &Value) -> Request {
    let fields = case["headers"].as_array().unwrap().iter();
    let fields = fields.map(|field| (text(&field[0]), text(&field[1]).into_bytes()));
    let request = Request {
        origin: text(&case["origin"]),
        method: text(&case["method"]),
        target: text(&case["target"]),
        fields: fields.collect(),
        alone: case["body"] == "",
    };
    request
        .with("signature-input", &text(&case["signature_input"]))
        .with("signature", &text(&case["signature"]))
}

/// `created` of the case.
fn moment(case: &Value) -> UnixTime {
    let input = text(&case["signature_input"]);
    let (_, after) = input.rsplit_once("created=").unwrap();
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    UnixTime::from_secs(digits.parse().unwrap())
}

#[test]
fn every_example_has_the_base_and_the_verdict_of_the_rfc() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let mut held = 0_u32;
    for case in vectors["cases"].as_array().unwrap() {
        let (id, request) = (text(&case["id"]), request(case));
        if let Some(base) = case["base"].as_str() {
            assert_eq!(request.base().as_deref(), Some(base), "{id}");
        }
        let mut key = vectors["keys"][text(&case["key"])].clone();
        if case["key"] == "test-key-rsa-pss" {
            key["alg"] = "PS512".into();
        }
        let key = jwk(&key);
        let key = Key {
            jwk: &key,
            id: None,
        };
        let verdict = request.judged(&permissive(), key, moment(case));
        let found = verdict.as_ref().map_or_else(|it| it.code(), |_| "holds");
        assert_eq!(found, case["verdict"], "{id}");
        if let Ok(signed) = verdict {
            held += 1;
            if let Some(content) = signed.content {
                assert_eq!(content.verify(text(&case["body"]).as_bytes()), Ok(()));
            }
        }
    }
    assert_eq!(held, 11);
}

/// An RSA key that says nothing of its algorithm fits two, and B.2.1 does not say which.
#[test]
fn a_key_that_fits_two_algorithms_needs_one_to_be_named() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let case = &vectors["cases"][0];
    let key = jwk(&vectors["keys"]["test-key-rsa-pss"]);
    let key = Key {
        jwk: &key,
        id: None,
    };
    let judge = |rules: &Rules| request(case).judged(rules, key, moment(case)).err();
    assert_eq!(judge(&permissive()), Some(Reason::ProofAlgorithm)); // S13
    let rules = Rules {
        algorithms: vec![Algorithm::Es256, Algorithm::Ps512],
        ..permissive()
    };
    assert_eq!(judge(&rules), None);
}

/// The key of B.2.5 is shared: whoever verifies with it could have signed. No such key is one here.
#[test]
fn a_shared_secret_is_no_key() {
    let key = json!({ "kty": "oct", "k": "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YU" });
    assert!(Jwk::parse(&strict(&key)).is_err());
    let names = Algorithm::ALL.iter().filter_map(|it| registered_name(*it));
    assert!(names.into_iter().all(|name| name != "hmac-sha256"));
}

#[test]
fn the_digests_of_rfc_9530_hold_over_their_content() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    for row in vectors["digests"].as_array().unwrap() {
        let body = text(&row["body"]);
        for algorithm in ["sha-256", "sha-512"] {
            let digest = text(&row[algorithm]);
            assert!(STANDARD.decode(&digest).is_ok());
            let field = format!("{algorithm}=:{digest}:");
            let (head, ..) = Request::good()
                .without("content-digest")
                .with("content-digest", &field)
                .parts();
            let content = ContentDigest::read(&head).unwrap();
            assert_eq!(content.verify(body.as_bytes()), Ok(()), "{field}");
            let other = format!("{body} ");
            assert_eq!(
                content.verify(other.as_bytes()),
                Err(Reason::ContentDigestMismatch)
            );
        }
    }
}
