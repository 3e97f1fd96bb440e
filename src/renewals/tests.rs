#![expect(clippy::arithmetic_side_effects, reason = "tests")]

use super::page::{BYTES, CAPACITY, QUOTA};
use super::{Name, Renewal, Renewals, Shared};
use crate::crypto::digest::{Digest32, MacKey};
use crate::reason::Reason;
use crate::testing::test;
use crate::time::UnixTime;
use crate::uses::testing::Memory;

const KEY: Digest32 = [7; 32];
const OTHER: Digest32 = [8; 32];
const NOW: UnixTime = UnixTime::from_secs(1_000_000);

fn shared(memory: &Memory) -> Shared<&Memory> {
    let key = MacKey::derive(b"a secret of this process, and of no other", "renewals");
    Shared::open(memory, key)
}

fn name<'a>() -> Name<'a> {
    Name {
        origin: "https://api.example.com",
        route: "feed",
        issuer: "https://as.example.com",
        subject: "alice",
        actor: None,
        chain: None,
        transaction: "a transaction",
        keys: &[&KEY],
    }
}

fn until(seconds: i64) -> Renewal {
    Renewal {
        until: UnixTime::from_secs(1_000_000 + seconds),
        token: Some([1; 32]),
        status: Some(([2; 32], 77)),
        chain: Some([3; 32]),
        chain_status: Some(([4; 32], 78)),
    }
}

#[test]
fn what_is_noted_is_found_by_another_worker() {
    let memory = Memory::default();
    let (one, other) = (shared(&memory), shared(&memory));
    assert_eq!(one.find(&name()), None);
    for renewal in [
        until(10),
        Renewal {
            token: None,
            ..until(20)
        },
        Renewal {
            chain: None,
            ..until(25)
        },
        Renewal {
            chain_status: None,
            ..until(27)
        },
        Renewal {
            status: None,
            ..until(30)
        },
    ] {
        assert_eq!(one.note(&name(), &renewal, NOW), Ok(()));
        assert_eq!(other.find(&name()), Some(renewal));
    }
    // The one that reaches further stays.
    assert_eq!(other.note(&name(), &until(29), NOW), Ok(()));
    assert_eq!(
        one.find(&name()),
        Some(Renewal {
            status: None,
            ..until(30)
        })
    );
}

#[test]
fn nothing_else_is_found_by_another_name() {
    let memory = Memory::default();
    let renewals = shared(&memory);
    assert_eq!(renewals.note(&name(), &until(10), NOW), Ok(()));
    let mut others = vec![
        Name {
            origin: "https://other.example.com",
            ..name()
        },
        Name {
            route: "other",
            ..name()
        },
        Name {
            issuer: "https://other.example.com",
            ..name()
        },
        Name {
            subject: "bob",
            ..name()
        },
        Name {
            actor: Some(("", "")),
            ..name()
        },
        Name {
            actor: Some(("a", "agent")),
            ..name()
        },
        Name {
            actor: Some(("b", "agent")),
            ..name()
        },
        Name {
            actor: Some(("a", "another")),
            ..name()
        },
        Name {
            chain: Some(""),
            ..name()
        },
        Name {
            chain: Some("spiffe://example.org"),
            ..name()
        },
        Name {
            transaction: "another",
            ..name()
        },
        Name {
            keys: &[&OTHER],
            ..name()
        },
        Name {
            keys: &[],
            ..name()
        },
        Name {
            keys: &[&KEY, &OTHER],
            ..name()
        },
    ];
    // No two of them are one.
    while let Some(own) = others.pop() {
        assert_eq!(renewals.find(&own), None, "{own:?}");
        assert_eq!(renewals.note(&own, &until(20), NOW), Ok(()));
    }
    assert_eq!(renewals.find(&name()), Some(until(10)));
    let stranger = MacKey::derive(b"another secret of another process, long", "renewals");
    assert_eq!(Shared::open(&memory, stranger).find(&name()), None);
}

