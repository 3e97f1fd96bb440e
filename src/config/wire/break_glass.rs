//! Who may break the glass, as it is written.

use super::scalar::Span;
use crate::config::part::Part;
use serde::Deserialize;

/// A way in for people while what the gate relies on elsewhere is down, on the routes with
/// `break_glass: true`. Everything is decided here: no decision service is asked, no store, no
/// authorization server, and no key is fetched.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct BreakGlass {
    /// Names of `issuers` whose tokens serve for this and nothing else. Their keys are inline, their
    /// `kinds` tell a `human`, and no route and no status list names them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) issuers: Part<Vec<String>>,
    /// Accepted `acr`, any one of them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) acr_values: Part<Vec<String>>,
    /// Longest time since the person authenticated: at most 15m, and 5m unless written.
    pub(in crate::config) max_age: Option<Part<Span>>,
    /// Longest time from `iat` to `exp` of the token: at most 1h, and 15m unless written.
    pub(in crate::config) max_token_age: Option<Part<Span>>,
}
