//! The `Authorization` field: one scheme, one token.

use crate::http::RequestHead;
use crate::reason::Reason;

/// The scheme under which a token was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// RFC 9449 section 7.1.
    Dpop,
    /// RFC 6750 section 2.1.
    Bearer,
}

/// A token as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// The scheme.
    pub scheme: Scheme,
    /// The token, unread.
    pub token: &'a str,
}

impl<'a> Credentials<'a> {
    /// Reads the one `Authorization` field of a request (D20, D24).
    ///
    /// # Errors
    /// [`Reason::CredentialsMissing`], [`Reason::CredentialsMalformed`].
    pub fn read(head: &'a RequestHead) -> Result<Self, Reason> {
        let _ = head;
        todo!()
    }
}
