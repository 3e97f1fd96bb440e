//! How often one worker may ask one authorization server.

use crate::crypto::digest::Digest32;
use crate::time::UnixTime;

/// What one call costs, so that a part of a second is worth a part of a call.
const CALL: u64 = 1000;
/// How many holders are remembered.
const MOST_HOLDERS: usize = 1024;

/// The calls that may still be made. They come back with time, up to those of one second.
///
/// Half of them are kept for senders under whose key a token was active lately. Anyone can make a
/// key, a token and a proof of the one over the other, and have the authorization server asked
/// once about it; this way they cannot have it asked in place of others. Who was known and then
/// sends a token that is not active is a stranger again.
#[derive(Debug)]
pub(super) struct Budget {
    a_second: u64,
    left: u64,
    at: UnixTime,
    holders: Vec<Option<Digest32>>,
}

impl Budget {
    /// A full budget of so many calls a second.
    pub(super) fn of(calls: u32, now: UnixTime) -> Self {
        let a_second = u64::from(calls).saturating_mul(CALL);
        Self {
            a_second,
            left: a_second,
            at: now,
            holders: vec![None; MOST_HOLDERS],
        }
    }

    /// Takes one call for this holder. False where there is none left for it.
    pub(super) fn take(&mut self, holder: &Digest32, now: UnixTime) -> bool {
        let passed = u64::try_from(now.since(self.at).as_millis()).unwrap_or(u64::MAX);
        let back = passed.saturating_mul(self.a_second.checked_div(CALL).unwrap_or(0));
        self.left = self.left.saturating_add(back).min(self.a_second);
        self.at = now;
        let kept = if self.knows(holder) {
            0
        } else {
            // Whole calls: where there is one a second, it is anyone's.
            let half = self.a_second.checked_div(CALL.saturating_mul(2));
            half.unwrap_or(0).saturating_mul(CALL)
        };
        let Some(left) = self.left.checked_sub(CALL).filter(|left| *left >= kept) else {
            return false;
        };
        self.left = left;
        true
    }

    /// Remembers whose token was active. Another of the same place is forgotten.
    pub(super) fn know(&mut self, holder: &Digest32) {
        if let Some(place) = place(holder).and_then(|place| self.holders.get_mut(place)) {
            *place = Some(*holder);
        }
    }

    /// Forgets a holder whose token was not active: it is a stranger again.
    pub(super) fn forget(&mut self, holder: &Digest32) {
        if self.knows(holder)
            && let Some(place) = place(holder).and_then(|place| self.holders.get_mut(place))
        {
            *place = None;
        }
    }

    /// Whether a token was active lately under this key.
    pub(super) fn knows(&self, holder: &Digest32) -> bool {
        let held = place(holder).and_then(|place| self.holders.get(place));
        held.is_some_and(|held| held.as_ref() == Some(holder))
    }
}

fn place(holder: &Digest32) -> Option<usize> {
    let number = u32::from_be_bytes(*holder.first_chunk()?);
    usize::try_from(number).ok()?.checked_rem(MOST_HOLDERS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;
    use std::time::Duration;

    const START: UnixTime = UnixTime::from_secs(1000);
    const STRANGER: Digest32 = [1; 32];
    const FRIEND: Digest32 = [2; 32];

    #[test]
    fn strangers_have_half_and_friends_the_rest() {
        let mut budget = Budget::of(10, START);
        budget.know(&FRIEND);
        let strangers = (0..20).filter(|_| budget.take(&STRANGER, START)).count();
        let friends = (0..20).filter(|_| budget.take(&FRIEND, START)).count();
        assert_eq!((strangers, friends), (5, 5));
    }

    #[test]
    fn a_friend_may_become_a_stranger_again() {
        let mut budget = Budget::of(10, START);
        budget.know(&FRIEND);
        budget.forget(&STRANGER);
        let friends = (0..7).filter(|_| budget.take(&FRIEND, START)).count();
        budget.forget(&FRIEND);
        assert_eq!((friends, budget.take(&FRIEND, START)), (7, false));
    }

    #[test]
    fn calls_come_back_with_time_and_never_more_than_a_second_of_them() {
        let mut budget = Budget::of(10, START);
        budget.know(&FRIEND);
        assert_eq!((0..20).filter(|_| budget.take(&FRIEND, START)).count(), 10);
        let later = |millis| START.after(Duration::from_millis(millis));
        assert!(!budget.take(&FRIEND, later(99)));
        assert!(budget.take(&FRIEND, later(100)));
        assert!(!budget.take(&FRIEND, later(100)));
        let much = later(3_600_000);
        assert_eq!((0..20).filter(|_| budget.take(&FRIEND, much)).count(), 10);
        // A clock that goes back gives nothing.
        assert!(!budget.take(&FRIEND, START));
    }

    #[test]
    fn one_call_a_second_is_anyones() {
        let mut budget = Budget::of(1, START);
        assert!(budget.take(&STRANGER, START));
        assert!(!budget.take(&STRANGER, START));
        assert!(budget.take(&STRANGER, START.after(Duration::from_secs(1))));
    }
}
