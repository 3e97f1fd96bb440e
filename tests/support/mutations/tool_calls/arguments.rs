//! Changes of the arguments of a call, and of what was granted.

use super::{ARGUMENTS, BODY, FORWARDED, MISMATCH, MISSING, SCOPE, UNLISTED, VALUE};
use crate::support::plan::Plan;
use crate::support::table::{Change, Expected};
use countersign::reason::Reason;
use serde_json::json;

/// Writes the arguments as this text.
pub(super) fn arguments(plan: &mut Plan, text: &str) {
    plan.params(|it| it["arguments"] = json!("here"));
    let body = String::from_utf8(plan.body.take().unwrap()).unwrap();
    plan.body = Some(body.replace("\"here\"", text).into_bytes());
}

const CREDITOR: &str = r#""creditor":{"iban":"DE02100100109307118603"}"#;

/// The arguments with the amount written so.
pub(super) fn amount(plan: &mut Plan, text: &str) {
    arguments(
        plan,
        &format!(r#"{{"amount":{text},"currency":"EUR",{CREDITOR}}}"#),
    );
}

pub(super) const ARGUMENT_CHANGES: &[Change] = &[
    (
        "m: call: reordered arguments",
        &|p| {
            arguments(
                p,
                &format!(r#"{{{CREDITOR}, "currency":"\u0045UR","amount":"123.5"}}"#),
            );
        },
        FORWARDED,
    ),
    (
        "m: call: the amount as a number",
        &|p| amount(p, "123.50"),
        FORWARDED,
    ),
    (
        "m: call: an allowed argument",
        &|p| p.params(|it| it["arguments"]["note"] = json!({ "a": [1] })),
        FORWARDED,
    ),
    ("m: call: a cent more", &|p| amount(p, "123.51"), MISMATCH),
    (
        "m: call: ten times as much",
        &|p| amount(p, "1235.0"),
        MISMATCH,
    ),
    ("m: call: an exponent", &|p| amount(p, "1235e-1"), VALUE),
    (
        "m: call: an exponent in a text",
        &|p| amount(p, "\"1.235E2\""),
        VALUE,
    ),
    (
        "m: call: less than nothing",
        &|p| amount(p, "-123.5"),
        VALUE,
    ),
    ("m: call: a sign", &|p| amount(p, "\"+123.5\""), VALUE),
    (
        "m: call: a leading zero",
        &|p| amount(p, "\"0123.5\""),
        VALUE,
    ),
    (
        "m: call: digits of another script",
        &|p| amount(p, "\"\u{661}23.5\""),
        VALUE,
    ),
    ("m: call: a comma", &|p| amount(p, "\"123,5\""), VALUE),
    (
        "m: call: an amount that is true",
        &|p| amount(p, "true"),
        VALUE,
    ),
    (
        "m: call: an amount in a list",
        &|p| amount(p, "[123.5]"),
        VALUE,
    ),
    (
        "m: call: no amount",
        &|p| p.params(|it| drop(it["arguments"].as_object_mut().unwrap().remove("amount"))),
        MISSING,
    ),
    (
        "m: call: another payee",
        &|p| p.params(|it| it["arguments"]["creditor"]["iban"] = json!("DE00")),
        MISMATCH,
    ),
    (
        "m: call: a payee that looks alike",
        &|p| {
            p.params(|it| {
                it["arguments"]["creditor"]["iban"] = json!("D\u{415}02100100109307118603");
            });
        },
        MISMATCH,
    ),
    (
        "m: call: a payee with a space",
        &|p| p.params(|it| it["arguments"]["creditor"]["iban"] = json!("DE02100100109307118603 ")),
        MISMATCH,
    ),
    (
        "m: call: one argument more",
        &|p| p.params(|it| it["arguments"]["memo"] = json!("")),
        UNLISTED,
    ),
    (
        "m: call: an amount in capitals beside",
        &|p| p.params(|it| it["arguments"]["Amount"] = json!("9")),
        UNLISTED,
    ),
    (
        "m: call: a member more of the payee",
        &|p| p.params(|it| it["arguments"]["creditor"]["bic"] = json!("X")),
        UNLISTED,
    ),
    (
        "m: call: the amount twice",
        &|p| amount(p, "\"123.50\",\"amount\":\"9\""),
        BODY,
    ),
    (
        "m: call: the amount twice, once escaped",
        &|p| amount(p, "\"123.50\",\"\\u0061mount\":\"9\""),
        BODY,
    ),
    (
        "m: call: a number beyond doubles",
        &|p| amount(p, "123.500000000000000001"),
        ARGUMENTS,
    ),
    (
        "m: call: a number that overflows",
        &|p| p.params(|it| it["arguments"]["note"] = json!(18_446_744_073_709_551_615_u64)),
        ARGUMENTS,
    ),
    (
        "m: call: nothing with a sign",
        &|p| amount(p, "123.50,\"note\":-0"),
        ARGUMENTS,
    ),
    (
        "m: call: a list of arguments",
        &|p| arguments(p, "[]"),
        ARGUMENTS,
    ),
    (
        "m: call: arguments as text",
        &|p| arguments(p, "\"{}\""),
        ARGUMENTS,
    ),
    (
        "m: call: arguments that are null",
        &|p| arguments(p, "null"),
        ARGUMENTS,
    ),
    (
        "m: call: granted less",
        &|p| p.token_claims["authorization_details"][0]["instructedAmount"]["amount"] = json!("1"),
        MISMATCH,
    ),
    (
        "m: call: granted nothing",
        &|p| p.token_claims["authorization_details"] = json!([]),
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "m: call: granted twice",
        &|p| {
            let detail = p.token_claims["authorization_details"][0].clone();
            p.token_claims["authorization_details"] = json!([detail, detail]);
        },
        Expected::Refused(Reason::DetailAmbiguous),
    ),
    (
        "m: call: without the scope of its class",
        &|p| p.token_claims["scope"] = json!("accounts:read"),
        SCOPE,
    ),
    (
        "m: call: without the scope of its route",
        &|p| p.token_claims["scope"] = json!("payments:write"),
        SCOPE,
    ),
    (
        "m: call: a query",
        &|p| p.path = "/mcp?tool=pay".to_owned(),
        Expected::Refused(Reason::QueryUnlisted),
    ),
];
