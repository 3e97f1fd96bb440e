//! People who break the glass: large payments that are judged at once, and for which nobody is asked.

use super::{Changes, Group};
use crate::support::emergency::{EMERGENCY, break_glass, issuer, profile};
use crate::support::plan::{ORIGIN, Plan, issuer_key, thief_key};
use crate::support::table::{Change, Expected, Service};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// The routes of this file.
pub(super) fn extend(document: &mut Value) {
    document["issuers"]["emergency"] = issuer();
    document["break_glass"] = profile();
    let denied = json!({ "issuer": "emergency", "subject": "mallory" });
    document["deny"]["sub"].as_array_mut().unwrap().push(denied);
    let routes = document["routes"].as_array_mut().unwrap();
    for (name, path) in [
        ("transfer", "/emergency/{account}/transfers"),
        ("risky", "/emergency/{account}/risky"),
    ] {
        let mut route = routes.iter().find(|it| it["name"] == name).unwrap().clone();
        route["name"] = json!(format!("emergency-{name}"));
        route["match"]["path"] = json!(path);
        route["break_glass"] = json!(true);
        // What is said of ordinary callers says nothing of these.
        route["identity"]["kinds"] = json!(["agent"]);
        route["delegation"] = json!({
            "actors": [{ "issuer": EMERGENCY, "subject": "agent-7" }],
            "required": true,
        });
        routes.push(route);
    }
}

pub(super) fn groups() -> Vec<Group> {
    vec![Group {
        valid: "m: a large payment by broken glass",
        service: Service::Unasked,
        changes: Changes::Plans(payment, GLASS),
    }]
}

/// A payment for which the decision service would be asked.
fn payment(now: i64, name: &str) -> Plan {
    let plan = Plan::transfer(now, name, "12500.00").to("POST", "/emergency/7/transfers");
    break_glass(plan, now)
}

const fn refused(reason: Reason) -> Expected {
    Expected::Refused(reason)
}

fn without(plan: &mut Plan, claim: &str) {
    plan.token_claims
        .as_object_mut()
        .unwrap()
        .remove(claim)
        .unwrap();
}

const GLASS: &[Change] = &[
    (
        "m: glass broken without acr",
        &|p| without(p, "acr"),
        refused(Reason::StepUpRequired),
    ),
    (
        "m: glass broken with a weaker acr",
        &|p| p.token_claims["acr"] = json!("urn:example:loa:2"),
        refused(Reason::StepUpRequired),
    ),
    (
        "m: glass broken with an acr in capitals",
        &|p| p.token_claims["acr"] = json!("URN:EXAMPLE:LOA:3"),
        refused(Reason::StepUpRequired),
    ),
    (
        "m: glass broken without auth_time",
        &|p| without(p, "auth_time"),
        refused(Reason::StepUpRequired),
    ),
    (
        "m: glass broken an authentication long ago",
        &|p| {
            let now = p.proof_claims["iat"].as_i64().unwrap();
            p.token_claims["auth_time"] = json!(now - 302);
        },
        refused(Reason::StepUpRequired),
    ),
    (
        "m: glass broken with a token of a quarter of an hour",
        &|p| {
            let from = p.token_claims["iat"].as_i64().unwrap();
            p.token_claims["exp"] = json!(from + 900);
        },
        Expected::Forwarded,
    ),
    (
        "m: glass broken with a token of a second more",
        &|p| {
            let from = p.token_claims["iat"].as_i64().unwrap();
            p.token_claims["exp"] = json!(from + 901);
        },
        refused(Reason::BreakGlassLifetime),
    ),
    (
        "m: glass broken by an actor",
        &|p| p.token_claims["act"] = json!({ "sub": "agent-7" }),
        refused(Reason::ActorUnlisted),
    ),
    (
        "m: glass broken by an agent",
        &|p| p.token_claims["client_type"] = json!("agent"),
        refused(Reason::SubjectKind),
    ),
    (
        "m: glass broken by somebody of no kind",
        &|p| without(p, "amr"),
        refused(Reason::SubjectKind),
    ),
    (
        "m: glass broken without the scope",
        &|p| p.token_claims["scope"] = json!("accounts:read"),
        refused(Reason::ScopeInsufficient),
    ),
    (
        "m: glass broken for a cent more",
        &|p| p.edit_body(|body| body["amount"] = json!("12500.01")),
        refused(Reason::ValueMismatch),
    ),
    (
        "m: glass broken for nothing that was granted",
        &|p| p.token_claims["authorization_details"] = json!([]),
        refused(Reason::DetailMissing),
    ),
    (
        "m: glass broken by one who is denied",
        &|p| p.token_claims["sub"] = json!("mallory"),
        refused(Reason::SubjectDenied),
    ),
    (
        "m: glass broken with a denied token",
        &|p| p.token_claims["jti"] = json!("a denied token"),
        refused(Reason::TokenDenied),
    ),
    (
        "m: glass broken with a token that refers to a list",
        &|p| {
            p.token_claims["status"] = json!({
                "status_list": { "idx": 0, "uri": "https://emergency.example.com/list" },
            });
        },
        refused(Reason::StatusListUnknown),
    ),
    (
        "m: glass broken by a thief",
        &|p| {
            p.proof_header["jwk"] = thief_key().jwk();
            p.proof_signer = Some(thief_key());
        },
        refused(Reason::ProofKeyMismatch),
    ),
    (
        "m: glass broken with a token that nobody is bound to",
        &|p| without(p, "cnf"),
        refused(Reason::TokenUnbound),
    ),
    (
        "m: glass broken without a proof",
        &|p| p.proof_signer = None,
        refused(Reason::ProofMissing),
    ),
    (
        "m: glass broken with an ordinary issuer's key",
        &|p| {
            p.token_signer = issuer_key();
            p.token_header["kid"] = json!(p.token_signer.kid);
        },
        refused(Reason::TokenKeyUnknown),
    ),
    (
        "m: glass broken where it may not be",
        &|p| {
            p.path = "/accounts/7/transfers".to_owned();
            p.proof_claims["htu"] = json!(format!("{ORIGIN}/accounts/7/transfers"));
        },
        refused(Reason::TokenIssuer),
    ),
    (
        "m: glass broken at too high a risk",
        &|p| {
            p.path = "/emergency/7/risky".to_owned();
            p.proof_claims["htu"] = json!(format!("{ORIGIN}/emergency/7/risky"));
        },
        refused(Reason::RiskRefused),
    ),
    (
        "m: glass broken by a person who may have an actor",
        &|p| p.token_claims["may_act"] = json!({ "sub": "agent-7" }),
        Expected::Forwarded,
    ),
];
