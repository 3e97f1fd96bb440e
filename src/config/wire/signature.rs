//! What signatures over requests must be like, as it is written.

use super::scalar::Span;
use crate::config::part::Part;
use serde::Deserialize;

/// What a message signature must be like (RFC 9421).
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Signature {
    /// The `tag` of the one signature that counts; signatures with other tags are not looked at.
    /// Unless written, the request has one signature, with any tag.
    pub(in crate::config) tag: Option<Part<String>>,
    /// What it must cover: `@method`, `@authority`, `@path` and `@query` unless written. Beside these,
    /// always `authorization`, every other credential that the request carries, and `content-digest`
    /// of a request with a body. A component with parameters is written as in `Signature-Input`:
    /// `"@query-param";name="id"`.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) components: Option<Part<Vec<String>>>,
    /// How old a signature may be, by `created`: at most 5m, and 60s unless written.
    pub(in crate::config) max_age: Option<Part<Span>>,
    /// How far ahead of the gateway's clock `created` may lie: at most 60s, and 10s unless written.
    pub(in crate::config) max_ahead: Option<Part<Span>>,
    /// Accepted signature algorithms: ES256, ES384, `EdDSA` and PS512 unless written.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) algorithms: Option<Part<Vec<String>>>,
    /// Whether `nonce` must be there: `required` unless written.
    pub(in crate::config) nonce: Option<Part<Nonce>>,
}

/// Whether a signature must have a nonce.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_arch = "wasm32"), schemars(rename = "SignatureNonce"))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Nonce {
    /// It must.
    Required,
    /// It may. A request that is signed twice within a second then counts as replayed.
    Optional,
}
