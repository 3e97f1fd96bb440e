//! Risk: what adds points, and what cannot be told.

use super::{Changes, Group};
use crate::support::plan::Plan;
use crate::support::table::{Change, Expected, Service};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// The routes of this file. Each signal alone is refused.
pub(super) fn extend(document: &mut Value) {
    let when = |name: &str, text: &str| json!({ "name": name, "add": 50, "when": text });
    let route = json!({
        "name": "weighed",
        "match": { "methods": ["GET", "POST"], "path": "/accounts/{id}/weighed" },
        "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
        "proof": ["dpop"],
        "risk": { "base": 10, "refuse_at": 60, "signals": [
            when("ninth", "request.parameters.id.startsWith('9') && request.method != 'HEAD'"),
            when("admin", "token.groups.exists(it, it == 'admins' || it.endsWith('-admins'))"),
            when("limit", "double(token.limit) * 1.5 > 1000.5"),
            when("deep", "has(token.inner) && token.inner.list[1].n >= 0.1"),
            when("late", "request.time % 100 > 200 || actor.depth > 1"),
            { "name": "wide", "add": 50, "excess_scopes": 1 },
            { "name": "weak", "add": 50, "acr_below": { "level": "b", "order": ["c", "b", "a"] } },
            { "name": "unbound", "add": 50, "body_unbound": true },
            { "name": "night", "add": 50, "outside": "daily 00:00-24:00 UTC", "holidays": ["2020-01-01"] },
        ] },
    });
    document["routes"].as_array_mut().unwrap().push(route);
}

pub(super) fn groups() -> Vec<Group> {
    vec![Group {
        valid: "r: a calm read",
        service: Service::Unasked,
        changes: Changes::Plans(calm, CHANGES),
    }]
}

fn calm(now: i64, name: &str) -> Plan {
    let mut plan = Plan::read(now, name).to("GET", "/accounts/7/weighed");
    plan.token_claims["groups"] = json!(["staff", "admins2"]);
    plan.token_claims["limit"] = json!("667");
    plan.token_claims["acr"] = json!("b");
    plan
}

const REFUSED: Expected = Expected::Refused(Reason::RiskRefused);

const CHANGES: &[Change] = &[
    (
        "r: a path that counts",
        &|p| {
            p.path = "/accounts/9/weighed".to_owned();
            p.proof_claims["htu"] = json!("https://api.example.com/accounts/9/weighed");
        },
        REFUSED,
    ),
    (
        "r: a group that counts",
        &|p| p.token_claims["groups"] = json!(["staff", "db-admins"]),
        REFUSED,
    ),
    (
        "r: no groups",
        &|p| {
            p.token_claims.as_object_mut().unwrap().remove("groups");
        },
        REFUSED,
    ),
    (
        "r: an empty list of groups",
        &|p| p.token_claims["groups"] = json!([]),
        Expected::Forwarded,
    ),
    (
        "r: groups that are a text",
        &|p| p.token_claims["groups"] = json!("staff"),
        REFUSED,
    ),
    (
        "r: more groups than are looked at",
        &|p| p.token_claims["groups"] = json!(vec!["staff"; 65]),
        REFUSED,
    ),
    (
        "r: a group that is a number, after one that counts",
        &|p| p.token_claims["groups"] = json!(["admins", 1]),
        REFUSED,
    ),
    (
        "r: a limit that counts by a hair",
        &|p| p.token_claims["limit"] = json!("667.0000001"),
        REFUSED,
    ),
    (
        "r: a limit that is a number",
        &|p| p.token_claims["limit"] = json!(667),
        Expected::Forwarded,
    ),
    (
        "r: a limit that is no number",
        &|p| p.token_claims["limit"] = json!("plenty"),
        REFUSED,
    ),
    (
        "r: a limit that is not a number, by its name",
        &|p| p.token_claims["limit"] = json!("NaN"),
        REFUSED,
    ),
    (
        "r: a limit without end",
        &|p| p.token_claims["limit"] = json!("inf"),
        REFUSED,
    ),
    (
        "r: a fraction below what counts",
        &|p| p.token_claims["inner"] = json!({ "list": [0, { "n": 0.099_999_999_999_999_99 }] }),
        Expected::Forwarded,
    ),
    (
        "r: a fraction that counts",
        &|p| p.token_claims["inner"] = json!({ "list": [0, { "n": 0.1 }] }),
        REFUSED,
    ),
    (
        "r: a list without the item",
        &|p| p.token_claims["inner"] = json!({ "list": [0] }),
        REFUSED,
    ),
    (
        "r: too many scopes",
        &|p| p.token_claims["scope"] = json!("accounts:read payments:write admin"),
        REFUSED,
    ),
    (
        "r: an acr below",
        &|p| p.token_claims["acr"] = json!("c"),
        REFUSED,
    ),
    (
        "r: an acr above",
        &|p| p.token_claims["acr"] = json!("a"),
        Expected::Forwarded,
    ),
    (
        "r: an acr that nobody listed",
        &|p| p.token_claims["acr"] = json!("A"),
        REFUSED,
    ),
    (
        "r: a body that nothing binds",
        &|p| {
            p.method = "POST".to_owned();
            p.proof_claims["htm"] = json!("POST");
            p.body = Some(b"anything".to_vec());
        },
        REFUSED,
    ),
];
