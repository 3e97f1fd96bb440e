mod keys;
mod native;

use super::known_answers::{KNOWN_ANSWERS, KnownAnswer};
use super::signing::SigningKey;
use super::*;
use crate::testing::test;

/// Orders of the curves, big-endian.
const P256_ORDER: [u8; 32] =
    hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const P384_ORDER: [u8; 48] = hex(
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
);

#[expect(clippy::arithmetic_side_effects, reason = "constants of tests")]
const fn hex<const N: usize>(text: &str) -> [u8; N] {
    const fn digit(byte: u8) -> u8 {
        if byte.is_ascii_digit() {
            byte - b'0'
        } else {
            byte - b'a' + 10
        }
    }
    let (text, mut bytes, mut at) = (text.as_bytes(), [0; N], 0);
    assert!(text.len() == 2 * N, "length");
    while at < N {
        bytes[at] = digit(text[2 * at]) * 16 + digit(text[2 * at + 1]);
        at += 1;
    }
    bytes
}

fn known(algorithm: Algorithm) -> &'static KnownAnswer {
    KNOWN_ANSWERS
        .iter()
        .find(|known| known.algorithm == algorithm)
        .unwrap()
}

/// What must fail under every engine, each made from one good signature of 2 * N bytes.
fn malformed<const N: usize>(order: &[u8; N], good: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let (r, s) = good.split_at(N);
    let zero = [0; N];
    let mut one = [0; N];
    one[N.saturating_sub(1)] = 1;
    let mut flipped = good.to_vec();
    flipped[0] ^= 0x80;
    vec![
        ("empty", Vec::new()),
        ("r = s = 0", [zero, zero].concat()),
        ("r = 0", [&zero, s].concat()),
        ("s = 0", [r, &zero].concat()),
        ("r = n", [&order[..], s].concat()),
        ("s = n", [r, order].concat()),
        ("r = s = n", [*order, *order].concat()),
        ("r above n", [&[0xff; N], s].concat()),
        ("s above n", [r, &[0xff; N]].concat()),
        ("r = s = 1", [one, one].concat()),
        ("r and s exchanged", [s, r].concat()),
        ("one bit", flipped),
        ("one byte short", good[1..].to_vec()),
        ("one byte more", [good, &[0]].concat()),
        ("one zero before", [&[0], good].concat()),
        ("half", r.to_vec()),
        ("twice", [good, good].concat()),
    ]
}

/// Rows of (name, algorithm, key, signature) that no engine may accept over [`MESSAGE`].
fn forgeries() -> Vec<(&'static str, Algorithm, PublicKey, Vec<u8>)> {
    let (p256, p384) = (SigningKey::es256(7), SigningKey::es384(7));
    let (good256, good384) = (p256.sign(MESSAGE), p384.sign(MESSAGE));
    let mut rows = other_forgeries();
    for (name, signature) in malformed(&P256_ORDER, &good256) {
        rows.push((name, Algorithm::Es256, p256.public(), signature));
    }
    for (name, signature) in malformed(&P384_ORDER, &good384) {
        rows.push((name, Algorithm::Es384, p384.public(), signature));
    }
    let der = p256::ecdsa::Signature::from_slice(&good256)
        .unwrap()
        .to_der()
        .as_bytes()
        .to_vec();
    rows.push(("DER", Algorithm::Es256, p256.public(), der));
    let der = p384::ecdsa::Signature::from_slice(&good384)
        .unwrap()
        .to_der()
        .as_bytes()
        .to_vec();
    rows.push(("DER", Algorithm::Es384, p384.public(), der));
    rows.push((
        "another key's",
        Algorithm::Es256,
        SigningKey::es256(8).public(),
        good256.clone(),
    ));
    rows.push((
        "another curve's key",
        Algorithm::Es256,
        p384.public(),
        good256.clone(),
    ));
    rows.push((
        "another curve",
        Algorithm::Es384,
        p256.public(),
        good256.clone(),
    ));
    let rsa_key = known(Algorithm::Rs256).key().unwrap();
    rows.push(("RSA key", Algorithm::Es256, rsa_key, good256));
    rows
}

