//! A route's transaction as it is written: where it is granted, and what must agree with it.

use super::single_use::SingleUse;
use crate::config::part::Part;
use serde::Deserialize;

/// What the token must grant, and where the request must agree with it.
///
/// A granted transaction is closed: a member of it that no binding, no field of this section and no
/// `allow_grant` names refuses the request. Nothing that somebody granted is left unjudged.
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
    /// Its `locations`, if it has any, must be URIs of which one covers the request: the same
    /// origin, and a path that the request's path lies under by whole segments.
    pub(in crate::config) authorization_details: Option<Part<String>>,
    /// Where the granted transaction stands otherwise.
    pub(in crate::config) granted_in: Option<Part<GrantedIn>>,
    /// What the detail's `actions` must list, all of it. A detail lists what it is limited to, so
    /// one that has `actions` fits only a route that writes this, binds `/actions` or allows it
    /// under `allow_grant`. So also for the three fields that follow.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) actions: Option<Part<Vec<String>>>,
    /// What the detail's `datatypes` must list, all of it.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) datatypes: Option<Part<Vec<String>>>,
    /// What the detail's `privileges` must list, all of it.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) privileges: Option<Part<Vec<String>>>,
    /// The place whose value the detail's `identifier` must be: `path:account`. It selects one among
    /// several details of the type.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("pattern" = "^(body:/|argument:/|form:|path:|query:|header:)."))
    )]
    pub(in crate::config) identifier: Option<Part<String>>,
    /// What must agree.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) bind: Part<Vec<Part<Binding>>>,
    /// JSON pointers to members of the granted transaction that may be there although nothing binds
    /// them. `*` stands for every item of an array.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) allow_grant: Option<Part<Vec<String>>>,
    /// JSON pointers to body members that may be there although nothing binds them. `*` stands for
    /// every item of an array.
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
    /// In `tctx` of the route's transaction token.
    Tctx,
    /// In the claims of the caller's own token. They are not closed: a token has many.
    Claims,
}

/// A claim and the place of the request that must agree with it, by one of `equals`, `caps`, `lists`,
/// `covers` and `outlasts`.
///
/// Places: `method`, `path:parameter`, `query:parameter`, `header:name`, `form:member`, `body:/pointer`,
/// `each:/pointer/*/member` (every item of an array, at least one), `sum:/pointer/*/member` (their
/// exact sum), `count:/pointer` (how many there are), `digest` (SHA-256 of the body, in base64url),
/// and `now`. In a class of calls, `argument:/pointer` stands in place of `body:/pointer`, the arrays
/// are those of the arguments, `arguments` is SHA-256 of their canonical JSON (RFC 8785), in base64url,
/// and `tool` is the tool that is called.
///
/// Where the items of an array are held by `equals` or `caps` against one claim, something says how many
/// of them there are: a `count:` or `sum:` of the same array.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(extend("oneOf" = [
        { "required": ["equals"] },
        { "required": ["caps"] },
        { "required": ["lists"], "properties": { "as": false } },
        { "required": ["covers"], "properties": { "as": false } },
        { "required": ["outlasts"], "properties": { "as": false } },
    ]))
)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Binding {
    /// A JSON pointer into the granted transaction; or `claims:/pointer` into the claims of the
    /// caller's own token, `tctx:/pointer` or `rctx:/pointer` into those of the transaction token.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("pattern" = "^(claims:|tctx:|rctx:)?/."))
    )]
    pub(in crate::config) claim: Part<String>,
    /// The value at this place is the claim.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("pattern" = "^((body|argument|each|sum|count):/.+|(path|query|header|form):.+|method|digest|arguments|tool)$"))
    )]
    pub(in crate::config) equals: Option<Part<String>>,
    /// The number at this place is not above the claim: both are exact decimals.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("pattern" = "^((body|argument|each|sum|count):/.+|(path|query|header|form):.+)$"))
    )]
    pub(in crate::config) caps: Option<Part<String>>,
    /// The value at this place is one of the strings that the claim is an array of.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("pattern" = "^((body|argument|each):/.+|(path|query|header|form):.+|method|digest|arguments|tool)$"))
    )]
    pub(in crate::config) lists: Option<Part<String>>,
    /// The path at this place is the claim, or lies under it by whole segments: `/a` covers `/a` and
    /// `/a/b`, and not `/ab`. A path with an empty segment, a dot segment or an escape is malformed.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("pattern" = "^((body|argument|each):/.+|(path|query|header|form):.+)$"))
    )]
    pub(in crate::config) covers: Option<Part<String>>,
    /// The instant at this place is not after the claim. Both are of RFC 3339, with upper-case `T`
    /// and `Z`. `now` is the moment of the request.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("pattern" = "^((body|argument|each):/.+|(path|query|header|form):.+|now)$"))
    )]
    pub(in crate::config) outlasts: Option<Part<String>>,
    /// How they are compared under `equals`: as strings, character for character, unless written.
    /// Under `caps`, numbers are decimals, written or not.
    pub(in crate::config) r#as: Option<Part<As>>,
}

/// How a claim and a value are compared.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum As {
    /// As exact decimal numbers: `10` is `10.00`.
    Decimal,
    /// As exact decimal numbers with no more digits after the point than the currency at this claim
    /// has minor units (ISO 4217): two of `EUR`, none of `JPY`, three of `KWD`. The claim's code is
    /// written in upper case; one that no currency in use has refuses.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        schemars(extend("pattern" = "^(claims:|tctx:|rctx:)?/."))
    )]
    AmountIn(String),
}
