use super::*;
use crate::testing::{strict, test, with, without};
use serde_json::{Value, json};

fn claims() -> Value {
    json!({
        "iat": 1_700_000_000,
        "exp": 1_700_000_300,
        "aud": "example.org",
        "txn": "97053963-771d-49cc-a4e3-20aad399c312",
        "sub": "alice",
        "scope": "payments:write",
        "req_wl": "spiffe://example.org/gateway",
        "tctx": { "amount": "12.00" },
        "rctx": { "req_ip": "192.0.2.7" },
    })
}

fn read(claims: &Value) -> Result<Transaction, Reason> {
    Transaction::read(&strict(claims))
}

#[test]
fn a_token_says_what_its_chain_is_about() {
    let token = read(&claims()).unwrap();
    assert_eq!(token.txn, "97053963-771d-49cc-a4e3-20aad399c312");
    assert_eq!(token.requester, "spiffe://example.org/gateway");
    assert!(token.has_details);
    assert_eq!(format!("{token:?}"), "Transaction { .. }");
    let bare = read(&without(without(claims(), "tctx"), "rctx")).unwrap();
    assert!(!bare.has_details);
}

#[test]
fn what_must_be_there_is_there_and_of_its_type() {
    for name in ["txn", "req_wl"] {
        let refused = read(&without(claims(), name));
        assert_eq!(refused, Err(Reason::TokenClaims), "without {name}");
    }
    for (name, value) in [
        ("txn", json!("")),
        ("txn", json!(7)),
        ("txn", json!("x".repeat(2049))),
        ("req_wl", json!("")),
        ("req_wl", json!(["spiffe://example.org/gateway"])),
        ("tctx", json!("x")),
        ("tctx", json!([])),
        ("tctx", json!(null)),
        ("rctx", json!(1)),
    ] {
        let refused = read(&with(claims(), name, value.clone()));
        assert_eq!(refused, Err(Reason::TokenClaims), "{name} {value}");
    }
}

#[test]
fn names_of_older_drafts_are_not_read() {
    let old = without(claims(), "tctx");
    for (name, value) in [
        ("azd", json!({ "amount": "12.00" })),
        ("purp", json!(7)),
        ("sub_id", json!([])),
    ] {
        assert!(!read(&with(old.clone(), name, value)).unwrap().has_details);
    }
}
