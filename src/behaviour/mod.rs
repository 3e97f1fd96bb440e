//! What is remembered of earlier requests, and what of it makes a signal count.
//!
//! Requests are judged by it with what they would add themselves, and teach it only when they are
//! forwarded. The judgement and the lesson are one compare-and-swap: where another worker wrote in
//! between, the request is judged anew. So no two requests pass as the last one below a limit.
//!
//! Whatever is not known counts as the riskier fact: an entry that had to go was never seen, and what
//! cannot be counted is above its limit.
//!
//! # Does not check
//! What other processes forwarded, and what this one did before its last start: every budget begins at
//! nothing then, and everybody is new. What an upstream made of a request: one that was forwarded
//! counts, whatever its answer.

mod ledger;
mod look;
mod order;
mod page;
pub mod recalled;
mod recent;
mod root;
mod rules;
mod tally;
#[cfg(test)]
mod tests;

pub use ledger::Ledger;
pub use rules::{
    AmountLimit, Amounts, Condition, MOST_CURRENCIES, MOST_STEPS, MOST_VALUES, Rules, Who,
};

use crate::behaviour::recalled::Recalled;
use crate::crypto::digest::Digest32;
use crate::json::Json;
use crate::time::UnixTime;
use std::time::Duration;

/// Most bytes that may be counted of one subject: half of a page, so that it finds room.
pub const MOST_COUNTED: usize = page::BYTES / 2;

/// How much is remembered, and how long. The same for all routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The memory, in bytes.
    pub memory: usize,
    /// How long ago something must have been seen first to count as seen.
    pub after: Duration,
    /// How long after it was seen last something counts as never seen.
    pub keep: Duration,
}

/// What a request shows of what is remembered.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// Who vouches for the subject.
    pub issuer: &'a str,
    /// The subject.
    pub subject: &'a str,
    /// The keys that were proven, and the certificate that was shown, by their digests.
    pub keys: &'a [&'a Digest32],
    /// The scopes that the token holds.
    pub scopes: &'a [String],
    /// The granted transaction.
    pub detail: Option<&'a Json>,
    /// What the request is called in sequences.
    pub names: &'a [&'a str],
}

/// Which lessons of a request are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lessons {
    /// All of them.
    All,
    /// Those that make later requests riskier: what is counted.
    Counts,
    /// Those that make them less risky: what was seen.
    Sights,
}

/// What was found of the past, and what a request adds to it once it is forwarded.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recollection {
    /// The conditions that hold.
    pub recalled: Recalled,
    changes: Vec<Change>,
    added: Vec<page::Name>,
}

/// The sums that a request was added to, and when. Nothing else of it is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    at: UnixTime,
    names: Vec<page::Name>,
}

impl Recollection {
    /// Of a past of which nothing is known, and to which nothing is added.
    pub const fn blank() -> Self {
        Self {
            recalled: Recalled::ALL,
            changes: Vec::new(),
            added: Vec::new(),
        }
    }

    /// What it adds to sums at that moment, if it is learnt.
    #[must_use]
    pub fn adds(&self, at: UnixTime) -> Added {
        let names = self.added.clone();
        Added { at, names }
    }

    /// The same without what it adds.
    pub fn without_lessons(self) -> Self {
        Self {
            changes: Vec::new(),
            added: Vec::new(),
            ..self
        }
    }
}

/// A page that shall be written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    bucket: u32,
    bytes: Vec<u8>,
    version: Option<u32>,
    /// Whether a condition was judged by it that a race could break.
    is_counted: bool,
}

/// What became of a lesson.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learnt {
    /// It is remembered.
    Kept,
    /// Another worker was faster: the request must be judged anew.
    Raced,
    /// The memory failed: nothing of the past is known.
    Lost,
}

/// What is remembered: a port, answered at once.
pub trait Memory {
    /// What is known of the past, for a request that comes now, and these lessons of it.
    fn recall(
        &self,
        rules: &Rules,
        sight: &Sight<'_>,
        lessons: Lessons,
        now: UnixTime,
    ) -> Recollection;

    /// Adds what a request teaches that is forwarded.
    fn learn(&self, recollection: Recollection) -> Learnt;

    /// Takes back what a request added to sums, as it was not forwarded after all. Where that fails,
    /// it stays.
    fn unlearn(&self, rules: &Rules, sight: &Sight<'_>, added: &Added, now: UnixTime);
}

/// A memory that knows nothing and learns nothing: every condition holds.
#[derive(Clone, Copy, Debug)]
pub struct Blank;

impl Memory for Blank {
    fn recall(&self, _: &Rules, _: &Sight<'_>, _: Lessons, _: UnixTime) -> Recollection {
        Recollection::blank()
    }

    fn learn(&self, _: Recollection) -> Learnt {
        Learnt::Kept
    }

    fn unlearn(&self, _: &Rules, _: &Sight<'_>, _: &Added, _: UnixTime) {}
}
