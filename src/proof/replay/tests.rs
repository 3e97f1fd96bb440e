#![expect(
    clippy::arithmetic_side_effects,
    reason = "test support: a fault in it is a failed test"
)]

mod faults;
mod restart;
#[cfg(not(target_arch = "wasm32"))]
mod sequences;

use super::*;
use crate::crypto::digest::sha256;
use crate::testing::{NOW, NOW_SECS, test};
use crate::uses::testing::{Memory, log, log_of};
use crate::uses::{Geometry, Window};

/// As many entries as a bucket has room for.
const CAPACITY: usize = 145;
/// As many as one owner may have of them.
const QUOTA: usize = 36;

/// The moment so many seconds after [`NOW`].
fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(NOW_SECS + seconds)
}

/// A log that was born long before [`NOW`].
fn old_log(memory: &Memory) -> Log<&Memory> {
    log(memory, at(-1000))
}

/// Uses one proof: the key and the `jti` by number, `iat` in seconds from [`NOW`].
fn consume(log: &Log<&Memory>, key: u8, jti: u32, iat: i64, now: UnixTime) -> Result<(), Reason> {
    consume_as(log, "alice", (key, jti), iat, now)
}

fn consume_as(
    log: &Log<&Memory>,
    subject: &str,
    (key, jti): (u8, u32),
    iat: i64,
    now: UnixTime,
) -> Result<(), Reason> {
    let proof = Use {
        thumbprint: &[key; 32],
        id: &sha256(&[&jti.to_be_bytes()]),
        issued_at: at(iat),
        kept_from: at(iat),
        owner: ["https://as.example.com", subject, "wallet"],
    };
    log.consume(&proof, now)
}

