//! A host that verifies signatures as Envoy's `verify_signature` was seen to do: the key says which
//! algorithm, the arguments say which hash, and what is wrong with either is a text, not a refusal.

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use prost::Message as _;
use rsa::pkcs8::DecodePublicKey as _;
use sha2::{Digest as _, Sha256, Sha384};

use super::native::Functions;

/// The arguments, as the host declares them.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Arguments {
    #[prost(string, tag = "1")]
    pub(crate) hash_function: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) public_key: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    pub(crate) signature: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    pub(crate) text: Vec<u8>,
    #[prost(string, tag = "5")]
    pub(crate) public_key_pem: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Outcome {
    #[prost(bool, tag = "1")]
    result: bool,
    #[prost(string, tag = "2")]
    error: String,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Envoy;

impl Functions for Envoy {
    fn verify_signature(&self, arguments: &[u8]) -> Option<Vec<u8>> {
        let arguments = Arguments::decode(arguments).ok()?;
        if arguments.public_key.is_empty() == arguments.public_key_pem.is_empty() {
            return None;
        }
        let result = holds(&arguments);
        let error = if result {
            ""
        } else {
            "Failed to verify digest. Error code: 0"
        };
        Some(
            Outcome {
                result,
                error: error.to_owned(),
            }
            .encode_to_vec(),
        )
    }
}

fn holds(arguments: &Arguments) -> bool {
    let (hash, scheme) = match arguments.hash_function.to_ascii_lowercase().as_str() {
        "sha256" => (
            Sha256::digest(&arguments.text).to_vec(),
            rsa::Pkcs1v15Sign::new::<Sha256>(),
        ),
        "sha384" => (
            Sha384::digest(&arguments.text).to_vec(),
            rsa::Pkcs1v15Sign::new::<Sha384>(),
        ),
        _ => return false,
    };
    let (key, signature) = (&arguments.public_key, &arguments.signature);
    if let Ok(key) = rsa::RsaPublicKey::from_public_key_der(key) {
        return key.verify(scheme, &hash, signature).is_ok();
    }
    if let Some(Ok(key)) = point(key, 65).map(p256::ecdsa::VerifyingKey::from_sec1_bytes) {
        return p256::ecdsa::Signature::from_der(signature)
            .is_ok_and(|signature| key.verify_prehash(&hash, &signature).is_ok());
    }
    if let Some(Ok(key)) = point(key, 97).map(p384::ecdsa::VerifyingKey::from_sec1_bytes) {
        return p384::ecdsa::Signature::from_der(signature)
            .is_ok_and(|signature| key.verify_prehash(&hash, &signature).is_ok());
    }
    false
}

/// The uncompressed point at the end of a key's encoding.
fn point(spki: &[u8], length: usize) -> Option<&[u8]> {
    let (head, point) = spki.split_at_checked(spki.len().checked_sub(length)?)?;
    (head.ends_with(&[0x00]) && point.starts_with(&[0x04])).then_some(point)
}
