//! The log of transactions: copies, races, time, restarts, and memory that fails.

use super::*;
use crate::testing::test;
use crate::uses::testing::{Memory, log_of};
use crate::uses::{Geometry, Log};

/// As many entries as a bucket has room for, and as one owner may have of them.
const CAPACITY: u32 = 68;
const QUOTA: u32 = 17;

const ALICE: [&str; 3] = [ISSUER, "alice", "wallet"];

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(NOW_SECS + seconds)
}

/// A log that was born long ago, for tokens of an hour, over one bucket or many.
fn old_log(memory: &Memory, bytes: usize) -> Log<&Memory, 32> {
    log_of(memory, Geometry::of(bytes), 3600, at(-10_000))
}

/// One use of the transaction of this number, whose token was issued so many seconds from [`NOW`].
fn numbered(number: u32, iat: i64, purpose: Option<Digest32>) -> Spending {
    let id = number.to_string();
    let carrier = Carrier {
        id: Some(&id),
        issued_at: Some(at(iat)),
        expires: at(iat + 300),
        ..carrier()
    };
    spending(&carrier, &json!({ "type": "pay" }), purpose)
}

#[test]
fn a_transaction_is_used_once_and_looking_uses_nothing() {
    let memory = Memory::default();
    let log = old_log(&memory, 8 << 20);
    let first = numbered(1, 0, None);
    assert_eq!(log.look(&first, ALICE, NOW), Ok(Passage::First));
    assert_eq!(log.look(&first, ALICE, NOW), Ok(Passage::First));
    assert_eq!(log.consume(&first, ALICE, NOW), Ok(Passage::First));
    for verdict in [
        log.consume(&first, ALICE, NOW),
        log.look(&first, ALICE, NOW),
        // Whoever sends it.
        log.consume(&first, [ISSUER, "mallory", ""], NOW),
        // Nor does another worker know less, nor would a key now make it a retry.
        old_log(&memory, 8 << 20).consume(&first, ALICE, NOW),
        log.consume(&numbered(1, 0, Some([7; 32])), ALICE, NOW),
    ] {
        assert_eq!(verdict, Err(Reason::TransactionConsumed));
    }
    assert_eq!(
        log.consume(&numbered(2, 0, None), ALICE, NOW),
        Ok(Passage::First)
    );
}