/// Names whose notes go to one page, each of a subject of its own or all of one.
fn crowd(memory: &Memory, one_owner: bool) -> (Vec<String>, Vec<Result<(), Reason>>) {
    let renewals = shared(memory);
    let (home, _) = renewals.place(&name()).unwrap();
    let numbers = (0..1_000_000).map(|number| number.to_string());
    let own = |number: &str| {
        let of = if one_owner { "alice" } else { number };
        let name = Name {
            subject: of,
            transaction: number,
            ..name()
        };
        renewals.place(&name).unwrap().0 == home
    };
    let names: Vec<String> = numbers.filter(|it| own(it)).take(CAPACITY + 1).collect();
    let notes = names.iter().map(|number| {
        let subject = if one_owner { "alice" } else { number };
        let name = Name {
            subject,
            transaction: number,
            ..name()
        };
        renewals.note(&name, &until(10), NOW)
    });
    let notes = notes.collect();
    (names, notes)
}

#[test]
fn a_full_page_refuses_and_forgets_nothing_early() {
    let memory = Memory::default();
    let (names, notes) = crowd(&memory, false);
    let taken = notes.iter().take_while(|it| it.is_ok()).count();
    assert_eq!(
        (taken, notes.last()),
        (CAPACITY, Some(&Err(Reason::RenewalsFull)))
    );
    let renewals = shared(&memory);
    for number in names.iter().take(CAPACITY) {
        let name = Name {
            subject: number,
            transaction: number,
            ..name()
        };
        assert_eq!(renewals.find(&name), Some(until(10)));
        // Its own place is enough for a later one.
        assert_eq!(renewals.note(&name, &until(11), NOW), Ok(()));
    }
    assert!(
        memory
            .numbers()
            .iter()
            .all(|it| memory.bytes(*it).unwrap().len() <= BYTES)
    );
    // Until the last grace is over nothing goes; then all of it does.
    let last = names.last().unwrap();
    let name = Name {
        subject: last,
        transaction: last,
        ..name()
    };
    let at = |seconds: i64| UnixTime::from_secs(1_000_000 + seconds);
    let full = Err(Reason::RenewalsFull);
    assert_eq!(renewals.note(&name, &until(900), at(11 + 299)), full);
    assert_eq!(renewals.note(&name, &until(900), at(11 + 300)), Ok(()));
}

#[test]
fn one_owner_leaves_room_for_others() {
    let memory = Memory::default();
    let (_, notes) = crowd(&memory, true);
    let taken = notes.iter().take_while(|it| it.is_ok()).count();
    assert_eq!(
        (taken, notes.last()),
        (QUOTA, Some(&Err(Reason::RenewalQuota)))
    );
}

#[test]
fn faults_note_nothing_and_find_nothing() {
    let memory = Memory::default();
    let renewals = shared(&memory);
    let fault = Err(Reason::RenewalsFault);
    let note = || renewals.note(&name(), &until(10), NOW);
    memory.fail(true, false);
    assert_eq!(note(), fault);
    memory.fail(false, true);
    assert_eq!(note(), fault);
    memory.fail(false, false);
    memory.conflict(16);
    assert_eq!(note(), fault);
    assert_eq!(renewals.find(&name()), None);
    memory.conflict(15);
    assert_eq!(note(), Ok(()));
    let (number, _) = renewals.place(&name()).unwrap();
    let good = memory.bytes(number).unwrap();
    for (bytes, version) in [
        (Some(Vec::new()), Some(9)),
        (Some(b"CsN2".to_vec()), Some(9)),
        (Some(good[..good.len() - 1].to_vec()), Some(9)),
        (Some([&good[..], &[0]].concat()), Some(9)),
        (Some([&good[..4], &[0; 4224]].concat()), Some(9)),
        (None, Some(9)),
        (Some(good.clone()), Some(0)),
        (Some(good.clone()), None),
    ] {
        memory.put(number, bytes.clone(), version);
        assert_eq!(renewals.find(&name()), None, "{bytes:?}");
        assert_eq!(note(), fault, "{bytes:?}");
    }
    memory.put(number, Some(good), Some(9));
    assert_eq!(renewals.find(&name()), Some(until(10)));
}
