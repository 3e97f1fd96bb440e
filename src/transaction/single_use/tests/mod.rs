#![expect(
    clippy::arithmetic_side_effects,
    reason = "test support: a fault in it is a failed test"
)]

mod log;
#[cfg(not(target_arch = "wasm32"))]
mod sequences;

use super::*;
use crate::json::Limits;
use crate::testing::{ISSUER, NOW, NOW_SECS, head, strict, test};
use serde_json::{Value, json};

const HOUR: i64 = 3600;

fn rules() -> Rules {
    Rules {
        scope: Scope::Host,
        idempotency_key: Some("idempotency-key".to_owned()),
        lifetime: Duration::from_hours(1),
    }
}

/// A signed token, a minute old, that lives for five.
fn carrier() -> Carrier<'static> {
    Carrier {
        issuer: ISSUER,
        id: Some("token-1"),
        hash: None,
        txn: None,
        issued_at: Some(UnixTime::from_secs(NOW_SECS - 60)),
        expires: UnixTime::from_secs(NOW_SECS + 240),
    }
}

fn purpose() -> Purpose<'static> {
    Purpose {
        keys: &[&[1; 32]],
        method: "POST",
        origin: "https://api.example.com",
        path: "/accounts/7/transfers",
        query: None,
        body: Some(&[2; 32]),
    }
}

/// One use of the transaction of this token and detail, for this.
fn spending(carrier: &Carrier<'_>, detail: &Value, purpose: Option<Digest32>) -> Spending {
    Spending::of(&rules(), carrier, Some(&strict(detail)), purpose).expect("a transaction")
}

#[test]
fn a_transaction_has_one_name() {
    let detail = json!({ "type": "pay", "amount": "1.00", "to": [{ "iban": "A" }, 1] });
    let name = |carrier: &Carrier<'_>, detail: &Value| *spending(carrier, detail, None).name();
    let own = name(&carrier(), &detail);
    // However its members are ordered: an authorization server may tell of them anew.
    let limits = Limits {
        bytes: 4096,
        depth: 16,
    };
    let turned = br#"{"to":[{"iban":"A"},1],"type":"pay","amount":"1.00"}"#;
    let turned = Json::parse(turned, limits).expect("JSON");
    let turned = Spending::of(&rules(), &carrier(), Some(&turned), None).expect("a transaction");
    assert_eq!(*turned.name(), own);
    // A token of the same name that was issued at another time is the same token.
    let later = Carrier {
        issued_at: Some(NOW),
        ..carrier()
    };
    assert_eq!(name(&later, &detail), own);
    for (what, other) in [
        (
            "issuer",
            Carrier {
                issuer: "x",
                ..carrier()
            },
        ),
        (
            "token",
            Carrier {
                id: Some("token-2"),
                ..carrier()
            },
        ),
        (
            "a hash",
            Carrier {
                id: None,
                hash: Some(&[7; 32]),
                ..carrier()
            },
        ),
        (
            "another hash",
            Carrier {
                id: None,
                hash: Some(&[8; 32]),
                ..carrier()
            },
        ),
        (
            "txn",
            Carrier {
                txn: Some("token-1"),
                ..carrier()
            },
        ),
    ] {
        assert_ne!(name(&other, &detail), own, "{what}");
    }
    for other in [
        json!({ "type": "pay", "amount": "1.0", "to": [{ "iban": "A" }, 1] }),
        json!({ "type": "pay", "amount": 1.00, "to": [{ "iban": "A" }, 1] }),
        json!({ "type": "pay", "amount": "1.00", "to": [1, { "iban": "A" }] }),
        json!({ "type": "pay", "amount": "1.00", "to": [{ "iban": "A" }, 1], "x": null }),
        json!({ "type": "pay", "amount": "1.00", "to": [{ "iban": "A" }, "1"] }),
        json!({ "type": "pay", "amount": true, "to": [{ "iban": "A" }, 1] }),
        json!({ "type": "pay", "amount": false, "to": [{ "iban": "A" }, 1] }),
    ] {
        assert_ne!(name(&carrier(), &other), own, "{other}");
    }
    // So it is with a token that is known by its hash.
    let opaque = Carrier {
        id: None,
        hash: Some(&[7; 32]),
        ..carrier()
    };
    let of_another = Carrier {
        issuer: "x",
        ..opaque
    };
    let own_by_hash = name(&opaque, &detail);
    assert_ne!(name(&of_another, &detail), own_by_hash);
    assert_ne!(name(&opaque, &json!({ "type": "pay" })), own_by_hash);
    // The whole of a token is one transaction, and none of its details.
    let whole = Spending::of(&rules(), &carrier(), None, None).expect("a transaction");
    assert_ne!(*whole.name(), own);
}

