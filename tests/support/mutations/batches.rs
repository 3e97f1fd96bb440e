//! Batches of payments: every item, their sum and their number must be what was granted.

use super::{Changes, Group};
use crate::support::batches::{batch, detail};
use crate::support::plan::Plan;
use crate::support::table::{Change, Expected, Service};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// The route of `envoy/examples/batch.yaml`.
pub(super) fn extend(document: &mut Value) {
    let amount_in = json!({ "amount_in": "/currency" });
    document["routes"].as_array_mut().unwrap().push(json!({
        "name": "batch",
        "match": { "methods": ["POST"], "path": "/accounts/{account}/batches" },
        "identity": { "issuers": ["corp"], "scopes": ["payments:write"] },
        "proof": ["dpop"],
        "body": "held",
        "transaction": {
            "authorization_details": "batch_payment",
            "actions": ["initiate"],
            "identifier": "path:account",
            "bind": [
                { "claim": "/payees", "lists": "each:/payments/*/iban" },
                { "claim": "/most", "caps": "each:/payments/*/amount", "as": amount_in },
                { "claim": "/total", "equals": "sum:/payments/*/amount", "as": amount_in },
                { "claim": "/currency", "equals": "each:/payments/*/currency" },
                { "claim": "/count", "equals": "count:/payments", "as": "decimal" },
                { "claim": "/until", "outlasts": "now" },
                { "claim": "claims:/tenant", "equals": "header:x-tenant" },
            ],
            "allow_grant": ["/purpose"],
            "allow_body": ["/payments/*/memo"],
        },
        "risk": { "base": 10 },
    }));
}

pub(super) fn groups() -> Vec<Group> {
    vec![Group {
        valid: "m: a batch",
        service: Service::Unasked,
        changes: Changes::Plans(batch, BATCHES),
    }]
}

const BATCHES: &[Change] = &[
    (
        "m: a batch reordered",
        &|p| p.edit_body(|b| b["payments"].as_array_mut().unwrap().reverse()),
        Expected::Forwarded,
    ),
    (
        "m: a batch with a memo",
        &|p| p.edit_body(|b| b["payments"][0]["memo"] = json!({ "a": [1] })),
        Expected::Forwarded,
    ),
    (
        "m: a batch of fifteen each",
        &|p| {
            p.edit_body(|b| {
                b["payments"][0]["amount"] = json!(15);
                b["payments"][1]["amount"] = json!("15.0");
            });
        },
        Expected::Forwarded,
    ),
    (
        "m: a batch with an entry more",
        &|p| {
            p.edit_body(|b| {
                b["payments"].as_array_mut().unwrap().push(
                    json!({ "iban": "DE02100100109307118603", "amount": "0", "currency": "EUR" }),
                );
            });
        },
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a batch with an entry less",
        &|p| p.edit_body(|b| drop(b["payments"].as_array_mut().unwrap().pop())),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a batch without entries",
        &|p| p.edit_body(|b| b["payments"] = json!([])),
        Expected::Refused(Reason::ValueMissing),
    ),
    (
        "m: a batch to somebody else",
        &|p| p.edit_body(|b| b["payments"][1]["iban"] = json!("DE75512108001245126199")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a batch to a look-alike",
        &|p| p.edit_body(|b| b["payments"][1]["iban"] = json!("D\u{415}02300209000106531065")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a batch of a cent more",
        &|p| p.edit_body(|b| b["payments"][0]["amount"] = json!("10.01")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a batch with too much for one",
        &|p| {
            p.edit_body(|b| {
                b["payments"][0]["amount"] = json!("9.99");
                b["payments"][1]["amount"] = json!("20.01");
            });
        },
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a batch with half a cent",
        &|p| {
            p.edit_body(|b| {
                b["payments"][0]["amount"] = json!("10.005");
                b["payments"][1]["amount"] = json!("19.995");
            });
        },
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a batch with a negative amount",
        &|p| p.edit_body(|b| b["payments"][0]["amount"] = json!("-10.00")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a batch in two currencies",
        &|p| p.edit_body(|b| b["payments"][1]["currency"] = json!("USD")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a batch with a fee",
        &|p| p.edit_body(|b| b["payments"][1]["fee"] = json!("1")),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a batch that is no list",
        &|p| p.edit_body(|b| b["payments"] = json!({ "0": { "iban": "DE02100100109307118603" } })),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a batch with a second list",
        &|p| p.edit_body(|b| b["Payments"] = json!([])),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a batch of another account",
        &|p| *p = batch_at(p, "/accounts/8/batches"),
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "m: a batch of another tenant",
        &|p| p.fields.retain(|(name, _)| name != "x-tenant"),
        Expected::Refused(Reason::ValueMissing),
    ),
    (
        "m: a batch of a token of another tenant",
        &|p| p.token_claims["tenant"] = json!("south"),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a batch of a token without a tenant",
        &|p| p.token_claims["tenant"] = Value::Null,
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a batch that may no more be initiated",
        &|p| detail(p)["actions"] = json!(["status"]),
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "m: a batch whose grant names no action",
        &|p| detail(p)["actions"] = json!([]),
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "m: a batch whose grant ended",
        &|p| detail(p)["until"] = json!("2020-01-01T00:00:00Z"),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a batch whose grant ends on a day",
        &|p| detail(p)["until"] = json!("2099-01-01"),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a batch whose grant is in gold",
        &|p| detail(p)["currency"] = json!("XAU"),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a batch whose grant is in yen with cents",
        &|p| detail(p)["currency"] = json!("JPY"),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a batch whose payees are one text",
        &|p| detail(p)["payees"] = json!("DE02100100109307118603"),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a batch whose payees are none",
        &|p| detail(p)["payees"] = json!([]),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a batch whose grant says more",
        &|p| detail(p)["debtor"] = json!("x"),
        Expected::Refused(Reason::ClaimUnlisted),
    ),
    (
        "m: a batch whose grant has other data",
        &|p| detail(p)["datatypes"] = json!(["x"]),
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "m: a batch with another purpose",
        &|p| detail(p)["purpose"] = json!("loan"),
        Expected::Forwarded,
    ),
];

/// The same plan for another path, with a proof for it.
fn batch_at(plan: &Plan, path: &str) -> Plan {
    let mut other = batch(
        plan.proof_claims["iat"].as_i64().unwrap(),
        plan.proof_claims["jti"].as_str().unwrap(),
    )
    .to("POST", path);
    other.body.clone_from(&plan.body);
    other
}
