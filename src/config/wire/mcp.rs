//! Calls of the Model Context Protocol as a policy has them.

use super::scalar::Whole;
use super::transaction::Transaction;
use crate::config::part::Part;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The messages of the Model Context Protocol (MCP) that the route takes over Streamable HTTP: POST
/// with `body: held`. Each is of one class, and a message without one is refused. Batches are
/// refused, and so are responses of clients.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Mcp {
    /// Accepted revisions of the protocol. Under `2026-07-28` the headers `MCP-Protocol-Version`,
    /// `Mcp-Method` and `Mcp-Name` must be there and say what the body says; under older ones they
    /// may be absent, but not say something else.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(
            extend("minItems" = 1),
            extend("items" = { "enum": ["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] })
        )
    )]
    pub(in crate::config) versions: Part<Vec<String>>,
    /// Classes of methods, such as `initialize: session` or `notifications/*: session`. Their
    /// parameters are not read.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minProperties" = 1)))]
    pub(in crate::config) methods: Option<Part<BTreeMap<String, Part<String>>>>,
    /// Classes of tools, by their names: `tools/call`.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minProperties" = 1)))]
    pub(in crate::config) tools: Option<Part<BTreeMap<String, Part<String>>>>,
    /// Classes of prompts, by their names: `prompts/get`.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minProperties" = 1)))]
    pub(in crate::config) prompts: Option<Part<BTreeMap<String, Part<String>>>>,
    /// Classes of resources, by their URIs, or by what these begin with and `*`, as in
    /// `file:///reports/*`: `resources/read`. The longest that fits counts.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minProperties" = 1)))]
    pub(in crate::config) resources: Option<Part<BTreeMap<String, Part<String>>>>,
    /// The class of methods, tools, prompts and resources that are not listed: `refuse` unless
    /// written, which is none.
    pub(in crate::config) unknown: Option<Part<String>>,
    /// The classes.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minProperties" = 1)))]
    pub(in crate::config) classes: Part<BTreeMap<String, Part<Class>>>,
    /// The form of refusals: `http` unless written.
    pub(in crate::config) refusals: Option<Part<Refusals>>,
    /// Where clients find the authorization server (RFC 9728), for `resource_metadata` of
    /// challenges: a URL, or `served`, with which the gate itself answers at
    /// `/.well-known/oauth-protected-resource` followed by the path of the route. Unless written,
    /// challenges do not say.
    pub(in crate::config) resource_metadata: Option<Part<String>>,
}

/// What messages of one class need: `base: 0` where that is nothing beyond what the route asks for.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_arch = "wasm32"), schemars(rename = "CallClass", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Class {
    /// Points that its messages add to the score, named `class:` and the name of the class in
    /// records: none unless written.
    pub(in crate::config) base: Option<Part<Whole>>,
    /// Scopes that the token must hold, all of them, beside those of the route.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) scopes: Option<Part<Vec<String>>>,
    /// Headers that repeat arguments: what follows `Mcp-Param-` in their names, and the JSON pointer
    /// to the argument. Another `Mcp-Param-` header refuses.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minProperties" = 1)))]
    pub(in crate::config) headers: Option<Part<BTreeMap<String, Part<String>>>>,
    /// Members of `params` that may be there beside the name, `arguments` and `_meta`, although
    /// nothing binds them, such as `inputResponses`.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) allow_params: Option<Part<Vec<String>>>,
    /// What the token must grant, and where the call must agree with it. Here `argument:/pointer`
    /// is a value in the arguments, `arguments` is the SHA-256 of their canonical JSON (RFC 8785),
    /// base64url, and `tool` is the name of the tool or prompt or the URI of the resource. The
    /// pointers of `allow_body` point into the arguments.
    pub(in crate::config) transaction: Option<Part<Transaction>>,
}

/// The form of refusals.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Refusals {
    /// An HTTP status and a problem document, as on every route.
    Http,
    /// A JSON-RPC error with the id of the request, once that is known, so that the session of the
    /// client goes on. Challenges stay what they are: `401`, and `403` with `insufficient_scope`.
    JsonRpc,
}
