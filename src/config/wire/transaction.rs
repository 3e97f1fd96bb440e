//! A route's transaction as it is written: where it is granted, and what must agree with it.

use super::single_use::SingleUse;
use crate::config::part::Part;
use serde::Deserialize;

/// What the token must grant, and where the request must agree with it.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(extend("oneOf" = [
        { "required": ["authorization_details"] },
        { "required": ["granted_in"] },
    ]))
)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Transaction {
    /// `type` of the one object in `authorization_details` that must grant the request (RFC 9396).
    pub(in crate::config) authorization_details: Option<Part<String>>,
    /// Where the granted transaction stands otherwise: `tctx`, of the route's transaction token.
    pub(in crate::config) granted_in: Option<Part<GrantedIn>>,
    /// What must agree.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) bind: Part<Vec<Part<Binding>>>,
    /// JSON pointers to body members that may be there although nothing binds them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) allow_body: Option<Part<Vec<String>>>,
    /// Query parameters that may be there although nothing binds them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) allow_query: Option<Part<Vec<String>>>,
    /// Members of a form (`body: form`) that may be there although nothing binds them.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) allow_form: Option<Part<Vec<String>>>,
    /// Has each transaction used once: how far a use is remembered, alone or with more. As often as
    /// its token passes unless written.
    pub(in crate::config) single_use: Option<Part<SingleUse>>,
}

/// Where a granted transaction stands.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum GrantedIn {
    /// In `tctx` of the transaction token.
    Tctx,
}

/// A claim of the granted transaction and the place of the request that must agree with it.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Binding {
    /// A JSON pointer into the granted transaction.
    pub(in crate::config) claim: Part<String>,
    /// `body:/pointer`, `form:member`, `path:parameter`, `query:parameter` or `header:name`; in a class of calls
    /// `argument:/pointer` in place of `body:/pointer`.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("pattern" = "^(body:/|argument:/|form:|path:|query:|header:)."))
    )]
    pub(in crate::config) equals: Part<String>,
    /// How they are compared: as strings, character for character, unless written.
    pub(in crate::config) r#as: Option<Part<As>>,
}

/// How a claim and a value are compared.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum As {
    /// As exact decimal numbers: `10` is `10.00`.
    Decimal,
}
