//! What is counted: requests, amounts, values, sequences.

use super::*;
use crate::testing::test;

#[test]
fn one_request_too_many_is_above() {
    let shared = Shared::default();
    let (ledger, rules) = (ledger(&shared), rules(&[requests(10, DAY)]));
    for second in 0..10 {
        assert_eq!(forward(&ledger, &rules, &alice(), at(second)), [false]);
    }
    assert_eq!(ask(&ledger, &rules, &alice(), at(10)), [true]);
    let bob = Sight {
        subject: "bob",
        ..alice()
    };
    assert_eq!(ask(&ledger, &rules, &bob, at(10)), [false]);
}

#[test]
fn what_lies_within_the_while_counts_for_all_of_it() {
    for within in [Duration::from_secs(1), MINUTE, DAY] {
        let seconds = i64::try_from(within.as_secs()).unwrap();
        for offset in 0..40 {
            let shared = Shared::default();
            let (ledger, rules) = (ledger(&shared), rules(&[requests(1, within)]));
            let start = UnixTime::from_millis(NOW.millis() + offset * seconds * 1000 / 37);
            let _ = forward(&ledger, &rules, &alice(), start);
            let later = |millis: i64| UnixTime::from_millis(start.millis() + millis);
            let while_ = seconds * 1000;
            assert_eq!(ask(&ledger, &rules, &alice(), later(while_)), [true]);
            // And a sixteenth longer at most, of whole milliseconds.
            let over = while_ + while_ / 16 + 17;
            assert_eq!(ask(&ledger, &rules, &alice(), later(over)), [false]);
        }
    }
}

