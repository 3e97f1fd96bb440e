//! What a transaction is held against: the request, and the claims that may grant it.

use crate::http::origin::Origin;
use crate::http::{RequestHead, form};
use crate::json::Json;
use crate::route::Parameters;
use crate::time::UnixTime;
use std::fmt;

/// The parts of a request that bindings speak of.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Now.
    pub now: UnixTime,
    /// The method.
    pub method: &'a str,
    /// The origin of the route.
    pub origin: &'a Origin,
    /// The path as it came.
    pub path: &'a str,
    /// Path parameters.
    pub parameters: &'a Parameters,
    /// The query as it came.
    pub query: Option<&'a str>,
    /// The header lines.
    pub head: &'a RequestHead,
    /// What the request says beside its head.
    pub content: Content<'a>,
    /// SHA-256 of the content, in base64url without padding, where the rules bind it: of a body as it
    /// came, of the arguments of a call in their canonical form (RFC 8785).
    pub digest: Option<&'a str>,
    /// The tool, where the request calls one.
    pub tool: Option<&'a str>,
}

/// What a request says beside its head, where the route reads it.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// Nothing, or nothing that is read.
    None,
    /// A value of JSON.
    Json(&'a Json),
    /// The members of a form.
    Form(&'a [form::Parameter<'a>]),
}

// What it says is personal, so it is never shown.
impl fmt::Debug for Content<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Content").finish_non_exhaustive()
    }
}

/// The claims that may grant a request.
#[derive(Clone, Copy, Default)]
pub struct Claims<'a> {
    /// Those of the caller's own token.
    pub token: Option<&'a Json>,
    /// Those of the transaction token.
    pub transaction_token: Option<&'a Json>,
}

// Claims are personal, so they are never shown.
impl fmt::Debug for Claims<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Claims").finish_non_exhaustive()
    }
}
