//! Public keys that have been validated: points on their curve, moduli of enough bits.

use crate::crypto::{Algorithm, spki};

/// A validated public key, with its encoding for the host made once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    pub(super) material: Material,
    spki: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Material {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
    Rsa(rsa::RsaPublicKey),
}

/// The numbers are not a key that the gate accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadKey;

impl PublicKey {
    /// A P-256 key from its affine coordinates, 32 bytes each.
    ///
    /// # Errors
    /// [`BadKey`] for another length or a point off the curve.
    pub fn p256(x: &[u8], y: &[u8]) -> Result<Self, BadKey> {
        let (x, y) = (fixed::<32>(x)?, fixed::<32>(y)?);
        let point = p256::EncodedPoint::from_affine_coordinates(&x.into(), &y.into(), false);
        let key = p256::ecdsa::VerifyingKey::from_encoded_point(&point).map_err(|_| BadKey)?;
        Ok(Self {
            material: Material::P256(key),
            spki: spki::p256(point.as_bytes()),
        })
    }

    /// A P-384 key from its affine coordinates, 48 bytes each.
    ///
    /// # Errors
    /// [`BadKey`] for another length or a point off the curve.
    pub fn p384(x: &[u8], y: &[u8]) -> Result<Self, BadKey> {
        let (x, y) = (fixed::<48>(x)?, fixed::<48>(y)?);
        let point = p384::EncodedPoint::from_affine_coordinates(&x.into(), &y.into(), false);
        let key = p384::ecdsa::VerifyingKey::from_encoded_point(&point).map_err(|_| BadKey)?;
        Ok(Self {
            material: Material::P384(key),
            spki: spki::p384(point.as_bytes()),
        })
    }

    /// An Ed25519 key, 32 bytes.
    ///
    /// # Errors
    /// [`BadKey`] for another length, a non-canonical encoding or a point of small order.
    pub fn ed25519(x: &[u8]) -> Result<Self, BadKey> {
        let bytes = fixed::<32>(x)?;
        if !is_reduced(bytes) {
            return Err(BadKey);
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| BadKey)?;
        if key.is_weak() {
            return Err(BadKey);
        }
        Ok(Self {
            material: Material::Ed25519(key),
            spki: spki::ed25519(&bytes),
        })
    }

    /// An RSA key from its modulus and exponent, big-endian without leading zeros.
    ///
    /// # Errors
    /// [`BadKey`] for a leading zero, a modulus below 2048 or above 4096 bits, of a length that is
    /// not in whole bytes, or even, and for an exponent that is even, below 65537 (which leaves no
    /// room for the attacks on small ones) or above 2^33 - 1 (which bounds the cost).
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, BadKey> {
        // A full leading byte also settles that there is no leading zero, and keeps to lengths for
        // which PSS (RFC 8017 section 9.1) has no byte of its own before the encoded message.
        if !(256..=512).contains(&modulus.len()) || modulus.first().is_none_or(|byte| *byte < 0x80)
        {
            return Err(BadKey);
        }
        let mut value = 0_u64;
        for byte in exponent {
            value = value.checked_mul(256).ok_or(BadKey)? | u64::from(*byte);
        }
        if exponent.first() == Some(&0) || value < 65_537 {
            return Err(BadKey);
        }
        let key = rsa::RsaPublicKey::new(
            rsa::BigUint::from_bytes_be(modulus),
            rsa::BigUint::from_bytes_be(exponent),
        )
        .map_err(|_| BadKey)?;
        Ok(Self {
            material: Material::Rsa(key),
            spki: spki::rsa(modulus, exponent),
        })
    }

    /// Whether a signature of this algorithm can be checked with this key.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        match &self.material {
            Material::P256(_) => algorithm == Algorithm::Es256,
            Material::P384(_) => algorithm == Algorithm::Es384,
            Material::Ed25519(_) => algorithm == Algorithm::Ed25519,
            Material::Rsa(_) => matches!(
                algorithm,
                Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Ps512
            ),
        }
    }

    /// The key as a DER `SubjectPublicKeyInfo` (RFC 5280 section 4.1), the point uncompressed.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], BadKey> {
    bytes.try_into().map_err(|_| BadKey)
}

/// Whether the y coordinate (RFC 8032 section 5.1.2: 255 bits, little-endian) is below 2^255 - 19.
/// Decoding alone would reduce it and so give one key two encodings.
fn is_reduced(mut bytes: [u8; 32]) -> bool {
    const PRIME: [u8; 32] = {
        let mut prime = [0xff; 32];
        prime[0] = 0x7f;
        prime[31] = 0xed;
        prime
    };
    bytes.reverse();
    if let Some(top) = bytes.first_mut() {
        *top &= 0x7f;
    }
    bytes < PRIME
}
