//! `SubjectPublicKeyInfo` (RFC 5280 section 4.1) in DER: how the host wants its keys.

/// `id-ecPublicKey`, `prime256v1`, and the head of the bit string with the uncompressed point.
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// `id-ecPublicKey`, `secp384r1`, and the head of the bit string with the uncompressed point.
const P384: [u8; 23] = [
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
    0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00,
];

/// `id-Ed25519` and the head of the bit string with the key.
const ED25519: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The algorithm identifier `rsaEncryption` with its NULL parameters.
const RSA: [u8; 15] = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

/// From an uncompressed point, 65 bytes.
pub(super) fn p256(point: &[u8]) -> Vec<u8> {
    [&P256, point].concat()
}

/// From an uncompressed point, 97 bytes.
pub(super) fn p384(point: &[u8]) -> Vec<u8> {
    [&P384, point].concat()
}

/// From the encoded point, 32 bytes.
pub(super) fn ed25519(key: &[u8]) -> Vec<u8> {
    [&ED25519, key].concat()
}

/// From modulus and exponent, big-endian without leading zeros.
pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let numbers = element(SEQUENCE, &[&integer(modulus), &integer(exponent)]);
    element(SEQUENCE, &[&RSA, &element(BIT_STRING, &[&[0], &numbers])])
}

fn integer(magnitude: &[u8]) -> Vec<u8> {
    let negative = magnitude.first().is_some_and(|byte| *byte >= 0x80);
    let sign: &[u8] = if negative { &[0] } else { &[] };
    element(INTEGER, &[sign, magnitude])
}

fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    // The largest key has 4096 bits, so two length bytes are enough.
    let [high, low] = u16::try_from(content.len())
        .unwrap_or(u16::MAX)
        .to_be_bytes();
    let head: &[u8] = match (high, low) {
        (0, 0..0x80) => &[tag, low],
        (0, _) => &[tag, 0x81, low],
        _ => &[tag, 0x82, high, low],
    };
    [head, &content].concat()
}
