mod compact;
mod keys;
mod spelling;
mod vectors;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::jwk::{BadJwk, Jwk};
use super::*;
use crate::crypto::Pure;
use crate::crypto::signing::SigningKey;
use crate::json;

const LIMITS: Limits = Limits {
    bytes: 8_192,
    depth: 8,
};

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A compact JWS of any header and claims, signed.
fn token(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>, key: &SigningKey) -> String {
    let input = format!("{}.{}", encode(header), encode(claims));
    let signature = encode(key.sign(input.as_bytes()));
    format!("{input}.{signature}")
}

fn json(text: &str) -> Json {
    Json::parse(
        text.as_bytes(),
        json::Limits {
            bytes: 1 << 20,
            depth: 16,
        },
    )
    .unwrap()
}

/// The members of the public key of a signing key, to put between braces.
fn members(key: &SigningKey) -> String {
    let (x, y) = key.numbers();
    let (x, y) = (encode(x), encode(y));
    match key {
        SigningKey::Es256(_) => format!(r#""kty":"EC","crv":"P-256","x":"{x}","y":"{y}""#),
        SigningKey::Es384(_) => format!(r#""kty":"EC","crv":"P-384","x":"{x}","y":"{y}""#),
        SigningKey::Ed25519(_) => format!(r#""kty":"OKP","crv":"Ed25519","x":"{x}""#),
    }
}
