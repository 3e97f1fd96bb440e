//! The replay log: each proof is used once. Fixed memory, nothing forgotten early, full means refuse.

mod bucket;
pub mod fleet;
mod log;
mod memory;
mod root;
#[cfg(test)]
pub(in crate::proof) mod tests;

pub use log::Log;
pub use memory::Memory;
pub use root::Geometry;

use crate::crypto::digest::Digest32;
use crate::reason::Reason;
use crate::time::UnixTime;
use std::time::Duration;

/// How long a proof may pass, whatever its kind: the log remembers it for all of that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// How old a proof may be.
    pub max_age: Duration,
    /// How far ahead of the clock it may be dated.
    pub max_ahead: Duration,
}

impl Window {
    /// The window that holds both.
    #[must_use]
    pub fn widest(self, other: Self) -> Self {
        Self {
            max_age: self.max_age.max(other.max_age),
            max_ahead: self.max_ahead.max(other.max_ahead),
        }
    }
}

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

/// Memory that all workers share, in numbered buckets: a port of [`Log`]. What it holds is another's
/// to write, so it is checked on every read and never trusted to be well formed.
pub trait Buckets {
    /// The bytes of a bucket and the number of their version. Both are `None` where the bucket was
    /// never written.
    ///
    /// # Errors
    /// [`BucketFault`] where the memory cannot be read.
    fn read(&self, bucket: u32) -> Result<(Option<Vec<u8>>, Option<u32>), BucketFault>;

    /// Replaces the bytes of a bucket if they are still of this version, in one atomic step. `None`
    /// creates it if it is still missing: it must never overwrite.
    ///
    /// # Errors
    /// [`WriteFault`].
    fn write(&self, bucket: u32, bytes: &[u8], version: Option<u32>) -> Result<(), WriteFault>;
}

/// The shared memory cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketFault;

/// Why a bucket was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteFault {
    /// It is of another version by now.
    Conflict,
    /// The shared memory cannot be written.
    Failed,
}
