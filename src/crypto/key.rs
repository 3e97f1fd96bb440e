//! Public keys that have been validated: points on their curve, moduli of enough bits.

use crate::crypto::Algorithm;

/// A validated public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(());

/// The numbers are not a key that the gate accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadKey;

impl PublicKey {
    /// A P-256 key from its affine coordinates, 32 bytes each.
    ///
    /// # Errors
    /// [`BadKey`] for another length or a point off the curve.
    pub fn p256(x: &[u8], y: &[u8]) -> Result<Self, BadKey> {
        let _ = (x, y);
        todo!()
    }
    /// A P-384 key from its affine coordinates, 48 bytes each.
    ///
    /// # Errors
    /// [`BadKey`] for another length or a point off the curve.
    pub fn p384(x: &[u8], y: &[u8]) -> Result<Self, BadKey> {
        let _ = (x, y);
        todo!()
    }
    /// An Ed25519 key, 32 bytes.
    ///
    /// # Errors
    /// [`BadKey`] for another length, a non-canonical encoding or a point of small order.
    pub fn ed25519(x: &[u8]) -> Result<Self, BadKey> {
        let _ = x;
        todo!()
    }
    /// An RSA key from its modulus and exponent, big-endian.
    ///
    /// # Errors
    /// [`BadKey`] below 2048 or above 4096 bits, or for an exponent that is even or below 65537's safe range.
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, BadKey> {
        let _ = (modulus, exponent);
        todo!()
    }
    /// Whether a signature of this algorithm can be checked with this key.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        let _ = algorithm;
        todo!()
    }
}
