//! Exchanges of tokens, as they are written.

use super::opaque::Client;
use super::scalar::Span;
use crate::config::part::Part;
use serde::Deserialize;

/// A server that issues a transaction token for a caller's access token (RFC 8693,
/// draft-ietf-oauth-transaction-tokens-10).
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_arch = "wasm32"), schemars(rename = "exchange_server"))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Exchange {
    /// The cluster of the proxy that serves it. Callers' tokens go there: have the cluster use TLS and
    /// verify whom it speaks to.
    pub(in crate::config) cluster: Part<String>,
    /// The path of its token endpoint.
    pub(in crate::config) path: Part<String>,
    /// `:authority` of a call: the name of the cluster unless written.
    pub(in crate::config) authority: Option<Part<String>>,
    /// How long one call may take: at most `waiting.deadline`.
    pub(in crate::config) timeout: Part<Span>,
    /// The gate as a client of the server.
    pub(in crate::config) client: Part<Client>,
    /// The name of its entry under `transaction_token_issuers`, whose keys verify what it issues.
    pub(in crate::config) issuer: Part<String>,
    /// `audience` of a call: the trust domain of `issuer` unless written. What is issued must be for
    /// that trust domain, whatever stands here.
    pub(in crate::config) audience: Option<Part<String>>,
    /// Longest time from `iat` to `exp` of what it issues: from 1s to 10m, and 60s unless written. A
    /// token that lives longer refuses the request.
    pub(in crate::config) max_lifetime: Option<Part<Span>>,
    /// Where it revokes what it issued (RFC 7009). Unless this is written, tokens live to their own end.
    pub(in crate::config) revoke: Option<Part<Revoke>>,
}

/// Where a server revokes what it issued.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Revoke {
    /// The path of its revocation endpoint.
    pub(in crate::config) path: Part<String>,
}

/// Whether and how callers' tokens are exchanged.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_arch = "wasm32"), schemars(rename = "exchange"))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RouteExchange {
    /// The name of a server under `exchanges`.
    pub(in crate::config) with: Part<String>,
    /// Whose tokens are exchanged: `permitted` unless written.
    pub(in crate::config) when: Option<Part<When>>,
    /// How the transaction token goes upstream: `in_place` unless written.
    pub(in crate::config) hand: Option<Part<Hand>>,
    /// The scopes that are asked for, some of `identity.scopes`: all of them unless written. Those
    /// that the class of a call needs are asked for besides.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) scopes: Option<Part<Vec<String>>>,
}

/// Whose tokens are exchanged.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum When {
    /// Those of requests that a low score alone does not let pass: after a permit of the decision
    /// service, and also where its silence is allowed to pass.
    Permitted,
    /// Those of all requests.
    Always,
}

/// How a transaction token goes upstream.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Hand {
    /// In `Txn-Token`, and `Authorization` and the caller's proofs are removed, whatever `upstream`
    /// says of them.
    InPlace,
    /// In `Txn-Token`, beside what else goes upstream.
    Beside,
}
