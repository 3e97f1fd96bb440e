//! Batches of payments under `envoy/examples/batch.yaml`.

use crate::support::plan::Plan;
use serde_json::{Value, json};

/// A valid batch: `POST /accounts/7/batches`.
pub(crate) fn batch(now: i64, name: &str) -> Plan {
    let mut plan = Plan::transfer(now, name, "1").to("POST", "/accounts/7/batches");
    plan.token_claims["tenant"] = json!("north");
    plan.token_claims["authorization_details"] = json!([{
        "type": "batch_payment",
        "actions": ["initiate", "status"],
        "identifier": "7",
        "locations": ["https://api.example.com/accounts"],
        "payees": ["DE02100100109307118603", "DE02300209000106531065"],
        "most": "20.00",
        "total": "30.00",
        "currency": "EUR",
        "count": 2,
        "until": "2099-01-01T00:00:00Z",
        "purpose": "rent",
    }]);
    plan.field("x-tenant", "north");
    let payment =
        |iban: &str, amount: &str| json!({ "iban": iban, "amount": amount, "currency": "EUR" });
    let payments = [
        payment("DE02100100109307118603", "10.00"),
        payment("DE02300209000106531065", "20.00"),
    ];
    plan.body = Some(json!({ "payments": payments }).to_string().into_bytes());
    plan
}

/// The granted transaction of a plan.
pub(crate) fn detail(plan: &mut Plan) -> &mut Value {
    &mut plan.token_claims["authorization_details"][0]
}
