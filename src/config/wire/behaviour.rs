//! What is remembered of earlier requests, as it is written.

use super::scalar::{Size, Span, Whole};
use crate::config::part::Part;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How much is remembered of the requests that were forwarded, and how long. It is this process's
/// own: it begins with nothing, and no replica knows another's.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Behaviour {
    /// The memory: at most 256MiB, and 4MiB unless written. What counts for the process is what its
    /// first policy said.
    pub(in crate::config) memory: Option<Part<Size>>,
    /// How long ago a key, a subject, a pair or a scope must have been seen first to count as seen:
    /// at most 24h, and 10m unless written.
    pub(in crate::config) after: Option<Part<Span>>,
    /// How long after it was seen last it counts as never seen: at most 8760h, and 720h unless
    /// written.
    pub(in crate::config) keep: Option<Part<Span>>,
}

/// Who was seen before.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Who {
    /// The key that was proven, or the certificate that was shown, with whichever subject.
    Key,
    /// The subject, with whichever key.
    Subject,
    /// The subject with this key.
    Pair,
}

/// How many requests of the subject within which while.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Rate {
    /// How many are not too many, this one among them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minimum" = 1)))]
    pub(in crate::config) requests: Part<Whole>,
    /// The while: at most 720h.
    pub(in crate::config) within: Part<Span>,
}

/// What of the subject's requests may be forwarded within a while: exactly one of `count`, `sum`,
/// `distinct` and `sequence`. What was forwarded counts for all of the while, and for a sixteenth of
/// it longer at most.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(extend("minProperties" = 2, "maxProperties" = 2))
)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Budget {
    /// The while: at most 720h.
    pub(in crate::config) within: Part<Span>,
    /// How many requests, this one among them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minimum" = 1)))]
    pub(in crate::config) count: Option<Part<Whole>>,
    /// How much of an amount, this request's among it.
    pub(in crate::config) sum: Option<Part<Sum>>,
    /// How many different values, this request's among them.
    pub(in crate::config) distinct: Option<Part<Distinct>>,
    /// Names of routes, or of classes of calls (`mcp`). It counts where this request, of the last of them, follows requests of all
    /// others in this order, whatever came between.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("minItems" = 2, "maxItems" = 8))
    )]
    pub(in crate::config) sequence: Option<Part<Vec<String>>>,
}

/// A sum of an amount of the granted transaction: with a `limit`, or with `limits` for each
/// `currency`.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(extend("oneOf" = [
        { "required": ["limit"] },
        { "required": ["currency", "limits"] },
    ]))
)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Sum {
    /// A JSON pointer to the amount.
    pub(in crate::config) claim: Part<String>,
    /// The limit, a decimal number in quotes, where the amount has one unit. A sum equal to it is not
    /// above it.
    pub(in crate::config) limit: Option<Part<String>>,
    /// A JSON pointer to the currency. Each has a sum of its own.
    pub(in crate::config) currency: Option<Part<String>>,
    /// The limit for each currency. Every amount in another one is above.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("minProperties" = 1, "maxProperties" = 8))
    )]
    pub(in crate::config) limits: Option<Part<BTreeMap<String, Part<String>>>>,
}

/// Different values of the granted transaction.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Distinct {
    /// A JSON pointer to the value.
    pub(in crate::config) claim: Part<String>,
    /// How many are not too many: at most 64.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("minimum" = 1, "maximum" = 64))
    )]
    pub(in crate::config) limit: Part<Whole>,
}
