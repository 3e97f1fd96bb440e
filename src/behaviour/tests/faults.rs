//! What nobody can read, and what somebody else wrote, counts as the riskier fact.

use super::*;
use crate::testing::test;

fn every() -> Rules {
    rules(&[
        Condition::FirstSeen(Who::Key),
        Condition::FirstSeen(Who::Subject),
        Condition::FirstSeen(Who::Pair),
        Condition::ScopeJump,
        requests(9, DAY),
        amounts("100"),
        values(3),
        sequence(&["reads", "exports"]),
    ])
}

/// Forwards a request as often as it takes to be known.
fn known(ledger: &dyn Memory) -> Vec<bool> {
    let each = [0, 600].map(|second| with_request(|it| forward(ledger, &every(), it, at(second))));
    each[1].clone()
}

fn with_request<T>(act: impl FnOnce(&Sight<'_>) -> T) -> T {
    let detail = detail(r#"{"amount":"1","payee":"a"}"#);
    act(&Sight {
        detail: Some(&detail),
        scopes: &["payments".to_owned()],
        names: &["exports"],
        ..alice()
    })
}

fn now(ledger: &dyn Memory, second: i64) -> Vec<bool> {
    with_request(|sight| ask(ledger, &every(), sight, at(second)))
}

#[test]
fn a_request_of_known_habits_shows_nothing() {
    let shared = Shared::default();
    assert_eq!(known(&ledger(&shared)), [false; 8]);
}

#[test]
fn memory_that_cannot_be_read_knows_nothing() {
    let shared = Shared::default();
    let ledger = ledger(&shared);
    let _ = known(&ledger);
    shared.fail(true, false);
    assert_eq!(now(&ledger, 700), [true; 8]);
    let found = with_request(|it| ledger.recall(&every(), it, Lessons::All, at(700)));
    assert_eq!(found, Recollection::blank());
    shared.fail(false, false);
    assert_eq!(now(&ledger, 700), [false; 8]);
}

#[test]
fn a_memory_that_never_opened_knows_nothing() {
    let shared = Shared::default();
    shared.fail(true, true);
    let ledger = ledger(&shared);
    assert_eq!(now(&ledger, 0), [true; 8]);
    shared.fail(false, false);
    assert_eq!(known(&ledger), [false; 8]);
    let mut foreign = shared.bytes(0).unwrap();
    *foreign.last_mut().unwrap() ^= 1;
    for root in [
        None,
        Some(Vec::new()),
        Some(b"CsB0".to_vec()),
        Some(foreign),
    ] {
        shared.put(0, root, Some(77));
        assert_eq!(now(&super::ledger(&shared), 700), [true; 8]);
    }
}

#[test]
fn a_lesson_that_cannot_be_written_is_told() {
    let shared = Shared::default();
    let ledger = ledger(&shared);
    let rules = rules(&[requests(9, DAY)]);
    let recall = || ledger.recall(&rules, &alice(), Lessons::All, NOW);
    let found = recall();
    shared.fail(false, true);
    assert_eq!(ledger.learn(found), Learnt::Lost);
    shared.fail(false, false);
    shared.conflict(1);
    assert_eq!(ledger.learn(recall()), Learnt::Raced);
    assert_eq!(ledger.learn(recall()), Learnt::Kept);
    // What only was seen may be lost.
    let rules = super::rules(&[Condition::FirstSeen(Who::Subject)]);
    shared.fail(false, true);
    let found = ledger.recall(&rules, &alice(), Lessons::All, NOW);
    assert_eq!(ledger.learn(found), Learnt::Kept);
    shared.fail(false, false);
    assert_eq!(ask(&ledger, &rules, &alice(), at(700)), [true]);
}

#[test]
fn a_page_that_is_none_counts_as_one_from_which_all_is_missing() {
    let whole = {
        let shared = Shared::default();
        let _ = known(&ledger_of(&shared, 0));
        shared.bytes(1).unwrap()
    };
    let mut spoilt = vec![
        None,
        Some(Vec::new()),
        Some(b"CsB1".to_vec()),
        Some(b"CsR1\0\0\0\0".to_vec()),
        Some([&whole[..], &[0]].concat()),
        Some([&whole[..], &[0; 5000]].concat()),
    ];
    // Cut short anywhere but between two entries.
    let cuts = (0..whole.len()).filter(|cut| cut % 7 == 3);
    spoilt.extend(cuts.map(|cut| Some(whole[..cut].to_vec())));
    for bytes in spoilt {
        let shared = Shared::default();
        let ledger = ledger_of(&shared, 0);
        let text = format!("{bytes:?}");
        let is_page = bytes
            .clone()
            .is_some_and(|bytes| page::Page::parse(bytes, 0).is_some());
        if is_page {
            continue;
        }
        shared.put(1, bytes, Some(5));
        assert_eq!(now(&ledger, 700), [true; 8], "{text}");
        // It heals: what was seen after a while, what is counted when the while is over.
        with_request(|it| forward(&ledger, &every(), it, at(700)));
        let seen = [false, false, false, false, true, true, true, true];
        assert_eq!(now(&ledger, 1300), seen);
        assert_eq!(now(&ledger, 700 + 86_400 + 5500), [false; 8]);
    }
}

#[test]
fn an_entry_that_says_nothing_sensible_spoils_its_page() {
    let shared = Shared::default();
    let ledger = ledger_of(&shared, 0);
    let _ = known(&ledger);
    let whole = shared.bytes(1).unwrap();
    let mut spoilt = 0;
    for place in 8..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x80;
        shared.put(1, Some(bytes), Some(9));
        let found = now(&ledger, 700);
        // Whatever was flipped, no two riskier facts turn into safer ones: nothing held before.
        spoilt += usize::from(found.contains(&true));
    }
    assert!(spoilt > 0);
}

#[test]
fn a_version_of_nought_is_not_written_over() {
    let shared = Shared::default();
    let ledger = ledger_of(&shared, 0);
    for (bytes, version) in [
        (None, Some(0)),
        (Some(b"CsB1\0\0\0\0".to_vec()), None),
        (Some(b"CsB1\0\0\0\0".to_vec()), Some(0)),
    ] {
        shared.put(1, bytes, version);
        let found = with_request(|it| ledger.recall(&every(), it, Lessons::All, NOW));
        assert_eq!(found, Recollection::blank());
    }
}

#[test]
fn a_blank_memory_has_every_condition_hold() {
    assert_eq!(now(&Blank, 0), [true; 8]);
    assert_eq!(known(&Blank), [true; 8]);
    assert!(Recollection::blank().recalled.holds(63));
    assert!(crate::behaviour::recalled::Recalled::NONE.holds(64));
}
