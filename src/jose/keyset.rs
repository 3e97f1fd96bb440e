//! A JSON Web Key Set (RFC 7517 section 5), indexed by `kid`.

use crate::crypto::Algorithm;
use crate::jose::jwk::{BadJwk, Jwk, Purpose};
use crate::json::{self, Json};

/// Most bytes of a set: a set of 64 keys with their certificates fits.
const MOST_BYTES: usize = 256 * 1024;
/// Most keys of a set, usable or not.
const MOST_KEYS: usize = 64;
/// The set, its keys, a key, the chain of its certificate, and some room for members of others.
const DEPTH: u32 = 8;

/// The usable signature keys of one issuer. Keys that the gate cannot use are left out.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    /// By `kid`, those without one first.
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
    /// Reads a key set: at most 256 KiB and 64 keys. A key that the gate cannot use (for
    /// encryption, of an unknown kind) is left out, as RFC 7517 section 5 wants it. One that
    /// should not be published makes the whole set unfit.
    ///
    /// # Errors
    /// [`KeySetFault`].
    pub fn parse(bytes: &[u8]) -> Result<Self, KeySetFault> {
        Self::parse_for(bytes, Purpose::Signatures)
    }

    /// Reads the keys of this purpose, otherwise as [`KeySet::parse`] does.
    ///
    /// # Errors
    /// [`KeySetFault`].
    pub fn parse_for(bytes: &[u8], purpose: Purpose) -> Result<Self, KeySetFault> {
        let limits = json::Limits {
            bytes: MOST_BYTES,
            depth: DEPTH,
        };
        let set = Json::parse(bytes, limits).map_err(|_| KeySetFault::Malformed)?;
        let values = set
            .get("keys")
            .and_then(Json::as_array)
            .ok_or(KeySetFault::Malformed)?;
        if values.len() > MOST_KEYS {
            return Err(KeySetFault::Malformed);
        }
        let mut keys = Vec::with_capacity(values.len());
        for value in values {
            match Jwk::parse_for(value, purpose) {
                Ok(key) => keys.push(key),
                Err(BadJwk::Private) => return Err(KeySetFault::Private),
                Err(BadJwk::Unusable) => {}
            }
        }
        if keys.is_empty() {
            return Err(KeySetFault::Empty);
        }
        keys.sort_by(|one, other| one.id().cmp(&other.id()));
        Ok(Self { keys })
    }

    /// The key for a token, by the exact `kid` and what the key is for; by the latter alone where
    /// the token names no key.
    #[must_use]
    pub fn select(&self, kid: Option<&str>, algorithm: Algorithm) -> Selection<'_> {
        let named = match kid {
            Some(_) => self.named(kid),
            None => &self.keys,
        };
        let mut fitting = named.iter().filter(|key| key.fits(algorithm));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Selection::One(key),
            (None, _) if named.is_empty() || kid.is_none() => Selection::Unknown,
            (None | Some(_), _) => Selection::Unfit,
        }
    }

    fn named(&self, kid: Option<&str>) -> &[Jwk] {
        let from = self.keys.partition_point(|key| key.id() < kid);
        let rest = self.keys.get(from..).unwrap_or_default();
        let count = rest.partition_point(|key| key.id() == kid);
        rest.get(..count).unwrap_or_default()
    }

    /// The keys, ordered by `kid`.
    #[must_use]
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }
}
