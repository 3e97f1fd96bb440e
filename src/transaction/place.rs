//! The bound values: read from their places in the request, and compared with the claims.

use crate::http::{Field, form};
use crate::json::Json;
use crate::json::decimal::Decimal;
use crate::reason::Reason;
use crate::transaction::{Binding, Comparison, Place, Request};

/// A value as it was written.
#[derive(Clone, Copy)]
enum Written<'a> {
    /// Characters: of a JSON string, or of a place that only has characters.
    Text(&'a str),
    /// The characters of a JSON number.
    Number(&'a str),
}

/// Holds one binding against the request.
///
/// # Errors
/// [`Reason::ClaimMissing`], [`Reason::ValueMissing`], [`Reason::ValueMalformed`],
/// [`Reason::ValueMismatch`].
pub(super) fn agree(
    binding: &Binding,
    detail: &Json,
    request: &Request<'_>,
    query: &[form::Parameter<'_>],
) -> Result<(), Reason> {
    // T9: the claim is there. T10: the value is there.
    let claim = detail.at(&binding.claim).ok_or(Reason::ClaimMissing)?;
    let value = read(&binding.place, request, query)?;
    // T11: both have the form that the comparison needs. T12: they are the same.
    let claim = written(claim).ok_or(Reason::ValueMalformed)?;
    let same = match binding.comparison {
        Comparison::Exact => exact(claim)? == exact(value)?,
        Comparison::Decimal => decimal(claim)? == decimal(value)?,
    };
    if same {
        Ok(())
    } else {
        Err(Reason::ValueMismatch)
    }
}

fn exact(value: Written<'_>) -> Result<&str, Reason> {
    match value {
        Written::Text(text) => Ok(text),
        Written::Number(_) => Err(Reason::ValueMalformed),
    }
}

fn decimal(value: Written<'_>) -> Result<Decimal, Reason> {
    match value {
        Written::Text(text) | Written::Number(text) => {
            Decimal::parse(text).ok_or(Reason::ValueMalformed)
        }
    }
}

fn read<'v>(
    place: &Place,
    request: &Request<'v>,
    query: &'v [form::Parameter<'_>],
) -> Result<Written<'v>, Reason> {
    match place {
        Place::Path(name) => request
            .parameters
            .iter()
            .find(|(parameter, _)| **parameter == **name)
            .map(|(_, value)| Written::Text(value))
            .ok_or(Reason::ValueMissing),
        Place::Query(name) => query
            .iter()
            .find(|(parameter, _)| parameter == name)
            .map(|(_, value)| Written::Text(value))
            .ok_or(Reason::ValueMissing),
        Place::Header(name) => match request.head.field(name) {
            Field::Absent => Err(Reason::ValueMissing),
            Field::Several => Err(Reason::ValueMalformed),
            Field::One(line) => visible(line).map(Written::Text),
        },
        Place::Body(pointer) => {
            let value = request.body.and_then(|body| body.at(pointer));
            written(value.ok_or(Reason::ValueMissing)?).ok_or(Reason::ValueMalformed)
        }
    }
}

fn written(value: &Json) -> Option<Written<'_>> {
    match value {
        Json::String(text) => Some(Written::Text(text)),
        Json::Number(text) => Some(Written::Number(text)),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// The whole line, without the white space around it. It is not read as a list: a comma is a comma.
fn visible(line: &[u8]) -> Result<&str, Reason> {
    let text = std::str::from_utf8(line).map_err(|_| Reason::ValueMalformed)?;
    let text = text.trim_matches([' ', '\t']);
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Reason::ValueMalformed);
    }
    Ok(text)
}
