//! Lists that are fetched, by several workers, over time.

#![expect(clippy::arithmetic_side_effects, reason = "tests")]

use super::{LIST, MAX_SIZE, list, pack, signed, source};
use crate::crypto::Pure;
use crate::revocation::status_list::{ListFault, MAX_TOKEN_BYTES, Status};
use crate::revocation::store::{Ask, FetchFault, Means, Store};
use crate::revocation::{Held, List, ListId, ListStore as _};
use crate::supply::board::Seal;
use crate::supply::stock::Fetch;
use crate::testing::{
    Keys, NOW_SECS, Wall, issuer, issuer_key, key_set, stranger_key, test, with, without,
};
use crate::time::UnixTime;
use crate::token::issuer::Issuer;
use crate::token::{self, IssuerId};
use serde_json::{Value, json};
use std::time::Duration;

const SECRET: &[u8] = b"a secret of thirty-two bytes or so";
const ONLY: ListId = ListId(0);

/// A worker, with what it verifies lists with.
struct Worker {
    store: Store<Wall>,
    issuers: [Issuer; 1],
    keys: Keys,
}

impl Worker {
    fn new(holder: i64, wall: &Wall) -> Self {
        let list = List {
            name: "corp-list".into(),
            uri: LIST.into(),
            issuer: IssuerId(0),
            max_size: MAX_SIZE,
            source: source(),
        };
        Self {
            store: Store::new(&[list], Seal::new(SECRET), holder, wall.clone()),
            issuers: [issuer()],
            keys: Keys::default(),
        }
    }

    fn means(&self, now: UnixTime) -> Means<'_> {
        Means {
            issuers: &self.issuers,
            keys: &self.keys,
            verifier: &Pure,
            now,
        }
    }

    fn tend(&self, now: UnixTime) -> Vec<Fetch> {
        self.store.tend(self.means(now))
    }

    fn ask(&self, now: UnixTime) -> Option<Ask> {
        self.store.ask(ONLY, self.means(now))
    }

    /// The one fetch that it shall make now, which brings this.
    fn fetches(&self, answer: Option<&str>, now: UnixTime) -> Result<(), FetchFault> {
        self.ended(only(&self.tend(now)), answer, now)
    }

    fn ended(&self, fetch: Fetch, answer: Option<&str>, now: UnixTime) -> Result<(), FetchFault> {
        let answer = answer.map(str::as_bytes);
        self.store.ended(fetch, answer, self.means(now))
    }

    /// What it says of the first token.
    fn says(&self, now: UnixTime) -> &'static str {
        match self.store.at(now).held(ONLY) {
            Held::Missing => "missing",
            Held::TooOld => "too old",
            Held::List(list) => match list.status(0) {
                Some(Status::Valid) => "valid",
                Some(Status::Invalid) => "invalid",
                Some(Status::Suspended | Status::Other(_)) | None => "other",
            },
        }
    }
}

fn only(fetches: &[Fetch]) -> Fetch {
    assert_eq!(fetches.len(), 1);
    fetches[0]
}

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(NOW_SECS + seconds)
}

/// A list as it is published at this moment, in which the first token has this status.
fn published(status: u8, seconds: i64, change: impl FnOnce(Value) -> Value) -> String {
    let claims = with(list(8, &pack(&[status])), "iat", json!(NOW_SECS + seconds));
    signed(&change(without(without(claims, "exp"), "ttl")))
}

fn plain(status: u8, seconds: i64) -> String {
    published(status, seconds, |claims| claims)
}

#[test]
fn one_worker_fetches_and_all_have_the_list() {
    let wall = Wall::default();
    let workers = [1, 2, 3].map(|holder| Worker::new(holder, &wall));
    let fetch = workers[0].tend(at(0))[0];
    assert_eq!(workers[1].tend(at(0)), []);
    assert_eq!(workers[1].says(at(0)), "missing");
    let valid = plain(0, 0);
    workers[0].ended(fetch, Some(&valid), at(1)).unwrap();
    for worker in &workers {
        assert_eq!(worker.tend(at(1)), []);
        assert_eq!(worker.says(at(1)), "valid");
    }
    assert_eq!(workers[2].tend(at(60)), []);
    workers[2].fetches(Some(&plain(1, 61)), at(61)).unwrap();
    assert_eq!(workers[0].says(at(61)), "valid", "until it hears of it");
    assert_eq!(workers[0].tend(at(61)), []);
    assert_eq!(workers[0].says(at(61)), "invalid");
    // A new configuration has it at once.
    let new = Worker::new(4, &wall);
    new.store.look_around(new.means(at(62)));
    assert_eq!(new.says(at(62)), "invalid");
}