/// Those of RSA and Ed25519.
fn other_forgeries() -> Vec<(&'static str, Algorithm, PublicKey, Vec<u8>)> {
    let rsa = known(Algorithm::Rs256);
    let rsa_key = rsa.key().unwrap();
    let mut rows = Vec::new();
    rows.push((
        "EC key",
        Algorithm::Rs256,
        SigningKey::es256(7).public(),
        rsa.signature.to_vec(),
    ));
    for pss in [Algorithm::Ps256, Algorithm::Ps512] {
        let signature = rsa.signature.to_vec();
        rows.push(("PSS for PKCS #1", pss, rsa_key.clone(), signature));
    }
    for (name, signature) in [
        ("empty", Vec::new()),
        ("zero", vec![0; 256]),
        ("short", rsa.signature[1..].to_vec()),
        ("zero before", [&[0], rsa.signature].concat()),
        ("zero after", [rsa.signature, &[0]].concat()),
        ("the modulus", rsa_key.spki()[33..289].to_vec()),
        ("all ones", vec![0xff; 256]),
    ] {
        for algorithm in [Algorithm::Rs256, Algorithm::Ps256, Algorithm::Ps512] {
            rows.push((name, algorithm, rsa_key.clone(), signature.clone()));
        }
    }
    let edwards = SigningKey::ed25519(7);
    let good = edwards.sign(MESSAGE);
    let order: [u8; 32] = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let identity: [u8; 32] =
        hex("0100000000000000000000000000000000000000000000000000000000000000");
    let mut larger = good.clone();
    let mut carry = 0_u16;
    for (byte, add) in larger[32..].iter_mut().zip(order) {
        carry = carry
            .saturating_add(u16::from(*byte))
            .saturating_add(u16::from(add));
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    for (name, signature) in [
        ("empty", Vec::new()),
        ("zero", vec![0; 64]),
        ("s + l", larger),
        ("s = 0, R = 1", [identity, [0; 32]].concat()),
        (
            "R of small order",
            [
                identity,
                hex("ac3a84a70c281e78111050a90394ce75584fb90502410bd96617bcf7a59cd800"),
            ]
            .concat(),
        ),
        ("short", good[1..].to_vec()),
        ("long", [&good[..], &[0]].concat()),
    ] {
        rows.push((name, Algorithm::Ed25519, edwards.public(), signature));
    }
    rows.push((
        "another key's",
        Algorithm::Ed25519,
        SigningKey::ed25519(8).public(),
        good,
    ));
    rows
}

const MESSAGE: &[u8] = b"countersign: who goes there?";

#[test]
fn the_module_verifies_what_holds_and_nothing_else() {
    for key in [
        SigningKey::es256(7),
        SigningKey::es384(7),
        SigningKey::ed25519(7),
    ] {
        let (algorithm, public, signature) = (key.algorithm(), key.public(), key.sign(MESSAGE));
        assert_eq!(
            Pure.verify(algorithm, &public, MESSAGE, &signature),
            Ok(Engine::Pure)
        );
        assert_eq!(
            Pure.verify(algorithm, &public, b"another", &signature),
            Err(InvalidSignature),
            "{algorithm:?}"
        );
        for other in Algorithm::ALL.iter().filter(|other| **other != algorithm) {
            assert_eq!(
                Pure.verify(*other, &public, MESSAGE, &signature),
                Err(InvalidSignature),
                "{algorithm:?} as {other:?}"
            );
        }
    }
    for known in &KNOWN_ANSWERS {
        let (key, signature) = (known.key().unwrap(), known.signature);
        assert!(
            Pure.verify(known.algorithm, &key, known.message, signature)
                .is_ok()
        );
        assert!(
            Pure.verify(known.algorithm, &key, known.other_message, signature)
                .is_err()
        );
    }
    for (name, algorithm, key, signature) in forgeries() {
        assert_eq!(
            Pure.verify(algorithm, &key, MESSAGE, &signature),
            Err(InvalidSignature),
            "{algorithm:?} {name}"
        );
    }
}
