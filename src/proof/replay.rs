//! The replay log: each proof is used once. Fixed memory, nothing forgotten early, full means refuse.

use crate::crypto::digest::Digest32;
use crate::reason::Reason;
use crate::time::UnixTime;

/// One use of a proof.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    /// The thumbprint of the proof's key.
    pub thumbprint: &'a Digest32,
    /// SHA-256 of its `jti`.
    pub id: &'a Digest32,
    /// Its `iat`.
    pub issued_at: UnixTime,
    /// Issuer, subject and client of the caller, whose quota it takes from.
    pub owner: [&'a str; 3],
}

/// Remembers uses: a port, answered at once.
pub trait ReplayLog {
    /// Records the use if it is the first. One atomic step: of any number of copies, on any number
    /// of workers, one passes.
    ///
    /// # Errors
    /// [`Reason::ProofReplayed`], [`Reason::ProofPredatesLog`], [`Reason::ReplayQuota`],
    /// [`Reason::ReplayLogFull`], [`Reason::ReplayLogFault`].
    fn consume(&self, proof: &Use<'_>, now: UnixTime) -> Result<(), Reason>;
}
