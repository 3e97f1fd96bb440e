//! Status lists and what is denied, as they are written.

use super::scalar::{Size, Span};
use crate::config::part::Part;
use serde::Deserialize;

/// Whether tokens must refer to a status list.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum StatusDemand {
    /// One that does not is as good as its times.
    Optional,
    /// One that does not is refused.
    Required,
}

/// A status list of an issuer (Token Status List, draft-20).
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct StatusList {
    /// The URI that tokens refer to, character for character. It is a name: the list is fetched from
    /// `cluster` and `path`.
    pub(in crate::config) uri: Part<String>,
    /// The issuer, by its name in `issuers`. Its keys and algorithms are the list's, and its tokens
    /// alone may refer to the list.
    pub(in crate::config) issuer: Part<String>,
    /// The cluster of the proxy that serves the list.
    pub(in crate::config) cluster: Part<String>,
    /// The path of the list there.
    pub(in crate::config) path: Part<String>,
    /// How often the list is fetched: from 1s to 24h. A shorter `ttl` of the list counts. A token is
    /// refused at the latest this long after its revocation is published, and two fetches.
    pub(in crate::config) refresh: Part<Span>,
    /// How long the last good list serves while no fetch succeeds, but never past its `exp`: from
    /// `refresh` to 720h.
    pub(in crate::config) max_stale: Part<Span>,
    /// `:authority` of the request for it: the name of the cluster unless written.
    pub(in crate::config) authority: Option<Part<String>>,
    /// How long one fetch may take: at most 30s, and 2s unless written.
    pub(in crate::config) timeout: Option<Part<Span>>,
    /// Most bytes of the list, inflated: from 1KiB to 16MiB, and 1MiB unless written, which is eight
    /// million tokens at one bit each. Every worker holds it.
    pub(in crate::config) max_size: Option<Part<Size>>,
}

/// What is denied, whatever its issuer says of it.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Deny {
    /// Tokens, by their `jti`, whoever issued them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) jti: Option<Part<Vec<String>>>,
    /// Subjects. One that acts for another (`act`) counts too.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) sub: Option<Part<Vec<Part<Subject>>>>,
    /// Keys by their thumbprint (RFC 7638) and client certificates by their SHA-256, both in
    /// base64url, as `cnf` has them in `jkt` and `x5t#S256`.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) key: Option<Part<Vec<String>>>,
    /// Transactions, by the `txn` of their tokens.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) txn: Option<Part<Vec<String>>>,
}

/// A subject, and who vouches for it.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Subject {
    /// The issuer, by its name in `issuers`.
    pub(in crate::config) issuer: Part<String>,
    /// `sub`, character for character.
    pub(in crate::config) subject: Part<String>,
}
