//! Changes of the message around a call.

use super::{BODY, FORWARDED, MALFORMED};
use crate::support::table::{Change, Expected};
use countersign::reason::Reason;
use serde_json::{Value, json};

pub(super) const ENVELOPES: &[Change] = &[
    (
        "m: envelope: an id that is a text",
        &|p| p.edit_body(|b| b["id"] = json!("a")),
        FORWARDED,
    ),
    (
        "m: envelope: meta decides nothing",
        &|p| p.params(|it| it["_meta"]["name"] = json!("get_balance")),
        FORWARDED,
    ),
    (
        "m: envelope: an answer to a question of the tool",
        &|p| p.params(|it| it["inputResponses"] = json!({})),
        FORWARDED,
    ),
    (
        "m: envelope: a batch",
        &|p| p.edit_body(|b| *b = json!([b])),
        Expected::Refused(Reason::McpBatch),
    ),
    (
        "m: envelope: a batch of two",
        &|p| p.edit_body(|b| *b = json!([b, b])),
        Expected::Refused(Reason::McpBatch),
    ),
    (
        "m: envelope: an empty batch",
        &|p| p.message(&json!([])),
        Expected::Refused(Reason::McpBatch),
    ),
    (
        "m: envelope: no id",
        &|p| p.edit_body(|b| drop(b.as_object_mut().unwrap().remove("id"))),
        MALFORMED,
    ),
    (
        "m: envelope: an id that is null",
        &|p| p.edit_body(|b| b["id"] = Value::Null),
        MALFORMED,
    ),
    (
        "m: envelope: an id with a fraction",
        &|p| p.edit_body(|b| b["id"] = json!(1.5)),
        MALFORMED,
    ),
    (
        "m: envelope: an id in a list",
        &|p| p.edit_body(|b| b["id"] = json!([1])),
        MALFORMED,
    ),
    (
        "m: envelope: an id beyond doubles",
        &|p| p.edit_body(|b| b["id"] = json!(9_007_199_254_740_992_u64)),
        MALFORMED,
    ),
    (
        "m: envelope: another version of JSON-RPC",
        &|p| p.edit_body(|b| b["jsonrpc"] = json!("1.0")),
        MALFORMED,
    ),
    (
        "m: envelope: a version that is a number",
        &|p| p.edit_body(|b| b["jsonrpc"] = json!(2.0)),
        MALFORMED,
    ),
    (
        "m: envelope: one member more",
        &|p| p.edit_body(|b| b["auth"] = json!("x")),
        MALFORMED,
    ),
    (
        "m: envelope: a second method in capitals",
        &|p| p.edit_body(|b| b["Method"] = json!("tools/list")),
        MALFORMED,
    ),
    (
        "m: envelope: a result beside",
        &|p| p.edit_body(|b| b["result"] = json!({})),
        MALFORMED,
    ),
    (
        "m: envelope: an answer",
        &|p| p.message(&json!({ "jsonrpc": "2.0", "id": 1, "result": {} })),
        MALFORMED,
    ),
    (
        "m: envelope: parameters by position",
        &|p| p.edit_body(|b| b["params"] = json!(["pay"])),
        MALFORMED,
    ),
    (
        "m: envelope: a second name in capitals",
        &|p| p.params(|it| it["Name"] = json!("get_balance")),
        MALFORMED,
    ),
    (
        "m: envelope: other arguments in capitals",
        &|p| p.params(|it| it["Arguments"] = json!({})),
        MALFORMED,
    ),
    (
        "m: envelope: a task",
        &|p| p.params(|it| it["task"] = json!({})),
        MALFORMED,
    ),
    (
        "m: envelope: no JSON",
        &|p| p.body = Some(b"pay".to_vec()),
        BODY,
    ),
    (
        "m: envelope: something after it",
        &|p| p.body.as_mut().unwrap().push(b'!'),
        BODY,
    ),
];
