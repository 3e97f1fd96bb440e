//! The right to fetch from a source: one worker of the process at a time, and not too often.

use crate::supply::Source;
use crate::supply::board::number;
use crate::time::UnixTime;
use std::time::Duration;

/// Least time between two fetches that a missing document or key causes. Scheduled ones are not counted, so
/// callers with invented names cannot delay them.
const SPACING: Duration = Duration::from_secs(5);
/// Wait after the first failure in a row; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// Longest wait after a failure.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// How much longer than its fetch a lease lasts.
const GRACE: Duration = Duration::from_secs(2);

/// Why a fetch is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is due.
    Schedule,
    /// A request needs what is not at hand.
    Missing,
}

/// The state of a source's fetches, as all workers of the process see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Lease {
    /// How many fetches have begun.
    pub begun: i64,
    /// The latest fetch, by its number, that has ended.
    pub ended: i64,
    /// How many publications there were.
    pub published: i64,
    /// Who fetches. Zero is nobody.
    holder: i64,
    /// When the right to fetch lapses.
    until: UnixTime,
    /// When the next scheduled fetch is due.
    due: UnixTime,
    /// When something missing last caused a fetch.
    missed: UnixTime,
    /// Failures in a row.
    failures: i64,
}

impl Lease {
    /// Whether a fetch is under way.
    #[must_use]
    pub fn in_flight(&self, now: UnixTime) -> bool {
        self.ended < self.begun && now < self.until
    }

    /// Whether the latest fetch failed.
    #[must_use]
    pub fn failing(&self) -> bool {
        self.failures > 0
    }

    /// Whether a fetch may begin now.
    #[must_use]
    pub fn may_begin(&self, cause: Cause, now: UnixTime) -> bool {
        let due = now >= self.due;
        let spaced = !self.failing() && now >= self.missed.after(SPACING);
        !self.in_flight(now)
            && match cause {
                Cause::Schedule => due,
                Cause::Missing => due || spaced,
            }
    }

    /// The lease with a fetch begun by `holder`, if one may begin.
    #[must_use]
    pub fn begin(self, source: &Source, cause: Cause, holder: i64, now: UnixTime) -> Option<Self> {
        if !self.may_begin(cause, now) {
            return None;
        }
        Some(Self {
            begun: self.begun.checked_add(1)?,
            holder,
            until: now.after(source.timeout).after(GRACE),
            missed: match cause {
                Cause::Schedule => self.missed,
                Cause::Missing => now,
            },
            ..self
        })
    }

    /// The lease with this fetch ended, if it is still the one that the lease is for. `refresh` is
    /// when the next one is due after a good one; none is a failure.
    #[must_use]
    pub fn end(
        self,
        fetch: i64,
        holder: i64,
        refresh: Option<Duration>,
        now: UnixTime,
    ) -> Option<Self> {
        if self.begun != fetch || self.holder != holder || self.ended >= fetch {
            return None;
        }
        let failures = match refresh {
            Some(_) => 0,
            None => self.failures.saturating_add(1),
        };
        let published = self.published.checked_add(i64::from(refresh.is_some()))?;
        Some(Self {
            ended: fetch,
            published,
            holder: 0,
            until: now,
            due: now.after(refresh.unwrap_or_else(|| wait(failures))),
            failures,
            ..self
        })
    }

    /// As bytes for the board.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        [
            self.begun,
            self.ended,
            self.published,
            self.holder,
            self.until.millis(),
            self.due.millis(),
            self.missed.millis(),
            self.failures,
        ]
        .into_iter()
        .flat_map(i64::to_be_bytes)
        .collect()
    }

    /// From bytes of the board.
    #[must_use]
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let lease = Self {
            begun: number(&mut bytes)?,
            ended: number(&mut bytes)?,
            published: number(&mut bytes)?,
            holder: number(&mut bytes)?,
            until: UnixTime::from_millis(number(&mut bytes)?),
            due: UnixTime::from_millis(number(&mut bytes)?),
            missed: UnixTime::from_millis(number(&mut bytes)?),
            failures: number(&mut bytes)?,
        };
        bytes.is_empty().then_some(lease)
    }
}

/// How long to wait after so many failures in a row.
fn wait(failures: i64) -> Duration {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
    FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT)
}
