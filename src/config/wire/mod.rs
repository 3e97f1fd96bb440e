//! The policy document as it is written: shapes only. What the values mean is checked in `compile`.
//!
//! The comments of members are the descriptions in the committed JSON Schema.

pub(super) mod behaviour;
pub(super) mod break_glass;
pub(super) mod delegation;
pub(super) mod dpop;
pub(super) mod exchange;
pub(super) mod hop;
pub(super) mod issuer;
pub(super) mod mcp;
pub(super) mod opaque;
pub(super) mod replay;
pub(super) mod revocation;
pub(super) mod risk;
pub(super) mod route;
pub(super) mod scalar;
pub(super) mod service;
pub(super) mod signature;
pub(super) mod single_use;
pub(super) mod streams;
pub(super) mod svid;
pub(super) mod transaction;
pub(super) mod upstream;
pub(super) mod workload;

use super::part::Part;
use behaviour::Behaviour;
use break_glass::BreakGlass;
use dpop::Dpop;
use exchange::Exchange;
use hop::Hop;
use issuer::Issuer;
use opaque::OpaqueIssuer;
use replay::{Replay, Store};
use revocation::{Deny, StatusList};
use route::Route;
use scalar::{Span, Whole};
use serde::Deserialize;
use serde_json::Value;
use service::Service;
use std::collections::BTreeMap;
use streams::Streams;
use svid::SvidIssuer;
use upstream::Upstream;
use workload::{DomainIssuer, WimseSignature, Wpt};

/// A Countersign policy.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_arch = "wasm32"), schemars(rename = "policy"))]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// The version of this format: `countersign/v1`.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("const" = "countersign/v1")))]
    pub(super) schema: Part<String>,
    /// The revision of the policy, from 1 upward. It stands in every decision record.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minimum" = 1)))]
    pub(super) revision: Part<Whole>,
    /// The external origins that the gateway answers for, such as `https://api.example.com`. What a
    /// proof or an authority is for is compared with the one origin of its route, which is the first
    /// of these unless the route names another.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(super) origins: Part<Vec<String>>,
    /// What happens to requests whose path no route lists.
    pub(super) unmatched: Part<Unmatched>,
    /// Where uses of proofs are remembered.
    pub(super) replay: Part<Replay>,
    /// Stores that replicas share, by the name that `replay.store` uses.
    pub(super) stores: Option<Part<BTreeMap<String, Part<Store>>>>,
    /// What DPoP proofs must be like.
    pub(super) dpop: Option<Part<Dpop>>,
    /// Public keys that sign requests, as JSON Web Keys, by the name that `cnf.kid` of a token and
    /// `keyid` of a signature give them.
    pub(super) signature_keys: Option<Part<BTreeMap<String, Part<Value>>>>,
    /// What workload proof tokens must be like.
    pub(super) wpt: Option<Part<Wpt>>,
    /// What message signatures of workloads must be like.
    pub(super) wimse_signature: Option<Part<WimseSignature>>,
    /// How much may wait, and how long.
    pub(super) waiting: Option<Part<Waiting>>,
    /// How long what was forwarded may go on, where a route says nothing else.
    pub(super) streams: Option<Part<Streams>>,
    /// How much is remembered of what was forwarded, for routes with a signal that asks.
    pub(super) behaviour: Option<Part<Behaviour>>,
    /// What the upstream sees.
    pub(super) upstream: Option<Part<Upstream>>,
    /// Proxies whose word on their client's certificate is taken. Where there are none,
    /// `x-forwarded-client-cert` is never read.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(super) hops: Option<Part<Vec<Part<Hop>>>>,
    /// Issuers of access tokens, by the name that routes use.
    pub(super) issuers: Option<Part<BTreeMap<String, Part<Issuer>>>>,
    /// Issuers of opaque tokens, by the name that routes use. No two issuers of any section share
    /// a name.
    pub(super) opaque_issuers: Option<Part<BTreeMap<String, Part<OpaqueIssuer>>>>,
    /// Trust domains whose JWT-SVIDs are accepted, by the name that routes use. No two issuers of any
    /// section share a name.
    pub(super) jwt_svid_issuers: Option<Part<BTreeMap<String, Part<SvidIssuer>>>>,
    /// Status lists of issuers, by a name for records.
    pub(super) status_lists: Option<Part<BTreeMap<String, Part<StatusList>>>>,
    /// What is denied, whatever its issuer says of it. It acts on the next request.
    pub(super) deny: Option<Part<Deny>>,
    /// Issuers of workload identity tokens, by the name that routes use.
    pub(super) workload_issuers: Option<Part<BTreeMap<String, Part<DomainIssuer>>>>,
    /// Issuers of transaction tokens, by the name that routes use.
    pub(super) transaction_token_issuers: Option<Part<BTreeMap<String, Part<DomainIssuer>>>>,
    /// By which profile people come in on routes with `break_glass: true` while other services are
    /// down.
    pub(super) break_glass: Option<Part<BreakGlass>>,
    /// The namespace of the metadata of Envoy's routes that speaks to the gate, such as `countersign`.
    /// There may stand `base`, the points that requests have at least, and `route`, the name of the
    /// route of this policy that they must be of. It is not read unless written.
    pub(super) route_metadata: Option<Part<String>>,
    /// Decision services, by the name that routes use.
    pub(super) services: Option<Part<BTreeMap<String, Part<Service>>>>,
    /// Servers that issue a transaction token for a caller's token, by the name that routes use.
    pub(super) exchanges: Option<Part<BTreeMap<String, Part<Exchange>>>>,
    /// Routes. The first that lists method and path takes the request.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(super) routes: Part<Vec<Part<Route>>>,
}

/// What happens to requests whose path no route lists.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Unmatched {
    /// They are refused.
    Refuse,
    /// They are forwarded unchecked, unless their target is ambiguous.
    Pass,
}

/// How much may wait for an answer, on each worker.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Waiting {
    /// How long a request may be held, all that it waits for together: at most 60s, and 5s unless
    /// written.
    pub(super) deadline: Option<Part<Span>>,
    /// How many requests may be held at once: at most 65536, and 1024 unless written. Beyond that,
    /// requests that would have to wait are refused. Those that wait for an issuer's keys, or for
    /// its word on an opaque token, may be anyone's, and take half of the places at most.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minimum" = 1, "maximum" = 65536)))]
    pub(super) requests: Option<Part<Whole>>,
}
