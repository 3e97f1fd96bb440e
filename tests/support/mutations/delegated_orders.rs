//! Orders of workloads in chains that an agent began, or somebody else.

use super::delegations::AGENTS;
use super::{Changes, Group};
use crate::support::orders::Change;
use crate::support::table::{Expected, Service};
use crate::support::workload::{DOMAIN, LEDGER, Order};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// The route of this file.
pub(super) fn extend(document: &mut Value) {
    let routes = document["routes"].as_array_mut().unwrap();
    let mut order = routes
        .iter()
        .find(|it| it["name"] == "order")
        .unwrap()
        .clone();
    order["name"] = json!("delegated-order");
    order["match"]["path"] = json!("/delegated-orders");
    order["identity"]["kinds"] = json!(["workload"]);
    order["delegation"] = json!({
        "actors": [
            { "issuer": AGENTS, "subject": "agent-8" },
            { "issuer": DOMAIN, "subject": "agent-9", "kind": "agent" },
        ],
        "required": true,
    });
    routes.push(order);
}

pub(super) fn groups() -> Vec<Group> {
    let group = |valid, base, changes| Group {
        valid,
        service: Service::Unasked,
        changes: Changes::Orders(base, changes),
    };
    vec![
        group("m: an order that no actor began", Order::of, ORDERS),
        group("m: an order that an agent began", begun, BEGUN),
    ]
}

/// An order in a chain that an agent began.
fn begun(now: i64, name: &str) -> Order {
    let mut order = Order::of(now, name);
    order.path = "/delegated-orders".to_owned();
    order.proof().claims["aud"] = json!("https://api.example.com/delegated-orders");
    order.transaction().claims["act"] = json!({ "sub": "agent-9" });
    order
}

const UNLISTED: Expected = Expected::Refused(Reason::ActorUnlisted);

const ORDERS: &[Change] = &[
    (
        "m: an order that an actor began, where nobody may act",
        &|o| o.transaction().claims["act"] = json!({ "sub": "agent-9" }),
        UNLISTED,
    ),
    (
        "m: an order of a workload that acts for another",
        &|o| o.workload().claims["act"] = json!({ "sub": LEDGER }),
        UNLISTED,
    ),
];

const BEGUN: &[Change] = &[
    (
        "m: an order that an agent of another house began",
        &|o| o.transaction().claims["act"] = json!({ "iss": AGENTS, "sub": "agent-8" }),
        Expected::Forwarded,
    ),
    (
        "m: an order that another agent began",
        &|o| o.transaction().claims["act"]["sub"] = json!("agent-7"),
        UNLISTED,
    ),
    (
        "m: an order that nobody but its person began",
        &|o| {
            let claims = &mut o.transaction().claims;
            claims.as_object_mut().unwrap().remove("act");
        },
        Expected::Refused(Reason::ActorMissing),
    ),
    (
        "m: an order that an agent without a name began",
        &|o| o.transaction().claims["act"] = json!({}),
        Expected::Refused(Reason::TransactionTokenInvalid),
    ),
    (
        "m: an order of an agent for an agent",
        &|o| o.transaction().claims["act"]["act"] = json!({ "sub": "agent-9" }),
        Expected::Refused(Reason::ActorDepth),
    ),
    (
        "m: an order of a workload whose own token has the actor",
        &|o| o.workload().claims["act"] = json!({ "sub": "agent-9" }),
        UNLISTED,
    ),
];
