//! What goes upstream, as it is written.

use super::scalar::Span;
use crate::config::part::Part;
use serde::Deserialize;

/// What the upstream sees.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Upstream {
    /// How it learns who the caller is: `headers` unless written.
    pub(in crate::config) identity: Option<Part<Identity>>,
    /// What becomes of the proof, where the route does not say: `strip` unless written.
    pub(in crate::config) proof: Option<Part<ProofHeader>>,
    /// Whether the replay log takes the proof, where the route does not say: it does unless written.
    /// `false` is for a gate in front of a second verifier, and needs `proof: keep`.
    pub(in crate::config) consume_jti: Option<Part<bool>>,
    /// A short JWT about each request that goes upstream, signed by the gate.
    pub(in crate::config) assertion: Option<Part<Assertion>>,
}

/// What becomes of the proofs of a route's requests.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Handing {
    /// What becomes of the proof: as under the policy's `upstream` unless written.
    pub(in crate::config) proof: Option<Part<ProofHeader>>,
    /// Whether the replay log takes the proof: as under the policy's `upstream` unless written.
    pub(in crate::config) consume_jti: Option<Part<bool>>,
}

/// How the upstream learns who the caller is.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_arch = "wasm32"), schemars(rename = "UpstreamIdentity"))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Identity {
    /// The filter sets the `x-countersign-*` request headers.
    Headers,
    /// The filter writes filter state `wasm.countersign.*`; the proxy's own configuration makes
    /// headers of it.
    FilterState,
}

/// What becomes of the proof.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum ProofHeader {
    /// The filter removes it.
    Strip,
    /// It stays.
    Keep,
    /// The filter removes it, and sends a token that came under the DPoP scheme on under the Bearer
    /// scheme. No route of the proxy may match on `authorization`.
    RewriteToBearer,
}

/// A short JWT about each request that goes upstream.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Assertion {
    /// Names of environment variables, each with a private key on P-256 as PKCS#8 in PEM. The first
    /// signs; the public halves of all are served.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) keys: Part<Vec<String>>,
    /// `iss`.
    pub(in crate::config) issuer: Part<String>,
    /// `aud`: the origin of the route unless written.
    pub(in crate::config) audience: Option<Part<String>>,
    /// How long an assertion is good: from 1s to 5m, and 30s unless written.
    pub(in crate::config) lifetime: Option<Part<Span>>,
    /// The path at which the gate itself serves the public keys, as a JSON Web Key Set.
    pub(in crate::config) keys_path: Part<String>,
}
