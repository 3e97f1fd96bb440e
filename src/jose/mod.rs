//! Compact JWS, stricter than the RFC requires, and the keys that verify them.

mod compact;
pub mod jwk;
mod keyset;

use std::fmt;

#[cfg(test)]
mod tests;

pub use keyset::{KeySet, KeySetFault, Selection};

use crate::crypto::{Algorithm, Engine, InvalidSignature, PublicKey, Verifier};
use crate::json::Json;

/// How large a compact JWS may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most characters of the whole.
    pub bytes: usize,
    /// Deepest nesting in header or claims.
    pub depth: u32,
}

/// The text is not a strict compact JWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// A well-formed compact JWS whose signature nobody has checked.
pub struct Untrusted<'a> {
    token: jwt_compact::UntrustedToken<'a>,
    header: Json,
    claims: Json,
}

/// A compact JWS whose signature held. Only [`Untrusted::verify`] makes one.
pub struct Verified {
    header: Json,
    claims: Json,
    engine: Engine,
}

impl<'a> Untrusted<'a> {
    /// Reads a compact JWS: three non-empty segments of canonical unpadded base64url, header and
    /// claims strict JSON objects, no `crit`, no `b64`, `alg` a string.
    ///
    /// # Errors
    /// [`Malformed`], of which the `compact` module has the list.
    pub fn parse(text: &'a str, limits: Limits) -> Result<Self, Malformed> {
        compact::parse(text, limits)
    }

    /// `alg`, exactly as written.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        self.header
            .get("alg")
            .and_then(Json::as_str)
            .unwrap_or_default()
    }

    /// `typ`, if present. (A `typ` that is no string is [`Malformed`].)
    #[must_use]
    pub fn media_type(&self) -> Option<&str> {
        self.header.get("typ").and_then(Json::as_str)
    }

    /// `kid`, if present. (A `kid` that is no string, or longer than 256 bytes, is [`Malformed`].)
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.header.get("kid").and_then(Json::as_str)
    }

    /// The header, which nobody has vouched for.
    #[must_use]
    pub fn header(&self) -> &Json {
        &self.header
    }

    /// The claims, which nobody has vouched for: for checks that only ever refuse.
    #[must_use]
    pub fn unverified_claims(&self) -> &Json {
        &self.claims
    }

    /// Checks the signature. `algorithm` is the caller's, pinned by configuration; a header that
    /// names another fails.
    ///
    /// # Errors
    /// [`InvalidSignature`].
    pub fn verify(
        self,
        algorithm: Algorithm,
        key: &PublicKey,
        verifier: &dyn Verifier,
    ) -> Result<Verified, InvalidSignature> {
        let engine = compact::verify(&self.token, algorithm, key, verifier)?;
        Ok(Verified {
            header: self.header,
            claims: self.claims,
            engine,
        })
    }
}

impl Verified {
    /// The header.
    #[must_use]
    pub fn header(&self) -> &Json {
        &self.header
    }

    /// The claims.
    #[must_use]
    pub fn claims(&self) -> &Json {
        &self.claims
    }

    /// The claims, taken out.
    #[must_use]
    pub fn into_claims(self) -> Json {
        self.claims
    }

    /// What checked the signature.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }
}

// Tokens are secrets and claims are personal, so neither is ever shown.
impl fmt::Debug for Untrusted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Untrusted").finish_non_exhaustive()
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Verified")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}
