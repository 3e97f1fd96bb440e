#![expect(
    clippy::arithmetic_side_effects,
    clippy::needless_pass_by_value,
    reason = "tests"
)]

mod sealed;

use super::missing;
use super::store::{FetchFault, KeySets, Store};
use crate::jose::KeySetFault;
use crate::supply::board::Seal;
use crate::supply::stock::Fetch;
use crate::supply::{Reader as _, Source};
use crate::testing::{Wall, test};
use crate::time::UnixTime;
use crate::token::issuer::{Issuer, KeySource, StatusDemand, UnknownConfirmation};
use crate::token::{Held, IssuerId, KeyStore, Kind};
use std::time::Duration;

const CORP: IssuerId = IssuerId(0);
const SECRET: &[u8] = b"a secret of thirty-two bytes or so";

fn source() -> Source {
    Source {
        name: "corp".into(),
        cluster: "as".to_owned(),
        authority: "as.example.com".to_owned(),
        path: "/jwks".to_owned(),
        refresh: Duration::from_mins(5),
        max_stale: Duration::from_hours(1),
        timeout: Duration::from_secs(3),
    }
}

fn worker(holder: i64, wall: &Wall) -> Store<Wall> {
    worker_under(SECRET, holder, wall)
}

fn worker_under(secret: &[u8], holder: i64, wall: &Wall) -> Store<Wall> {
    let issuer = Issuer {
        kind: Kind::Access,
        name: "corp".into(),
        uri: "https://as.example.com".into(),
        audiences: vec![],
        types: vec![],
        algorithms: vec![],
        leeway: Duration::ZERO,
        keys: KeySource::Fetched(0),
        introspection: None,
        unknown_confirmation: UnknownConfirmation::Ignore,
        status: StatusDemand::Optional,
        kinds: Vec::new(),
    };
    let seal = Seal::new(secret);
    Store::new(&[issuer], &[source()], seal, holder, wall.clone(), at(0))
}

/// A set with one key, the one of RFC 7515 appendix A.3.1, under these names.
fn set(names: &[&str]) -> Vec<u8> {
    let keys: Vec<_> = names
        .iter()
        .map(|kid| {
            format!(
                r#"{{"kty":"EC","crv":"P-256","kid":"{kid}",
                "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}}"#
            )
        })
        .collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(",")).into_bytes()
}

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(1_000_000 + seconds)
}

fn names(store: &Store<Wall>, now: UnixTime) -> Vec<String> {
    match store.at(now).held(CORP) {
        Held::Set(set) => set
            .keys()
            .iter()
            .map(|key| key.id().unwrap().to_owned())
            .collect(),
        Held::Missing => vec!["missing".to_owned()],
        Held::TooOld => vec!["too old".to_owned()],
    }
}

fn only(fetches: Vec<Fetch>) -> Fetch {
    assert_eq!(fetches.len(), 1);
    fetches[0]
}

#[test]
fn one_worker_fetches_and_all_have_the_keys() {
    let wall = Wall::default();
    let workers = [worker(1, &wall), worker(2, &wall), worker(3, &wall)];
    let fetch = only(workers[0].tend(at(0)));
    assert_eq!(workers[1].tend(at(0)), []);
    assert_eq!(names(&workers[1], at(0)), ["missing"]);
    workers[0].ended(fetch, Some(&set(&["a"])), at(1)).unwrap();
    for worker in &workers {
        assert_eq!(worker.tend(at(1)), []);
        assert_eq!(names(worker, at(1)), ["a"]);
    }
    let again = only(workers[2].tend(at(301)));
    assert_eq!(workers[0].tend(at(301)), []);
    workers[2]
        .ended(again, Some(&set(&["b"])), at(302))
        .unwrap();
    assert_eq!(workers[0].tend(at(302)), []);
    assert_eq!(names(&workers[0], at(302)), ["b"]);
}

#[test]
fn a_holder_that_vanished_is_replaced_and_its_late_answer_does_not_count() {
    let wall = Wall::default();
    let (lost, other) = (worker(1, &wall), worker(2, &wall));
    let fetch = only(lost.tend(at(0)));
    assert_eq!(other.tend(at(4)), []);
    let taken = only(other.tend(at(5)));
    assert_eq!(
        lost.ended(fetch, Some(&set(&["old"])), at(6)),
        Err(FetchFault::LeaseLost)
    );
    other.ended(taken, Some(&set(&["new"])), at(7)).unwrap();
    assert_eq!(lost.tend(at(8)), []);
    assert_eq!(names(&lost, at(8)), ["new"]);
}

