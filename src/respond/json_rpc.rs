//! Refusals of calls as JSON-RPC errors, for clients of MCP to whom another answer is a fault of the
//! connection.

use super::Reply;
use super::table::Row;
use crate::mcp::Id;
use crate::reason::Reason;

/// A message that a refusal answers.
#[derive(Clone, Copy, Debug)]
pub struct Answering<'a> {
    /// Its id, which the answer repeats.
    pub id: &'a Id,
    /// The accepted revisions, a JSON array.
    pub supported: &'a str,
}

impl Answering<'_> {
    /// The error. Clients read it as one under status 200; what MCP itself answers with 400 stays so.
    pub(super) fn error(&self, reason: Reason, (status, title, _): Row) -> Reply {
        let (http, code) = codes(reason, status);
        let id = match self.id {
            Id::Number(number) => number.to_string(),
            // A string always serializes.
            Id::Text(text) => serde_json::to_string(text).unwrap_or_else(|_| "null".to_owned()),
        };
        let supported = if reason == Reason::McpVersion {
            [",\"supported\":", self.supported].concat()
        } else {
            String::new()
        };
        let own = reason.code();
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"{title}","data":{{"type":"urn:countersign:{own}","code":"{own}"{supported}}}}}}}"#
        );
        Reply {
            reason,
            status: http,
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("cache-control", "no-store".to_owned()),
            ],
            granted: Vec::new(),
            body,
        }
    }
}

/// The HTTP status and the code of the error. JSON-RPC and MCP have codes for some; elsewhere it is the
/// HTTP status of the table, for the numbers above zero are an application's own (JSON-RPC 2.0
/// section 5.1).
fn codes(reason: Reason, status: u16) -> (u16, i32) {
    let own = [
        (Reason::McpHeaderMismatch, (400, -32020)),
        (Reason::McpVersion, (400, -32022)),
        (Reason::McpMethodUnlisted, (200, -32601)),
        (Reason::McpMalformed, (200, -32602)),
        (Reason::McpNameUnlisted, (200, -32602)),
        (Reason::McpArguments, (200, -32602)),
    ];
    let known = own.into_iter().find(|(known, _)| *known == reason);
    known.map_or((200, i32::from(status)), |(_, codes)| codes)
}
