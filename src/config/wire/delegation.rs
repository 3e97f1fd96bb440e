//! Kinds of subjects, and who may act for others, as it is written.

use super::scalar::Whole;
use crate::config::part::Part;
use serde::Deserialize;

/// A kind of subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Kind {
    /// A person.
    Human,
    /// A program that acts for its owner, always in the same way. Callers with a JWT-SVID, a workload
    /// identity token or a certificate of `peers` are workloads, whatever they claim.
    Workload,
    /// A program that chooses for itself what it does.
    Agent,
}

/// How a token shows of which kind its subject is.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct KindRule {
    /// The kind.
    pub(in crate::config) kind: Part<Kind>,
    /// A JSON pointer into the claims of the token, or into the answer of its authorization server.
    pub(in crate::config) claim: Part<String>,
    /// The texts that show it, character for character; a list shows it by any of its items.
    /// Whatever stands there shows it, but null and false, unless written.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) any_of: Option<Part<Vec<String>>>,
}

/// Who may act for the subjects of a route's tokens (`act`, RFC 8693 section 4.1).
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Delegation {
    /// Longest chain of actors: at most 8, and 1 unless written. The outermost decides; those inside
    /// it are history.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minimum" = 1, "maximum" = 8)))]
    pub(in crate::config) max_depth: Option<Part<Whole>>,
    /// Who may act.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) actors: Part<Vec<Part<Actor>>>,
    /// Whether requests without an actor are refused: false unless written.
    pub(in crate::config) required: Option<Part<bool>>,
}

/// One who may act for others.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Actor {
    /// `iss` of `act`, character for character; where `act` has none, the issuer of the token.
    pub(in crate::config) issuer: Part<String>,
    /// `sub` of `act`, character for character.
    pub(in crate::config) subject: Part<String>,
    /// Its kind, for records and decision services: of none unless written.
    pub(in crate::config) kind: Option<Part<Kind>>,
}
