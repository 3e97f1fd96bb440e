//! Signals of what is asked for, by whom, and after what: of a body, of a call, and of the past.

use super::{Changes, Group};
use crate::support::plan::Plan;
use crate::support::table::{Change, Expected, Service};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// The routes of this file. Each signal alone is refused, but for habits.
pub(super) fn extend(document: &mut Value) {
    let routes = document["routes"].as_array_mut().unwrap();
    let of = |name: &str| {
        let found = routes.iter().find(|route| route["name"] == name);
        found.unwrap().clone()
    };
    let mut posted = of("read-accounts");
    posted["name"] = json!("posted");
    posted["match"] = json!({ "methods": ["POST"], "path": "/accounts/{id}/posted" });
    posted["body"] = json!("held");
    posted["risk"] = json!({ "base": 10, "refuse_at": 60, "signals": [
        { "name": "long", "add": 50, "body_above": "1KiB" },
        { "name": "inner", "add": 50, "argument": { "at": "/to/url", "like": ["http://169.254.*", "*.internal"] } },
        { "name": "odd", "add": 50, "argument": { "at": "/format", "unlike": ["csv", "json*"] } },
        { "name": "program", "add": 50, "subject_kind": ["agent", "workload"] },
    ] });
    let mut called = of("calls");
    called["name"] = json!("weighed-calls");
    called["match"]["path"] = json!("/weighed-mcp");
    called.as_object_mut().unwrap().remove("step_up");
    called["risk"] = json!({ "base": 10, "refuse_at": 100, "signals": [
        { "name": "reading", "add": 90, "tool_class": ["reads"] },
        { "name": "noted", "add": 60, "argument": { "at": "/note", "like": ["*password*"] } },
    ] });
    let mut spent = of("transfer");
    spent["name"] = json!("spent");
    spent["match"]["path"] = json!("/accounts/{account}/spent");
    spent.as_object_mut().unwrap().remove("step_up");
    let limits = json!({ "EUR": "1000", "JPY": "5" });
    let sum = json!({ "claim": "/instructedAmount/amount", "currency": "/instructedAmount/currency", "limits": limits });
    spent["risk"] = json!({ "base": 10, "refuse_at": 60, "behaviour_cap": 20, "signals": [
        { "name": "new", "add": 20, "first_seen": "subject" },
        { "name": "jump", "add": 20, "scope_jump": true },
        { "name": "much", "add": 40, "budget": { "within": "24h", "sum": sum } },
        { "name": "sure", "add": 30, "when": "token.acr == 'unsure'" },
    ] });
    routes.extend([posted, called, spent]);
}

pub(super) fn groups() -> Vec<Group> {
    let group = |valid, base, changes| Group {
        valid,
        service: Service::Unasked,
        changes: Changes::Plans(base, changes),
    };
    vec![
        group("s: a body of no risk", posted, POSTED),
        group("s: a call of no risk", called, CALLED),
        group("s: a payment of a new subject", spent, SPENT),
    ]
}

const REFUSED: Expected = Expected::Refused(Reason::RiskRefused);
const FORWARDED: Expected = Expected::Forwarded;

fn posted(now: i64, name: &str) -> Plan {
    let mut plan = Plan::read(now, name).to("POST", "/accounts/7/posted");
    plan.token_claims["auth_time"] = json!(now.saturating_sub(60));
    plan.field("content-type", "application/json");
    let body = json!({ "to": { "url": "https://api.example.com" }, "format": "csv" });
    plan.body = Some(body.to_string().into_bytes());
    plan
}

fn called(now: i64, name: &str) -> Plan {
    Plan::call(now, name).to("POST", "/weighed-mcp")
}

/// Nobody pays twice here, so that none of these requests is held against another.
fn spent(now: i64, name: &str) -> Plan {
    let mut plan = Plan::transfer(now, name, "1000").to("POST", "/accounts/7/spent");
    plan.token_claims["sub"] = json!(name);
    plan.token_claims["acr"] = json!("sure");
    plan
}

fn url(plan: &mut Plan, url: &Value) {
    plan.edit_body(|body| body["to"]["url"] = url.clone());
}

