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
