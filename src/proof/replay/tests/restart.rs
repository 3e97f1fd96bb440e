//! What a log that has just been born, or serves a new policy, knows that it does not know.

use super::*;
use crate::testing::test;

#[test]
fn a_proof_from_before_the_log_is_refused() {
    let memory = Memory::default();
    let log = log(&memory, NOW);
    // Proofs may be dated 10 s ahead, so one dated up to then may have been used already.
    for iat in [-60, -1, 0, 1, 10] {
        let found = consume(&log, 1, 1, iat, at(10));
        assert_eq!(found, Err(Reason::ProofPredatesLog), "{iat}");
    }
    assert_eq!(consume(&log, 1, 1, 11, at(11)), Ok(()));
}

#[test]
fn a_proof_dated_ahead_does_not_outlive_a_restart() {
    let before = Memory::default();
    assert_eq!(consume(&old_log(&before), 1, 1, 10, NOW), Ok(()));
    let after = Memory::default();
    let log = log(&after, at(1));
    for now in 1..=70 {
        let found = consume(&log, 1, 1, 10, at(now));
        assert_eq!(found, Err(Reason::ProofPredatesLog), "{now}");
    }
}

#[test]
fn part_of_a_second_does_not_lengthen_the_birth() {
    let memory = Memory::default();
    let log = log(&memory, UnixTime::from_millis(NOW.millis() + 999));
    assert_eq!(
        consume(&log, 1, 1, 10, at(10)),
        Err(Reason::ProofPredatesLog)
    );
    assert_eq!(consume(&log, 1, 1, 11, at(11)), Ok(()));
}

#[test]
fn workers_agree_on_birth_and_layout() {
    let memory = Memory::default();
    let first = log_of(&memory, Geometry::of(4 * 4096), 60, at(-1000));
    // A worker that comes later, under a policy with more memory.
    let second = log_of(&memory, Geometry::of(64 * 4096), 60, NOW);
    assert_eq!(second.geometry(), Some(Geometry::of(4 * 4096)));
    for jti in 0..40 {
        assert_eq!(consume(&first, 1, jti, 0, NOW), Ok(()));
        let copy = consume(&second, 1, jti, 0, NOW);
        assert_eq!(copy, Err(Reason::ProofReplayed));
    }
}

#[test]
fn a_longer_window_does_not_make_a_forgotten_proof_new() {
    let memory = Memory::default();
    let geometry = Geometry::of(0);
    let short = log_of(&memory, geometry, 60, at(-1000));
    assert_eq!(consume(&short, 1, 1, 0, NOW), Ok(()));
    assert_eq!(consume(&short, 1, 2, 50, at(50)), Ok(()));
    // At 80 s the first has expired, and this use removes it.
    assert_eq!(consume(&short, 1, 3, 80, at(80)), Ok(()));
    // Now the policy lets proofs be 300 s old.
    let long = log_of(&memory, geometry, 300, at(100));
    assert_eq!(
        consume(&long, 1, 1, 0, at(100)),
        Err(Reason::ProofPredatesLog)
    );
    assert_eq!(
        consume(&long, 1, 2, 50, at(100)),
        Err(Reason::ProofReplayed)
    );
    // What the old policy still knew, the new one knows: fresh proofs pass at once.
    assert_eq!(consume(&long, 1, 4, 100, at(100)), Ok(()));
    assert_eq!(consume(&long, 1, 5, 30, at(100)), Ok(()));
    // And keeps for as long as its own window asks.
    assert_eq!(
        consume(&long, 1, 2, 50, at(350)),
        Err(Reason::ProofReplayed)
    );
    assert_eq!(
        consume(&long, 1, 4, 100, at(400)),
        Err(Reason::ProofReplayed)
    );
    // Under the short window again, nothing goes earlier than was promised.
    assert_eq!(consume(&short, 1, 6, 400, at(400)), Ok(()));
    assert_eq!(
        consume(&long, 1, 4, 100, at(400)),
        Err(Reason::ProofReplayed)
    );
}

#[test]
fn a_window_is_rounded_up() {
    let memory = Memory::default();
    let window = Window {
        max_age: std::time::Duration::from_millis(60_500),
        max_ahead: std::time::Duration::ZERO,
    };
    let key = crate::crypto::digest::MacKey::derive(b"secret", "replay");
    let log = Log::open(&memory, Geometry::of(0), key, window, at(-1000));
    assert_eq!(consume(&log, 1, 1, 0, NOW), Ok(()));
    let last = UnixTime::from_millis(at(60).millis() + 500);
    assert_eq!(consume(&log, 1, 1, 0, last), Err(Reason::ProofReplayed));
    assert_eq!(consume(&log, 1, 1, 0, at(61)), Err(Reason::ProofReplayed));
    assert_eq!(
        consume(&log, 1, 1, 0, at(62)),
        Err(Reason::ProofPredatesLog)
    );
}

#[test]
fn a_clock_that_is_set_back_does_not_make_a_forgotten_proof_new() {
    let memory = Memory::default();
    let log = log_of(&memory, Geometry::of(0), 60, at(-1000));
    assert_eq!(consume(&log, 1, 1, 0, NOW), Ok(()));
    assert_eq!(consume(&log, 1, 2, 200, at(200)), Ok(()));
    assert_eq!(consume(&log, 1, 1, 0, NOW), Err(Reason::ProofPredatesLog));
}
