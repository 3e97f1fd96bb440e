//! The table of what waits: stream to what it waits for, and until when. Whoever takes an entry
//! acts on it, once: callback, sweep, and end of the stream all take from here.

use crate::step_up::ServiceId;
use crate::time::UnixTime;
use std::collections::BTreeMap;
use std::time::Duration;

/// Whether a request's caller has shown who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// Anyone may have sent it.
    Unknown,
    /// Its token is verified, and its key proven.
    Proven,
}

/// How far a clock may be set back without ending the waits of the moment before.
const SLACK: Duration = Duration::from_secs(1);

/// One thing that waits.
#[derive(Debug)]
pub(super) struct Entry<W> {
    /// What waits.
    pub(super) what: W,
    /// Until when.
    pub(super) deadline: UnixTime,
    /// The call whose answer it waits for.
    pub(super) call: Option<u32>,
    /// Whose request it is.
    pub(super) caller: Caller,
    /// The decision service whose answer it waits for.
    pub(super) service: Option<ServiceId>,
}

/// What waits on this worker, under one policy.
#[derive(Debug)]
pub(super) struct Table<W> {
    most: usize,
    unknown: usize,
    entries: BTreeMap<u32, Entry<W>>,
    calls: BTreeMap<u32, u32>,
    asking: BTreeMap<ServiceId, usize>,
}

impl<W> Table<W> {
    /// A table for at most this many streams.
    pub(super) fn of(most: usize) -> Self {
        Self {
            most,
            unknown: 0,
            entries: BTreeMap::new(),
            calls: BTreeMap::new(),
            asking: BTreeMap::new(),
        }
    }

    /// Whether one more stream may wait. Unknown callers have half the places, so that invented
    /// tokens cannot take them all.
    pub(super) fn has_room(&self, caller: Caller) -> bool {
        let is_open = match caller {
            Caller::Unknown => self.unknown < self.most.div_ceil(2),
            Caller::Proven => true,
        };
        is_open && self.entries.len() < self.most
    }

    /// How many streams wait for a decision service.
    pub(super) fn asking(&self, service: ServiceId) -> usize {
        self.asking.get(&service).copied().unwrap_or_default()
    }

    /// Has a stream wait.
    pub(super) fn hold(&mut self, stream: u32, entry: Entry<W>) {
        if let Some(call) = entry.call {
            self.calls.insert(call, stream);
        }
        self.unknown = self.unknown.saturating_add(one_if_unknown(&entry));
        if let Some(service) = entry.service {
            let asking = self.asking.entry(service).or_default();
            *asking = asking.saturating_add(1);
        }
        self.entries.insert(stream, entry);
    }

    /// What a stream waits for.
    pub(super) fn get(&self, stream: u32) -> Option<&W> {
        self.entries.get(&stream).map(|entry| &entry.what)
    }

    /// Takes what a stream waits for. Its call, if any, answers nobody from now on.
    pub(super) fn take(&mut self, stream: u32) -> Option<W> {
        let entry = self.entries.remove(&stream)?;
        self.unknown = self.unknown.saturating_sub(one_if_unknown(&entry));
        if let Some(asking) = entry.service.and_then(|it| self.asking.get_mut(&it)) {
            *asking = asking.saturating_sub(1);
        }
        if let Some(call) = entry.call {
            self.calls.remove(&call);
        }
        Some(entry.what)
    }

    /// The stream that waits for a call.
    pub(super) fn stream_of(&self, call: u32) -> Option<u32> {
        self.calls.get(&call).copied()
    }

    /// The streams whose deadline has come, where none is set further ahead than `longest`. One that
    /// lies beyond is of a clock that was set back since, and has come too.
    pub(super) fn overdue(&self, now: UnixTime, longest: Duration) -> Vec<u32> {
        let last = now.after(longest).after(SLACK);
        self.streams(|entry| entry.deadline <= now || entry.deadline > last)
    }

    /// The streams whose entries are so.
    pub(super) fn streams(&self, is_so: impl Fn(&Entry<W>) -> bool) -> Vec<u32> {
        self.entries
            .iter()
            .filter(|(_, entry)| is_so(entry))
            .map(|(stream, _)| *stream)
            .collect()
    }
}

fn one_if_unknown<W>(entry: &Entry<W>) -> usize {
    usize::from(entry.caller == Caller::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    fn entry(what: &'static str, deadline: i64, call: Option<u32>) -> Entry<&'static str> {
        Entry {
            what,
            deadline: UnixTime::from_secs(deadline),
            call,
            caller: Caller::Proven,
            service: None,
        }
    }

    #[test]
    fn who_takes_first_acts_and_nobody_else() {
        let mut table = Table::of(2);
        table.hold(1, entry("one", 10, Some(7)));
        assert!(table.has_room(Caller::Proven));
        table.hold(2, entry("two", 20, None));
        assert!(!table.has_room(Caller::Proven));
        assert_eq!(table.get(1), Some(&"one"));
        assert_eq!(table.stream_of(7), Some(1));
        assert_eq!(table.take(1), Some("one"));
        assert_eq!(table.stream_of(7), None);
        assert_eq!(table.take(1), None);
        assert!(table.has_room(Caller::Proven));

        table.hold(1, entry("again", 10, Some(8)));
        assert_eq!(table.take(1), Some("again"));
        assert_eq!(table.stream_of(8), None, "its answer comes too late");
    }

    #[test]
    fn deadlines_are_seen_when_they_come() {
        let mut table = Table::of(9);
        table.hold(1, entry("one", 10, None));
        table.hold(2, entry("two", 20, None));
        let long = Duration::from_mins(1);
        let at = UnixTime::from_millis;
        assert!(table.overdue(at(9_999), long).is_empty());
        assert_eq!(table.overdue(at(10_000), long), [1]);
        // The clock is set back: no deadline lies so far ahead.
        let short = Duration::from_secs(10);
        assert!(table.overdue(at(9_000), short).is_empty());
        assert_eq!(table.overdue(at(8_999), short), [2]);
        assert_eq!(table.streams(|entry| entry.what == "two"), [2]);
    }

    #[test]
    fn who_waits_for_a_service_is_counted() {
        let asking = |service| Entry {
            service: Some(ServiceId(service)),
            ..entry("", 10, None)
        };
        let mut table = Table::of(9);
        table.hold(1, asking(0));
        table.hold(2, asking(0));
        table.hold(3, asking(1));
        table.hold(4, entry("", 10, None));
        let count = |table: &Table<_>| [0, 1, 2].map(|it| table.asking(ServiceId(it)));
        assert_eq!(count(&table), [2, 1, 0]);
        table.take(1);
        table.take(1);
        table.take(4);
        assert_eq!(count(&table), [1, 1, 0]);
    }

    #[test]
    fn unknown_callers_leave_room_for_proven_ones() {
        let unknown = || Entry {
            caller: Caller::Unknown,
            ..entry("", 10, None)
        };
        let mut table = Table::of(3);
        table.hold(1, unknown());
        table.hold(2, unknown());
        assert!(!table.has_room(Caller::Unknown));
        assert!(table.has_room(Caller::Proven));
        table.hold(3, entry("", 10, None));
        assert!(!table.has_room(Caller::Proven));
        assert_eq!(table.take(1), Some(""));
        assert!(table.has_room(Caller::Unknown));
        table.hold(4, entry("", 10, None));
        assert!(!table.has_room(Caller::Unknown), "the table is full");
        assert!(Table::<()>::of(1).has_room(Caller::Unknown));
    }
}
