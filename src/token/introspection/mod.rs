//! Opaque tokens: what the authorization server says of one is what the token says (RFC 7662).
//!
//! Pure: the host carries bytes. A [`desk::Desk`] knows what was answered, which calls are under way
//! and how many more may be made; [`request`] writes a call, [`answer`] reads what came of it.

pub mod answer;
mod budget;
mod cache;
pub mod desk;
pub mod request;
#[cfg(test)]
mod tests;

use crate::crypto::digest::Digest32;
use crate::json::{Json, Limits};
use crate::reason::Reason;
use crate::token::issuer::Issuer;
use crate::token::{IssuerId, Kind, Token};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

/// Largest answer that is read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 16 * 1024;
/// Longest opaque token that is asked about, in bytes.
pub const LONGEST_TOKEN: usize = 8 * 1024;

/// Where an issuer tells of its tokens, and on what terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The Envoy cluster.
    pub cluster: String,
    /// `:authority` of the request.
    pub authority: String,
    /// `:path` of the request.
    pub path: String,
    /// How long one call may take.
    pub timeout: Duration,
    /// `client_id` of the gate at the authorization server.
    pub client: String,
    /// The environment variable that holds the gate's client secret.
    pub secret: String,
    /// How long an answer may serve. Zero: every request asks.
    pub max_cache: Duration,
    /// Most calls of one worker in a second.
    pub max_calls: u32,
    /// Whose token it is where the answer has no `sub`.
    pub without_subject: WithoutSubject,
}

/// Whose token it is where an answer has no `sub`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutSubject {
    /// Nobody's: it is refused.
    Refuse,
    /// Its client's: `client_id` is the subject. Safe where the server lets no client choose an id
    /// that is some user's `sub` (RFC 9700 section 4.15).
    Client,
}

/// What came back over HTTP.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// `:status`, if it was one number.
    pub status: Option<u16>,
    /// `content-type`, if there was one.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The body, where it is one strict object of JSON and says so.
    pub(in crate::token) fn object(&self, limits: Limits) -> Option<Json> {
        let media_type = self.content_type.as_deref()?;
        let essence = media_type.split(';').next()?.trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return None;
        }
        let said = Json::parse(&self.body, limits).ok()?;
        said.as_object()?;
        Some(said)
    }
}

// The body holds claims, which are personal, so it is never shown.
impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// What came of asking: the token, or why there is none.
pub type Verdict = Result<Rc<Token>, Reason>;

/// A question about one token.
#[derive(Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// Whose token it would be.
    pub issuer: IssuerId,
    /// SHA-256 of the token as it was sent.
    pub hash: Digest32,
    /// The token itself, for the body of the call alone.
    pub token: Rc<str>,
    /// The key that the sender proved to hold: a thumbprint, or the digest of a certificate.
    pub holder: Digest32,
    /// How old an answer may be.
    pub max_age: Duration,
}

// A token is a secret, so it is never shown.
impl fmt::Debug for Inquiry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Inquiry")
            .field("issuer", &self.issuer)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

/// The issuer whose authorization server is asked about this token, if one is: the opaque one that
/// the route accepts. Where the route accepts issuers of signed tokens too, what is shaped as a
/// signed token is one of theirs, or nobody's.
#[must_use]
pub fn issuer_of(text: &str, issuers: &[Issuer], accepted: &[IssuerId]) -> Option<IssuerId> {
    let is_opaque = |id: &IssuerId| {
        let issuer = issuers.get(id.0);
        issuer.is_some_and(|issuer| issuer.kind == Kind::Opaque)
    };
    let opaque = *accepted.iter().find(|id| is_opaque(id))?;
    let alone = accepted.iter().all(is_opaque);
    (alone || !is_shaped_as_signed(text)).then_some(opaque)
}

/// Whether whoever has a token may know other spellings of it that its authorization server takes for
/// the same: one that is signed or encrypted (RFC 7515, RFC 7516) is read, and not looked up, and both a
/// signature and the last character of a segment can be written in more than one way.
#[must_use]
pub fn may_be_respelled(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().all(plain) && text.split('.').count() > 2
}

/// Three segments of base64url, none empty (RFC 7515 section 7.1).
fn is_shaped_as_signed(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let mut segments = text.split('.');
    let three = segments
        .by_ref()
        .take(3)
        .filter(|segment| !segment.is_empty() && segment.bytes().all(plain));
    three.count() == 3 && segments.next().is_none()
}
