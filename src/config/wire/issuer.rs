//! Issuers of tokens, as they are written.

use super::delegation::KindRule;
use super::revocation::StatusDemand;
use super::scalar::Span;
use crate::config::part::Part;
use serde::Deserialize;
use serde_json::Value;

/// An issuer of access tokens.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the member is named so")]
pub(in crate::config) struct Issuer {
    /// `iss` of its tokens, character for character.
    pub(in crate::config) issuer: Part<String>,
    /// Accepted members of `aud`, character for character. One that is, or lies under, one of
    /// `origins` counts on the routes of that origin alone.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) audiences: Part<Vec<String>>,
    /// Accepted `typ`, such as `at+jwt`, with or without `application/`.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) types: Part<Vec<String>>,
    /// Accepted signature algorithms: ES256, ES384, `EdDSA`, RS256, PS256, PS512.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) algorithms: Part<Vec<String>>,
    /// Where its keys come from.
    pub(in crate::config) keys: Part<Keys>,
    /// Tolerated difference of clocks, both ways: at most 60s, and 5s unless written.
    pub(in crate::config) leeway: Option<Part<Span>>,
    /// What to do with members of `cnf` that are not in the registry: `ignore` unless written.
    pub(in crate::config) unknown_confirmation: Option<Part<UnknownConfirmation>>,
    /// Whether its tokens must refer to a status list: `optional` unless written. One that refers to
    /// a list is refused unless `status_lists` has it and it says that the token is valid.
    pub(in crate::config) status: Option<Part<StatusDemand>>,
    /// How its tokens show of which kind their subjects are: the first rule that fits. Where none
    /// fits, the subject is of no kind.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) kinds: Option<Part<Vec<Part<KindRule>>>>,
}

/// What to do with members of `cnf` that are not in the registry (RFC 7800 section 3.1).
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum UnknownConfirmation {
    /// Ignore and count them.
    Ignore,
    /// Refuse the token.
    Refuse,
}

/// Where the keys of an issuer come from: a cluster, or the policy itself.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(extend("oneOf" = [
        { "required": ["inline"], "maxProperties": 1 },
        {
            "required": ["cluster", "path", "refresh", "max_stale"],
            "not": { "required": ["inline"] },
        },
    ]))
)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Keys {
    /// A JSON Web Key Set of public keys, `{ keys: [...] }`. It stands alone.
    pub(in crate::config) inline: Option<Part<Value>>,
    /// The cluster of the proxy that serves the key set.
    pub(in crate::config) cluster: Option<Part<String>>,
    /// The path of the key set there.
    pub(in crate::config) path: Option<Part<String>>,
    /// How often the key set is fetched: from 1s to 24h.
    pub(in crate::config) refresh: Option<Part<Span>>,
    /// How long the last good key set serves while no fetch succeeds: from `refresh` to 720h.
    pub(in crate::config) max_stale: Option<Part<Span>>,
    /// `:authority` of the request for it: the name of the cluster unless written.
    pub(in crate::config) authority: Option<Part<String>>,
    /// How long one fetch may take: at most 30s, and 2s unless written.
    pub(in crate::config) timeout: Option<Part<Span>>,
}
