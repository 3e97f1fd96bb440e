//! Places of a request, and the values that stand there.

use crate::http::{Field, form};
use crate::json::{Json, Pointer};
use crate::reason::Reason;
use crate::transaction::request::{Content, Request};

/// A place of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A path parameter, percent-decoded.
    Path(String),
    /// A query parameter, decoded.
    Query(String),
    /// A header field of one line.
    Header(String),
    /// A member of the JSON body.
    Body(Pointer),
    /// A member of the form that is the body, decoded.
    Form(String),
}

/// A value as it was written.
#[derive(Clone, Copy)]
pub(super) enum Written<'a> {
    /// Characters: of a JSON string, or of a place that only has characters.
    Text(&'a str),
    /// The characters of a JSON number.
    Number(&'a str),
}

impl<'a> Written<'a> {
    /// The value of a string or of a number.
    pub(super) fn of(value: &'a Json) -> Option<Self> {
        match value {
            Json::String(text) => Some(Self::Text(text)),
            Json::Number(text) => Some(Self::Number(text)),
            Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
        }
    }
}

impl Place {
    /// The value that stands here.
    ///
    /// # Errors
    /// [`Reason::ValueMissing`], [`Reason::ValueMalformed`].
    pub(super) fn read<'v>(
        &self,
        request: &Request<'v>,
        query: &'v [form::Parameter<'_>],
    ) -> Result<Written<'v>, Reason> {
        match self {
            Self::Path(name) => request
                .parameters
                .iter()
                .find(|(parameter, _)| **parameter == **name)
                .map(|(_, value)| Written::Text(value))
                .ok_or(Reason::ValueMissing),
            Self::Query(name) => query
                .iter()
                .find(|(parameter, _)| parameter == name)
                .map(|(_, value)| Written::Text(value))
                .ok_or(Reason::ValueMissing),
            Self::Header(name) => match request.head.field(name) {
                Field::Absent => Err(Reason::ValueMissing),
                Field::Several => Err(Reason::ValueMalformed),
                Field::One(line) => visible(line).map(Written::Text),
            },
            Self::Form(name) => {
                let members = match request.content {
                    Content::None | Content::Json(_) => &[],
                    Content::Form(members) => members,
                };
                let mut members = members.iter();
                let found = members.find(|(member, _)| member == name);
                let (_, value) = found.ok_or(Reason::ValueMissing)?;
                Ok(Written::Text(value))
            }
            Self::Body(pointer) => {
                let value = match request.content {
                    Content::None | Content::Form(_) => None,
                    Content::Json(body) => body.at(pointer),
                };
                Written::of(value.ok_or(Reason::ValueMissing)?).ok_or(Reason::ValueMalformed)
            }
        }
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
