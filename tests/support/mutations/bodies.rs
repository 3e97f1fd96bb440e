//! What is said beside what is granted: another method or target, another body than is judged.

use super::{Changes, Group};
use crate::support::plan::Plan;
use crate::support::table::{Change, Expected, Service};
use countersign::reason::Reason;
use serde_json::json;

pub(super) fn groups() -> Vec<Group> {
    vec![Group {
        valid: "m: a transfer of one body",
        service: Service::Unasked,
        changes: Changes::Plans(transfer, BODIES),
    }]
}

pub(super) fn transfer(now: i64, name: &str) -> Plan {
    Plan::transfer(now, name, "123.50")
}

const BODIES: &[Change] = &[
    (
        "m: a transfer with another target in its head",
        &|p| p.field("x-rewrite-url", "/accounts/8/transfers"),
        Expected::Refused(Reason::OverrideRefused),
    ),
    (
        "m: a transfer whose path some servers shorten",
        &|p| p.field("script-name", "/accounts"),
        Expected::Refused(Reason::OverrideRefused),
    ),
    (
        "m: a transfer with another method in its query",
        &|p| p.path.push_str("?_method=DELETE"),
        Expected::Refused(Reason::OverrideRefused),
    ),
    (
        "m: a transfer with another method in its query, encoded",
        &|p| p.path.push_str("?%5FMethod=DELETE"),
        Expected::Refused(Reason::OverrideRefused),
    ),
    (
        "m: a transfer with another method in its body",
        &|p| p.edit_body(|b| b["_method"] = json!("DELETE")),
        Expected::Refused(Reason::OverrideRefused),
    ),
    (
        "m: a part of a transfer",
        &|p| p.field("content-range", "bytes 0-9/100"),
        Expected::Refused(Reason::BodyEncoding),
    ),
    (
        "m: a transfer of a body with a mark",
        &|p| p.body = Some(["\u{feff}".as_bytes(), p.body.as_deref().unwrap_or_default()].concat()),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a transfer of two bodies",
        &|p| p.body = Some(p.body.as_deref().unwrap_or_default().repeat(2)),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a transfer in an array",
        &|p| p.body = Some([b"[", p.body.as_deref().unwrap_or_default(), b"]"].concat()),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a transfer in UTF-16",
        &|p| {
            let text = String::from_utf8_lossy(p.body.as_deref().unwrap_or_default()).into_owned();
            p.body = Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        },
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "m: a transfer in another charset",
        &|p| {
            p.fields.clear();
            p.field("content-type", "application/json; charset=utf-16");
        },
        Expected::Refused(Reason::BodyType),
    ),
    (
        "m: a transfer in parts",
        &|p| {
            p.fields.clear();
            p.field("content-type", "multipart/form-data; boundary=b");
        },
        Expected::Refused(Reason::BodyType),
    ),
    (
        "m: a transfer of a body too deep",
        &|p| {
            let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
            p.body = Some(deep.into_bytes());
        },
        Expected::Refused(Reason::BodyMalformed),
    ),
];
