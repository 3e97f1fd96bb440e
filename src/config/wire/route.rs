//! A route as it is written: who, with which proof, for which transaction, at which risk.

use super::delegation::{Delegation, Kind};
use super::exchange::RouteExchange;
use super::mcp::Mcp;
use super::replay::RouteScope;
use super::risk::Risk;
use super::scalar::{Age, Size, Span, Whole};
use super::signature::Signature;
use super::streams::RouteStreams;
use super::transaction::Transaction;
use super::upstream::Handing;
use super::workload::TransactionToken;
use crate::config::part::Part;
use serde::Deserialize;

/// A route.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Route {
    /// Its name in records.
    pub(in crate::config) name: Part<String>,
    /// The requests it takes.
    pub(in crate::config) r#match: Part<Match>,
    /// The origin its requests are for, one of `origins`: the first of them unless written.
    pub(in crate::config) origin: Option<Part<String>>,
    /// Who may call: written on every route but those with `issuance: true`.
    pub(in crate::config) identity: Option<Part<Identity>>,
    /// Who may act for the subjects of its tokens: nobody unless written, so that a token with `act` is
    /// refused.
    pub(in crate::config) delegation: Option<Part<Delegation>>,
    /// Whether people may break the glass here, by the profile `break_glass`: false unless written.
    pub(in crate::config) break_glass: Option<Part<bool>>,
    /// Whether the route is a token endpoint, whose requests bring a proof and no token
    /// (RFC 9449 section 5): false unless written. Whoever holds the key of the proof may call;
    /// `Authorization` and body are the upstream's alone, and the proof goes on to it.
    pub(in crate::config) issuance: Option<Part<bool>>,
    /// Accepted proofs of possession, any one of them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) proof: Part<Vec<Proof>>,
    /// What the route does with nonces in DPoP proofs: `off` unless written.
    pub(in crate::config) nonce: Option<Part<Nonce>>,
    /// How far a use of its proofs is remembered: as `replay.scope` says unless written.
    pub(in crate::config) replay: Option<Part<RouteScope>>,
    /// What signatures over its requests must be like, where `proof` lists `http_signature`.
    pub(in crate::config) signature: Option<Part<Signature>>,
    /// What becomes of the body. `held` and `form` assert that the filter is configured with
    /// `allow_on_headers_stop_iteration: true`, so that the route can read the body before anything of
    /// the request goes on.
    pub(in crate::config) body: Option<Part<Body>>,
    /// The largest body that is read: at most 1MiB, and 64KiB unless written.
    pub(in crate::config) max_body: Option<Part<Size>>,
    /// The transaction token that must come with the request, from a sender that is bound to it. On
    /// other routes `Txn-Token` is not read, decides nothing and stays.
    pub(in crate::config) transaction_token: Option<Part<TransactionToken>>,
    /// What the token must grant, and where the request must agree with it.
    pub(in crate::config) transaction: Option<Part<Transaction>>,
    /// The calls of the Model Context Protocol that the route takes. Without it a body is only a body.
    pub(in crate::config) mcp: Option<Part<Mcp>>,
    /// The score.
    pub(in crate::config) risk: Part<Risk>,
    /// How long its streams may be open: as `streams` of the policy says unless written.
    pub(in crate::config) streams: Option<Part<RouteStreams>>,
    /// The name of the route whose streams its requests carry on. They are judged like any other, and
    /// then answered with `204` by the gate itself: nothing of them goes upstream.
    pub(in crate::config) renews: Option<Part<String>>,
    /// What becomes of the proofs of its requests.
    pub(in crate::config) upstream: Option<Part<Handing>>,
    /// What happens from `risk.step_up_at`.
    pub(in crate::config) step_up: Option<Part<StepUp>>,
    /// Whether callers' tokens are exchanged for transaction tokens, each good for one request. On such
    /// a route an inbound `Txn-Token` is removed.
    pub(in crate::config) exchange: Option<Part<RouteExchange>>,
}

