//! The score of a route as it is written: points, and what adds them.

use super::behaviour::{Budget, Rate, Who};
use super::delegation::Kind;
use super::scalar::{Size, Span, Whole};
use crate::config::part::Part;
use serde::Deserialize;

/// The score of a route: a sum of points.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Risk {
    /// Points of every request.
    pub(in crate::config) base: Part<Whole>,
    /// What adds to them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) signals: Option<Part<Vec<Part<Signal>>>>,
    /// The most points that `first_seen`, `scope_jump` and `rate_above` add, all of them together,
    /// so that habits never decide alone: with `base` they stay below both thresholds. Written where
    /// there is such a signal.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minimum" = 1)))]
    pub(in crate::config) behaviour_cap: Option<Part<Whole>>,
    /// The class that its requests teach and ask, together with those of all routes that name it: the
    /// route's own name unless written.
    pub(in crate::config) learn_in: Option<Part<String>>,
    /// From here `step_up` decides. Without it, the route never asks.
    pub(in crate::config) step_up_at: Option<Part<Whole>>,
    /// From here the request is refused.
    pub(in crate::config) refuse_at: Option<Part<Whole>>,
}

/// Points, and the one condition that adds them. A fact that is missing counts as the riskier one.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(extend("minProperties" = 3, "maxProperties" = 4))
)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Signal {
    /// Its name in records.
    pub(in crate::config) name: Part<String>,
    /// Points.
    pub(in crate::config) add: Option<Part<Whole>>,
    /// The most points, for `risk_header`, which says how many of them count.
    pub(in crate::config) add_up_to: Option<Part<Whole>>,
    /// The moment lies outside a weekly window, such as `Mon-Fri 08:00-18:00 Europe/Berlin`.
    pub(in crate::config) outside: Option<Part<String>>,
    /// Days in the zone of `outside` that lie outside it, such as `2026-12-25`.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) holidays: Option<Part<Vec<String>>>,
    /// The client's address lies outside all of these networks, such as `10.0.0.0/8`.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) source_outside: Option<Part<Vec<String>>>,
    /// A hop says another class of the source, such as its country, than those listed.
    pub(in crate::config) source_class: Option<Part<SourceClass>>,
    /// A hop has scored the risk itself.
    pub(in crate::config) risk_header: Option<Part<RiskHeader>>,
    /// The token was issued longer ago than this.
    pub(in crate::config) token_older_than: Option<Part<Span>>,
    /// The caller authenticated longer ago than this, or the token does not say when.
    pub(in crate::config) authentication_older_than: Option<Part<Span>>,
    /// The token shows no `acr`, or one below a level.
    pub(in crate::config) acr_below: Option<Part<AcrBelow>>,
    /// The token holds more scopes than this beside those that `identity.scopes` lists.
    pub(in crate::config) excess_scopes: Option<Part<Whole>>,
    /// The token names more actors than this, one inside the other (RFC 8693 section 4.1).
    pub(in crate::config) actors_above: Option<Part<Whole>>,
    /// Possession was shown by less than this.
    pub(in crate::config) proof_weaker_than: Option<Part<Strength>>,
    /// `true`: the request has a body that neither its transaction nor a signature binds.
    pub(in crate::config) body_unbound: Option<Part<bool>>,
    /// An amount of the granted transaction exceeds a limit.
    pub(in crate::config) above: Option<Part<Above>>,
    /// The subject is of one of these kinds, or its issuer tells of none.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) subject_kind: Option<Part<Vec<Kind>>>,
    /// The call is of one of these classes of `mcp`.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) tool_class: Option<Part<Vec<String>>>,
    /// The body, which the route holds, is larger than this.
    pub(in crate::config) body_above: Option<Part<Size>>,
    /// What stands at a place in the body, which the route reads as JSON, or in the arguments of a call
    /// (`mcp`), is like a pattern, or like none.
    pub(in crate::config) argument: Option<Part<Argument>>,
    /// An expression of the Common Expression Language over `request`, `token`, `detail`, `actor`,
    /// `connection` and `route` holds. One that fails when it runs counts.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("maxLength" = crate::risk::expression::LONGEST)))]
    pub(in crate::config) when: Option<Part<String>>,
    /// No such key, subject or pair was seen long enough ago, with a request that was forwarded.
    pub(in crate::config) first_seen: Option<Part<Who>>,
    /// `true`: the token holds a scope with which no request of the subject was forwarded long enough
    /// ago.
    pub(in crate::config) scope_jump: Option<Part<bool>>,
    /// More requests of the subject were forwarded than is usual.
    pub(in crate::config) rate_above: Option<Part<Rate>>,
    /// With this request, more of the subject's would be forwarded than a limit.
    pub(in crate::config) budget: Option<Part<Budget>>,
}

/// What a hop says of the source of a request, and which words for it do not count.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct SourceClass {
    /// The header, in lower case. It is believed only where the certificate of the connection is of one
    /// of `hops`; without, repeated or malformed it counts.
    pub(in crate::config) header: Part<String>,
    /// The words that do not count, such as `DE`.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) none_of: Part<Vec<String>>,
}

/// A risk that a hop has scored.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RiskHeader {
    /// The header, in lower case: a decimal number. It is believed only where the certificate of the
    /// connection is of one of `hops`; without, repeated or malformed all points count.
    pub(in crate::config) header: Part<String>,
    /// The value that stands for all of the points. Of a lower one its share counts, rounded up.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minimum" = 1)))]
    pub(in crate::config) full: Part<Whole>,
}

/// A level of authentication, and which ones there are.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct AcrBelow {
    /// The `acr` that is asked for, one of `order`. One that is not listed counts as below it.
    pub(in crate::config) level: Part<String>,
    /// Values of `acr`, from the weakest to the strongest.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 2)))]
    pub(in crate::config) order: Part<Vec<String>>,
}

/// A place in the body, or in the arguments of a call, and exactly one of `like` and `unlike`. In a pattern
/// `*` stands for any characters. What stands there and is neither text nor number counts.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(extend("minProperties" = 2, "maxProperties" = 2))
)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Argument {
    /// A JSON pointer by the names of members. Of a list on the way every item is looked at.
    pub(in crate::config) at: Part<String>,
    /// A text that is like one of these counts, whatever its letter case. Nothing at all does not.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) like: Option<Part<Vec<String>>>,
    /// A text that is like none of these counts, and so does nothing at all.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) unlike: Option<Part<Vec<String>>>,
}

/// How much a proof says, from the least upward.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Strength {
    /// A signed statement beside the request: `dpop`, `wpt`.
    Dpop,
    /// The client certificate: `mtls`.
    Certificate,
    /// A signature over the request itself: `http_signature`, `wimse_signature`.
    Signature,
}

/// An amount of the granted transaction and its limit.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Above {
    /// A JSON pointer to the amount.
    pub(in crate::config) claim: Part<String>,
    /// The limit, a decimal number in quotes. An amount equal to it is not above it.
    pub(in crate::config) limit: Part<String>,
    /// The currency that the limit is in. An amount in another one counts as above it.
    pub(in crate::config) currency: Option<Part<Currency>>,
}

/// Where a currency stands, and which one it must be.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Currency {
    /// A JSON pointer to the currency.
    pub(in crate::config) claim: Part<String>,
    /// The currency of the limit.
    pub(in crate::config) is: Part<String>,
}
