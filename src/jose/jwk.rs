//! One JSON Web Key (RFC 7517) and its thumbprint (RFC 7638).

use crate::crypto::digest::Digest32;
use crate::crypto::{Algorithm, PublicKey};
use crate::json::Json;

/// A public signature key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    id: Option<String>,
    algorithm: Option<Algorithm>,
    key: PublicKey,
    thumbprint: Digest32,
}

/// The value is not a public signature key that the gate accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadJwk {
    /// It holds private or symmetric material.
    Private,
    /// A member is missing, malformed, not canonical, or of an unknown kind.
    Unusable,
}

impl Jwk {
    /// Reads a key. `use` must be `sig` if present, `key_ops` must contain `verify`, `alg` must fit.
    ///
    /// # Errors
    /// [`BadJwk`].
    pub fn parse(value: &Json) -> Result<Self, BadJwk> {
        let _ = value;
        todo!()
    }

    /// `kid`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether this key may verify a signature of this algorithm.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        self.key.fits(algorithm) && self.algorithm.is_none_or(|own| own == algorithm)
    }

    /// The key itself.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// SHA-256 of the canonical form (RFC 7638 section 3), from the decoded numbers.
    #[must_use]
    pub fn thumbprint(&self) -> &Digest32 {
        &self.thumbprint
    }
}
