//! One JSON-RPC 2.0 message as a client of MCP sends it: a request or a notification.

use crate::json::Json;
use crate::reason::Reason;

/// Longest `id` that is a string, in bytes.
const ID_BYTES: usize = 256;
/// Longest `method`, in bytes.
const METHOD_BYTES: usize = 64;
/// Largest `id` that is a number, either way: every reader has these exactly.
const SAFE: i64 = (1 << 53) - 1;

/// What MCP calls a message without an `id`.
const NOTIFICATIONS: &str = "notifications/";

/// The `id` of a request, as it may be echoed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Id {
    /// An integer that every reader of JSON has exactly.
    Number(i64),
    /// A string.
    Text(String),
}

/// A request or a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'b> {
    /// The id; none of a notification.
    pub id: Option<Id>,
    /// The method.
    pub method: &'b str,
    /// The parameters, an object.
    pub params: Option<&'b [(String, Json)]>,
}

impl<'b> Message<'b> {
    /// Reads the envelope (JSON-RPC 2.0 section 4, narrowed as MCP has it).
    ///
    /// # Errors
    /// [`Reason::McpBatch`] for an array; [`Reason::McpMalformed`] for everything else that is not
    /// exactly one request or notification. A response is neither.
    ///
    /// # Does not check
    /// Whether the method is one that MCP has, and what its parameters hold.
    pub fn read(body: &'b Json) -> Result<Self, Reason> {
        // M1: one message, no batch.
        let members = match body {
            Json::Object(members) => members,
            Json::Array(_) => return Err(Reason::McpBatch),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
                return Err(Reason::McpMalformed);
            }
        };
        let (mut version, mut id, mut method, mut params) = (None, None, None, None);
        for (name, value) in members {
            match name.as_str() {
                "jsonrpc" => version = value.as_str(),
                "id" => id = Some(self::id(value).ok_or(Reason::McpMalformed)?), // M3
                "method" => method = value.as_str(),
                // M4: by name, never by position.
                "params" => params = Some(value.as_object().ok_or(Reason::McpMalformed)?),
                // M2: nothing else, in no other spelling.
                _ => return Err(Reason::McpMalformed),
            }
        }
        // M5: the one version. M6: a method, of a length that may be recorded.
        let method = method
            .filter(|method| version == Some("2.0") && is_method(method))
            .ok_or(Reason::McpMalformed)?;
        // M7: what needs an answer has an id, and what needs none has not.
        if method.starts_with(NOTIFICATIONS) == id.is_some() {
            return Err(Reason::McpMalformed);
        }
        Ok(Self { id, method, params })
    }

    /// A member of the parameters.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'b Json> {
        let mut members = self.params?.iter();
        members
            .find(|(member, _)| member == name)
            .map(|(_, value)| value)
    }
}

fn is_method(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= METHOD_BYTES
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn id(value: &Json) -> Option<Id> {
    match value {
        Json::String(text) => (text.len() <= ID_BYTES).then(|| Id::Text(text.clone())),
        Json::Number(_) => value
            .as_i64()
            .filter(|number| (-SAFE..=SAFE).contains(number))
            .map(Id::Number),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}
