//! Those who would have the memory forget, or count too little.

use super::*;
use crate::behaviour::page;
use crate::testing::test;

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn of_requests_at_once_no_two_pass_as_the_last() {
    const COPIES: usize = 24;
    const LIMIT: u64 = 10;
    for _ in 0..20 {
        let shared = Shared::default();
        let start = std::sync::Barrier::new(COPIES);
        let ledgers: Vec<_> = (0..COPIES).map(|_| ledger(&shared)).collect();
        let below = std::thread::scope(|scope| {
            let copies: Vec<_> = ledgers
                .iter()
                .map(|ledger| {
                    let start = &start;
                    scope.spawn(move || {
                        let rules = rules(&[requests(LIMIT, DAY)]);
                        start.wait();
                        loop {
                            let found = ledger.recall(&rules, &alice(), Lessons::All, NOW);
                            if found.recalled.holds(0) {
                                return false;
                            }
                            if ledger.learn(found) == Learnt::Kept {
                                return true;
                            }
                        }
                    })
                })
                .collect();
            let verdicts = copies.into_iter().map(|copy| copy.join().unwrap());
            verdicts.filter(|below| *below).count()
        });
        assert_eq!(below, usize::try_from(LIMIT).unwrap());
    }
}

#[test]
fn a_judgement_on_an_old_page_is_not_learnt() {
    let shared = Shared::default();
    let (ledger, rules) = (ledger(&shared), rules(&[requests(1, DAY)]));
    let one = ledger.recall(&rules, &alice(), Lessons::All, NOW);
    let other = ledger.recall(&rules, &alice(), Lessons::All, NOW);
    assert!(!one.recalled.holds(0) && !other.recalled.holds(0));
    assert_eq!(ledger.learn(one), Learnt::Kept);
    assert_eq!(ledger.learn(other), Learnt::Raced);
    assert_eq!(ask(&ledger, &rules, &alice(), NOW), [true]);
}

#[test]
fn what_is_not_forwarded_teaches_nothing() {
    let shared = Shared::default();
    let ledger = ledger(&shared);
    let rules = rules(&[
        Condition::FirstSeen(Who::Subject),
        Condition::ScopeJump,
        requests(1, DAY),
    ]);
    let scopes = ["payments".to_owned()];
    let sight = Sight {
        scopes: &scopes,
        ..alice()
    };
    for second in 0..100 {
        let found = ask(&ledger, &rules, &sight, at(second));
        assert_eq!(found, [true, true, false]);
    }
    assert_eq!(ask(&ledger, &rules, &sight, at(700)), [true, true, false]);
    assert_eq!(shared.numbers(), [0], "nothing was written but the root");
}

/// One page for all, the worst case.
#[test]
fn keys_by_the_thousand_put_out_their_own_first() {
    let shared = Shared::default();
    let ledger = ledger_of(&shared, 0);
    let rules = rules(&[Condition::FirstSeen(Who::Pair), requests(3, DAY)]);
    let _ = forward(&ledger, &rules, &alice(), NOW);
    let _ = forward(&ledger, &rules, &alice(), at(1));
    for number in 0..5000_u32 {
        let mut key = [0; 32];
        key[..4].copy_from_slice(&number.to_be_bytes());
        let minted = Sight {
            subject: "mallory",
            keys: &[&key],
            ..alice()
        };
        let _ = forward(&ledger, &rules, &minted, at(2 + i64::from(number)));
    }
    // Neither is alice forgotten, nor what she spent.
    assert_eq!(ask(&ledger, &rules, &alice(), at(6000)), [false, false]);
    let _ = forward(&ledger, &rules, &alice(), at(6000));
    assert_eq!(ask(&ledger, &rules, &alice(), at(6000)), [false, true]);
    assert!(shared.bytes(1).unwrap().len() <= page::BYTES);
}

#[test]
fn subjects_by_the_thousand_have_others_seen_as_new_and_never_as_known() {
    let shared = Shared::default();
    let ledger = ledger_of(&shared, 0);
    let rules = rules(&[Condition::FirstSeen(Who::Subject), requests(3, DAY)]);
    for second in 0..3 {
        let _ = forward(&ledger, &rules, &alice(), at(second));
    }
    for number in 0..1000 {
        let name = format!("sock puppet {number}");
        let puppet = Sight {
            subject: &name,
            ..alice()
        };
        let found = forward(&ledger, &rules, &puppet, at(10 + number));
        assert!(found[0]);
        // Where there is no room to count, it is above.
        assert_eq!(found[1], number > 134, "{number}");
    }
    // What alice spent is still there; that she was seen may not be.
    assert_eq!(ask(&ledger, &rules, &alice(), at(2000)), [true, true]);
    assert!(shared.bytes(1).unwrap().len() <= page::BYTES);
    // A day later there is room again.
    let _ = forward(&ledger, &rules, &alice(), at(100_000));
    assert_eq!(ask(&ledger, &rules, &alice(), at(100_600)), [false, false]);
}

