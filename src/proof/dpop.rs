//! DPoP: proof of possession at the application layer (RFC 9449).

use crate::crypto::digest::Digest32;
use crate::crypto::{Algorithm, Verifier};
use crate::http::RequestHead;
use crate::proof::Possession;
use crate::reason::Reason;
use crate::time::UnixTime;
use std::time::Duration;

/// What the policy says of DPoP proofs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How old a proof may be. At most 300 s.
    pub max_age: Duration,
    /// How far in the future `iat` may lie. At most 60 s.
    pub max_ahead: Duration,
    /// Accepted `alg`.
    pub algorithms: Vec<Algorithm>,
}

/// What the proof must fit.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The request method.
    pub method: &'a str,
    /// The request URI from the policy's origin and the path, in normal form, without query.
    pub target: &'a str,
    /// SHA-256 of the token as sent, which `ath` must be.
    pub token_hash: &'a Digest32,
    /// `cnf.jkt` of the token.
    pub thumbprint: &'a Digest32,
}

/// Verifies the one `DPoP` field of a request.
///
/// # Errors
/// The [`Reason`] of the first check that fails.
pub fn verify(
    rules: &Rules,
    head: &RequestHead,
    expected: &Expected<'_>,
    now: UnixTime,
    verifier: &dyn Verifier,
) -> Result<Possession, Reason> {
    let _ = (rules, head, expected, now, verifier);
    todo!()
}
