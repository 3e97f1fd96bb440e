//! Issuers of opaque tokens, as they are written.

use super::delegation::KindRule;
use super::issuer::UnknownConfirmation;
use super::scalar::{Age, Span, Whole};
use crate::config::part::Part;
use serde::Deserialize;

/// An issuer of opaque tokens: access tokens of any form, of which its authorization server tells
/// (RFC 7662). It is asked only about tokens whose sender has proven to hold a key.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct OpaqueIssuer {
    /// `iss` of its answers, character for character, where they have one. The same name as that of
    /// an issuer of signed tokens is the same issuer: it vouches for the same subjects.
    pub(in crate::config) issuer: Part<String>,
    /// Accepted members of `aud`, character for character. An answer must have one. One that is, or
    /// lies under, one of `origins` counts on the routes of that origin alone.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) audiences: Part<Vec<String>>,
    /// Who is asked, and how often.
    pub(in crate::config) introspection: Part<Introspection>,
    /// Tolerated difference of clocks, both ways: at most 60s, and 5s unless written.
    pub(in crate::config) leeway: Option<Part<Span>>,
    /// What to do with members of `cnf` that are not in the registry: `ignore` unless written.
    pub(in crate::config) unknown_confirmation: Option<Part<UnknownConfirmation>>,
    /// How its answers show of which kind their subjects are: the first rule that fits. Where none
    /// fits, the subject is of no kind.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minItems" = 1)))]
    pub(in crate::config) kinds: Option<Part<Vec<Part<KindRule>>>>,
}

/// Who is asked about opaque tokens, and how often.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Introspection {
    /// The cluster of the proxy that serves the introspection endpoint.
    pub(in crate::config) cluster: Part<String>,
    /// The path of the endpoint there.
    pub(in crate::config) path: Part<String>,
    /// `:authority` of a call: the name of the cluster unless written.
    pub(in crate::config) authority: Option<Part<String>>,
    /// How long one call may take: at most `waiting.deadline`.
    pub(in crate::config) timeout: Part<Span>,
    /// The gate as a client of the authorization server.
    pub(in crate::config) client: Part<Client>,
    /// How long an answer may serve, from `0s`, with which every request asks, to 10m. A token that
    /// was revoked passes no longer than this. No answer serves beyond `exp`, and one without `exp`
    /// serves once.
    pub(in crate::config) max_cache: Part<Age>,
    /// Most calls of one worker in a second: from 1 to 100000, and 100 unless written. Half of them
    /// are kept for senders under whose key a token was active lately.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(extend("minimum" = 1, "maximum" = 100_000)))]
    pub(in crate::config) max_calls: Option<Part<Whole>>,
    /// What to do with answers that have no `sub`, as servers give them of tokens that a client got
    /// for itself: `refuse` unless written.
    pub(in crate::config) without_subject: Option<Part<WithoutSubject>>,
}

/// What to do with answers that have no `sub`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum WithoutSubject {
    /// Refuse the token.
    Refuse,
    /// `client_id` is the subject. Only for servers that let no client choose an id that is some
    /// user's `sub`: it would be that user here.
    Client,
}

/// The gate as a client of an authorization server. It authenticates by HTTP Basic (RFC 6749
/// section 2.3.1).
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_arch = "wasm32"), schemars(rename = "introspection_client"))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Client {
    /// `client_id`.
    pub(in crate::config) id: Part<String>,
    /// The environment variable that holds the client secret.
    pub(in crate::config) secret: Part<String>,
}