/// The requests that a route takes.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Match {
    /// Methods, in upper case.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) methods: Part<Vec<String>>,
    /// A path template such as `/accounts/{account}`; each parameter fills one segment.
    pub(in crate::config) path: Part<String>,
    /// The name of the route of Envoy that its requests must have. Method and path must fit as well.
    /// Routes that list the same of both, each with another name here, stand beside each other.
    pub(in crate::config) envoy_route: Option<Part<String>>,
}

/// Who may call a route.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(extend("oneOf" = [
        { "required": ["issuers"], "not": { "required": ["peers"] } },
        { "required": ["peers"], "maxProperties": 1 },
    ]))
)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Identity {
    /// Names of accepted issuers, of any section.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) issuers: Option<Part<Vec<String>>>,
    /// SPIFFE IDs of accepted workloads, in place of `issuers`: the client's certificate says which
    /// one it is, and no token is read.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) peers: Option<Part<Vec<String>>>,
    /// How old the word of an authorization server on an opaque token may be, up to its `max_cache`,
    /// and `max_cache` unless written. With `0s` every request asks anew.
    pub(in crate::config) max_introspection_age: Option<Part<Age>>,
    /// Scopes that the token must hold, all of them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) scopes: Option<Part<Vec<String>>>,
    /// The workloads that may call, by their identifiers: every one that an accepted issuer vouches
    /// for unless written.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) workloads: Option<Part<Vec<String>>>,
    /// The kinds of subjects that may call, as the `kinds` of the issuers tell them: every subject, of
    /// a kind or of none, unless written. Who acts for the subject is `delegation`'s.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) kinds: Option<Part<Vec<Kind>>>,
}

/// A kind of proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Proof {
    /// A DPoP proof (RFC 9449).
    Dpop,
    /// The client certificate of the connection (RFC 8705).
    Mtls,
    /// A workload proof token beside a workload identity token (draft-ietf-wimse-wpt).
    Wpt,
    /// A signature over the request beside a workload identity token, by its key
    /// (draft-ietf-wimse-http-signature-07).
    WimseSignature,
    /// A signature over the request (RFC 9421), by the key of the token's `cnf.jwk` or `cnf.kid`.
    HttpSignature,
}

/// What a route does with nonces in DPoP proofs (RFC 9449 section 9).
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Nonce {
    /// They are ignored.
    Off,
    /// One that is there must be good. Answers bring a fresh one.
    Offered,
    /// There must be one. Answers bring a fresh one.
    Required,
    /// There must be one that was made for this method, this target and this token. It serves for
    /// these until its lifetime is over, each time in a new proof.
    Challenge,
}

/// What becomes of the body.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Body {
    /// It is held until it has been read: as JSON, where the route is a transaction.
    Held,
    /// It is held until it has been read as a form (`application/x-www-form-urlencoded`).
    Form,
    /// The requests are calls of gRPC, whose messages are not read: what is bound stands in the path
    /// and in the metadata.
    Grpc,
}

/// What happens from `step_up_at`, below `refuse_at`.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct StepUp {
    /// The authentication that the token must show before anyone is asked (RFC 9470).
    pub(in crate::config) challenge: Option<Part<Challenge>>,
    /// The name of the decision service that is asked.
    pub(in crate::config) ask: Part<String>,
    /// What its silence means: `refuse` unless written.
    pub(in crate::config) on_silence: Option<Part<OnSilence>>,
}

/// An authentication that a token must show. What it lacks is asked for in a challenge.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Challenge {
    /// Accepted `acr`, any one of them; any at all unless written.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) acr_values: Option<Part<Vec<String>>>,
    /// The longest time since the authentication; any unless written.
    pub(in crate::config) max_age: Option<Part<Span>>,
}

/// What the silence of a decision service means.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum OnSilence {
    /// Refuse.
    Refuse,
    /// Forward below this score. Only for GET, HEAD and OPTIONS, and never on a transaction route.
    AllowBelow(Whole),
}
