//! The replay log: each proof is used once.

#[cfg(test)]
mod tests;

use crate::crypto::digest::Digest32;
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::uses::{self, Buckets, Found, Refusal};

/// The log that holds proofs. What a proof was used for is not asked.
pub type Log<B> = uses::Log<B, 0>;

/// One use of a proof.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    /// The thumbprint of the proof's key.
    pub thumbprint: &'a Digest32,
    /// SHA-256 of its `jti`.
    pub id: &'a Digest32,
    /// Its `iat`.
    pub issued_at: UnixTime,
    /// The latest `iat` that it could ever pass with, where that depends on the policy: it is held
    /// as if it bore that. Never before `issued_at`.
    pub kept_from: UnixTime,
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

impl<B: Buckets> ReplayLog for Log<B> {
    fn consume(&self, proof: &Use<'_>, now: UnixTime) -> Result<(), Reason> {
        let used = uses::Use {
            name: [proof.thumbprint, proof.id],
            issued_at: proof.issued_at,
            kept_from: proof.kept_from,
            owner: proof.owner,
            value: [],
        };
        match self.take(&used, now) {
            Ok(Found::Nothing) => Ok(()),
            Ok(Found::Use([])) => Err(Reason::ProofReplayed),
            Err(Refusal::Predates) => Err(Reason::ProofPredatesLog),
            Err(Refusal::Quota) => Err(Reason::ReplayQuota),
            Err(Refusal::Full) => Err(Reason::ReplayLogFull),
            Err(Refusal::Fault) => Err(Reason::ReplayLogFault),
        }
    }
}
