//! Single use of a transaction, as it is written.

use super::scalar::Span;
use crate::config::part::Part;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// How transactions are used once: a scope, or an object with one.
#[derive(Debug)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_arch = "wasm32"), schemars(untagged))]
pub(in crate::config) enum SingleUse {
    /// The scope alone.
    Scope(Part<UseScope>),
    /// The scope and more.
    Rules(Part<SingleUseRules>),
}

impl<'de> Deserialize<'de> for SingleUse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(if value.is_object() {
            Self::Rules(Part::read(value))
        } else {
            Self::Scope(Part::read(value))
        })
    }
}

/// How far the use of a transaction is remembered.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum UseScope {
    /// One worker: a transaction passes once on each of them.
    Worker,
    /// All workers of one proxy process: a transaction passes once on each replica.
    Host,
    /// All replicas that share the store of `replay.store`: a transaction passes once.
    Fleet,
}

/// How transactions are used once.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct SingleUseRules {
    /// How far a use is remembered.
    pub(in crate::config) scope: Part<UseScope>,
    /// A request header, in lower case. A second use passes if its value is there and the same as at
    /// the first, and so are the keys that were proven, method, origin, path, query and body. No second
    /// use passes unless written.
    pub(in crate::config) idempotency_key: Option<Part<String>>,
    /// The longest life of a token that carries a transaction, from its `iat` to its `exp`, 24h at
    /// most; others are refused. A use is remembered for longer than that: 1h unless written.
    pub(in crate::config) lifetime: Option<Part<Span>>,
}