#[test]
fn failures_are_spaced_further_and_further_and_the_last_good_keys_stay() {
    let wall = Wall::default();
    let store = worker(1, &wall);
    let fetch = only(store.tend(at(0)));
    store.ended(fetch, Some(&set(&["a"])), at(0)).unwrap();
    let mut now = 300;
    for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
        let fetch = only(store.tend(at(now)));
        assert_eq!(store.ended(fetch, None, at(now)), Err(FetchFault::NoAnswer));
        assert!(
            !store.at(at(now)).may_fetch(CORP, Some("b")),
            "not while it fails"
        );
        assert_eq!(store.tend(at(now + wait - 1)), [], "before {wait} s");
        now += wait;
    }
    assert_eq!(names(&store, at(3600)), ["a"]);
    assert_eq!(names(&store, at(3601)), ["too old"]);
    let fetch = only(store.tend(at(3601)));
    store.ended(fetch, Some(&set(&["b"])), at(3602)).unwrap();
    assert_eq!(names(&store, at(3602)), ["b"]);
    assert_eq!(store.tend(at(3602 + 299)), [], "back to the schedule");
}

#[test]
fn only_a_key_set_replaces_the_keys() {
    let wall = Wall::default();
    let store = worker(1, &wall);
    let fetch = only(store.tend(at(0)));
    store.ended(fetch, Some(&set(&["a"])), at(0)).unwrap();
    let private = String::from_utf8(set(&["b"]))
        .unwrap()
        .replace("\"x\"", "\"d\":\"AA\",\"x\"");
    let huge = vec![b' '; KeySets::MOST_BYTES + 1];
    let mut now = 300;
    for (answer, fault) in [
        (&b"<html>"[..], FetchFault::Unfit(KeySetFault::Malformed)),
        (br#"{"keys":[]}"#, FetchFault::Unfit(KeySetFault::Empty)),
        (private.as_bytes(), FetchFault::Unfit(KeySetFault::Private)),
        (&huge, FetchFault::NoAnswer),
    ] {
        let fetch = only(store.tend(at(now)));
        assert_eq!(store.ended(fetch, Some(answer), at(now)), Err(fault));
        assert_eq!(names(&store, at(now)), ["a"]);
        now += 60;
    }
}

#[test]
fn a_question_waits_for_a_fetch_that_began_after_it() {
    let wall = Wall::default();
    let (asked, other) = (worker(1, &wall), worker(2, &wall));
    let first = only(other.tend(at(0)));
    other.ended(first, Some(&set(&["a"])), at(0)).unwrap();
    let running = only(other.tend(at(300)));
    assert_eq!(asked.tend(at(300)), []);
    assert!(asked.at(at(300)).may_fetch(CORP, Some("b")));
    let ask = asked.ask(CORP, Some("b".to_owned()), at(0)).unwrap();
    assert_eq!(asked.tend(at(300)), []);
    assert!(!asked.settled(&ask, at(300)));
    other.ended(running, Some(&set(&["a"])), at(301)).unwrap();
    assert_eq!(asked.tend(at(301)), []);
    assert!(
        !asked.settled(&ask, at(301)),
        "that fetch began before the question"
    );
    let own = only(asked.tend(at(301)));
    asked.ended(own, Some(&set(&["a", "b"])), at(302)).unwrap();
    assert!(asked.settled(&ask, at(302)));
    assert_eq!(names(&asked, at(302)), ["a", "b"]);
}

#[test]
fn a_fetch_that_ran_already_and_brings_the_key_is_the_last() {
    for asked in [1, 2] {
        let wall = Wall::default();
        let (fetching, other) = (worker(1, &wall), worker(2, &wall));
        let asked = [&fetching, &other][asked - 1];
        let fetch = only(fetching.tend(at(0)));
        let ask = asked.ask(CORP, Some("a".to_owned()), at(0)).unwrap();
        fetching.ended(fetch, Some(&set(&["a"])), at(1)).unwrap();
        assert_eq!(asked.tend(at(1)), []);
        assert!(asked.settled(&ask, at(1)));
        assert_eq!(asked.tend(at(2)), []);
    }
}

#[test]
fn a_question_is_settled_by_another_workers_fetch() {
    let wall = Wall::default();
    let (asked, other) = (worker(1, &wall), worker(2, &wall));
    let ask = asked.ask(CORP, None, at(0)).unwrap();
    let fetch = only(other.tend(at(0)));
    assert_eq!(asked.tend(at(0)), []);
    assert!(!asked.settled(&ask, at(0)));
    other.ended(fetch, Some(&set(&["a"])), at(1)).unwrap();
    assert_eq!(asked.tend(at(1)), []);
    assert!(asked.settled(&ask, at(1)));
}

#[test]
fn a_key_that_another_worker_just_fetched_needs_no_wait() {
    let wall = Wall::default();
    let (one, late) = (worker(1, &wall), worker(2, &wall));
    let first = only(one.tend(at(0)));
    one.ended(first, Some(&set(&["old"])), at(0)).unwrap();
    assert_eq!(late.tend(at(0)), []);
    let _ = one.ask(CORP, Some("new".to_owned()), at(0)).unwrap();
    let fetch = only(one.tend(at(10)));
    one.ended(fetch, Some(&set(&["old", "new"])), at(10))
        .unwrap();
    // The late worker has not heard of it, and nobody may fetch again so soon.
    assert!(late.at(at(10)).may_fetch(CORP, Some("new")));
    assert_eq!(late.ask(CORP, Some("new".to_owned()), at(0)), None);
    assert_eq!(names(&late, at(10)), ["new", "old"]);
    assert_eq!(late.tend(at(10)), [], "nor a fetch");
    assert!(!late.at(at(10)).may_fetch(CORP, Some("invented")));
}

#[test]
fn a_new_configuration_has_the_keys_that_the_old_one_fetched() {
    let wall = Wall::default();
    let old = worker(1, &wall);
    let fetch = only(old.tend(at(0)));
    old.ended(fetch, Some(&set(&["a"])), at(0)).unwrap();
    let fetch = only(old.tend(at(300)));
    old.ended(fetch, None, at(300)).unwrap_err();
    // The issuer is out of reach now, and no tick was yet.
    assert_eq!(names(&worker(2, &wall), at(300)), ["a"]);
}

#[test]
fn a_failed_fetch_settles_too() {
    let wall = Wall::default();
    let store = worker(1, &wall);
    let ask = store.ask(CORP, Some("a".to_owned()), at(0)).unwrap();
    let fetch = only(store.tend(at(0)));
    assert!(!store.settled(&ask, at(0)));
    assert_eq!(store.ended(fetch, None, at(1)), Err(FetchFault::NoAnswer));
    assert!(store.settled(&ask, at(1)));
    let late = store.ask(CORP, Some("a".to_owned()), at(0)).unwrap();
    assert_eq!(store.tend(at(1)), []);
    assert!(store.settled(&late, at(1)), "none may begin for it");
}

#[test]
fn invented_names_cost_little_and_never_delay_the_schedule() {
    let wall = Wall::default();
    let store = worker(1, &wall);
    let first = only(store.tend(at(0)));
    store.ended(first, Some(&set(&["a"])), at(0)).unwrap();
    let mut fetches = 0;
    for tenth in 0..1000 {
        let now = UnixTime::from_millis(at(10).millis() + tenth * 100);
        let kid = format!("invented-{tenth}");
        if !store.at(now).may_fetch(CORP, Some(&kid)) {
            continue;
        }
        let ask = store.ask(CORP, Some(kid.clone()), at(0)).unwrap();
        for fetch in store.tend(now) {
            fetches += 1;
            store.ended(fetch, Some(&set(&["a"])), now).unwrap();
        }
        assert!(store.settled(&ask, now));
        assert!(
            !store.at(now).may_fetch(CORP, Some(&kid)),
            "known to be missing"
        );
    }
    assert_eq!(fetches, 20, "one in five seconds");

    let last = at(110);
    let due = last.after(source().refresh);
    let just_missed = store.ask(CORP, Some("x".to_owned()), at(0));
    assert!(just_missed.is_some());
    let fetch = only(store.tend(due.before(Duration::from_secs(1))));
    store.ended(fetch, None, due).unwrap_err();
    assert_eq!(
        store.tend(due.after(Duration::from_secs(1))).len(),
        1,
        "the schedule goes on"
    );
}

#[test]
fn a_name_that_a_fetch_did_not_bring_waits_its_turn() {
    let wall = Wall::default();
    let store = worker(1, &wall);
    let first = only(store.tend(at(0)));
    store.ended(first, Some(&set(&["a"])), at(0)).unwrap();
    let ask = store.ask(CORP, Some("x".to_owned()), at(0)).unwrap();
    let fetch = only(store.tend(at(10)));
    store.ended(fetch, Some(&set(&["a"])), at(10)).unwrap();
    assert!(store.settled(&ask, at(10)));
    for (seconds, x, y) in [(11, false, false), (16, false, true), (41, true, true)] {
        let may = |kid| store.at(at(seconds)).may_fetch(CORP, Some(kid));
        assert_eq!((may("x"), may("y")), (x, y), "after {seconds} s");
    }
}

#[test]
fn a_missing_name_is_asked_for_again_after_a_while() {
    let mut missing = missing::Missing::default();
    missing.note("a", at(0));
    assert!(missing.has("a", at(29)));
    assert!(!missing.has("a", at(30)));
    for name in 0..1000 {
        missing.note(&name.to_string(), at(40));
    }
    assert_eq!(missing.len(), 256);
    assert!(missing.has("999", at(40)));
}
