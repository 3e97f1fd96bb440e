use super::authzen;
use crate::step_up::circuit::{Asking, Change, Circuits, Rules, Subject};
use crate::step_up::{Service, ServiceId};
use crate::testing::test;
use crate::time::UnixTime;
use std::time::Duration;

const PDP: ServiceId = ServiceId(0);
const OTHER: ServiceId = ServiceId(1);

fn service() -> Service {
    Service {
        name: "pdp".into(),
        cluster: "pdp".to_owned(),
        authority: "pdp".to_owned(),
        protocol: authzen(),
        timeout: Duration::from_millis(500),
        requests: 512,
        circuit: Rules {
            subjects: 3,
            within: Duration::from_secs(10),
            rest: Duration::from_secs(5),
        },
    }
}

fn at(millis: i64) -> UnixTime {
    UnixTime::from_millis(millis)
}

fn subject(name: &str) -> Subject {
    Subject::of(Some("https://as.example.com"), name)
}

/// Circuits that were opened at this moment.
fn opened(moment: UnixTime) -> Circuits {
    let mut circuits = Circuits::default();
    for name in ["a", "b", "c"] {
        circuits.silent(PDP, &service(), Asking::Usual, subject(name), moment);
    }
    assert_eq!(circuits.changes(), [(PDP, Change::Opened)]);
    circuits
}

#[test]
fn only_several_subjects_open_a_circuit() {
    let service = service();
    let mut circuits = Circuits::default();
    for moment in 0..100 {
        circuits.silent(PDP, &service, Asking::Usual, subject("a"), at(moment));
        assert_eq!(
            circuits.admit(PDP, &service, at(moment)),
            Some(Asking::Usual)
        );
    }
    circuits.silent(PDP, &service, Asking::Usual, subject("b"), at(100));
    assert_eq!(circuits.admit(PDP, &service, at(100)), Some(Asking::Usual));
    circuits.silent(PDP, &service, Asking::Usual, subject("c"), at(100));
    assert_eq!(circuits.admit(PDP, &service, at(100)), None);
    assert_eq!(
        circuits.admit(OTHER, &service, at(100)),
        Some(Asking::Usual),
        "each its own"
    );
    assert_eq!(circuits.changes(), [(PDP, Change::Opened)]);
    assert_eq!(circuits.changes(), []);
    // The same subject of another issuer is another.
    let names = [
        subject("x"),
        Subject::of(None, "x"),
        Subject::of(Some("x"), ""),
    ];
    for (one, other) in [(0, 1), (1, 2), (0, 2)] {
        assert_ne!(names.get(one), names.get(other));
    }
}

#[test]
fn an_answer_and_time_forgive() {
    let service = service();
    let mut circuits = Circuits::default();
    for name in ["a", "b"] {
        circuits.silent(PDP, &service, Asking::Usual, subject(name), at(0));
    }
    circuits.answered(PDP);
    circuits.silent(PDP, &service, Asking::Usual, subject("c"), at(1));
    assert_eq!(
        circuits.admit(PDP, &service, at(1)),
        Some(Asking::Usual),
        "an answer came"
    );
    circuits.silent(PDP, &service, Asking::Usual, subject("d"), at(5_000));
    circuits.silent(PDP, &service, Asking::Usual, subject("e"), at(10_001));
    assert_eq!(
        circuits.admit(PDP, &service, at(10_001)),
        Some(Asking::Usual),
        "too long ago"
    );
    circuits.silent(PDP, &service, Asking::Usual, subject("f"), at(10_002));
    assert_eq!(circuits.admit(PDP, &service, at(10_002)), None);
    assert_eq!(circuits.changes(), [(PDP, Change::Opened)]);
}

#[test]
fn one_question_tries_whether_it_is_back() {
    let service = service();
    let mut circuits = opened(at(0));
    assert_eq!(circuits.admit(PDP, &service, at(4_999)), None);
    assert_eq!(
        circuits.admit(PDP, &service, at(5_000)),
        Some(Asking::Trial)
    );
    assert_eq!(circuits.admit(PDP, &service, at(5_000)), None, "one");
    // What was asked before it was left alone says nothing new.
    circuits.silent(PDP, &service, Asking::Usual, subject("late"), at(5_001));
    assert_eq!(circuits.admit(PDP, &service, at(5_001)), None);
    circuits.silent(PDP, &service, Asking::Trial, subject("d"), at(5_500));
    assert_eq!(
        circuits.admit(PDP, &service, at(10_499)),
        None,
        "it rests again"
    );
    assert_eq!(
        circuits.admit(PDP, &service, at(10_500)),
        Some(Asking::Trial)
    );
    circuits.answered(PDP);
    assert_eq!(
        circuits.admit(PDP, &service, at(10_501)),
        Some(Asking::Usual)
    );
    assert_eq!(circuits.changes(), [(PDP, Change::Closed)]);
}

#[test]
fn a_trial_that_nobody_waits_for_is_followed_by_another() {
    let service = service();
    let mut circuits = opened(at(0));
    assert_eq!(
        circuits.admit(PDP, &service, at(5_000)),
        Some(Asking::Trial)
    );
    assert_eq!(circuits.admit(PDP, &service, at(6_499)), None);
    assert_eq!(
        circuits.admit(PDP, &service, at(6_500)),
        Some(Asking::Trial)
    );
    assert_eq!(circuits.admit(PDP, &service, at(6_500)), None);
    // A late answer to any question is one.
    circuits.answered(PDP);
    assert_eq!(
        circuits.admit(PDP, &service, at(6_500)),
        Some(Asking::Usual)
    );
}

#[test]
fn who_leaves_leaves_the_trial_to_another() {
    let service = service();
    let mut circuits = opened(at(0));
    circuits.left(PDP, Asking::Usual);
    assert_eq!(circuits.admit(PDP, &service, at(4_999)), None);
    for _ in 0..3 {
        assert_eq!(
            circuits.admit(PDP, &service, at(5_000)),
            Some(Asking::Trial)
        );
        circuits.left(PDP, Asking::Usual);
        assert_eq!(circuits.admit(PDP, &service, at(5_000)), None);
        circuits.left(PDP, Asking::Trial);
    }
    // What was asked before it was left alone says nothing new.
    circuits.silent(PDP, &service, Asking::Usual, subject("late"), at(5_001));
    assert_eq!(
        circuits.admit(PDP, &service, at(5_001)),
        Some(Asking::Trial)
    );
    circuits.answered(PDP);
    circuits.left(PDP, Asking::Trial);
    assert_eq!(
        circuits.admit(PDP, &service, at(5_002)),
        Some(Asking::Usual)
    );
}

#[test]
fn a_clock_that_is_set_back_leaves_nothing_alone_for_ever() {
    let service = service();
    let mut circuits = opened(at(1_000_000));
    assert_eq!(circuits.admit(PDP, &service, at(10)), Some(Asking::Trial));
    assert_eq!(circuits.admit(PDP, &service, at(5)), Some(Asking::Trial));
}