#[test]
fn a_proof_is_used_once() {
    let memory = Memory::default();
    let log = old_log(&memory);
    assert_eq!(consume(&log, 1, 1, 0, NOW), Ok(()));
    assert_eq!(consume(&log, 1, 1, 0, NOW), Err(Reason::ProofReplayed));
    // Another owner's request with the same proof is the same proof.
    let copy = consume_as(&log, "mallory", (1, 1), 0, NOW);
    assert_eq!(copy, Err(Reason::ProofReplayed));
    // A later date on the same key and `jti` is no other proof.
    assert_eq!(consume(&log, 1, 1, 5, NOW), Err(Reason::ProofReplayed));
    // One client's `jti` does not block another's.
    assert_eq!(consume(&log, 2, 1, 0, NOW), Ok(()));
    assert_eq!(consume(&log, 1, 2, 0, NOW), Ok(()));
    // Nor does another worker know less.
    let other = log_of(&memory, Geometry::of(8 << 20), 60, at(3));
    assert_eq!(consume(&other, 1, 1, 0, NOW), Err(Reason::ProofReplayed));
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn of_any_number_of_copies_at_once_one_passes() {
    const COPIES: usize = 64;
    for round in 0..20 {
        let memory = Memory::default();
        let logs: Vec<_> = (0..COPIES).map(|_| log(&memory, at(-1000))).collect();
        let start = std::sync::Barrier::new(COPIES);
        let passed = std::thread::scope(|scope| {
            let copies: Vec<_> = logs
                .iter()
                .map(|log| {
                    scope.spawn(|| {
                        start.wait();
                        consume(log, 1, round, 0, NOW)
                    })
                })
                .collect();
            let verdicts = copies.into_iter().map(|copy| copy.join().unwrap());
            let (passed, refused): (Vec<_>, Vec<_>) = verdicts.partition(Result::is_ok);
            assert!(
                refused
                    .iter()
                    .all(|verdict| *verdict == Err(Reason::ProofReplayed))
            );
            passed.len()
        });
        assert_eq!(passed, 1);
    }
}

#[test]
fn an_entry_lives_as_long_as_its_proof_could_pass() {
    // 60 s and 10 s: kept until 71 s after `iat`.
    for iat in [-60, 0, 10] {
        let memory = Memory::default();
        let log = old_log(&memory);
        assert_eq!(consume(&log, 1, 1, iat, NOW), Ok(()));
        let last = UnixTime::from_millis(at(iat + 71).millis() - 1);
        assert_eq!(consume(&log, 1, 1, iat, last), Err(Reason::ProofReplayed));
        // From then on its age alone refuses it, and its name is free.
        let after = at(iat + 71);
        assert_eq!(
            consume(&log, 1, 1, iat, after),
            Err(Reason::ProofPredatesLog)
        );
        assert_eq!(consume(&log, 1, 1, iat + 71, after), Ok(()));
    }
}

#[test]
fn an_expired_entry_makes_room() {
    let memory = Memory::default();
    let log = log_of(&memory, Geometry::of(0), 60, at(-1000));
    for jti in 0..QUOTA {
        assert_eq!(
            consume(&log, 1, u32::try_from(jti).unwrap(), 0, NOW),
            Ok(())
        );
    }
    let bucket = memory.bytes(1).unwrap().len();
    assert_eq!(consume(&log, 1, 1000, 70, at(70)), Err(Reason::ReplayQuota));
    assert_eq!(consume(&log, 1, 1000, 71, at(71)), Ok(()));
    assert!(memory.bytes(1).unwrap().len() < bucket);
}

#[test]
fn one_owner_takes_a_quarter_at_most() {
    let memory = Memory::default();
    let log = log_of(&memory, Geometry::of(0), 60, at(-1000));
    for jti in 0..u32::try_from(QUOTA).unwrap() {
        // Keys by the thousand do not help: the quota is the caller's, not the key's.
        assert_eq!(
            consume(&log, u8::try_from(jti).unwrap(), jti, 0, NOW),
            Ok(())
        );
    }
    assert_eq!(consume(&log, 1, 1000, 0, NOW), Err(Reason::ReplayQuota));
    // A copy is told as one, and others have room.
    assert_eq!(consume(&log, 1, 1, 0, NOW), Err(Reason::ProofReplayed));
    assert_eq!(consume_as(&log, "bob", (1, 1000), 0, NOW), Ok(()));
    // Each part of an owner counts.
    for owner in [
        ["i", "alice", "wallet"],
        ["https://as.example.com", "alice", "x"],
    ] {
        let proof = Use {
            thumbprint: &[9; 32],
            id: &sha256(&[owner[0].as_bytes()]),
            issued_at: NOW,
            kept_from: NOW,
            owner,
        };
        assert_eq!(log.consume(&proof, NOW), Ok(()), "{owner:?}");
    }
}

#[test]
fn full_means_refused() {
    let memory = Memory::default();
    let log = log_of(&memory, Geometry::of(0), 60, at(-1000));
    for jti in 0..u32::try_from(CAPACITY).unwrap() {
        let owner = format!("owner {}", jti % 5);
        assert_eq!(consume_as(&log, &owner, (1, jti), 0, NOW), Ok(()), "{jti}");
    }
    assert_eq!(memory.bytes(1).unwrap().len(), 4072);
    assert_eq!(consume(&log, 1, 1000, 0, NOW), Err(Reason::ReplayLogFull));
    assert_eq!(
        consume(&log, 1, 0, 0, NOW),
        Err(Reason::ProofReplayed),
        "nothing was evicted"
    );
}

#[test]
fn memory_is_what_the_policy_says() {
    for (memory, buckets) in [
        (0, 1),
        (4095, 1),
        (4096, 1),
        (8 << 20, 2048),
        (usize::MAX, 65_536),
    ] {
        assert_eq!(Geometry::of(memory).buckets(), buckets);
    }
    assert_eq!(Geometry::of(8 << 20).entries::<0>(), 296_960);
    let memory = Memory::default();
    let log = log_of(&memory, Geometry::of(3 * 4096), 60, at(-1000));
    for jti in 0..100 {
        consume_as(&log, &jti.to_string(), (1, jti), 0, NOW).unwrap();
    }
    assert_eq!(memory.numbers(), [0, 1, 2, 3]);
}
