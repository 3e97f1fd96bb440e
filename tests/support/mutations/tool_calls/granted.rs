//! Calls whose very tool and arguments are what was granted: the grant names the tool, and holds the
//! digest of the canonical arguments (RFC 8785).

use super::arguments::arguments;
use super::{FORWARDED, MALFORMED, MISMATCH, MISSING};
use crate::support::plan::Plan;
use crate::support::table::{Change, Expected};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// `{"area":"eu","limit":10}`, in base64url of its SHA-256.
const DIGEST: &str = "r4c3bEIq4g424O0pfrOTi7Jsn758RBHPl1fKkREb_tI";

/// Two tools of one class, and the class.
pub(super) fn extend(document: &mut Value) {
    let mcp = &mut crate::support::policy::route(document, "calls")["mcp"];
    mcp["tools"]["export"] = json!("granted");
    mcp["tools"]["import"] = json!("granted");
    mcp["prompts"]["export"] = json!("granted");
    mcp["classes"]["granted"] = json!({
        "base": 10,
        "transaction": {
            "authorization_details": "tool_call",
            "bind": [
                { "claim": "/tool", "equals": "tool" },
                { "claim": "/arguments", "equals": "arguments" },
            ],
        },
    });
}

/// A call of the tool that exports, granted to the letter.
pub(super) fn export(now: i64, name: &str) -> Plan {
    let mut plan = Plan::call(now, name);
    plan.tool("export");
    plan.params(|it| it["arguments"] = json!({ "area": "eu", "limit": 10 }));
    plan.token_claims["authorization_details"] =
        json!([{ "type": "tool_call", "tool": "export", "arguments": DIGEST }]);
    plan
}

pub(super) const GRANTED: &[Change] = &[
    (
        "m: granted: arguments in another order",
        &|p| arguments(p, r#"{"limit":1e1, "area":"\u0065u"}"#),
        FORWARDED,
    ),
    (
        "m: granted: another argument",
        &|p| arguments(p, r#"{"area":"us","limit":10}"#),
        MISMATCH,
    ),
    (
        "m: granted: an argument more",
        &|p| arguments(p, r#"{"area":"eu","limit":10,"all":true}"#),
        MISMATCH,
    ),
    (
        "m: granted: a number as a text",
        &|p| arguments(p, r#"{"area":"eu","limit":"10"}"#),
        MISMATCH,
    ),
    (
        "m: granted: an argument in capitals beside its own",
        &|p| arguments(p, r#"{"area":"eu","limit":10,"Limit":99}"#),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "m: granted: no arguments",
        &|p| p.params(|it| drop(it.as_object_mut().unwrap().remove("arguments"))),
        MISSING,
    ),
    (
        "m: granted: the other tool of the class",
        &|p| {
            p.params(|it| it["name"] = json!("import"));
            p.header("mcp-name", Some("import"));
        },
        MISMATCH,
    ),
    (
        "m: granted: a prompt of the same name",
        &|p| {
            p.edit_body(|b| b["method"] = json!("prompts/get"));
            p.header("mcp-method", Some("prompts/get"));
        },
        MISSING,
    ),
    (
        "m: granted: the digest of nothing",
        &|p| {
            p.token_claims["authorization_details"][0]["arguments"] =
                json!("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
        },
        MISMATCH,
    ),
    (
        "m: granted: a digest with padding",
        &|p| {
            let padded = format!("{DIGEST}=");
            p.token_claims["authorization_details"][0]["arguments"] = json!(padded);
        },
        MISMATCH,
    ),
    (
        "m: granted: a tool beside the call's",
        &|p| p.params(|it| it["tool"] = json!("export")),
        MALFORMED,
    ),
];