#[test]
fn the_memory_is_what_the_policy_says() {
    let shared = Shared::default();
    let ledger = ledger_of(&shared, 3 * page::BYTES);
    let rules = rules(&[Condition::FirstSeen(Who::Key), requests(3, DAY)]);
    for number in 0..300_u32 {
        let mut key = [0; 32];
        key[..4].copy_from_slice(&number.to_be_bytes());
        let name = number.to_string();
        let sight = Sight {
            subject: &name,
            keys: &[&key],
            ..alice()
        };
        let _ = forward(&ledger, &rules, &sight, NOW);
    }
    assert_eq!(shared.numbers(), [0, 1, 2, 3]);
    // A later policy does not move what is there.
    let later = ledger_of(&shared, 100 * page::BYTES);
    let _ = forward(&later, &rules, &alice(), NOW);
    assert_eq!(shared.numbers(), [0, 1, 2, 3]);
}

#[test]
fn names_do_not_show_whom_they_are_of() {
    let shared = Shared::default();
    let (one, two) = (ledger_of(&shared, 0), Shared::default());
    let key = MacKey::derive(b"another secret, as long as the first one", "behaviour");
    let other = Ledger::open(&two, limits(0), key);
    let rules = rules(&[requests(3, DAY)]);
    let _ = forward(&one, &rules, &alice(), NOW);
    let _ = forward(&other, &rules, &alice(), NOW);
    let (one, two) = (shared.bytes(1).unwrap(), two.bytes(1).unwrap());
    assert_ne!(one[8..20], two[8..20]);
    assert!(!one.windows(5).any(|part| part == b"alice"));
}

/// Fills the only page with what others are counted by, so that there is no room for more.
fn crowd(ledger: &dyn Memory, now: UnixTime) {
    let hour = rules_of("other", &[requests(1, HOUR)]);
    for number in 0..200 {
        let name = format!("one of a crowd {number}");
        let puppet = Sight {
            subject: &name,
            ..alice()
        };
        let _ = forward(ledger, &hour, &puppet, now);
    }
}

#[test]
fn what_had_no_room_is_missing_when_there_is_room_again() {
    let shared = Shared::default();
    let ledger = ledger_of(&shared, 0);
    let rules = rules(&[requests(3, DAY)]);
    crowd(&ledger, NOW);
    // Somebody permitted these, and nobody could count them.
    for second in 1..9 {
        assert_eq!(forward(&ledger, &rules, &alice(), at(second)), [true]);
    }
    // The crowd has gone by now.
    let later = 2 * 3600;
    assert_eq!(forward(&ledger, &rules, &alice(), at(later)), [true]);
    // What can be missing does not lie within the while any more.
    let day = 86_400 + 5400;
    assert_eq!(ask(&ledger, &rules, &alice(), at(day + 10)), [false]);
}

#[test]
fn what_was_not_added_is_not_taken_back() {
    let shared = Shared::default();
    let ledger = ledger_of(&shared, 0);
    let rules = rules(&[requests(3, DAY), amounts("100")]);
    let ten = detail(r#"{"amount":"10"}"#);
    let sight = Sight {
        detail: Some(&ten),
        ..alice()
    };
    for second in 0..3 {
        let _ = forward(&ledger, &rules, &sight, at(second));
    }
    // A memory that lost every race knows nothing, and adds nothing.
    let added = Recollection::blank().adds(at(3));
    ledger.unlearn(&rules, &sight, &added, at(3));
    assert_eq!(ask(&ledger, &rules, &sight, at(3)), [true, false]);
    // An amount that nobody can read is added to nothing, the request is.
    let odd = detail(r#"{"amount":"1e1"}"#);
    let odd = Sight {
        detail: Some(&odd),
        ..alice()
    };
    let found = ledger.recall(&rules, &odd, Lessons::Counts, at(4));
    let added = found.adds(at(4));
    assert_eq!(ledger.learn(found), Learnt::Kept);
    for _ in 0..2 {
        ledger.unlearn(&rules, &sight, &added, at(4));
    }
    let all = detail(r#"{"amount":"71"}"#);
    let all = Sight {
        detail: Some(&all),
        ..alice()
    };
    assert!(ask(&ledger, &rules, &all, at(5))[1]);
    // Where there is no room for a later slice, nothing is added either.
    crowd(&ledger, at(5));
    let later = at(6 * 3600);
    crowd(&ledger, later);
    let found = ledger.recall(&rules, &sight, Lessons::Counts, later);
    assert_eq!(found.adds(later).names, [[0; 8]; 0]);
}

#[test]
fn more_scopes_than_anybody_remembers_are_a_jump_and_no_work() {
    let shared = Shared::default();
    let ledger = ledger_of(&shared, 0);
    let rules = rules(&[Condition::ScopeJump]);
    let all: Vec<String> = (0..8000).map(|it| it.to_string()).collect();
    let with = |count: usize, second| {
        let scopes = &all[..count];
        let sight = Sight { scopes, ..alice() };
        forward(&ledger, &rules, &sight, at(second))
    };
    let most = page::MOST_SEEN;
    for (count, second, jumps) in [
        (most, 0, true),
        (most, 700, false),
        (most + 1, 1400, true),
        (most + 1, 2100, true),
        (8000, 2800, true),
        (most, 3500, false),
    ] {
        assert_eq!(with(count, second), [jumps], "{count} {second}");
    }
    assert!(shared.bytes(1).unwrap().len() <= page::BYTES);
}
