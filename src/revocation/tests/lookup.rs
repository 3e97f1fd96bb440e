//! What a token's reference leads to.

use super::{LIST, claims, list, pack, source, verified};
use crate::json::Json;
use crate::reason::Reason;
use crate::revocation::reference::Reference;
use crate::revocation::{Held, List, ListId, ListStore, Refused, find};
use crate::testing::{strict, test, token_claims, with};
use crate::token::IssuerId;
use crate::token::issuer::StatusDemand as Demand;
use serde_json::{Value, json};
use std::rc::Rc;

struct Shelf {
    held: Held,
    may_fetch: bool,
}

impl ListStore for Shelf {
    fn held(&self, _list: ListId) -> Held {
        self.held.clone()
    }
    fn may_fetch(&self, _list: ListId) -> bool {
        self.may_fetch
    }
}

fn lists() -> Vec<List> {
    let list = |uri: &str, issuer| List {
        name: "list".into(),
        uri: uri.into(),
        issuer: IssuerId(issuer),
        max_size: 16,
        source: source(),
    };
    vec![
        list("https://other.example.com/1", 1),
        list(LIST, 1),
        list(LIST, 0),
    ]
}

fn token(status: Value) -> Json {
    strict(&with(token_claims(), "status", status))
}

fn refer(index: u64, uri: &str) -> Json {
    token(json!({ "status_list": { "idx": index, "uri": uri } }))
}

fn look(token: &Json, demand: Demand, store: &Shelf) -> Result<(), Refused> {
    match find(Reference::of(token), IssuerId(0), demand, &lists())? {
        Some(entry) => entry.check(store),
        None => Ok(()),
    }
}

#[test]
fn a_reference_is_well_formed_or_refused() {
    assert_eq!(
        Reference::of(&refer(0, LIST)),
        Reference::List {
            index: 0,
            uri: LIST
        }
    );
    assert_eq!(Reference::of(&strict(&token_claims())), Reference::None);
    for status in [
        json!(null),
        json!("revoked"),
        json!([]),
        json!({}),
        json!({ "identifier_list": { "id": "1", "uri": LIST } }),
        json!({ "status_list": null }),
        json!({ "status_list": [0, LIST] }),
        json!({ "status_list": { "uri": LIST } }),
        json!({ "status_list": { "idx": 0 } }),
        json!({ "status_list": { "idx": -1, "uri": LIST } }),
        json!({ "status_list": { "idx": 1.0, "uri": LIST } }),
        json!({ "status_list": { "idx": "0", "uri": LIST } }),
        json!({ "status_list": { "idx": u64::MAX, "uri": LIST } }),
        json!({ "status_list": { "idx": 0, "uri": null } }),
        json!({ "status_list": { "idx": 0, "uri": [LIST] } }),
    ] {
        assert_eq!(
            Reference::of(&token(status.clone())),
            Reference::Malformed,
            "{status}"
        );
    }
}

#[test]
fn only_valid_passes() {
    // Two bits: 1, 2, 0, 3.
    let list = verified(&list(2, "eNo76fITAAPfAgc"));
    let store = Shelf {
        held: Held::List(Rc::new(list)),
        may_fetch: true,
    };
    for (index, expected) in [
        (2, Ok(())),
        (0, Err(Reason::TokenRevoked)),
        (1, Err(Reason::TokenSuspended)),
        (3, Err(Reason::StatusUnknown)),
        (12, Err(Reason::StatusOutOfRange)),
        (u64::from(u32::MAX), Err(Reason::StatusOutOfRange)),
        (1 << 62, Err(Reason::StatusOutOfRange)),
    ] {
        let found = look(&refer(index, LIST), Demand::Required, &store);
        assert_eq!(found, expected.map_err(Refused::Reason), "{index}");
    }
}

#[test]
fn no_status_of_eight_bits_but_zero_passes() {
    let bytes: Vec<u8> = (0..=255).collect();
    let store = Shelf {
        held: Held::List(Rc::new(verified(&list(8, &pack(&bytes))))),
        may_fetch: true,
    };
    for index in 0..256 {
        let found = look(&refer(index, LIST), Demand::Optional, &store);
        assert_eq!(found.is_ok(), index == 0, "{index}");
    }
}

#[test]
fn a_token_that_refers_elsewhere_or_nowhere_is_refused() {
    let store = Shelf {
        held: Held::List(Rc::new(verified(&claims()))),
        may_fetch: true,
    };
    let (bare, demand) = (strict(&token_claims()), Demand::Required);
    let refused = |reason| Err(Refused::Reason(reason));
    assert_eq!(look(&bare, demand, &store), refused(Reason::StatusMissing));
    assert_eq!(look(&bare, Demand::Optional, &store), Ok(()));
    for demand in [Demand::Optional, Demand::Required] {
        let malformed = token(json!({}));
        assert_eq!(
            look(&malformed, demand, &store),
            refused(Reason::StatusMalformed)
        );
        // The list of another issuer, and one of nobody.
        for uri in [
            "https://other.example.com/1",
            "https://evil.example.com/1",
            "",
        ] {
            let elsewhere = refer(1, uri);
            assert_eq!(
                look(&elsewhere, demand, &store),
                refused(Reason::StatusListUnknown)
            );
        }
    }
}

#[test]
fn a_list_that_is_not_at_hand_is_asked_for_or_refuses() {
    for held in [Held::Missing, Held::TooOld] {
        for (may_fetch, expected) in [
            (true, Refused::NeedsList(ListId(2))),
            (false, Refused::Reason(Reason::StatusUnavailable)),
        ] {
            let store = Shelf {
                held: held.clone(),
                may_fetch,
            };
            assert_eq!(
                look(&refer(1, LIST), Demand::Optional, &store),
                Err(expected)
            );
        }
    }
}
