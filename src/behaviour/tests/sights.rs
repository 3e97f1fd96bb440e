//! What was seen: first keys, subjects and pairs, and scopes.

use super::*;
use crate::testing::test;

fn first(who: Who) -> Rules {
    rules(&[Condition::FirstSeen(who)])
}

#[test]
fn what_was_first_seen_lately_is_new_until_it_has_aged() {
    for who in [Who::Key, Who::Subject, Who::Pair] {
        let shared = Shared::default();
        let (ledger, rules) = (ledger(&shared), first(who));
        assert_eq!(forward(&ledger, &rules, &alice(), NOW), [true], "{who:?}");
        assert_eq!(forward(&ledger, &rules, &alice(), at(599)), [true]);
        assert_eq!(forward(&ledger, &rules, &alice(), at(600)), [false]);
        // Another worker knows it too.
        let other = super::ledger(&shared);
        assert_eq!(ask(&other, &rules, &alice(), at(601)), [false]);
    }
}

#[test]
fn each_kind_has_its_own_idea_of_whom_it_knows() {
    let (bob, other_key, both) = (
        Sight {
            subject: "bob",
            ..alice()
        },
        Sight {
            keys: &[&[2; 32]],
            ..alice()
        },
        Sight {
            subject: "bob",
            keys: &[&[2; 32]],
            ..alice()
        },
    );
    let elsewhere = Sight {
        issuer: "https://other.example.com",
        ..alice()
    };
    let two_keys = Sight {
        keys: &[&[1; 32], &[2; 32]],
        ..alice()
    };
    let no_key = Sight {
        keys: &[],
        ..alice()
    };
    for (who, new) in [
        (Who::Key, [false, true, true, false, true, true]),
        (Who::Subject, [true, false, true, true, false, false]),
        (Who::Pair, [true, true, true, true, true, true]),
    ] {
        let shared = Shared::default();
        let (ledger, rules) = (ledger(&shared), first(who));
        let _ = forward(&ledger, &rules, &alice(), NOW);
        let sights = [bob, other_key, both, elsewhere, two_keys, no_key];
        let found = sights.map(|sight| ask(&ledger, &rules, &sight, at(700))[0]);
        assert_eq!(found, new, "{who:?}");
        assert_eq!(ask(&ledger, &rules, &alice(), at(700)), [false]);
    }
}

#[test]
fn a_scope_that_was_not_brought_before_is_a_jump() {
    let shared = Shared::default();
    let (ledger, rules) = (ledger(&shared), rules(&[Condition::ScopeJump]));
    let scopes = ["accounts".to_owned(), "payments".to_owned()];
    let few = Sight {
        scopes: &scopes[..1],
        ..alice()
    };
    let more = Sight {
        scopes: &scopes,
        ..alice()
    };
    assert_eq!(ask(&ledger, &rules, &alice(), NOW), [false], "no scope");
    assert_eq!(forward(&ledger, &rules, &few, NOW), [true]);
    assert_eq!(forward(&ledger, &rules, &few, at(600)), [false]);
    assert_eq!(forward(&ledger, &rules, &more, at(600)), [true]);
    assert_eq!(ask(&ledger, &rules, &more, at(1199)), [true]);
    assert_eq!(ask(&ledger, &rules, &more, at(1200)), [false]);
    let bob = Sight {
        subject: "bob",
        ..more
    };
    assert_eq!(ask(&ledger, &rules, &bob, at(1200)), [true]);
}

#[test]
fn what_was_not_seen_for_long_is_forgotten() {
    let month = 30 * 86_400;
    let shared = Shared::default();
    let (ledger, rules) = (ledger(&shared), first(Who::Pair));
    let _ = forward(&ledger, &rules, &alice(), NOW);
    assert_eq!(ask(&ledger, &rules, &alice(), at(month - 1)), [false]);
    assert_eq!(ask(&ledger, &rules, &alice(), at(month)), [true]);
    // Every sight keeps it.
    let _ = forward(&ledger, &rules, &alice(), at(month / 2));
    assert_eq!(ask(&ledger, &rules, &alice(), at(month)), [false]);
}

#[test]
fn a_known_caller_is_not_written_again() {
    let shared = Shared::default();
    let ledger = ledger(&shared);
    let rules = rules(&[
        Condition::FirstSeen(Who::Key),
        Condition::FirstSeen(Who::Pair),
    ]);
    let _ = forward(&ledger, &rules, &alice(), NOW);
    let found = ledger.recall(&rules, &alice(), Lessons::All, at(3600));
    assert!(found.changes.is_empty());
}

#[test]
fn a_clock_that_is_set_back_makes_nothing_older() {
    let shared = Shared::default();
    let (ledger, rules) = (ledger(&shared), first(Who::Pair));
    let _ = forward(&ledger, &rules, &alice(), at(86_400));
    assert_eq!(ask(&ledger, &rules, &alice(), NOW), [true]);
    let _ = forward(&ledger, &rules, &alice(), NOW);
    assert_eq!(ask(&ledger, &rules, &alice(), at(86_400 + 600)), [false]);
}

#[test]
fn routes_of_another_class_teach_nothing() {
    let shared = Shared::default();
    let ledger = ledger(&shared);
    for condition in [
        Condition::FirstSeen(Who::Key),
        Condition::FirstSeen(Who::Subject),
        Condition::FirstSeen(Who::Pair),
    ] {
        let reads = rules_of("balance", std::slice::from_ref(&condition));
        let payments = rules_of("transfer", &[condition]);
        let _ = forward(&ledger, &reads, &alice(), NOW);
        assert_eq!(ask(&ledger, &reads, &alice(), at(700)), [false]);
        assert_eq!(ask(&ledger, &payments, &alice(), at(700)), [true]);
    }
}
