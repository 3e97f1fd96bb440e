//! Decision services, as they are written.

use super::scalar::{Span, Whole};
use crate::config::part::Part;
use serde::Deserialize;

/// A decision service.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(extend(
        "if" = { "properties": { "protocol": { "const": "ext_authz" } } },
        "then" = { "not": { "required": ["path"] } },
        "else" = { "required": ["path"], "not": { "required": ["headers"] } },
    ))
)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Service {
    /// How it is spoken to.
    pub(in crate::config) protocol: Part<Protocol>,
    /// The cluster of the proxy that serves it. For `ext_authz` it must speak HTTP/2.
    pub(in crate::config) cluster: Part<String>,
    /// The path of its endpoint, where the protocol is one of JSON.
    pub(in crate::config) path: Option<Part<String>>,
    /// How long it may take to answer: at most `waiting.deadline`.
    pub(in crate::config) timeout: Part<Span>,
    /// `:authority` of the call: the name of the cluster unless written.
    pub(in crate::config) authority: Option<Part<String>>,
    /// How many requests may wait for it at once on a worker: at most `waiting.requests`, and half of
    /// them unless written. Beyond that, what would ask is refused at once, so that no service takes
    /// the places of requests that wait for something else.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minimum" = 1, "maximum" = 65536)))]
    pub(in crate::config) requests: Option<Part<Whole>>,
    /// When it is left alone after silence.
    pub(in crate::config) circuit: Option<Part<Circuit>>,
    /// Headers that it may touch, where the protocol is `ext_authz`: none unless written.
    pub(in crate::config) headers: Option<Part<Headers>>,
}

/// How a decision service is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Protocol {
    /// `AuthZEN` Authorization API 1.0: an evaluation, with the profile for obligations.
    Authzen,
    /// The protocol of Envoy's external authorization, `envoy.service.auth.v3.Authorization/Check`,
    /// over gRPC.
    ExtAuthz,
    /// OPA's data API: `path` is that of a rule, such as `/v1/data/gate/decision`.
    Opa,
}

/// When a service is left alone: once it was silent to several subjects, with no answer in between.
/// Then what would be asked is silence at once, until one question has tried whether it is back. Each
/// worker counts by itself.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Circuit {
    /// To how many subjects: at most 1024, and 5 unless written.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minimum" = 1, "maximum" = 1024)))]
    pub(in crate::config) subjects: Option<Part<Whole>>,
    /// Within how long: from 1s to 10m, and 10s unless written.
    pub(in crate::config) within: Option<Part<Span>>,
    /// How long it is left alone before it is tried: from 100ms to 10m, and 5s unless written.
    pub(in crate::config) rest: Option<Part<Span>>,
}

/// Headers that a service may touch. Never pseudo-headers, `host`, those that frame a message or carry a
/// credential, or the gate's own.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Headers {
    /// Request headers that it may set or remove in a permit. They are its own: what callers send in
    /// them is removed from every request. The proxy's routes must not match on them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) upstream: Option<Part<Vec<String>>>,
    /// Response headers that its denials may carry. Others are left out.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) denial: Option<Part<Vec<String>>>,
    /// Headers that it may name in a permit to no effect, whichever they are. A permit that names any
    /// other is refused, as it depends on what the gate does not do.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) ignored: Option<Part<Vec<String>>>,
}
