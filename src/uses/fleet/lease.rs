//! How long entries live, and the lease that they hang on.
//!
//! An entry must be there for as long as its proof can pass at any replica, whatever their clocks
//! say. Let `e` be how far a replica's clock is ahead of the store's. A proof issued at `iat` passes
//! at replica A not before its clock says `iat - max_ahead`, and at replica B not after its clock
//! says `iat + max_age`. So on the store's clock B's use comes at most a window (`max_age +
//! max_ahead`) and `e(A) - e(B)` after A's, and what B asks of the store arrives within a `timeout`.
//!
//! Nothing passes without an answer of the store, and that bears the store's time, which must be
//! within `clock_skew` of the replica's ([`agree`]). It is cut to whole seconds and is on its
//! way for up to a `timeout`, and members of one store may differ by a `clock_skew` too. So no two
//! values of `e` that count are further apart than `3 * clock_skew + timeout + 2 s`, the *drift*. A
//! clock that is further off shortens nothing: the replica that has it refuses.
//!
//! A lease is not granted for each entry, but used for a while by all entries of a worker. The store
//! counts its life from when it grants it, after the worker asked. The worker uses it for at most
//! [`Term::used_for`] from when it asked, by its own clock. That may have been set back in between:
//! before the answer by less than a `timeout`, or the answer counts for nothing, and after it by a
//! drift. So a lease that lives for `used_for`, a window, two drifts and two `timeout`s outlives
//! every proof whose entry hangs on it: nobody can use it again.
//!
//! No worker uses another's lease, and none that is numbered by the time of day: a replica whose
//! clock runs ahead could have it granted too early, and the entries of all would lapse with it.
//!
//! # Does not check
//! Replicas whose windows differ: a proof that was used under a shorter `max_age` may be forgotten
//! before a longer one has it expire. A store that counts its seconds too fast.

use crate::http::date;
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::uses::Window;
use crate::uses::fleet::{Response, etcd};
use std::time::Duration;

/// Least time for which a lease is used, so that short windows do not have workers ask all the time.
const SHORTEST_USE: Duration = Duration::from_secs(5);
/// What a date is cut to; and the wait after a grant that failed.
const SECOND: Duration = Duration::from_secs(1);
/// How much longer than its timeout a question may go unanswered before it is asked again.
const GRACE: Duration = Duration::from_secs(2);

/// A lease of the store, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease(pub(super) i64);

/// For how long leases are used and granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    used_for: Duration,
    seconds: i64,
    clock_skew: Duration,
    timeout: Duration,
}

impl Term {
    /// The term where proofs may pass in this window, and the store has this `clock_skew` and
    /// `timeout`.
    #[must_use]
    pub fn of(window: Window, clock_skew: Duration, timeout: Duration) -> Self {
        let window = window.max_age.saturating_add(window.max_ahead);
        let drift = clock_skew
            .saturating_mul(3)
            .saturating_add(timeout)
            .saturating_add(SECOND.saturating_mul(2));
        let used_for = window.max(SHORTEST_USE);
        let lives_for = [window, drift, drift, timeout, timeout]
            .into_iter()
            .fold(used_for, Duration::saturating_add);
        let begun = u64::from(lives_for.subsec_nanos() > 0);
        let seconds = lives_for.as_secs().saturating_add(begun);
        Self {
            used_for,
            seconds: i64::try_from(seconds).unwrap_or(i64::MAX),
            clock_skew,
            timeout,
        }
    }

    /// For how long a lease is used, from when it was asked for.
    #[must_use]
    pub fn used_for(&self) -> Duration {
        self.used_for
    }

    /// For how many seconds leases are granted.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.seconds
    }
}

/// The lease of one worker, rolling on: the next is asked for when half of the use of this one is
/// over.
#[derive(Debug)]
pub struct Rolling {
    term: Term,
    held: Option<(Lease, UnixTime)>,
    asked: Option<UnixTime>,
    failed: Option<UnixTime>,
}

impl Rolling {
    /// No lease yet.
    #[must_use]
    pub fn new(term: Term) -> Self {
        Self {
            term,
            held: None,
            asked: None,
            failed: None,
        }
    }

    /// The lease that entries may hang on now. A clock that was set back has used it up.
    #[must_use]
    pub fn lease(&self, now: UnixTime) -> Option<Lease> {
        let (lease, asked) = self.held?;
        (age(asked, now)? < self.term.used_for).then_some(lease)
    }

    /// The body of the question for the next lease, if one is due: the caller puts it, and tells how
    /// it [`ended`](Self::ended).
    pub fn begin(&mut self, now: UnixTime) -> Option<Vec<u8>> {
        let patience = self.term.timeout.saturating_add(GRACE);
        let waits = |since: Option<UnixTime>, span| {
            since
                .and_then(|since| age(since, now))
                .is_some_and(|age| age < span)
        };
        let half = self.term.used_for.checked_div(2).unwrap_or_default();
        let is_fresh = waits(self.held.map(|(_, asked)| asked), half);
        if is_fresh || waits(self.asked, patience) || waits(self.failed, SECOND) {
            return None;
        }
        self.asked = Some(now);
        Some(etcd::grant(self.term.seconds))
    }

    /// Takes in the answer to the last question, or its absence.
    ///
    /// # Errors
    /// As the reading of an answer, [`Reason::StoreClock`], or the reason that is given. What was held stays
    /// for its time.
    pub fn ended(
        &mut self,
        answer: Result<&Response, Reason>,
        now: UnixTime,
    ) -> Result<(), Reason> {
        let asked = self.asked.take().filter(|asked| *asked <= now);
        let granted = answer.and_then(|response| {
            let id = etcd::granted(response, self.term.seconds)?;
            agree(response, self.term.clock_skew, now)?;
            Ok(id)
        });
        match (granted, asked) {
            (Ok(id), Some(asked)) => {
                self.held = Some((Lease(id), asked));
                self.failed = None;
                Ok(())
            }
            // Nobody knows when this one was asked for.
            (Ok(_), None) => {
                self.failed = Some(now);
                Err(Reason::StoreClock)
            }
            (Err(reason), _) => {
                self.failed = Some(now);
                Err(reason)
            }
        }
    }

    /// Whether the last question for a lease failed.
    #[must_use]
    pub fn failing(&self) -> bool {
        self.failed.is_some()
    }

    /// The store does not know this lease any more.
    pub fn lost(&mut self, lease: Lease) {
        if self.held.is_some_and(|(held, _)| held == lease) {
            self.held = None;
        }
    }
}

/// How long ago a moment was. None where it lies ahead.
fn age(moment: UnixTime, now: UnixTime) -> Option<Duration> {
    (moment <= now).then(|| now.since(moment))
}

/// Whether an answer bears a time that is the store's and ours.
///
/// # Errors
/// [`Reason::StoreClock`].
pub(super) fn agree(
    response: &Response,
    clock_skew: Duration,
    now: UnixTime,
) -> Result<(), Reason> {
    let theirs = response.date.as_deref().and_then(date::read);
    match theirs {
        Some(theirs)
            if theirs <= now.after(clock_skew) && now <= theirs.after(clock_skew).after(SECOND) =>
        {
            Ok(())
        }
        Some(_) | None => Err(Reason::StoreClock),
    }
}
