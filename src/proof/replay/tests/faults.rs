//! Memory that fails, is contended, or holds what the log did not write: never a pass, never a panic.

use super::*;
use crate::crypto::digest::MacKey;
use crate::testing::{dpop_rules, test};

#[test]
fn a_conflict_is_tried_again_and_not_for_ever() {
    let memory = Memory::default();
    let log = old_log(&memory);
    memory.conflict(15);
    assert_eq!(consume(&log, 1, 1, 0, NOW), Ok(()));
    assert_eq!(consume(&log, 1, 1, 0, NOW), Err(Reason::ProofReplayed));
    memory.conflict(16);
    let before = memory.reads();
    assert_eq!(consume(&log, 1, 2, 0, NOW), Err(Reason::ReplayLogFault));
    assert_eq!(memory.reads() - before, 16);
    assert_eq!(consume(&log, 1, 2, 0, NOW), Ok(()));
}

#[test]
fn memory_that_fails_refuses() {
    let memory = Memory::default();
    let log = old_log(&memory);
    for (reads, writes) in [(true, false), (false, true)] {
        memory.fail(reads, writes);
        assert_eq!(consume(&log, 1, 1, 0, NOW), Err(Reason::ReplayLogFault));
    }
    memory.fail(false, false);
    assert_eq!(consume(&log, 1, 1, 0, NOW), Ok(()));
}

#[test]
fn a_log_that_could_not_begin_begins_when_it_can() {
    let memory = Memory::default();
    for (reads, writes) in [(true, false), (false, true)] {
        memory.fail(reads, writes);
        let log = old_log(&memory);
        assert_eq!(log.geometry(), None);
        assert_eq!(consume(&log, 1, 1, 0, NOW), Err(Reason::ReplayLogFault));
    }
    memory.fail(false, false);
    memory.conflict(1);
    let log = old_log(&memory);
    assert_eq!(
        log.geometry(),
        None,
        "somebody else wrote first, and yet there is nothing"
    );
    assert_eq!(
        consume(&log, 1, 1, 0, NOW),
        Err(Reason::ProofPredatesLog),
        "born only now"
    );
    assert_eq!(consume(&log, 1, 1, 11, NOW), Ok(()));
}

#[test]
fn bytes_of_another_refuse() {
    let memory = Memory::default();
    let log = log_of(&memory, Geometry::of(0), 60, at(-1000));
    assert_eq!(consume(&log, 1, 1, 0, NOW), Ok(()));
    let good = memory.bytes(1).unwrap();
    let swollen = [&good[..], &[0; 28 * 145]].concat();
    for (what, bytes, version) in [
        ("erased", None, Some(9)),
        ("empty", Some(Vec::new()), Some(9)),
        ("short", Some(good[..11].to_vec()), Some(9)),
        ("part of an entry", Some(good[..39].to_vec()), Some(9)),
        ("too long", Some(swollen), Some(9)),
        ("not ours", Some(vec![b'x'; good.len()]), Some(9)),
        ("of no version", Some(good.clone()), None),
        (
            "of the version that always writes",
            Some(good.clone()),
            Some(0),
        ),
    ] {
        memory.put(1, bytes, version);
        assert_eq!(
            consume(&log, 1, 2, 0, NOW),
            Err(Reason::ReplayLogFault),
            "{what}"
        );
    }
    // Extremes that are of the right form.
    for filler in [0, 0xff] {
        let mut bytes = good.clone();
        bytes[4..].fill(filler);
        memory.put(1, Some(bytes), Some(9));
        let found = consume(&log, 1, 1, 0, NOW);
        assert!(
            matches!(found, Ok(()) | Err(Reason::ProofPredatesLog)),
            "{filler}"
        );
    }
    memory.put(1, Some(good), Some(9));
    assert_eq!(consume(&log, 1, 2, 0, NOW), Ok(()));
}

#[test]
fn a_root_of_another_refuses() {
    let memory = Memory::default();
    let good = {
        drop(old_log(&memory));
        memory.bytes(0).unwrap()
    };
    let altered = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        Some(bytes)
    };
    for (what, bytes) in [
        ("erased", None),
        ("empty", Some(Vec::new())),
        ("short", Some(good[..20].to_vec())),
        ("of another format", altered(0)),
        ("of another layout", altered(7)),
        ("of another birth", altered(15)),
        ("not authentic", altered(47)),
        ("longer", Some([&good[..], b"x"].concat())),
    ] {
        memory.put(0, bytes, Some(9));
        let log = old_log(&memory);
        assert_eq!(
            consume(&log, 1, 1, 0, NOW),
            Err(Reason::ReplayLogFault),
            "{what}"
        );
    }
    memory.put(0, Some(good), Some(9));
    let key = MacKey::derive(b"a secret of another process", "replay");
    let log = Log::open(&memory, Geometry::of(0), key, dpop_rules().window(), NOW);
    let found = consume(&log, 1, 1, 0, NOW);
    assert_eq!(
        found,
        Err(Reason::ReplayLogFault),
        "a worker under another key"
    );
    assert_eq!(consume(&old_log(&memory), 1, 1, 0, NOW), Ok(()));
}

#[test]
fn times_beyond_the_format_refuse() {
    let memory = Memory::default();
    let log = log_of(&memory, Geometry::of(0), 60, at(-1000));
    let far = i64::from(u32::MAX) - NOW_SECS;
    assert_eq!(consume(&log, 1, 1, far, at(far)), Ok(()));
    for (iat, now) in [(far + 1, far), (far, far + 1), (-NOW_SECS - 1, 0)] {
        let found = consume(&log, 1, 2, iat, at(now));
        assert_eq!(found, Err(Reason::ReplayLogFault), "{iat} {now}");
    }
}
