//! What may be used once: a log in the process, of fixed memory, in which nothing is forgotten early
//! and full means refuse; and a store that a fleet shares. Of what is used, they know a name, a date
//! and an owner.

mod bucket;
pub mod fleet;
mod log;
mod memory;
mod root;
#[cfg(test)]
pub(crate) mod testing;

pub use log::Log;
pub use memory::Memory;
pub use root::Geometry;

use crate::time::UnixTime;
use std::time::Duration;

/// How far a use is remembered. Each reaches further than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One worker of this proxy process.
    Worker,
    /// All workers of this proxy process.
    Host,
    /// All replicas that share a store.
    Fleet,
}

impl Scope {
    /// Its name in policies and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Worker => "worker",
            Self::Host => "host",
            Self::Fleet => "fleet",
        }
    }
}

/// How long something may pass, from its issue on: the log remembers its use for all of that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// How old it may be.
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

/// One use.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a, const V: usize> {
    /// What names it.
    pub name: [&'a [u8]; 2],
    /// When what is used was issued.
    pub issued_at: UnixTime,
    /// The latest moment of issue that it could ever pass with, where that depends on the policy: it
    /// is held as if it bore that. Never before `issued_at`.
    pub kept_from: UnixTime,
    /// Issuer, subject and client of the caller, whose quota it takes from.
    pub owner: [&'a str; 3],
    /// What it is used for.
    pub value: [u8; V],
}

/// What a log holds of a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<const V: usize> {
    /// None before it.
    Nothing,
    /// One before it, for this.
    Use([u8; V]),
}

/// Why a log cannot take a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What is used is older than the log, which cannot tell whether it was used before.
    Predates,
    /// Its owner has as many live uses as one owner may have.
    Quota,
    /// There is no room.
    Full,
    /// The memory could not be read or written, or holds something else.
    Fault,
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