fn amount(plan: &mut Plan, amount: &str, currency: &str) {
    plan.edit_body(|body| {
        body["amount"] = json!(amount);
        body["currency"] = json!(currency);
    });
    plan.token_claims["authorization_details"][0]["instructedAmount"] =
        json!({ "amount": amount, "currency": currency });
}

const POSTED: &[Change] = &[
    (
        "s: a body of as many bytes as are let pass",
        &|p| {
            p.edit_body(|body| body["note"] = json!(""));
            let length = p.body.as_ref().unwrap().len();
            p.edit_body(|body| body["note"] = json!("n".repeat(1024 - length)));
        },
        FORWARDED,
    ),
    (
        "s: a body of one byte more",
        &|p| {
            p.edit_body(|body| body["note"] = json!(""));
            let length = p.body.as_ref().unwrap().len();
            p.edit_body(|body| body["note"] = json!("n".repeat(1025 - length)));
        },
        REFUSED,
    ),
    (
        "s: an argument like a pattern",
        &|p| url(p, &json!("http://169.254.169.254/latest")),
        REFUSED,
    ),
    (
        "s: the same in other letters",
        &|p| url(p, &json!("https://db.INTERNAL")),
        REFUSED,
    ),
    (
        "s: an argument that only begins so",
        &|p| url(p, &json!("https://db.internal.example.com")),
        FORWARDED,
    ),
    (
        "s: one item of a list like a pattern",
        &|p| url(p, &json!(["https://a", "https://b.internal"])),
        REFUSED,
    ),
    (
        "s: an argument that is no text",
        &|p| url(p, &json!({})),
        REFUSED,
    ),
    (
        "s: no such argument",
        &|p| p.edit_body(|body| body["to"] = json!({})),
        FORWARDED,
    ),
    (
        "s: an argument longer than is looked at",
        &|p| url(p, &json!("a".repeat(4097))),
        REFUSED,
    ),
    (
        "s: another argument that is expected",
        &|p| p.edit_body(|body| body["format"] = json!("json-lines")),
        FORWARDED,
    ),
    (
        "s: an argument in letters that nobody expects",
        &|p| p.edit_body(|body| body["format"] = json!("CSV")),
        REFUSED,
    ),
    (
        "s: no argument where one is expected",
        &|p| p.edit_body(|body| drop(body.as_object_mut().unwrap().remove("format"))),
        REFUSED,
    ),
    (
        "s: a subject of a kind that counts",
        &|p| p.token_claims["client_type"] = json!("agent"),
        REFUSED,
    ),
    (
        "s: a subject of no kind",
        &|p| drop(p.token_claims.as_object_mut().unwrap().remove("auth_time")),
        REFUSED,
    ),
];

const CALLED: &[Change] = &[
    (
        "s: a call of a class that counts",
        &|p| {
            p.params(|it| {
                it["name"] = json!("get_balance");
                it["arguments"] = json!({ "currency": "EUR" });
            });
            p.header("mcp-name", Some("get_balance"));
            p.header("mcp-param-currency", None);
        },
        REFUSED,
    ),
    (
        "s: an argument of a call like a pattern",
        &|p| p.params(|it| it["arguments"]["note"] = json!("my PassWord is")),
        REFUSED,
    ),
    (
        "s: an argument of a call like none",
        &|p| p.params(|it| it["arguments"]["note"] = json!("rent")),
        FORWARDED,
    ),
];

const SPENT: &[Change] = &[
    (
        "s: a sum above its limit",
        &|p| amount(p, "1000.01", "EUR"),
        REFUSED,
    ),
    (
        "s: a sum at another limit",
        &|p| amount(p, "5", "JPY"),
        FORWARDED,
    ),
    (
        "s: a sum above another limit",
        &|p| amount(p, "6", "JPY"),
        REFUSED,
    ),
    (
        "s: a sum without a limit",
        &|p| amount(p, "1", "USD"),
        REFUSED,
    ),
    (
        "s: what habits tip over",
        &|p| p.token_claims["acr"] = json!("unsure"),
        REFUSED,
    ),
];
