//! Tool calls of agents: method, tool and arguments must be what was granted, and headers and body
//! must say the same.

mod arguments;
mod envelopes;
mod granted;

use super::{Changes, Group};
use crate::support::calls::REVISION;
use crate::support::plan::Plan;
use crate::support::table::{Change, Expected, Service};
use arguments::{ARGUMENT_CHANGES, amount};
use countersign::reason::Reason;
use envelopes::ENVELOPES;
use granted::{GRANTED, export};
use serde_json::{Value, json};

const FORWARDED: Expected = Expected::Forwarded;
const MALFORMED: Expected = Expected::Refused(Reason::McpMalformed);
const HEADER: Expected = Expected::Refused(Reason::McpHeaderMismatch);
const VERSION: Expected = Expected::Refused(Reason::McpVersion);
const TOOL: Expected = Expected::Refused(Reason::McpNameUnlisted);
const METHOD: Expected = Expected::Refused(Reason::McpMethodUnlisted);
const ARGUMENTS: Expected = Expected::Refused(Reason::McpArguments);
const UNLISTED: Expected = Expected::Refused(Reason::BodyUnlisted);
const MISMATCH: Expected = Expected::Refused(Reason::ValueMismatch);
const VALUE: Expected = Expected::Refused(Reason::ValueMalformed);
const MISSING: Expected = Expected::Refused(Reason::ValueMissing);
const BODY: Expected = Expected::Refused(Reason::BodyMalformed);
const SCOPE: Expected = Expected::Refused(Reason::ScopeInsufficient);

/// The routes of this file are those of the flow table, with a class more.
pub(super) fn extend(document: &mut Value) {
    granted::extend(document);
}

pub(super) fn groups() -> Vec<Group> {
    let group = |valid, base, changes| Group {
        valid,
        service: Service::Unasked,
        changes: Changes::Plans(base, changes),
    };
    vec![
        group("m: a tool call", Plan::call, ARGUMENT_CHANGES),
        group("m: a call for its envelope", Plan::call, ENVELOPES),
        group("m: a call for its headers", Plan::call, HEADERS),
        group("m: a call for its names", Plan::call, NAMES),
        group("m: a call granted to the letter", export, GRANTED),
        group("m: a call under an older revision", older, OLDER),
    ]
}

/// The same call under a revision that repeats nothing in headers.
fn older(now: i64, name: &str) -> Plan {
    let mut plan = Plan::call(now, name);
    plan.params(|it| drop(it.as_object_mut().unwrap().remove("_meta")));
    for name in ["mcp-method", "mcp-name", "mcp-param-currency"] {
        plan.header(name, None);
    }
    plan.header("mcp-protocol-version", Some("2025-11-25"));
    plan
}

const HEADERS: &[Change] = &[
    (
        "m: header: an encoded name",
        &|p| p.header("mcp-name", Some("=?base64?cGF5?=")),
        FORWARDED,
    ),
    (
        "m: header: an encoded argument",
        &|p| p.header("mcp-param-currency", Some("=?base64?RVVS?=")),
        FORWARDED,
    ),
    (
        "m: header: another name",
        &|p| p.header("mcp-name", Some("get_balance")),
        HEADER,
    ),
    (
        "m: header: another name, encoded",
        &|p| p.header("mcp-name", Some("=?base64?Z2V0?=")),
        HEADER,
    ),
    (
        "m: header: a name that is badly encoded",
        &|p| p.header("mcp-name", Some("=?base64?cGF5=?=")),
        HEADER,
    ),
    (
        "m: header: a name in capitals",
        &|p| p.header("mcp-name", Some("PAY")),
        HEADER,
    ),
    (
        "m: header: no name",
        &|p| p.header("mcp-name", None),
        HEADER,
    ),
    (
        "m: header: the name twice",
        &|p| p.field("mcp-name", "pay"),
        HEADER,
    ),
    (
        "m: header: another method",
        &|p| p.header("mcp-method", Some("tools/list")),
        HEADER,
    ),
    (
        "m: header: no method",
        &|p| p.header("mcp-method", None),
        HEADER,
    ),
    (
        "m: header: another argument",
        &|p| p.header("mcp-param-currency", Some("USD")),
        HEADER,
    ),
    (
        "m: header: no argument",
        &|p| p.header("mcp-param-currency", None),
        HEADER,
    ),
    (
        "m: header: an argument that nobody listed",
        &|p| p.field("mcp-param-amount", "123.50"),
        HEADER,
    ),
    (
        "m: header: no revision",
        &|p| p.header("mcp-protocol-version", None),
        HEADER,
    ),
    (
        "m: header: an older revision",
        &|p| p.header("mcp-protocol-version", Some("2025-11-25")),
        HEADER,
    ),
    (
        "m: header: a revision that is not listed",
        &|p| p.header("mcp-protocol-version", Some("2025-03-26")),
        VERSION,
    ),
    (
        "m: header: a revision of tomorrow",
        &|p| p.header("mcp-protocol-version", Some("2099-01-01")),
        VERSION,
    ),
    (
        "m: header: another revision in the body",
        &|p| {
            p.params(|it| {
                it["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2025-11-25");
            });
        },
        HEADER,
    ),
    (
        "m: header: no revision in the body",
        &|p| p.params(|it| it["_meta"] = json!({})),
        HEADER,
    ),
    (
        "m: header: meta that is a list",
        &|p| p.params(|it| it["_meta"] = json!([REVISION])),
        MALFORMED,
    ),
];

