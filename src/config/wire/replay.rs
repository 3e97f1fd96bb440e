//! Where uses of proofs are remembered, as it is written.

use super::scalar::{Size, Span};
use crate::config::part::Part;
use serde::Deserialize;

/// Where uses of proofs are remembered.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(extend(
        "if" = { "properties": { "scope": { "const": "fleet" } } },
        "then" = { "required": ["store"] },
    ))
)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Replay {
    /// How far a use is remembered, on routes that say nothing else.
    pub(in crate::config) scope: Part<Scope>,
    /// The memory of the log in this process, from 64KiB to 256MiB; with the scope `worker`, of each
    /// worker. A log that is full refuses.
    pub(in crate::config) memory: Part<Size>,
    /// The store of the scope `fleet`, one of `stores`.
    pub(in crate::config) store: Option<Part<String>>,
}

/// How far a use of a proof is remembered.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Scope {
    /// One worker: a copy passes once on each of them.
    Worker,
    /// All workers of one proxy process: a copy passes once on each replica.
    Host,
    /// All replicas that share the store: of all copies, one passes.
    Fleet,
}

/// How far a use of a proof is remembered on one route, if not as `replay.scope` says.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum RouteScope {
    /// All workers of one proxy process.
    Host,
    /// All replicas that share the store of `replay.store`.
    Fleet,
}

/// A store that replicas share.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Store {
    /// How it is spoken to.
    pub(in crate::config) protocol: Part<StoreProtocol>,
    /// The cluster of the proxy that serves it.
    pub(in crate::config) cluster: Part<String>,
    /// How long it may take to answer: at most `waiting.deadline`.
    pub(in crate::config) timeout: Part<Span>,
    /// `:authority` of the calls: the name of the cluster unless written.
    pub(in crate::config) authority: Option<Part<String>>,
    /// What the names of its entries begin with: `countersign/v1/replay/` unless written. Replicas
    /// share uses if they write the same.
    pub(in crate::config) prefix: Option<Part<String>>,
    /// How far the clocks of a replica and of the store may be apart: at most 60s, and 5s unless
    /// written. A replica whose clock is further off refuses.
    pub(in crate::config) clock_skew: Option<Part<Span>>,
}

/// How a store is spoken to.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum StoreProtocol {
    /// etcd, through its gRPC-JSON gateway (`/v3`).
    Etcd,
}
