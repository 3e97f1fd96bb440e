//! From a reason to the wire: the one table.

use crate::reason::Reason;

/// A local reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Why. Its code is the response-code detail.
    pub reason: Reason,
    /// HTTP status.
    pub status: u16,
    /// Response headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}
