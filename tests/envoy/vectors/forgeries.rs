//! What two implementations might disagree on, made from a good signature.

use super::wycheproof::Vector;
use countersign::crypto::Algorithm;
use p256::elliptic_curve::Curve;
use p256::elliptic_curve::bigint::Encoding;
use rsa::BigUint;

/// Changed signatures of one good vector of a set, by what was changed. All must fail, but the one
/// whose `s` is negated: ECDSA takes either.
pub(super) fn of(set: &[Vector]) -> Vec<(String, Vector)> {
    let good = set
        .iter()
        .find(|vector| vector.passes && vector.stricter.is_none() && is_small(vector))
        .unwrap();
    let size = good.signature.len();
    let mut made = lengths(&good.signature);
    made.extend(match good.algorithm {
        Algorithm::Es256 => curve(&good.signature, &p256::NistP256::ORDER.to_be_bytes()),
        Algorithm::Es384 => curve(&good.signature, &p384::NistP384::ORDER.to_be_bytes()),
        Algorithm::Ed25519 => Vec::new(),
        Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Ps512 => modulus(good),
    });
    for at in (0..size).step_by(size / 16) {
        let mut signature = good.signature.clone();
        signature[at] ^= 1;
        made.push((format!("a bit of byte {at}"), signature));
    }
    made.into_iter()
        .map(|(name, signature)| {
            let vector = Vector {
                signature,
                passes: name == "s negated",
                ..good.clone()
            };
            (name, vector)
        })
        .collect()
}

/// Signatures, by what was changed.
type Made = Vec<(String, Vec<u8>)>;

fn named<const N: usize>(rows: [(&str, Vec<u8>); N]) -> Made {
    rows.map(|(name, signature)| (name.to_owned(), signature))
        .into()
}

/// Signatures of no length that the algorithm has, and without a number in them.
fn lengths(good: &[u8]) -> Made {
    named([
        ("empty", Vec::new()),
        ("zero", vec![0; good.len()]),
        ("all ones", vec![0xff; good.len()]),
        ("a byte short", good[1..].to_vec()),
        ("without its last byte", good[..good.len() - 1].to_vec()),
        ("a zero before", [&[0], good].concat()),
        ("a zero after", [good, &[0]].concat()),
        ("twice", [good, good].concat()),
        ("half", good[..good.len() / 2].to_vec()),
    ])
}

/// Signatures as numbers `r` and `s`, at and over the order of their curve.
fn curve(good: &[u8], order: &[u8]) -> Made {
    let size = order.len();
    let (r, s) = good.split_at(size);
    let n = BigUint::from_bytes_be(order);
    let fixed = |number: &BigUint| {
        let bytes = number.to_bytes_be();
        [vec![0; size - bytes.len()], bytes].concat()
    };
    let number = BigUint::from_bytes_be;
    let one = BigUint::from(1_u8);
    let zero = vec![0; size];
    named([
        ("s negated", [r, &fixed(&(&n - number(s)))].concat()),
        ("r negated", [&fixed(&(&n - number(r))), s].concat()),
        ("r = 0", [&zero, s].concat()),
        ("s = 0", [r, &zero].concat()),
        ("r = n", [order, s].concat()),
        ("s = n", [r, order].concat()),
        ("r = s = n", [order, order].concat()),
        ("s = n - 1", [r, &fixed(&(&n - &one))].concat()),
        ("s = n + 1", [r, &fixed(&(&n + &one))].concat()),
        ("r = s = 1", [fixed(&one), fixed(&one)].concat()),
        ("r and s exchanged", [s, r].concat()),
        ("r above n", [&vec![0xff; size], s].concat()),
        ("s above n", [r, &vec![0xff; size]].concat()),
        ("DER", der(r, s)),
    ])
}

/// The signature as a sequence of two integers (RFC 3279 section 2.2.3).
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| {
        let bytes = BigUint::from_bytes_be(bytes).to_bytes_be();
        let sign = if bytes[0] < 0x80 { &[][..] } else { &[0] };
        let body = [sign, &bytes].concat();
        [&[0x02, u8::try_from(body.len()).unwrap()], &body[..]].concat()
    };
    let body = [integer(r), integer(s)].concat();
    [&[0x30, u8::try_from(body.len()).unwrap()], &body[..]].concat()
}

/// Signatures as numbers at the modulus of their key, and over it.
fn modulus(good: &Vector) -> Made {
    let n = BigUint::from_bytes_be(&good.numbers[0]);
    let s = BigUint::from_bytes_be(&good.signature);
    named([
        ("the modulus", good.numbers[0].clone()),
        ("s + n", (&s + &n).to_bytes_be()),
        ("n - s", (&n - &s).to_bytes_be()),
        ("one", BigUint::from(1_u8).to_bytes_be()),
    ])
}

/// Whether an RSA signature and its modulus still make a number of the same length, so that only
/// a comparison finds it.
fn is_small(good: &Vector) -> bool {
    match good.algorithm {
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Ed25519 => true,
        Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Ps512 => modulus(good)
            .iter()
            .any(|(name, sum)| name == "s + n" && sum.len() == good.signature.len()),
    }
}
