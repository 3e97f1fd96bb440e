//! How long streams may be open, as it is written.

use super::scalar::{Age, Span};
use crate::config::part::Part;
use serde::Deserialize;

/// The same of one route.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RouteStreams {
    /// As in `streams` of the policy.
    pub(in crate::config) grace: Option<Part<Age>>,
    /// As in `streams` of the policy. It counts from the beginning of a stream, however often that is
    /// renewed.
    pub(in crate::config) max_life: Option<Part<Span>>,
    /// Whether a stream goes on when its caller sends a fresh token to the route that `renews` this one:
    /// one of the same issuer, subject, actor, key and `txn`. False unless written.
    pub(in crate::config) renew: Option<Part<bool>>,
}

/// How long a request that went upstream may go on, with its answer: a WebSocket, server-sent events,
/// a call of gRPC, or a long download. It is ended when its token ends, the transaction token, or what
/// the transaction says of its end, and when the policy denies or an issuer revokes what it rests on.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Streams {
    /// How much longer it may be open than what it rests on: at most 5m, and 5s unless written. What is
    /// denied or revoked has none.
    pub(in crate::config) grace: Option<Part<Age>>,
    /// How long it may be open at all, whatever it rests on: at most 24h, and 8h unless written.
    pub(in crate::config) max_life: Option<Part<Span>>,
}
