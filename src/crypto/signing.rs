//! Keys that sign, for tests.

use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::{EncodePrivateKey as _, LineEnding};

use crate::crypto::{Algorithm, PublicKey};

/// A private key, the same for the same seed.
pub(crate) enum SigningKey {
    Es256(p256::ecdsa::SigningKey),
    Es384(p384::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl SigningKey {
    pub(crate) fn es256(seed: u8) -> Self {
        Self::Es256(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    pub(crate) fn es384(seed: u8) -> Self {
        Self::Es384(p384::ecdsa::SigningKey::from_slice(&[seed; 48]).unwrap())
    }

    pub(crate) fn ed25519(seed: u8) -> Self {
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }

    /// PKCS#8 in PEM.
    pub(crate) fn to_pem(&self) -> String {
        let Self::Es256(key) = self else {
            panic!("the gate signs with ES256");
        };
        key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256(_) => Algorithm::Es256,
            Self::Es384(_) => Algorithm::Es384,
            Self::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// The numbers of the public key: `x` and `y`, or `x` alone.
    pub(crate) fn numbers(&self) -> (Vec<u8>, Vec<u8>) {
        match self {
            Self::Es256(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                (point.x().unwrap().to_vec(), point.y().unwrap().to_vec())
            }
            Self::Es384(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                (point.x().unwrap().to_vec(), point.y().unwrap().to_vec())
            }
            Self::Ed25519(key) => (key.verifying_key().to_bytes().to_vec(), Vec::new()),
        }
    }

    pub(crate) fn public(&self) -> PublicKey {
        let (x, y) = self.numbers();
        match self {
            Self::Es256(_) => PublicKey::p256(&x, &y).unwrap(),
            Self::Es384(_) => PublicKey::p384(&x, &y).unwrap(),
            Self::Ed25519(_) => PublicKey::ed25519(&x).unwrap(),
        }
    }

    /// A signature as a JWS has it.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Es256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::Es384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }
}
