//! Workloads and their proofs, as they are written.

use super::issuer::Keys;
use super::scalar::Span;
use crate::config::part::Part;
use serde::Deserialize;
use std::collections::BTreeMap;

/// An issuer that is known by the trust domain it vouches for. What its tokens say of their `iss` is
/// not read.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct DomainIssuer {
    /// The trust domain, such as `example.org`: the authority of the identifiers of its workloads, and
    /// `aud` of its transaction tokens.
    pub(in crate::config) trust_domain: Part<String>,
    /// Accepted signature algorithms: ES256, ES384, `EdDSA`, RS256, PS256.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) algorithms: Part<Vec<String>>,
    /// Where its keys come from.
    pub(in crate::config) keys: Part<Keys>,
    /// Tolerated difference of clocks, both ways: at most 60s, and 5s unless written.
    pub(in crate::config) leeway: Option<Part<Span>>,
}

/// What workload proof tokens must be like (draft-ietf-wimse-wpt).
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Wpt {
    /// The draft that callers speak: `wpt-02` unless written, where the proof stands in
    /// `Authorization`, or `wpt-01`, where it has a header of its own.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("enum" = ["wpt-02", "wpt-01"]))
    )]
    pub(in crate::config) profile: Option<Part<String>>,
    /// How far ahead of the gateway's clock a proof may end: at most 5m, and 60s unless written.
    pub(in crate::config) max_lifetime: Option<Part<Span>>,
    /// How far ahead of the gateway's clock `iat` may lie, where a proof has one: at most 60s, and
    /// 10s unless written.
    pub(in crate::config) max_ahead: Option<Part<Span>>,
    /// Accepted signature algorithms: ES256, PS256 and `EdDSA` unless written.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) algorithms: Option<Part<Vec<String>>>,
}

/// What message signatures of workloads must be like (draft-ietf-wimse-http-signature-07).
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct WimseSignature {
    /// How long ago a signature may have been made: at most 5m, and 60s unless written. It ends with
    /// its own `expires` besides.
    pub(in crate::config) max_age: Option<Part<Span>>,
    /// How far ahead of the gateway's clock a signature may be dated: at most 60s, and 10s unless
    /// written.
    pub(in crate::config) max_ahead: Option<Part<Span>>,
    /// Accepted signature algorithms: ES256, ES384 and `EdDSA` unless written.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) algorithms: Option<Part<Vec<String>>>,
}

/// The transaction token that requests of a route must carry in `Txn-Token`.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct TransactionToken {
    /// Names of accepted issuers, of `transaction_token_issuers`.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) issuers: Part<Vec<String>>,
    /// Scopes that it must hold, all of them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) scopes: Option<Part<Vec<String>>>,
    /// How long ago it may have been issued: at most 1h, and 5m unless written.
    pub(in crate::config) max_age: Option<Part<Span>>,
    /// Who may send it: identifiers of workloads, each with the `req_wl` that its tokens may have.
    /// Every sender that is bound to the token, unless written.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minProperties" = 1)))]
    pub(in crate::config) requesters: Option<Part<BTreeMap<String, Part<Vec<String>>>>>,
}
