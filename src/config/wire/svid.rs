//! Trust domains whose JWT-SVIDs are accepted, as they are written.

use super::issuer::Keys;
use super::scalar::Span;
use crate::config::part::Part;
use serde::Deserialize;

/// A trust domain whose JWT-SVIDs are accepted. A JWT-SVID is bound to no key, so it counts only on
/// routes with `mtls`, and only where the client's certificate names the same workload.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct SvidIssuer {
    /// The name of the trust domain, such as `example.org`.
    pub(in crate::config) trust_domain: Part<String>,
    /// Accepted members of `aud`, character for character. One that is, or lies under, one of
    /// `origins` counts on the routes of that origin alone.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) audiences: Part<Vec<String>>,
    /// Accepted signature algorithms: ES256, ES384, RS256, PS256, PS512.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) algorithms: Part<Vec<String>>,
    /// Where its bundle comes from. The keys that count are those with `use: jwt-svid`.
    pub(in crate::config) keys: Part<Keys>,
    /// Tolerated difference of clocks, both ways: at most 60s, and 5s unless written.
    pub(in crate::config) leeway: Option<Part<Span>>,
}