#[test]
fn a_transaction_token_names_its_transaction_whatever_else_it_says() {
    let of = |carrier: &Carrier<'_>| {
        let spending = Spending::of(&rules(), carrier, None, None).expect("a transaction");
        *spending.name()
    };
    let own = Carrier {
        txn: Some("txn-1"),
        ..carrier()
    };
    let replaced = Carrier {
        id: Some("another"),
        issued_at: Some(NOW),
        ..own
    };
    assert_eq!(of(&own), of(&replaced));
    assert_ne!(
        of(&own),
        of(&Carrier {
            txn: Some("txn-2"),
            ..own
        })
    );
    assert_ne!(of(&own), of(&Carrier { issuer: "x", ..own }));
    // What ends one name does not begin the next.
    let moved = |issuer, txn| {
        of(&Carrier {
            issuer,
            txn: Some(txn),
            ..own
        })
    };
    assert_ne!(moved("ab", "c"), moved("a", "bc"));
}

#[test]
fn a_use_is_remembered_no_further_than_where_it_is_held_to_less() {
    let own = spending(&carrier(), &json!({ "type": "pay" }), None);
    assert_eq!(own.scope(), Scope::Host);
    assert_eq!(own.clone().within(Scope::Worker).scope(), Scope::Worker);
    assert_eq!(own.within(Scope::Fleet).scope(), Scope::Host);
}

#[test]
fn what_cannot_be_remembered_for_as_long_as_it_passes_is_refused() {
    let issued = NOW_SECS - 60;
    let at = |seconds| UnixTime::from_secs(seconds);
    for (what, carrier, reason) in [
        (
            "an hour",
            Carrier {
                expires: at(issued + HOUR),
                ..carrier()
            },
            None,
        ),
        (
            "a second more",
            Carrier {
                expires: at(issued + HOUR + 1),
                ..carrier()
            },
            Some(Reason::TransactionLifetime),
        ),
        (
            "no date",
            Carrier {
                issued_at: None,
                ..carrier()
            },
            Some(Reason::TransactionLifetime),
        ),
        (
            "no name",
            Carrier {
                id: None,
                ..carrier()
            },
            Some(Reason::TransactionUnnamed),
        ),
    ] {
        let found = Spending::of(&rules(), &carrier, None, None);
        assert_eq!(found.err(), reason, "{what}");
    }
}

#[test]
fn a_retry_is_the_same_request_by_the_same_keys_under_the_same_idempotency_key() {
    let own = purpose().under(b"k1");
    assert_eq!(own, purpose().under(b"k1"));
    let mut seen = vec![own, purpose().under(b"k2"), purpose().under(b"")];
    for other in [
        Purpose {
            keys: &[&[9; 32]],
            ..purpose()
        },
        Purpose {
            keys: &[],
            ..purpose()
        },
        Purpose {
            keys: &[&[1; 32], &[9; 32]],
            ..purpose()
        },
        Purpose {
            method: "PUT",
            ..purpose()
        },
        Purpose {
            origin: "https://x",
            ..purpose()
        },
        Purpose {
            path: "/accounts/8/transfers",
            ..purpose()
        },
        Purpose {
            query: Some(""),
            ..purpose()
        },
        Purpose {
            query: Some("a=1"),
            ..purpose()
        },
        Purpose {
            body: None,
            ..purpose()
        },
        Purpose {
            body: Some(&[3; 32]),
            ..purpose()
        },
    ] {
        seen.push(other.under(b"k1"));
    }
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), all);

    let detail = json!({ "type": "pay" });
    let with = |purpose| spending(&carrier(), &detail, purpose);
    let consumed = Err(Reason::TransactionConsumed);
    let other = purpose().under(b"k2");
    for (what, held, again, expected) in [
        ("first", None, Some(own), Ok(Passage::First)),
        ("the same", Some(own), Some(own), Ok(Passage::Retry)),
        ("another", Some(own), Some(other), consumed),
        ("none now", Some(own), None, consumed),
        ("none then", Some([0; 32]), Some(own), consumed),
        ("never one", Some([0; 32]), None, consumed),
    ] {
        let found = held.map_or(Found::Nothing, Found::Use);
        assert_eq!(with(again).after(found), expected, "{what}");
    }
    assert_eq!(with(None).value(), [0; 32]);
    assert_eq!(with(Some(own)).value(), own);
}

#[test]
fn an_idempotency_key_is_one_line_of_visible_ascii() {
    let longest = "k".repeat(255);
    let key = |fields: &[(&str, &str)]| {
        let head = head("POST", "/", fields);
        let found = idempotency_key(&head, "idempotency-key");
        found.map(|key| key.map(<[u8]>::to_vec))
    };
    assert_eq!(key(&[]), Ok(None));
    for good in ["\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", "a", &longest] {
        let found = key(&[("idempotency-key", good)]);
        assert_eq!(found, Ok(Some(good.as_bytes().to_vec())));
    }
    let longer = "k".repeat(256);
    for bad in ["", "a b", "a,b", "a\tb", "\u{e9}", &longer] {
        let found = key(&[("idempotency-key", bad)]);
        assert_eq!(found, Err(Reason::IdempotencyKeyMalformed), "{bad:?}");
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "a")];
    assert_eq!(key(&twice), Err(Reason::IdempotencyKeyMalformed));
    // A header of another name is another header.
    assert_eq!(key(&[("x-idempotency-key", "a b")]), Ok(None));
}