#[test]
fn a_retry_passes_as_often_as_it_comes_and_nothing_else_does() {
    let memory = Memory::default();
    let log = old_log(&memory, 8 << 20);
    let own = numbered(1, 0, Some([7; 32]));
    assert_eq!(log.consume(&own, ALICE, NOW), Ok(Passage::First));
    for _ in 0..3 {
        assert_eq!(log.consume(&own, ALICE, NOW), Ok(Passage::Retry));
        assert_eq!(log.look(&own, ALICE, NOW), Ok(Passage::Retry));
        for other in [Some([8; 32]), None] {
            let found = log.consume(&numbered(1, 0, other), ALICE, NOW);
            assert_eq!(found, Err(Reason::TransactionConsumed));
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn of_any_number_of_copies_at_once_one_is_the_first() {
    const COPIES: usize = 64;
    for round in 0..20 {
        for conflicts in [0, 15] {
            let memory = Memory::default();
            memory.conflict(conflicts);
            let logs: Vec<_> = (0..COPIES).map(|_| old_log(&memory, 0)).collect();
            memory.conflict(conflicts);
            let start = std::sync::Barrier::new(COPIES);
            let first = std::thread::scope(|scope| {
                let copy = |log: &Log<&Memory, 32>| {
                    start.wait();
                    log.consume(&numbered(round, 0, None), ALICE, NOW)
                };
                let copies: Vec<_> = logs
                    .iter()
                    .map(|log| scope.spawn(move || copy(log)))
                    .collect();
                let verdicts = copies.into_iter().map(|copy| copy.join().unwrap());
                let (passed, refused): (Vec<_>, Vec<_>) = verdicts.partition(Result::is_ok);
                assert!(refused.iter().all(|verdict| matches!(
                    verdict,
                    Err(Reason::TransactionConsumed | Reason::TransactionLogFault)
                )));
                passed.len()
            });
            assert_eq!(first, 1);
        }
    }
}

#[test]
fn a_use_is_kept_for_as_long_as_any_token_that_is_out_may_pass() {
    // Tokens of an hour at most, dated ahead by 10 s at most: 3611 s from the use on, not from the
    // issue of the token that was used.
    let memory = Memory::default();
    let log = old_log(&memory, 0);
    assert_eq!(
        log.consume(&numbered(1, -200, None), ALICE, NOW),
        Ok(Passage::First)
    );
    let replaced = |iat, now| log.consume(&numbered(1, iat, None), ALICE, at(now));
    assert_eq!(replaced(-200, 3410), Err(Reason::TransactionConsumed));
    assert_eq!(replaced(-200, 3411), Err(Reason::TransactionPredatesLog));
    assert_eq!(replaced(0, 3610), Err(Reason::TransactionConsumed));
    assert_eq!(replaced(0, 3611), Err(Reason::TransactionPredatesLog));
    assert_eq!(replaced(1, 3610), Err(Reason::TransactionConsumed));
    // A clock that is set back makes nothing forgotten look new.
    assert_eq!(
        log.consume(&numbered(2, 3700, None), ALICE, at(3700)),
        Ok(Passage::First)
    );
    assert_eq!(replaced(0, 100), Err(Reason::TransactionPredatesLog));
}

#[test]
fn what_is_older_than_the_log_is_refused() {
    let memory = Memory::default();
    let log = log_of(&memory, Geometry::of(0), 3600, NOW);
    for iat in [-60, 0, 10] {
        let spending = numbered(1, iat, Some([7; 32]));
        let predates = Err(Reason::TransactionPredatesLog);
        assert_eq!(log.look(&spending, ALICE, at(20)), predates, "{iat}");
        assert_eq!(log.consume(&spending, ALICE, at(20)), predates, "{iat}");
    }
    let fresh = numbered(1, 11, None);
    assert_eq!(log.consume(&fresh, ALICE, at(20)), Ok(Passage::First));
}

#[test]
fn room_is_bounded_and_shared() {
    let memory = Memory::default();
    let log = old_log(&memory, 0);
    for number in 0..QUOTA {
        let spending = numbered(number, 0, None);
        assert_eq!(log.consume(&spending, ALICE, NOW), Ok(Passage::First));
    }
    let next = numbered(1000, 0, None);
    assert_eq!(
        log.consume(&next, ALICE, NOW),
        Err(Reason::TransactionQuota)
    );
    assert_eq!(log.look(&next, ALICE, NOW), Err(Reason::TransactionQuota));
    for number in QUOTA..CAPACITY {
        let owner = (number % 5).to_string();
        let spending = numbered(number, 0, None);
        let found = log.consume(&spending, [ISSUER, &owner, ""], NOW);
        assert_eq!(found, Ok(Passage::First), "{number}");
    }
    let bob = [ISSUER, "bob", ""];
    assert_eq!(
        log.consume(&next, bob, NOW),
        Err(Reason::TransactionLogFull)
    );
    let copy = log.consume(&numbered(0, 0, None), bob, NOW);
    assert_eq!(
        copy,
        Err(Reason::TransactionConsumed),
        "nothing was evicted"
    );
    assert!(memory.bytes(1).unwrap().len() <= 4096);
}

#[test]
fn memory_that_fails_or_is_another_s_refuses() {
    let memory = Memory::default();
    let log = old_log(&memory, 0);
    let fault = Err(Reason::TransactionLogFault);
    let own = numbered(1, 0, None);
    for (reads, writes) in [(true, false), (false, true)] {
        memory.fail(reads, writes);
        assert_eq!(log.consume(&own, ALICE, NOW), fault);
    }
    memory.fail(false, false);
    memory.conflict(16);
    assert_eq!(log.consume(&own, ALICE, NOW), fault);
    assert_eq!(log.consume(&own, ALICE, NOW), Ok(Passage::First));
    // The bucket of a log of proofs is none of transactions.
    let proofs = Memory::default();
    let of_proofs: Log<&Memory, 0> = log_of(&proofs, Geometry::of(0), 3600, at(-10_000));
    let used = uses::Use {
        name: [b"a", b"b"],
        issued_at: NOW,
        kept_from: NOW,
        owner: ALICE,
        value: [],
    };
    assert_eq!(of_proofs.take(&used, NOW), Ok(Found::Nothing));
    memory.put(1, proofs.bytes(1), Some(9));
    assert_eq!(log.consume(&own, ALICE, NOW), fault);
}
