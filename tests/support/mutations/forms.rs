//! Payments that are no JSON: as forms, and as calls of gRPC.

use super::bodies::transfer;
use super::{Changes, Group};
use crate::support::plan::Plan;
use crate::support::table::{Change, Expected, Service};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// The routes of this file.
pub(super) fn extend(document: &mut Value) {
    let form = json!({
        "name": "pay-by-form",
        "match": { "methods": ["POST"], "path": "/accounts/{account}/forms" },
        "identity": { "issuers": ["corp"], "scopes": ["payments:write"] },
        "proof": ["dpop"],
        "body": "form",
        "transaction": {
            "authorization_details": "payment_initiation",
            "bind": [
                { "claim": "/instructedAmount/amount", "equals": "form:amount", "as": "decimal" },
                { "claim": "/instructedAmount/currency", "equals": "form:currency" },
                { "claim": "/creditorAccount/iban", "equals": "form:to" },
            ],
            "allow_query": ["lang"],
            "allow_form": ["note"],
        },
        "risk": { "base": 10 },
    });
    let call = json!({
        "name": "pay-by-call",
        "match": { "methods": ["POST"], "path": "/bank.Payments/{method}" },
        "identity": { "issuers": ["corp"], "scopes": ["payments:write"] },
        "proof": ["dpop"],
        "body": "grpc",
        "transaction": {
            "authorization_details": "payment_call",
            "bind": [
                { "claim": "/method", "equals": "path:method" },
                { "claim": "/payment", "equals": "header:x-payment" },
            ],
        },
        "risk": { "base": 10 },
    });
    if let Some(routes) = document["routes"].as_array_mut() {
        routes.extend([form, call]);
    }
}

pub(super) fn groups() -> Vec<Group> {
    let group = |valid, base, changes| Group {
        valid,
        service: Service::Unasked,
        changes: Changes::Plans(base, changes),
    };
    vec![
        group("m: a form", form, FORMS),
        group("m: a call", call, CALLS),
    ]
}

const FORM: &str = "application/x-www-form-urlencoded";

/// A payment as a form.
fn form(now: i64, name: &str) -> Plan {
    let mut plan = transfer(now, name).to("POST", "/accounts/7/forms");
    plan.fields.clear();
    plan.field("content-type", FORM);
    plan.body = Some(b"amount=123.50&currency=EUR&to=DE02100100109307118603".to_vec());
    plan
}

/// A payment as a call of gRPC, with a message that is not read.
fn call(now: i64, name: &str) -> Plan {
    let mut plan = transfer(now, name).to("POST", "/bank.Payments/Release");
    plan.token_claims["authorization_details"] =
        json!([{ "type": "payment_call", "method": "Release", "payment": "p-7" }]);
    plan.fields.clear();
    plan.field("content-type", "application/grpc+proto");
    plan.field("x-payment", "p-7");
    plan.body = Some(b"\0\0\0\0\x02\x08\x01".to_vec());
    plan
}

/// Puts a text in the place of another one in the body.
fn swap(plan: &mut Plan, from: &str, to: &str) {
    let body = String::from_utf8_lossy(plan.body.as_deref().unwrap_or_default());
    plan.body = Some(body.replacen(from, to, 1).into_bytes());
}

fn add(plan: &mut Plan, text: &str) {
    if let Some(body) = &mut plan.body {
        body.extend_from_slice(text.as_bytes());
    }
}

fn retype(plan: &mut Plan, value: &str) {
    set(plan, "content-type", value);
}

/// Puts a value in the place of a header's.
fn set(plan: &mut Plan, name: &str, value: &str) {
    plan.fields.retain(|(own, _)| own != name);
    plan.field(name, value);
}

