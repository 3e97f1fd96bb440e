//! Wycheproof's vectors, through both engines: the module's, and a host's that verifies as Envoy.
//!
//! Every vector must come out as Wycheproof says, or be listed with the reason. A listed one that
//! comes out as Wycheproof says is a failure too.
#![cfg(not(target_arch = "wasm32"))]

use countersign::crypto::native::{self, Native};
use countersign::crypto::{Algorithm, BadKey, Engine, PublicKey, Pure, Verifier};
use vectors::Vector;
use wycheproof::{ecdsa, rsa_pkcs1_verify, rsa_pss_verify};

#[path = "support/envoy.rs"]
mod envoy;
#[expect(
    clippy::unwrap_used,
    reason = "a vector that cannot be read is a failure"
)]
#[path = "support/wycheproof.rs"]
mod vectors;

/// What happened, to be compared with how many vectors there are of each kind.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    held: u32,
    failed: u32,
    stricter: u32,
}

impl Tally {
    fn judge(&mut self, vector: &Vector, verifier: &dyn Verifier, by: Engine) {
        let algorithm = vector.algorithm;
        let verdict = key(vector).ok().and_then(|key| {
            verifier
                .verify(algorithm, &key, &vector.message, &vector.signature)
                .ok()
        });
        let context = || {
            format!(
                "{algorithm:?} by {by:?}, tcId {}, {}",
                vector.id, vector.kind
            )
        };
        let count = match (vector.passes, vector.stricter) {
            (true, None) => {
                assert_eq!(verdict, Some(by), "{}", context());
                &mut self.held
            }
            (true, Some(reason)) => {
                assert_eq!(verdict, None, "{} passes in spite of {reason:?}", context());
                &mut self.stricter
            }
            (false, reason) => {
                assert_eq!(verdict, None, "{}", context());
                assert_eq!(reason, None, "{} needs no exception", context());
                &mut self.failed
            }
        };
        *count = count.saturating_add(1);
    }
}

/// The key of a vector, if it is one for the gate.
fn key(vector: &Vector) -> Result<PublicKey, BadKey> {
    let [first, second] = &vector.numbers;
    match vector.algorithm {
        Algorithm::Es256 => PublicKey::p256(first, second),
        Algorithm::Es384 => PublicKey::p384(first, second),
        Algorithm::Ed25519 => PublicKey::ed25519(first),
        Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Ps512 => PublicKey::rsa(first, second),
    }
}

/// The two engines, and which of them is to answer for an algorithm.
fn engines(algorithm: Algorithm) -> [(Box<dyn Verifier>, Engine); 2] {
    let native = Native::self_tested(envoy::Envoy);
    let by = if native.algorithms().any(|able| able == algorithm) {
        Engine::Host
    } else {
        Engine::Pure
    };
    [(Box::new(Pure), Engine::Pure), (Box::new(native), by)]
}

/// Runs vectors of one algorithm, of which so many hold, fail, and fail by a stricter rule.
fn run(algorithm: Algorithm, vectors: &[Vector], [held, failed, stricter]: [u32; 3]) {
    let expected = Tally {
        held,
        failed,
        stricter,
    };
    for (verifier, by) in engines(algorithm) {
        let mut tally = Tally::default();
        for vector in vectors {
            tally.judge(vector, &*verifier, by);
        }
        assert_eq!(tally, expected, "{algorithm:?} by {by:?}");
    }
}

#[test]
fn es256() {
    let name = ecdsa::TestName::EcdsaSecp256r1Sha256P1363;
    let vectors = vectors::ecdsa(Algorithm::Es256, name);
    run(Algorithm::Es256, &vectors, [173, 89, 0]);
}

#[test]
fn es384() {
    let name = ecdsa::TestName::EcdsaSecp384r1Sha384P1363;
    let vectors = vectors::ecdsa(Algorithm::Es384, name);
    run(Algorithm::Es384, &vectors, [193, 87, 0]);
}

/// The same messages signed in DER: a JWS has none, so even the valid ones must fail.
#[test]
fn es256_in_der() {
    let name = ecdsa::TestName::EcdsaSecp256r1Sha256;
    let mut vectors = vectors::ecdsa(Algorithm::Es256, name);
    for vector in &mut vectors {
        vector.passes = false;
    }
    run(Algorithm::Es256, &vectors, [0, 484, 0]);
}

#[test]
fn ed25519() {
    run(Algorithm::Ed25519, &vectors::ed25519(), [88, 63, 0]);
}

#[test]
fn rs256() {
    use rsa_pkcs1_verify::TestName;
    for (name, expected) in [
        (TestName::Rsa2048Sha256, [7, 249, 3]),
        (TestName::Rsa3072Sha256, [7, 250, 2]),
        (TestName::Rsa4096Sha256, [7, 250, 1]),
    ] {
        run(Algorithm::Rs256, &vectors::rs256(name), expected);
    }
}

#[test]
fn ps256() {
    use rsa_pss_verify::TestName;
    for name in [
        TestName::RsaPss2048Sha256Mgf1SaltLen32,
        TestName::RsaPss3072Sha256Mgf1SaltLen32,
        TestName::RsaPss4096Sha256Mgf1SaltLen32,
    ] {
        let vectors = vectors::pss(Algorithm::Ps256, name);
        run(Algorithm::Ps256, &vectors, [63, 45, 0]);
    }
}

#[test]
fn ps512() {
    let name = rsa_pss_verify::TestName::RsaPss4096Sha512Mgf1SaltLen64;
    let vectors = vectors::pss(Algorithm::Ps512, name);
    run(Algorithm::Ps512, &vectors, [132, 47, 0]);
}
