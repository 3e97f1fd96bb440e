//! The `Authorization` field: one scheme, one token.

#[cfg(test)]
mod tests;

use crate::http::{Field, RequestHead};
use crate::reason::Reason;
use std::fmt;

/// Longest value that is looked at, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// The scheme under which a token was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// RFC 9449 section 7.1.
    Dpop,
    /// RFC 6750 section 2.1.
    Bearer,
}

/// A token as it was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// The scheme.
    pub scheme: Scheme,
    /// The token, unread.
    pub token: &'a str,
}

// A token is a secret, so it is never shown.
impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}

impl<'a> Credentials<'a> {
    /// Reads the one `Authorization` field of a request. A token in the query, in the body or in
    /// `Proxy-Authorization` is nobody's credential here.
    ///
    /// - D20 (RFC 9449 section 7.1): the scheme in any case, one or more spaces, a `token68`.
    /// - D24 (section 7.2): no second field, no second scheme.
    ///
    /// # Errors
    /// [`Reason::CredentialsMissing`] without the field, [`Reason::CredentialsMalformed`] for
    /// anything else, another scheme included.
    ///
    /// # Does not check
    /// What the token is.
    pub fn read(head: &'a RequestHead) -> Result<Self, Reason> {
        match head.field("authorization") {
            Field::Absent => Err(Reason::CredentialsMissing),
            Field::Several => Err(Reason::CredentialsMalformed), // D24
            Field::One(value) => Self::parse(value).ok_or(Reason::CredentialsMalformed),
        }
    }

    fn parse(value: &'a [u8]) -> Option<Self> {
        if value.len() > MAX_BYTES {
            return None;
        }
        let (scheme, token) = std::str::from_utf8(value).ok()?.split_once(' ')?;
        let scheme = if scheme.eq_ignore_ascii_case("DPoP") {
            Scheme::Dpop
        } else if scheme.eq_ignore_ascii_case("Bearer") {
            Scheme::Bearer
        } else {
            return None;
        };
        let token = token.trim_start_matches(' ');
        is_token68(token).then_some(Self { scheme, token }) // D20, D24
    }
}

/// RFC 9110 section 11.2: one or more plain characters, then padding. So no comma, space or quote.
fn is_token68(text: &str) -> bool {
    let plain = text.trim_end_matches('=');
    !plain.is_empty()
        && plain.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
        })
}
