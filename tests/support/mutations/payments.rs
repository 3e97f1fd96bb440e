//! Payments and orders: what they say must be what was granted.

use super::{Changes, Group};
use crate::support::orders;
use crate::support::plan::Plan;
use crate::support::table::{Change, Expected, Service};
use crate::support::workload::Order;
use countersign::reason::Reason;
use serde_json::{Value, json};

/// The routes of this file.
pub(super) fn extend(_: &mut Value) {}

pub(super) fn groups() -> Vec<Group> {
    vec![
        Group {
            valid: "m: a transfer",
            service: Service::Unasked,
            changes: Changes::Plans(transfer, TRANSFERS),
        },
        Group {
            valid: "m: an order",
            service: Service::Unasked,
            changes: Changes::Orders(Order::of, ORDERS),
        },
    ]
}

fn transfer(now: i64, name: &str) -> Plan {
    Plan::transfer(now, name, "123.50")
}

const TRANSFERS: &[Change] = &[
    (
        "m: a transfer of the amount without its last zero",
        &|p| p.edit_body(|b| b["amount"] = json!("123.5")),
        Expected::Forwarded,
    ),
    (
        "m: a transfer of a cent more",
        &|p| p.edit_body(|b| b["amount"] = json!("123.51")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a transfer with a sign",
        &|p| p.edit_body(|b| b["amount"] = json!("+123.50")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer of less than nothing",
        &|p| p.edit_body(|b| b["amount"] = json!("-123.50")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer with an exponent",
        &|p| p.edit_body(|b| b["amount"] = json!("1.235e2")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer with a leading zero",
        &|p| p.edit_body(|b| b["amount"] = json!("0123.50")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer to a look-alike",
        &|p| p.edit_body(|b| b["creditor"]["iban"] = json!("\u{412}E02100100109307118603")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a transfer of the amount as a number",
        &|p| p.edit_body(|b| b["amount"] = json!(123.5)),
        Expected::Forwarded,
    ),
    (
        "m: a transfer of the amount with a third zero",
        &|p| p.edit_body(|b| b["amount"] = json!("123.500")),
        Expected::Forwarded,
    ),
    (
        "m: a transfer of a number with a trailing point",
        &|p| p.edit_body(|b| b["amount"] = json!("123.")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer of a comma for the point",
        &|p| p.edit_body(|b| b["amount"] = json!("123,50")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer with a space",
        &|p| p.edit_body(|b| b["amount"] = json!(" 123.50")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer in wide digits",
        &|p| p.edit_body(|b| b["amount"] = json!("\u{ff11}23.50")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer with an underscore",
        &|p| p.edit_body(|b| b["amount"] = json!("1_23.50")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer in hexadecimal",
        &|p| p.edit_body(|b| b["amount"] = json!("0x7b")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer in cents",
        &|p| p.edit_body(|b| b["amount"] = json!("12350")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a transfer of a hair more",
        &|p| p.edit_body(|b| b["amount"] = json!("123.50000000000001")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a transfer of too many digits",
        &|p| p.edit_body(|b| b["amount"] = json!("123.50000000000000000001")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer of an array",
        &|p| p.edit_body(|b| b["amount"] = json!(["123.50"])),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer of null",
        &|p| p.edit_body(|b| b["amount"] = json!(null)),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer of an exponent as a number",
        &|p| p.edit_body(|b| b["amount"] = json!(1.235e300)),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a transfer in another currency",
        &|p| p.edit_body(|b| b["currency"] = json!("USD")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a transfer in a currency of lower case",
        &|p| p.edit_body(|b| b["currency"] = json!("eur")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a transfer in a look-alike of the currency",
        &|p| p.edit_body(|b| b["currency"] = json!("\u{415}UR")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a transfer in a currency by its number",
        &|p| p.edit_body(|b| b["currency"] = json!(978)),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer in a currency with a space",
        &|p| p.edit_body(|b| b["currency"] = json!("EUR ")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a transfer to a grouped account",
        &|p| p.edit_body(|b| b["creditor"]["iban"] = json!("DE02 1001 0010 9307 1186 03")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a transfer to an account of lower case",
        &|p| p.edit_body(|b| b["creditor"]["iban"] = json!("de02100100109307118603")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: a transfer to two accounts",
        &|p| {
            p.edit_body(|b| {
                b["creditor"]["iban"] = json!(["DE02100100109307118603", "DE75512108001245126199"]);
            });
        },
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "m: a transfer to a second payee",
        &|p| p.edit_body(|b| b["creditor2"] = json!({ "iban": "DE75512108001245126199" })),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a transfer with a look-alike of a member",
        &|p| p.edit_body(|b| b["\u{430}mount"] = json!("9999")),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a transfer with a member in another case",
        &|p| p.edit_body(|b| b["AMOUNT"] = json!("9999")),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a transfer with a member that ends in NUL",
        &|p| p.edit_body(|b| b["amount\u{0}"] = json!("9999")),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a transfer with a look-alike of the account's member",
        &|p| p.edit_body(|b| b["creditor"]["\u{456}ban"] = json!("DE75")),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a transfer with a list of payments",
        &|p| p.edit_body(|b| b["payments"] = json!([])),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a transfer with its creditor in a list",
        &|p| p.edit_body(|b| b["creditor"] = json!([{ "iban": "DE02100100109307118603" }])),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: a transfer without an amount",
        &|p| p.edit_body(|b| drop(b.as_object_mut().unwrap().remove("amount"))),
        Expected::Refused(Reason::ValueMissing),
    ),
    (
        "m: a transfer with its members in another order",
        &|p| {
            p.body = Some(br#"{"creditor":{"iban":"DE02100100109307118603"},"currency":"EUR","amount":"123.50"}"#.to_vec());
        },
        Expected::Forwarded,
    ),
    (
        "m: a transfer with white space",
        &|p| {
            p.body = Some(br#" { "amount" : "123.50" , "currency":"EUR","creditor": {"iban":"DE02100100109307118603"} } "#.to_vec());
        },
        Expected::Forwarded,
    ),
    (
        "m: a transfer with escapes",
        &|p| {
            p.body = Some(br#"{"\u0061mount":"\u003123.50","currency":"EUR","creditor":{"iban":"DE02100100109307118603"}}"#.to_vec());
        },
        Expected::Forwarded,
    ),
    (
        "m: a transfer with its amount twice",
        &|p| {
            p.body = Some(br#"{"amount":"123.50","amount":"123.50","currency":"EUR","creditor":{"iban":"DE02100100109307118603"}}"#.to_vec());
        },
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a transfer with its account twice",
        &|p| {
            p.body = Some(br#"{"amount":"123.50","currency":"EUR","creditor":{"iban":"DE02100100109307118603","iban":"DE75512108001245126199"}}"#.to_vec());
        },
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a transfer with something behind it",
        &|p| {
            p.body = Some(br#"{"amount":"123.50","currency":"EUR","creditor":{"iban":"DE02100100109307118603"}}{}"#.to_vec());
        },
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a transfer of a grant with a limit",
        &|p| p.token_claims["authorization_details"][0]["limit"] = json!("1"),
        Expected::Refused(Reason::ClaimUnlisted),
    ),
    (
        "m: a transfer of a grant with a member in another case",
        &|p| p.token_claims["authorization_details"][0]["Type"] = json!("x"),
        Expected::Refused(Reason::ClaimUnlisted),
    ),
    (
        "m: a transfer of a grant with actions that nobody judges",
        &|p| p.token_claims["authorization_details"][0]["actions"] = json!(["status"]),
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "m: a transfer of a grant with an identifier that nobody judges",
        &|p| p.token_claims["authorization_details"][0]["identifier"] = json!("8"),
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "m: a transfer of a grant for a path beside",
        &|p| {
            p.token_claims["authorization_details"][0]["locations"] =
                json!(["https://api.example.com/account"]);
        },
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "m: a transfer of a grant for another account's path",
        &|p| {
            p.token_claims["authorization_details"][0]["locations"] =
                json!(["https://api.example.com/accounts/8"]);
        },
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "m: a transfer of a grant for another origin",
        &|p| {
            p.token_claims["authorization_details"][0]["locations"] =
                json!(["https://evil.example/accounts"]);
        },
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "m: a transfer of a grant for its path",
        &|p| {
            p.token_claims["authorization_details"][0]["locations"] =
                json!(["https://api.example.com/accounts/7"]);
        },
        Expected::Forwarded,
    ),
    (
        "m: a transfer of a grant of another type",
        &|p| p.token_claims["authorization_details"][0]["type"] = json!("payment_initiatiоn"),
        Expected::Refused(Reason::DetailMissing),
    ),
];

const ORDERS: &[orders::Change] = &[
    (
        "m: an order of a cent more",
        &|o| o.body = Some(br#"{"amount":"12.51","currency":"EUR"}"#.to_vec()),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "m: an order with its members in another order",
        &|o| o.body = Some(br#"{"currency":"EUR","amount":"12.50"}"#.to_vec()),
        Expected::Forwarded,
    ),
];