#[test]
fn amounts_add_up_exactly() {
    let shared = Shared::default();
    let (ledger, rules) = (ledger(&shared), rules(&[amounts("1.00")]));
    let tenth = detail(r#"{"amount":"0.1"}"#);
    let sight = Sight {
        detail: Some(&tenth),
        ..alice()
    };
    // In floating point, ten tenths are less than one.
    for second in 0..10 {
        assert_eq!(forward(&ledger, &rules, &sight, at(second)), [false]);
    }
    let least = detail(r#"{"amount":0.00000000000000001}"#);
    let sight = Sight {
        detail: Some(&least),
        ..alice()
    };
    assert_eq!(ask(&ledger, &rules, &sight, at(10)), [true]);
    let nothing = detail(r#"{"amount":"0"}"#);
    let sight = Sight {
        detail: Some(&nothing),
        ..alice()
    };
    assert_eq!(ask(&ledger, &rules, &sight, at(10)), [false]);
}

#[test]
fn an_amount_that_cannot_be_added_is_above() {
    let shared = Shared::default();
    let (ledger, rules) = (ledger(&shared), rules(&[amounts("10")]));
    assert_eq!(
        ask(&ledger, &rules, &alice(), NOW),
        [true],
        "no transaction"
    );
    for text in [
        "{}",
        r#"{"amount":null}"#,
        r#"{"amount":"-1"}"#,
        r#"{"amount":1e1}"#,
        r#"{"amount":["1"]}"#,
    ] {
        let detail = detail(text);
        let sight = Sight {
            detail: Some(&detail),
            ..alice()
        };
        assert_eq!(forward(&ledger, &rules, &sight, NOW), [true], "{text}");
    }
}

#[test]
fn a_sum_that_overflows_is_above_and_stays_so() {
    let shared = Shared::default();
    let (ledger, rules) = (ledger(&shared), rules(&[amounts("999999999999999999")]));
    let most = detail(r#"{"amount":"999999999999999999"}"#);
    let sight = Sight {
        detail: Some(&most),
        ..alice()
    };
    assert_eq!(forward(&ledger, &rules, &sight, NOW), [false]);
    // 340 of them are more than 128 bits hold.
    for second in 1..400 {
        assert_eq!(forward(&ledger, &rules, &sight, at(second * 60)), [true]);
    }
}

#[test]
fn currencies_are_summed_apart() {
    let shared = Shared::default();
    let ledger = ledger(&shared);
    let rules = rules(&[amounts_each(&[("EUR", "100"), ("JPY", "20000")])]);
    let pay = |text: &str| {
        let detail = detail(text);
        let sight = Sight {
            detail: Some(&detail),
            ..alice()
        };
        forward(&ledger, &rules, &sight, NOW)[0]
    };
    assert!(!pay(r#"{"amount":"90","currency":"EUR"}"#));
    assert!(!pay(r#"{"amount":"20000","currency":"JPY"}"#));
    assert!(!pay(r#"{"amount":"10","currency":"EUR"}"#));
    assert!(pay(r#"{"amount":"0.01","currency":"EUR"}"#));
    assert!(pay(r#"{"amount":"1","currency":"JPY"}"#));
    assert!(pay(r#"{"amount":"1","currency":"USD"}"#), "no limit");
    assert!(pay(r#"{"amount":"1"}"#), "no currency");
    assert!(pay(r#"{"amount":"1","currency":7}"#));
}

#[test]
fn one_value_too_many_is_above_and_a_known_one_is_not() {
    let shared = Shared::default();
    let (ledger, rules) = (ledger(&shared), rules(&[values(3)]));
    let pay = |payee: &str, second| {
        let detail = detail(&format!(r#"{{"payee":{payee}}}"#));
        let sight = Sight {
            detail: Some(&detail),
            ..alice()
        };
        forward(&ledger, &rules, &sight, at(second))[0]
    };
    for (second, payee) in ["\"a\"", "\"b\"", "\"7\"", "\"a\""].iter().enumerate() {
        assert!(!pay(payee, i64::try_from(second).unwrap()));
    }
    assert!(pay("7", 4), "a number is no string");
    assert!(pay("null", 5));
    // `b` has not been used for longest, and a day after it three others have.
    assert!(!pay("\"a\"", 86_300));
    assert!(!pay("\"7\"", 86_301));
    assert!(!pay("7", 86_302));
    assert!(pay("\"b\"", 86_303));
    assert!(pay("\"c\"", 86_304));
}

#[test]
fn a_sequence_is_held_against_its_order() {
    let steps = ["reads", "lists", "exports"];
    let run = |names: &[(&'static str, i64)]| {
        let shared = Shared::default();
        let (ledger, rules) = (ledger(&shared), rules(&[sequence(&steps)]));
        let each = names.iter().map(|(name, second)| {
            let names = [*name];
            let sight = Sight {
                names: &names,
                ..alice()
            };
            forward(&ledger, &rules, &sight, at(*second))[0]
        });
        each.last().unwrap()
    };
    assert!(run(&[("reads", 0), ("lists", 1), ("exports", 2)]));
    assert!(!run(&[("reads", 0), ("exports", 2)]));
    assert!(!run(&[("lists", 0), ("reads", 1), ("exports", 2)]));
    assert!(!run(&[("exports", 0)]));
    assert!(!run(&[("reads", 0), ("lists", 1), ("lists", 2)]));
    // Others in between do not matter, nor does an earlier start.
    assert!(run(&[
        ("reads", 0),
        ("other", 1),
        ("lists", 2),
        ("reads", 3),
        ("exports", 4)
    ]));
    // All of it lies within the while: the first step too.
    assert!(run(&[("reads", 0), ("lists", 1800), ("exports", 3600)]));
    assert!(!run(&[("reads", 0), ("lists", 1800), ("exports", 3602)]));
    assert!(run(&[
        ("reads", 0),
        ("reads", 60),
        ("lists", 1800),
        ("exports", 3602)
    ]));
}

#[test]
fn one_name_may_stand_twice_in_a_sequence() {
    let shared = Shared::default();
    let (ledger, rules) = (ledger(&shared), rules(&[sequence(&["reads", "reads"])]));
    let names = ["reads"];
    let sight = Sight {
        names: &names,
        ..alice()
    };
    assert_eq!(forward(&ledger, &rules, &sight, NOW), [false]);
    assert_eq!(forward(&ledger, &rules, &sight, NOW), [true]);
}

#[test]
fn what_is_dated_ahead_of_a_clock_that_was_set_back_counts_as_of_now() {
    let year = 365 * 86_400;
    let shared = Shared::default();
    let ledger = ledger(&shared);
    let rules = rules(&[requests(1, DAY), values(1)]);
    let pay = |payee: &str, second| {
        let detail = detail(&format!(r#"{{"payee":"{payee}"}}"#));
        let sight = Sight {
            detail: Some(&detail),
            ..alice()
        };
        forward(&ledger, &rules, &sight, at(second))
    };
    assert_eq!(pay("a", year), [false, false]);
    assert_eq!(pay("b", 0), [true, true]);
    // It ends, and does not wait for the clock.
    assert_eq!(pay("c", 2 * 86_400), [false, false]);
}

#[test]
fn nor_does_it_go_on_with_each_request_that_follows() {
    let hours = |count: i64| at(count * 3600);
    let shared = Shared::default();
    let (ledger, rules) = (ledger(&shared), rules(&[requests(2, DAY)]));
    let found = [365 * 24, 0, 20, 40].map(|it| forward(&ledger, &rules, &alice(), hours(it))[0]);
    assert_eq!(found, [false, false, true, false]);
}

#[test]
fn limits_on_one_thing_count_it_once() {
    let shared = Shared::default();
    let ledger = ledger(&shared);
    let both = rules(&[requests(1, DAY), requests(2, DAY), requests(1, HOUR)]);
    assert_eq!(both.cells.len(), 2);
    let found = |at| forward(&ledger, &both, &alice(), at);
    assert_eq!(found(NOW), [false, false, false]);
    assert_eq!(found(NOW), [true, false, true]);
    assert_eq!(found(NOW), [true, true, true]);
    // Another limit finds what is there.
    let other = rules(&[requests(3, DAY)]);
    assert_eq!(ask(&ledger, &other, &alice(), at(60)), [true]);
}

#[test]
fn a_route_of_the_class_counts_for_it() {
    let shared = Shared::default();
    let ledger = ledger(&shared);
    let own = rules_of("payments", &[requests(1, DAY)]);
    let mut other = Rules::default();
    other.count_for("payments", &requests(1, DAY));
    assert_eq!(forward(&ledger, &other, &alice(), NOW), [false; 0]);
    assert_eq!(ask(&ledger, &own, &alice(), NOW), [true]);
    // Of any other class it does not.
    let apart = rules_of("transfer", &[requests(1, DAY)]);
    assert_eq!(ask(&ledger, &apart, &alice(), NOW), [false]);
}

#[test]
fn a_sum_is_taken_back() {
    let shared = Shared::default();
    let ledger = ledger(&shared);
    let rules = rules(&[requests(1, DAY), amounts("10")]);
    let ten = detail(r#"{"amount":"10"}"#);
    let sight = Sight {
        detail: Some(&ten),
        ..alice()
    };
    let found = ledger.recall(&rules, &sight, Lessons::Counts, NOW);
    let added = found.adds(NOW);
    assert_eq!(ledger.learn(found), Learnt::Kept);
    assert_eq!(ask(&ledger, &rules, &sight, at(1)), [true, true]);
    ledger.unlearn(&rules, &sight, &added, at(1));
    assert_eq!(ask(&ledger, &rules, &sight, at(1)), [false, false]);
    // What was forwarded meanwhile stays.
    let _ = forward(&ledger, &rules, &sight, at(1));
    let found = ledger.recall(&rules, &sight, Lessons::Counts, at(2));
    let added = found.adds(at(2));
    assert_eq!(ledger.learn(found), Learnt::Kept);
    shared.conflict(3);
    ledger.unlearn(&rules, &sight, &added, at(2));
    assert_eq!(ask(&ledger, &rules, &sight, at(3)), [true, true]);
    let none = detail(r#"{"amount":"0"}"#);
    let none = Sight {
        detail: Some(&none),
        ..alice()
    };
    assert_eq!(ask(&ledger, &rules, &none, at(3)), [true, false]);
}

#[test]
fn counts_and_sights_are_learnt_apart() {
    let shared = Shared::default();
    let ledger = ledger(&shared);
    let rules = rules(&[requests(1, DAY), Condition::FirstSeen(Who::Subject)]);
    let learn = |lessons, at| {
        let found = ledger.recall(&rules, &alice(), lessons, at);
        assert_eq!(ledger.learn(found), Learnt::Kept);
    };
    learn(Lessons::Counts, NOW);
    assert_eq!(ask(&ledger, &rules, &alice(), at(601)), [true, true]);
    learn(Lessons::Sights, at(601));
    assert_eq!(ask(&ledger, &rules, &alice(), at(1201)), [true, false]);
    let one_more = super::rules(&[requests(2, DAY)]);
    assert_eq!(ask(&ledger, &one_more, &alice(), at(1201)), [false]);
}