#[test]
fn the_list_says_when_it_is_fetched_again() {
    for (what, change, due) in [
        ("nothing", json!({}), 60),
        ("a shorter ttl", json!({ "ttl": 7 }), 7),
        ("a longer ttl", json!({ "ttl": 700 }), 60),
        ("next to no ttl", json!({ "ttl": 0.001 }), 1),
        // With a leeway of five seconds.
        ("an early end", json!({ "exp": NOW_SECS + 10 }), 15),
        ("both", json!({ "ttl": 9, "exp": NOW_SECS + 10 }), 9),
    ] {
        let worker = Worker::new(1, &Wall::default());
        let text = published(0, 0, |mut claims| {
            for (name, value) in change.as_object().unwrap() {
                claims[name] = value.clone();
            }
            claims
        });
        worker.fetches(Some(&text), at(0)).unwrap();
        assert_eq!(worker.tend(at(due).before(MOMENT)), [], "{what}");
        assert_eq!(worker.tend(at(due)).len(), 1, "{what}");
    }
}

const MOMENT: Duration = Duration::from_millis(1);

#[test]
fn the_last_good_list_serves_for_its_time_and_no_longer() {
    for (text, end) in [
        (plain(0, 0), 600),
        (
            published(0, 0, |it| with(it, "exp", json!(NOW_SECS + 100))),
            104,
        ),
        (
            published(0, 0, |it| with(it, "exp", json!(NOW_SECS + 9999))),
            600,
        ),
    ] {
        let worker = Worker::new(1, &Wall::default());
        worker.fetches(Some(&text), at(0)).unwrap();
        let mut failures = 0;
        for second in 0..700 {
            for fetch in worker.tend(at(second)) {
                let ended = worker.ended(fetch, None, at(second));
                assert_eq!(ended, Err(FetchFault::NoAnswer));
                failures += 1;
            }
            let expected = if second <= end { "valid" } else { "too old" };
            assert_eq!(worker.says(at(second)), expected, "after {second} s");
        }
        assert!((10..30).contains(&failures), "{failures}");
        worker.fetches(Some(&plain(0, 700)), at(800)).unwrap();
        assert_eq!(worker.says(at(800)), "valid");
    }
}

#[test]
fn only_a_good_and_newer_list_replaces_the_one_at_hand() {
    let worker = Worker::new(1, &Wall::default());
    worker.fetches(Some(&plain(1, 0)), at(0)).unwrap();
    let stranger = stranger_key().sign(
        &with(super::header(), "kid", json!("issuer-1")),
        &list(8, &pack(&[0])),
    );
    let huge = "x".repeat(MAX_TOKEN_BYTES + 1);
    let bomb = signed(&list(8, &pack(&vec![0; MAX_SIZE + 1])));
    let other = published(0, 60, |it| {
        with(it, "sub", json!("https://as.example.com/2"))
    });
    let past = published(0, 60, |it| with(it, "exp", json!(NOW_SECS)));
    let mut now = 60;
    for (text, fault) in [
        ("<html>", FetchFault::Unfit(ListFault::Malformed)),
        (&stranger, FetchFault::Unfit(ListFault::Signature)),
        (&huge, FetchFault::NoAnswer),
        (&bomb, FetchFault::Unfit(ListFault::Compression)),
        (&other, FetchFault::Unfit(ListFault::Subject)),
        (&past, FetchFault::Unfit(ListFault::Expired)),
        // Good in itself, and from before the revocation.
        (&plain(0, -6), FetchFault::Unfit(ListFault::Older)),
    ] {
        assert_eq!(worker.fetches(Some(text), at(now)), Err(fault));
        assert_eq!(worker.says(at(now)), "invalid");
        now += 60;
    }
    worker.fetches(Some(&plain(0, -5)), at(now)).unwrap();
    assert_eq!(worker.says(at(now)), "valid", "clocks may differ");
}

