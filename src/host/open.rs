//! The table of what went upstream and is still open, on this worker and under one policy. Pure.

use crate::time::UnixTime;
use std::collections::{BTreeMap, BTreeSet};

/// Before every moment.
const AT_ONCE: UnixTime = UnixTime::from_millis(i64::MIN);

/// Streams that are open, in the order in which they are due. Asking what is due costs the same however
/// many there are. The proxy bounds how many there can be.
#[derive(Debug)]
pub(super) struct Open<W> {
    entries: BTreeMap<u32, (UnixTime, W)>,
    due: BTreeSet<(UnixTime, u32)>,
}

impl<W> Default for Open<W> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            due: BTreeSet::new(),
        }
    }
}

impl<W> Open<W> {
    /// Notes a stream, and when it is due.
    pub(super) fn note(&mut self, stream: u32, due: UnixTime, what: W) {
        if let Some((before, _)) = self.entries.insert(stream, (due, what)) {
            self.due.remove(&(before, stream));
        }
        self.due.insert((due, stream));
    }

    /// Takes a stream out.
    pub(super) fn take(&mut self, stream: u32) -> Option<W> {
        let (due, what) = self.entries.remove(&stream)?;
        self.due.remove(&(due, stream));
        Some(what)
    }

    /// Takes out one that is due.
    pub(super) fn take_due(&mut self, now: UnixTime) -> Option<(u32, W)> {
        let (due, stream) = *self.due.first()?;
        if due > now {
            return None;
        }
        self.take(stream).map(|what| (stream, what))
    }

    /// Those that `act` says so of are due at once.
    pub(super) fn hasten(&mut self, mut act: impl FnMut(&mut W) -> bool) {
        for (stream, (due, what)) in &mut self.entries {
            if act(what) {
                self.due.remove(&(*due, *stream));
                *due = AT_ONCE;
                self.due.insert((AT_ONCE, *stream));
            }
        }
    }

    /// The same of one alone, if it is still there.
    pub(super) fn hasten_one(&mut self, stream: u32, act: impl FnOnce(&mut W) -> bool) {
        if let Some((due, what)) = self.entries.get_mut(&stream)
            && act(what)
        {
            self.due.remove(&(*due, stream));
            *due = AT_ONCE;
            self.due.insert((AT_ONCE, stream));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    fn at(millis: i64) -> UnixTime {
        UnixTime::from_millis(millis)
    }

    #[test]
    fn what_is_due_is_taken_in_order_and_once() {
        let mut open = Open::default();
        open.note(7, at(300), "late");
        open.note(9, at(100), "early");
        open.note(8, at(100), "first of its number");
        assert_eq!(open.take_due(at(99)), None);
        assert_eq!(open.take_due(at(100)), Some((8, "first of its number")));
        assert_eq!(open.take_due(at(100)), Some((9, "early")));
        assert_eq!(open.take_due(at(299)), None);
        assert_eq!(open.take_due(at(999)), Some((7, "late")));
        assert_eq!(open.take_due(at(999)), None);
        assert!(open.entries.is_empty());
    }

    #[test]
    fn what_has_ended_is_never_due() {
        let mut open = Open::default();
        open.note(1, at(100), "one");
        open.note(1, at(500), "noted anew");
        assert_eq!(open.take_due(at(400)), None);
        assert_eq!(open.take(1), Some("noted anew"));
        assert_eq!(open.take(1), None);
        assert_eq!(open.take_due(at(999)), None);
        assert!(open.due.is_empty());
    }

    #[test]
    fn what_is_hastened_is_due_at_once() {
        let mut open = Open::default();
        open.note(1, at(100), 1);
        open.note(2, at(200), 2);
        open.hasten(|what| {
            *what += 10;
            *what == 12
        });
        assert_eq!(open.take_due(at(0)), Some((2, 12)));
        assert_eq!(open.take_due(at(0)), None);
        open.hasten_one(1, |_| false);
        assert_eq!(open.take_due(at(99)), None);
        open.hasten_one(1, |_| true);
        open.hasten_one(3, |_| true);
        assert_eq!(open.take_due(at(0)), Some((1, 11)));
        assert!(open.due.is_empty());
    }
}
