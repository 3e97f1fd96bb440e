//! The body of a transaction route: declared, bounded, strict.

use crate::http::{Field, RequestHead, overrides};
use crate::json::{Fault, Json, Limits};
use crate::reason::Reason;

/// What a route reads of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Size and depth.
    pub limits: Limits,
    /// Whether it is read as JSON. Where it is not, it is only held, against its digest.
    pub is_json: bool,
}

/// Checks in the header phase what can be known of the body there: no transfer coding, no part of a
/// body, a declared length within the limit, and of JSON also the type `application/json` (with at most
/// `charset=utf-8`) and no content coding.
///
/// # Errors
/// [`Reason::BodyType`], [`Reason::BodyEncoding`], [`Reason::BodyTooLarge`], [`Reason::HeaderMalformed`].
///
/// # Does not check
/// Whether there is a body at all, and whether a declared length is the true one: see [`read`].
pub fn announce(rules: &Rules, head: &RequestHead) -> Result<(), Reason> {
    if rules.is_json {
        json(head)?; // B1, B2
    }
    // B3: no transfer coding but the framing itself.
    match head.field("transfer-encoding") {
        Field::Absent => {}
        Field::One(value) if value.trim_ascii().eq_ignore_ascii_case(b"chunked") => {}
        Field::One(_) | Field::Several => return Err(Reason::BodyEncoding),
    }
    // B5: it is the whole, and not a part that some upstream puts into what it has (RFC 9110 section 14.5).
    if head.field("content-range") != Field::Absent {
        return Err(Reason::BodyEncoding);
    }
    // B4: a declared length is a number within the limit.
    match head.field("content-length") {
        Field::Absent => Ok(()),
        Field::One(value) => match declared_length(value)? {
            Some(length) if length <= rules.limits.bytes => Ok(()),
            Some(_) | None => Err(Reason::BodyTooLarge),
        },
        Field::Several => Err(Reason::HeaderMalformed),
    }
}

fn json(head: &RequestHead) -> Result<(), Reason> {
    // B1: one media type, and it is JSON.
    match head.field("content-type") {
        Field::One(value) if is_json(value) => {}
        Field::Absent | Field::One(_) | Field::Several => return Err(Reason::BodyType),
    }
    // B2: no content coding.
    match head.field("content-encoding") {
        Field::Absent => Ok(()),
        Field::One(value) if value.trim_ascii().eq_ignore_ascii_case(b"identity") => Ok(()),
        Field::One(_) | Field::Several => Err(Reason::BodyEncoding),
    }
}

/// Refuses a head that is all of its request and declares a body all the same: an upstream would
/// take what comes next on the connection for that body.
///
/// # Errors
/// [`Reason::HeaderMalformed`].
pub fn undeclared_where_alone(head: &RequestHead) -> Result<(), Reason> {
    let is_undeclared = match head.field("content-length") {
        Field::Absent => true,
        Field::One(value) => declared_length(value)? == Some(0),
        Field::Several => false,
    };
    if is_undeclared || !head.is_alone() {
        Ok(())
    } else {
        Err(Reason::HeaderMalformed)
    }
}

/// Checks in the header phase that there is no body, for a transaction that reads none: what is not
/// read cannot be held against the transaction.
///
/// # Errors
/// [`Reason::BodyUnlisted`].
pub fn absent(head: &RequestHead) -> Result<(), Reason> {
    if head.is_alone() {
        Ok(())
    } else {
        Err(Reason::BodyUnlisted)
    }
}

/// Reads the whole body. None where it is not read as JSON.
///
/// # Errors
/// [`Reason::BodyTooLarge`], [`Reason::BodyMalformed`], [`Reason::OverrideRefused`].
pub fn read(rules: &Rules, bytes: &[u8]) -> Result<Option<Json>, Reason> {
    if bytes.len() > rules.limits.bytes {
        return Err(Reason::BodyTooLarge);
    }
    if !rules.is_json {
        return Ok(None);
    }
    // The size is known to be within the limit, so what is too large here is too deep, or a number.
    let json = Json::parse(bytes, rules.limits).map_err(|fault| match fault {
        Fault::Syntax | Fault::Duplicate | Fault::TooLarge => Reason::BodyMalformed,
    })?;
    // B6: no framework takes a member of it for the method.
    let mut names = json.as_object().unwrap_or_default().iter();
    if names.any(|(name, _)| overrides::is_method(name)) {
        return Err(Reason::OverrideRefused);
    }
    Ok(Some(json))
}

/// Whether this is `application/json`, perhaps with the parameter `charset=utf-8`, and nothing else
/// (RFC 9110 section 8.3).
fn is_json(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let media_type = parts.next().unwrap_or_default();
    let charset = parts.next();
    let utf8 = |parameter: &[u8]| {
        [&b"charset=utf-8"[..], b"charset=\"utf-8\""]
            .iter()
            .any(|known| parameter.eq_ignore_ascii_case(known))
    };
    media_type.eq_ignore_ascii_case(b"application/json")
        && charset.is_none_or(utf8)
        && parts.next().is_none()
}

/// The number that `content-length` declares; none where it is larger than any that can be held.
fn declared_length(value: &[u8]) -> Result<Option<usize>, Reason> {
    let digits = std::str::from_utf8(value).map_err(|_| Reason::HeaderMalformed)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Reason::HeaderMalformed);
    }
    Ok(digits.parse().ok())
}

#[cfg(test)]
mod tests;
