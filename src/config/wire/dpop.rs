//! DPoP proofs as a policy has them.

use super::scalar::Span;
use crate::config::part::Part;
use serde::Deserialize;

/// What DPoP proofs must be like (RFC 9449).
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Dpop {
    /// How old a proof may be: at most 5m, and 60s unless written.
    pub(in crate::config) max_age: Option<Part<Span>>,
    /// How far ahead of the gateway's clock a proof may be dated: at most 60s, and 10s unless written.
    pub(in crate::config) max_ahead: Option<Part<Span>>,
    /// Accepted signature algorithms: ES256, PS256 and `EdDSA` unless written.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) algorithms: Option<Part<Vec<String>>>,
    /// What nonces are made with. Each route says by `nonce` what it does with them.
    pub(in crate::config) nonces: Option<Part<Nonces>>,
}

/// What nonces for DPoP proofs are made with (RFC 9449 sections 8 and 9). Nothing remembers one:
/// every gate with the same keys accepts what another made.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Nonces {
    /// Names of environment variables, each with a secret of at least 32 bytes: the first makes
    /// nonces, and those of all are accepted.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("minItems" = 1, "maxItems" = 4))
    )]
    pub(in crate::config) keys: Part<Vec<String>>,
    /// How long a nonce may be used: from 1s to 5m, and 60s unless written.
    pub(in crate::config) lifetime: Option<Part<Span>>,
}
