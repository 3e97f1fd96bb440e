//! The body of a transaction route: declared, bounded, strict.

use crate::http::RequestHead;
use crate::json::{Json, Limits};
use crate::reason::Reason;

/// What a route reads of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Size and depth.
    pub limits: Limits,
}

/// Checks in the header phase what can be known of the body there: type `application/json` (with at most
/// `charset=utf-8`), no content coding, a declared length within the limit.
///
/// # Errors
/// [`Reason::BodyType`], [`Reason::BodyEncoding`], [`Reason::BodyTooLarge`], [`Reason::HeaderMalformed`].
pub fn announce(rules: &Rules, head: &RequestHead) -> Result<(), Reason> {
    let _ = (rules, head);
    todo!()
}

/// Reads the whole body.
///
/// # Errors
/// [`Reason::BodyTooLarge`], [`Reason::BodyMalformed`].
pub fn read(rules: &Rules, bytes: &[u8]) -> Result<Json, Reason> {
    let _ = (rules, bytes);
    todo!()
}
