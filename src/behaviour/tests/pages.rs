//! Rules, and the room that they take.

use super::*;
use crate::behaviour::page::{BYTES, ENTRY};
use crate::testing::test;

#[test]
fn no_subject_takes_more_than_is_said() {
    let steps = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let rules = rules(&[
        requests(9, HOUR),
        amounts_each(&[("EUR", "1"), ("JPY", "1")]),
        values(20),
        sequence(&steps),
    ]);
    let shared = Shared::default();
    let ledger = ledger_of(&shared, 0);
    for round in 0..2000_i64 {
        let currency = if round % 2 == 0 { "EUR" } else { "JPY" };
        let text = format!(
            r#"{{"amount":"999999999999999999","currency":"{currency}","payee":"{round}"}}"#
        );
        let (detail, name) = (detail(&text), steps[usize::try_from(round % 8).unwrap()]);
        let sight = Sight {
            detail: Some(&detail),
            names: &[name],
            ..alice()
        };
        let _ = forward(&ledger, &rules, &sight, at(round * 80));
        let most = Rules::most_bytes(std::iter::once(&rules));
        assert!(shared.bytes(1).unwrap().len() - 8 <= most);
    }
}

#[test]
fn what_routes_share_takes_room_once() {
    let one = rules(&[requests(9, HOUR), Condition::ScopeJump]);
    let other = rules(&[requests(12, HOUR)]);
    let apart = rules_of("other", &[requests(12, HOUR)]);
    let bytes = |all: &[&Rules]| Rules::most_bytes(all.iter().copied());
    assert_eq!(bytes(&[&one, &other]), bytes(&[&one]));
    assert_eq!(bytes(&[&one, &apart]), 2 * bytes(&[&one]));
    assert_eq!(bytes(&[&one]), ENTRY + 8 + 17 * 10);
    assert_eq!(MOST_COUNTED * 2, BYTES);
}

#[test]
fn what_is_told_apart_has_another_name() {
    let each = [
        Condition::FirstSeen(Who::Key),
        Condition::FirstSeen(Who::Subject),
        Condition::FirstSeen(Who::Pair),
        Condition::ScopeJump,
        requests(9, HOUR),
        requests(9, DAY),
        amounts("1"),
        amounts_each(&[("EUR", "1")]),
        values(1),
        sequence(&["a", "b"]),
        sequence(&["a", "b", "c"]),
        sequence(&["b", "a"]),
    ];
    let rules = rules(&each);
    assert_eq!(rules.cells.len(), each.len());
    let ids: std::collections::BTreeSet<_> = rules.cells.iter().map(|cell| cell.id).collect();
    assert_eq!(ids.len(), each.len());
    // A sequence crosses classes.
    let other = rules_of("other", &each);
    let shared = other.cells.iter().filter(|cell| ids.contains(&cell.id));
    assert_eq!(shared.count(), 3);
}
