//! The flow table's calls of tools: one change each of a valid `tools/call` under MCP 2026-07-28.

use crate::support::plan::Plan;
use crate::support::table::{Change, Expected};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// The revision that repeats the body in headers.
pub(crate) const REVISION: &str = "2026-07-28";

impl Plan {
    /// A call of the tool that pays: `POST /mcp`.
    pub(crate) fn call(now: i64, jti: &str) -> Self {
        let mut plan = Self::transfer(now, jti, "123.50").to("POST", "/mcp");
        let arguments = json!({
            "amount": "123.50",
            "currency": "EUR",
            "creditor": { "iban": "DE02100100109307118603" },
        });
        plan.message(&json!({
            "jsonrpc": "2.0",
            "id": 7,
            "method": "tools/call",
            "params": {
                "name": "pay",
                "arguments": arguments,
                "_meta": { "io.modelcontextprotocol/protocolVersion": REVISION },
            },
        }));
        plan.field("mcp-protocol-version", REVISION);
        plan.field("mcp-method", "tools/call");
        plan.field("mcp-name", "pay");
        plan.field("mcp-param-currency", "EUR");
        plan
    }

    /// Another message in the body.
    pub(crate) fn message(&mut self, message: &Value) {
        self.body = Some(message.to_string().into_bytes());
    }

    /// Changes the parameters of the message.
    pub(crate) fn params(&mut self, edit: impl FnOnce(&mut Value)) {
        self.edit_body(|body| edit(&mut body["params"]));
    }

    /// Replaces a header, or removes it.
    pub(crate) fn header(&mut self, name: &str, value: Option<&str>) {
        self.fields.retain(|(own, _)| own != name);
        if let Some(value) = value {
            self.field(name, value);
        }
    }

    /// Another tool without a transaction, in the body and in the headers.
    pub(crate) fn tool(&mut self, name: &str) {
        self.params(|params| {
            params["name"] = json!(name);
            params["arguments"] = json!({});
        });
        self.header("mcp-name", Some(name));
        self.header("mcp-param-currency", None);
    }
}

pub(crate) const CALLS: &[Change] = &[
    (
        "a call of a tool that reads",
        &|p| p.tool("get_balance"),
        Expected::Forwarded,
    ),
    (
        "a call of more than was granted",
        &|p| p.params(|it| it["arguments"]["amount"] = json!("123.51")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "a call with an argument more",
        &|p| p.params(|it| it["arguments"]["memo"] = json!("x")),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "a call of a tool that needs another scope",
        &|p| p.tool("wipe"),
        Expected::Refused(Reason::ScopeInsufficient),
    ),
    (
        "a call of a tool that nobody listed",
        &|p| p.tool("transfer"),
        Expected::Refused(Reason::McpNameUnlisted),
    ),
    (
        "a message of a method that nobody listed",
        &|p| {
            p.edit_body(|b| b["method"] = json!("logging/setLevel"));
            p.header("mcp-method", Some("logging/setLevel"));
            p.header("mcp-name", None);
        },
        Expected::Refused(Reason::McpMethodUnlisted),
    ),
    (
        "a call with another name in its header",
        &|p| p.header("mcp-name", Some("get_balance")),
        Expected::Refused(Reason::McpHeaderMismatch),
    ),
    (
        "a call of a revision that is not listed",
        &|p| p.header("mcp-protocol-version", Some("2025-06-18")),
        Expected::Refused(Reason::McpVersion),
    ),
    (
        "a batch of one call",
        &|p| p.edit_body(|b| *b = json!([b])),
        Expected::Refused(Reason::McpBatch),
    ),
    (
        "a call without an id",
        &|p| p.edit_body(|b| drop(b.as_object_mut().unwrap().remove("id"))),
        Expected::Refused(Reason::McpMalformed),
    ),
    (
        "a call with a number that is no double",
        &|p| p.params(|it| it["arguments"]["note"] = json!(9_007_199_254_740_993_u64)),
        Expected::Refused(Reason::McpArguments),
    ),
    (
        "a call of more than was granted, answered in JSON-RPC",
        &|p| {
            *p = std::mem::replace(p, Plan::read(0, "")).to("POST", "/agents");
            p.params(|it| it["arguments"]["amount"] = json!("123.51"));
        },
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "a call that needs another scope, where answers are JSON-RPC",
        &|p| {
            *p = std::mem::replace(p, Plan::read(0, "")).to("POST", "/agents");
            p.tool("wipe");
        },
        Expected::Refused(Reason::ScopeInsufficient),
    ),
    (
        "a call of a revision that is not listed, answered in JSON-RPC",
        &|p| {
            *p = std::mem::replace(p, Plan::read(0, "")).to("POST", "/agents");
            p.header("mcp-protocol-version", Some("2025-06-18"));
        },
        Expected::Refused(Reason::McpVersion),
    ),
];
