//! The engine inside the module.

use p256::ecdsa::signature::Verifier as _;
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey, traits::PublicKeyParts};
use sha2::{Sha256, Sha512};

use crate::crypto::digest::{sha256, sha512};
use crate::crypto::key::Material;
use crate::crypto::{Algorithm, Engine, InvalidSignature, PublicKey, Verifier};

/// Verifies with the implementations compiled into the module. Always there.
///
/// # Does not check
/// That an ECDSA signature has the smaller of its two `s`: JWS does not ask for it (RFC 7518
/// section 3.4), so nobody may take signature bytes for the name of a message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pure;

impl Verifier for Pure {
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Engine, InvalidSignature> {
        let holds = match (algorithm, &key.material) {
            // The signature types are r || s of the exact length, with 1 <= r, s < n.
            (Algorithm::Es256, Material::P256(key)) => {
                p256::ecdsa::Signature::from_slice(signature)
                    .is_ok_and(|signature| key.verify(message, &signature).is_ok())
            }
            (Algorithm::Es384, Material::P384(key)) => {
                p384::ecdsa::Signature::from_slice(signature)
                    .is_ok_and(|signature| key.verify(message, &signature).is_ok())
            }
            // Strict: no small-order R, s reduced, the equation without the cofactor.
            (Algorithm::Ed25519, Material::Ed25519(key)) => {
                ed25519_dalek::Signature::from_slice(signature)
                    .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
            }
            (Algorithm::Rs256, Material::Rsa(key)) => {
                is_reduced(key, signature)
                    && key
                        .verify(
                            Pkcs1v15Sign::new::<Sha256>(),
                            &sha256(&[message]),
                            signature,
                        )
                        .is_ok()
            }
            (Algorithm::Ps256, Material::Rsa(key)) => {
                is_reduced(key, signature)
                    && key
                        .verify(
                            Pss::new_with_salt::<Sha256>(32),
                            &sha256(&[message]),
                            signature,
                        )
                        .is_ok()
            }
            (Algorithm::Ps512, Material::Rsa(key)) => {
                is_reduced(key, signature)
                    && key
                        .verify(
                            Pss::new_with_salt::<Sha512>(64),
                            &sha512(message),
                            signature,
                        )
                        .is_ok()
            }
            (
                Algorithm::Es256
                | Algorithm::Es384
                | Algorithm::Ed25519
                | Algorithm::Rs256
                | Algorithm::Ps256
                | Algorithm::Ps512,
                _,
            ) => false,
        };
        if holds {
            Ok(Engine::Pure)
        } else {
            Err(InvalidSignature)
        }
    }
}

/// Whether the signature is as long as the modulus and below it (RFC 8017 sections 5.2.2 and 8.2.2).
/// The library checks this for PKCS #1 v1.5 alone.
fn is_reduced(key: &RsaPublicKey, signature: &[u8]) -> bool {
    signature.len() == key.size() && BigUint::from_bytes_be(signature) < *key.n()
}