const FORMS: &[Change] = &[
    (
        "m: a form in another order",
        &|p| p.body = Some(b"to=DE02100100109307118603&currency=EUR&amount=123.50".to_vec()),
        Expected::Forwarded,
    ),
    (
        "m: a form of the amount without its last zero",
        &|p| swap(p, "123.50", "123.5"),
        Expected::Forwarded,
    ),
    (
        "m: a form with its letters encoded",
        &|p| swap(p, "amount=123.50", "%61mount=%3123.50"),
        Expected::Forwarded,
    ),
    (
        "m: a form that says its charset",
        &|p| retype(p, "application/x-www-form-urlencoded; charset=utf-8"),
        Expected::Forwarded,
    ),
    (
        "m: a form with a note",
        &|p| add(p, "&note=a+b%26c"),
        Expected::Forwarded,
    ),
    (
        "m: a form with a language in its query",
        &|p| p.path.push_str("?lang=de"),
        Expected::Forwarded,
    ),
    (
        "m: a form of a cent more",
        &|p| swap(p, "123.50", "123.51"),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a form of an amount with a sign",
        &|p| swap(p, "123.50", "%2B123.50"),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a form of an amount with a space",
        &|p| swap(p, "123.50", "123.50+"),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a form of an amount with an exponent",
        &|p| swap(p, "123.50", "1.235e2"),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a form of an amount encoded twice",
        &|p| swap(p, "123.50", "%25312350"),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a form of no amount",
        &|p| swap(p, "123.50", ""),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a form of another currency",
        &|p| swap(p, "EUR", "eur"),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a form to a look-alike",
        &|p| swap(p, "DE02", "%D0%95E02"),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a form to nobody",
        &|p| swap(p, "&to=DE02100100109307118603", ""),
        Expected::Refused(Reason::ValueMissing),
    ),
    (
        "m: a form to a second payee",
        &|p| add(p, "&to=DE75512108001245126199"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form to a list of payees",
        &|p| swap(p, "to=", "to[]="),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a form to a list of payees besides",
        &|p| add(p, "&to%5B%5D=DE75512108001245126199"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form to a payee in capitals",
        &|p| add(p, "&TO=DE75512108001245126199"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form to a payee after a space",
        &|p| add(p, "&+to=DE75512108001245126199"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form to a payee before a NUL",
        &|p| add(p, "&to%00=DE75512108001245126199"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form with the payee in its query",
        &|p| p.path.push_str("?to=DE75512108001245126199"),
        Expected::Refused(Reason::QueryUnlisted),
    ),
    (
        "m: a form with its language in the body",
        &|p| add(p, "&lang=de"),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a form with a member that nothing names",
        &|p| add(p, "&urgency=high"),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a form with another method",
        &|p| add(p, "&_method=DELETE"),
        Expected::Refused(Reason::OverrideRefused),
    ),
    (
        "m: a form with a semicolon",
        &|p| add(p, ";note=a"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form with an empty member",
        &|p| add(p, "&"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form with a name alone",
        &|p| add(p, "&note"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form with a value alone",
        &|p| add(p, "&=a"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form with a bad escape",
        &|p| add(p, "&note=%4"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form in another charset",
        &|p| add(p, "&note=%E9"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form that says another charset",
        &|p| retype(p, "application/x-www-form-urlencoded; charset=iso-8859-1"),
        Expected::Refused(Reason::BodyType),
    ),
    (
        "m: a form with letters that are not encoded",
        &|p| add(p, "&note=é"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form with a line end",
        &|p| add(p, "\n"),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form of too many members",
        &|p| (0..300).for_each(|number| add(p, &format!("&n{number}="))),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a form of JSON",
        &|p| p.body = transfer(0, "").body,
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: JSON in place of a form",
        &|p| retype(p, "application/json"),
        Expected::Refused(Reason::BodyType),
    ),
    (
        "m: a form in parts",
        &|p| retype(p, "multipart/form-data; boundary=b"),
        Expected::Refused(Reason::BodyType),
    ),
    (
        "m: a compressed form",
        &|p| p.field("content-encoding", "gzip"),
        Expected::Refused(Reason::BodyEncoding),
    ),
    (
        "m: a form that is empty",
        &|p| p.body = None,
        Expected::Refused(Reason::ValueMissing),
    ),
    (
        "m: a large form",
        &|p| p.body = Some([b"note=", vec![b'n'; 65 * 1024].as_slice()].concat()),
        Expected::Refused(Reason::BodyTooLarge),
    ),
];

const CALLS: &[Change] = &[
    (
        "m: a call in JSON",
        &|p| retype(p, "application/grpc+json"),
        Expected::Forwarded,
    ),
    (
        "m: a call with another message",
        &|p| p.body = Some(b"\0\0\0\0\x02\x08\x02".to_vec()),
        Expected::Forwarded,
    ),
    (
        "m: a call of another method",
        &|p| p.path = p.path.replace("Release", "Delete"),
        Expected::Refused(Reason::ProofTarget),
    ),
    (
        "m: a call of another method, proven",
        &|p| {
            p.path = p.path.replace("Release", "Delete");
            p.proof_claims["htu"] = json!("https://api.example.com/bank.Payments/Delete");
        },
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a call for another payment",
        &|p| set(p, "x-payment", "p-8"),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a call for two payments",
        &|p| p.field("x-payment", "p-7"),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a call for no payment",
        &|p| p.fields.retain(|(name, _)| name != "x-payment"),
        Expected::Refused(Reason::ValueMissing),
    ),
    (
        "m: a call for a payment in capitals",
        &|p| set(p, "x-payment", "P-7"),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a call that says it is JSON",
        &|p| retype(p, "application/json"),
        Expected::Refused(Reason::BodyType),
    ),
    (
        "m: a call for the Web",
        &|p| retype(p, "application/grpc-web+proto"),
        Expected::Refused(Reason::BodyType),
    ),
    (
        "m: a call without a type",
        &|p| p.fields.retain(|(name, _)| name != "content-type"),
        Expected::Refused(Reason::BodyType),
    ),
    (
        "m: a call with a query",
        &|p| p.path.push_str("?payment=p-8"),
        Expected::Refused(Reason::QueryUnlisted),
    ),
];
