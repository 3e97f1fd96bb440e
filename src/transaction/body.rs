//! The body of a transaction route: declared, bounded, strict.

use crate::http::{Field, RequestHead, form, overrides};
use crate::json::{Fault, Json, Limits};
use crate::reason::Reason;
use crate::transaction::request::Content;
use std::fmt;

/// The content type of gRPC.
const GRPC: &[u8] = b"application/grpc";

/// What a route reads of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Size and depth.
    pub limits: Limits,
    /// As what it is read.
    pub reading: Reading,
}

/// As what a body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As JSON.
    Json,
    /// As a form.
    Form,
    /// As bytes alone, which are held against their digest.
    Bytes,
}

/// A body that was read.
pub enum Body<'b> {
    /// Nothing of it is known but its bytes.
    Bytes,
    /// A value of JSON.
    Json(Json),
    /// The members of a form, whose names no reader takes for one another.
    Form(Vec<form::Parameter<'b>>),
}

impl Body<'_> {
    /// What it says.
    #[must_use]
    pub fn content(&self) -> Content<'_> {
        match self {
            Self::Bytes => Content::None,
            Self::Json(value) => Content::Json(value),
            Self::Form(members) => Content::Form(members),
        }
    }
}

// A body is personal, so it is never shown.
impl fmt::Debug for Body<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Body").finish_non_exhaustive()
    }
}

/// Checks in the header phase what can be known of the body there: no transfer coding, no part of a
/// body, a declared length within the limit, and of what is read also its type (with at most
/// `charset=utf-8`) and no content coding.
///
/// # Errors
/// [`Reason::BodyType`], [`Reason::BodyEncoding`], [`Reason::BodyTooLarge`], [`Reason::HeaderMalformed`].
///
/// # Does not check
/// Whether there is a body at all, and whether a declared length is the true one: see [`read`].
pub fn announce(rules: &Rules, head: &RequestHead) -> Result<(), Reason> {
    match rules.reading {
        Reading::Json => declared(head, b"application/json")?, // B1, B2
        Reading::Form => declared(head, b"application/x-www-form-urlencoded")?, // B1, B2
        Reading::Bytes => {}
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

fn declared(head: &RequestHead, media_type: &[u8]) -> Result<(), Reason> {
    // B1: one media type, and it is this one.
    match head.field("content-type") {
        Field::One(value) if is_of(media_type, value) => {}
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

/// Checks in the header phase that a request is a call of gRPC. Its message is not read.
///
/// # Errors
/// [`Reason::BodyType`].
///
/// # Does not check
/// The message, its coding, and whether more than one comes.
pub fn grpc(head: &RequestHead) -> Result<(), Reason> {
    // B7: the one content type is that of gRPC, perhaps with the name of a coding, and not gRPC-Web.
    let Field::One(value) = head.field("content-type") else {
        return Err(Reason::BodyType);
    };
    let (start, rest) = value.split_at_checked(GRPC.len()).unwrap_or_default();
    let is_coding = |name: &[u8]| {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
        !name.is_empty() && name.iter().all(plain)
    };
    let is_grpc = start.eq_ignore_ascii_case(GRPC)
        && (rest.is_empty() || rest.strip_prefix(b"+").is_some_and(is_coding));
    if is_grpc {
        Ok(())
    } else {
        Err(Reason::BodyType)
    }
}

/// Reads the whole body.
///
/// # Errors
/// [`Reason::BodyTooLarge`], [`Reason::BodyMalformed`], [`Reason::OverrideRefused`].
pub fn read<'b>(rules: &Rules, bytes: &'b [u8]) -> Result<Body<'b>, Reason> {
    if bytes.len() > rules.limits.bytes {
        return Err(Reason::BodyTooLarge);
    }
    let body = match rules.reading {
        Reading::Bytes => return Ok(Body::Bytes),
        Reading::Json => Body::Json(json(rules, bytes)?),
        Reading::Form => Body::Form(form::members(bytes).ok_or(Reason::BodyMalformed)?),
    };
    // B6: no framework takes a member of it for the method.
    let overrides = match &body {
        Body::Bytes => false,
        Body::Json(value) => {
            let mut members = value.as_object().unwrap_or_default().iter();
            members.any(|(name, _)| overrides::is_method(name))
        }
        Body::Form(members) => {
            let mut members = members.iter();
            members.any(|(name, _)| overrides::is_method(name))
        }
    };
    if overrides {
        return Err(Reason::OverrideRefused);
    }
    Ok(body)
}

fn json(rules: &Rules, bytes: &[u8]) -> Result<Json, Reason> {
    // The size is known to be within the limit, so what is too large here is too deep, or a number.
    Json::parse(bytes, rules.limits).map_err(|fault| match fault {
        Fault::Syntax | Fault::Duplicate | Fault::TooLarge => Reason::BodyMalformed,
    })
}

/// Whether this is the media type, perhaps with the parameter `charset=utf-8`, and nothing else
/// (RFC 9110 section 8.3).
fn is_of(media_type: &[u8], value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let given = parts.next().unwrap_or_default();
    let charset = parts.next();
    let utf8 = |parameter: &[u8]| {
        [&b"charset=utf-8"[..], b"charset=\"utf-8\""]
            .iter()
            .any(|known| parameter.eq_ignore_ascii_case(known))
    };
    given.eq_ignore_ascii_case(media_type) && charset.is_none_or(utf8) && parts.next().is_none()
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