#[test]
fn a_list_comes_after_the_keys_that_verify_it() {
    let wall = Wall::default();
    let (worker, late) = (Worker::new(1, &wall), Worker::new(2, &wall));
    for held in [token::Held::Missing, token::Held::TooOld] {
        worker.keys.hold(held);
        assert_eq!(worker.tend(at(0)), []);
    }
    worker.keys.hold(token::Held::Set(key_set(&[issuer_key()])));
    worker.fetches(Some(&plain(0, 0)), at(0)).unwrap();
    // Where the keys are not there yet, the list waits on the board.
    late.keys.hold(token::Held::Set(key_set(&[stranger_key()])));
    assert_eq!(late.tend(at(1)), []);
    assert_eq!(late.says(at(1)), "missing");
    late.keys.hold(token::Held::Set(key_set(&[issuer_key()])));
    assert_eq!(late.tend(at(1)), []);
    assert_eq!(late.says(at(1)), "missing", "not read again at once");
    assert_eq!(late.tend(at(2)), []);
    assert_eq!(late.says(at(2)), "valid");
}

#[test]
fn no_worker_relies_on_anothers_check() {
    let wall = Wall::default();
    let (other, worker) = (Worker::new(1, &wall), Worker::new(2, &wall));
    // A gate of the same secret whose policy pins other keys for the same place.
    let stranger = stranger_key();
    other
        .keys
        .hold(token::Held::Set(key_set(&[stranger_key()])));
    let header = with(super::header(), "kid", json!("stranger"));
    let forged = stranger.sign(&header, &list(8, &pack(&[0])));
    other.fetches(Some(&forged), at(0)).unwrap();
    assert_eq!(other.says(at(0)), "valid");
    assert_eq!(worker.tend(at(1)), []);
    assert_eq!(worker.says(at(1)), "missing");
}

#[test]
fn a_request_waits_for_the_list_once() {
    let wall = Wall::default();
    let (asked, other) = (Worker::new(1, &wall), Worker::new(2, &wall));
    assert!(asked.store.at(at(0)).may_fetch(ONLY));
    let ask = asked.ask(at(0)).unwrap();
    let fetch = other.tend(at(0))[0];
    assert_eq!(asked.tend(at(0)), []);
    assert!(!asked.store.settled(ask, at(0)));
    other.ended(fetch, Some(&plain(0, 0)), at(1)).unwrap();
    assert_eq!(asked.ask(at(1)), None, "it is there by now");
    assert!(asked.store.settled(ask, at(1)));
    assert_eq!(asked.says(at(1)), "valid");
}

#[test]
fn a_fetch_that_fails_settles_too() {
    let worker = Worker::new(1, &Wall::default());
    let ask = worker.ask(at(0)).unwrap();
    assert_eq!(worker.fetches(None, at(0)), Err(FetchFault::NoAnswer));
    assert!(worker.store.settled(ask, at(0)));
    assert!(!worker.store.at(at(0)).may_fetch(ONLY), "not so soon");
    assert!(worker.store.at(at(1)).may_fetch(ONLY));
    // Nor does anything begin without keys.
    worker.keys.hold(token::Held::Missing);
    let ask = worker.ask(at(1)).unwrap();
    assert_eq!(worker.tend(at(1)), []);
    assert!(worker.store.settled(ask, at(1)));
}

/// The bound that the documents state: `refresh`, two fetches at their longest, and two ticks.
#[test]
fn a_revocation_is_seen_within_the_bound() {
    let tick = Duration::from_millis(100);
    let (before, after) = (plain(0, 0), plain(1, 0));
    let bound = source().refresh + source().timeout * 2 + tick * 2;
    for revoked_at in (0..125_000).step_by(2_777) {
        let wall = Wall::default();
        let workers = [Worker::new(1, &wall), Worker::new(2, &wall)];
        let revoked_at = at(1).after(Duration::from_millis(revoked_at));
        // Each fetch takes its longest, and the list is read as it begins.
        let mut under_way: Vec<(usize, Fetch, &str, UnixTime)> = Vec::new();
        let mut now = at(0);
        let seen = loop {
            now = now.after(tick);
            let text = if now < revoked_at { &before } else { &after };
            for (number, worker) in workers.iter().enumerate() {
                under_way.retain(|(whose, fetch, text, end)| {
                    let is_due = *whose == number && now >= *end;
                    if is_due {
                        worker.ended(*fetch, Some(text), now).unwrap();
                    }
                    !is_due
                });
                for fetch in worker.tend(now) {
                    let end = now.after(source().timeout);
                    under_way.push((number, fetch, text, end));
                }
            }
            if workers.iter().all(|worker| worker.says(now) == "invalid") {
                break now;
            }
            assert!(now < revoked_at.after(bound * 2), "never");
        };
        let took = seen.since(revoked_at);
        assert!(took <= bound, "{took:?}, and {bound:?} is stated");
    }
}
