//! A JSON Web Key Set (RFC 7517 section 5), indexed by `kid`.

use crate::crypto::Algorithm;
use crate::jose::jwk::Jwk;

/// The usable signature keys of one issuer. Keys that the gate cannot use are left out.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<Jwk>,
}

/// The bytes are not a key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySetFault {
    /// Not strict JSON with a `keys` array, or larger than the cap.
    Malformed,
    /// No usable key in it.
    Empty,
    /// It holds private or symmetric key material.
    Private,
}

/// What a set has for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection<'a> {
    /// One key fits.
    One(&'a Jwk),
    /// No key has this `kid` (or, without a `kid`, none fits): a refetch may bring it.
    Unknown,
    /// Keys have this `kid`, but none or several fit the algorithm, or no `kid` and several fit.
    Unfit,
}

impl KeySet {
    /// Reads a key set.
    ///
    /// # Errors
    /// [`KeySetFault`].
    pub fn parse(bytes: &[u8]) -> Result<Self, KeySetFault> {
        let _ = bytes;
        todo!()
    }

    /// The key for a token.
    #[must_use]
    pub fn select(&self, kid: Option<&str>, algorithm: Algorithm) -> Selection<'_> {
        let _ = (kid, algorithm);
        todo!()
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }
}