/// The message of another method without a name, in body and headers.
fn method(plan: &mut Plan, method: &str) {
    let meta = json!({ "io.modelcontextprotocol/protocolVersion": REVISION });
    plan.message(&json!({
        "jsonrpc": "2.0", "id": 1, "method": method, "params": { "_meta": meta },
    }));
    plan.header("mcp-method", Some(method));
    plan.header("mcp-name", None);
    plan.header("mcp-param-currency", None);
}

/// The same of a method with a name.
fn named(plan: &mut Plan, of: &str, member: &str, name: &str) {
    method(plan, of);
    plan.params(|it| it[member] = json!(name));
    plan.header("mcp-name", Some(name));
}

const NAMES: &[Change] = &[
    (
        "m: name: a tool that reads",
        &|p| p.tool("get_balance"),
        FORWARDED,
    ),
    (
        "m: name: a prompt",
        &|p| named(p, "prompts/get", "name", "greeting"),
        FORWARDED,
    ),
    (
        "m: name: a resource",
        &|p| named(p, "resources/read", "uri", "file:///reports/1"),
        FORWARDED,
    ),
    (
        "m: name: the list of tools",
        &|p| method(p, "tools/list"),
        FORWARDED,
    ),
    (
        "m: name: a tool of another scope",
        &|p| p.tool("wipe"),
        SCOPE,
    ),
    (
        "m: name: a resource of another scope",
        &|p| named(p, "resources/read", "uri", "file:///reports/secret/1"),
        SCOPE,
    ),
    (
        "m: name: a tool that nobody listed",
        &|p| p.tool("transfer"),
        TOOL,
    ),
    ("m: name: a tool in capitals", &|p| p.tool("Pay"), TOOL),
    (
        "m: name: a tool that looks alike",
        &|p| {
            p.tool("p\u{430}y");
            p.header("mcp-name", Some("=?base64?cNCweQ==?="));
        },
        TOOL,
    ),
    (
        "m: name: a tool with a space",
        &|p| {
            p.tool("pay ");
            p.header("mcp-name", Some("=?base64?cGF5IA==?="));
        },
        TOOL,
    ),
    (
        "m: name: a tool as a prompt",
        &|p| named(p, "prompts/get", "name", "pay"),
        TOOL,
    ),
    (
        "m: name: a resource elsewhere",
        &|p| named(p, "resources/read", "uri", "file:///etc/passwd"),
        TOOL,
    ),
    (
        "m: name: a resource above",
        &|p| named(p, "resources/read", "uri", "file:///reports/../etc"),
        MALFORMED,
    ),
    (
        "m: name: a resource above, encoded",
        &|p| named(p, "resources/read", "uri", "file:///reports/%2e%2e/etc"),
        MALFORMED,
    ),
    ("m: name: no name", &|p| method(p, "tools/call"), MALFORMED),
    (
        "m: name: a name that is a number",
        &|p| p.params(|it| it["name"] = json!(1)),
        MALFORMED,
    ),
    (
        "m: name: a method that nobody listed",
        &|p| method(p, "logging/setLevel"),
        METHOD,
    ),
    (
        "m: name: a method in capitals",
        &|p| method(p, "Tools/List"),
        METHOD,
    ),
];

const OLDER: &[Change] = &[
    (
        "m: older: a header that agrees",
        &|p| p.field("mcp-name", "pay"),
        FORWARDED,
    ),
    (
        "m: older: a header that does not",
        &|p| p.field("mcp-name", "get_balance"),
        HEADER,
    ),
    (
        "m: older: another method in a header",
        &|p| p.field("mcp-method", "tools/list"),
        HEADER,
    ),
    (
        "m: older: another argument in a header",
        &|p| p.field("mcp-param-currency", "USD"),
        HEADER,
    ),
    (
        "m: older: no revision",
        &|p| p.header("mcp-protocol-version", None),
        VERSION,
    ),
    (
        "m: older: a newer revision in the body",
        &|p| {
            p.params(|it| {
                it["_meta"] = json!({ "io.modelcontextprotocol/protocolVersion": REVISION });
            });
        },
        HEADER,
    ),
    (
        "m: older: the beginning of a session",
        &|p| {
            p.message(&json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": { "protocolVersion": "2025-11-25" } }));
            p.header("mcp-protocol-version", None);
        },
        FORWARDED,
    ),
    (
        "m: older: a notification",
        &|p| p.message(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })),
        FORWARDED,
    ),
    (
        "m: older: a notification with an id",
        &|p| {
            p.message(&json!({ "jsonrpc": "2.0", "id": 1, "method": "notifications/initialized" }));
        },
        MALFORMED,
    ),
    ("m: older: a cent more", &|p| amount(p, "123.51"), MISMATCH),
];
