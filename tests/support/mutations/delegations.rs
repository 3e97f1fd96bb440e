//! Delegations: who acts for whom, which kind of subject calls, and people who break the glass.

use super::{Changes, Group};
use crate::support::plan::{ISSUER, Plan};
use crate::support::table::{Change, Expected, Service};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// The routes of this file.
pub(super) fn extend(_: &mut Value) {}

pub(super) fn groups() -> Vec<Group> {
    vec![Group {
        valid: "m: a delegated read",
        service: Service::Unasked,
        changes: Changes::Plans(delegated, DELEGATED),
    }]
}

fn delegated(now: i64, name: &str) -> Plan {
    let mut plan = Plan::read(now, name);
    plan.token_claims["act"] = json!({ "iss": ISSUER, "sub": "agent-7" });
    plan
}

const DELEGATED: &[Change] = &[(
    "m: a read by an actor without a name",
    &|p| p.token_claims["act"] = json!({ "iss": ISSUER }),
    Expected::Refused(Reason::TokenClaims),
)];
