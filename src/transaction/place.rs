//! Places of a request, and the values that stand there.

use crate::http::{Field, field, form};
use crate::json::{Json, Pointer};
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::transaction::items::Items;
use crate::transaction::request::{Content, Request};

/// A place of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The method.
    Method,
    /// A path parameter, percent-decoded.
    Path(String),
    /// A query parameter, decoded.
    Query(String),
    /// A header field of one line.
    Header(String),
    /// A member of the form that is the body, decoded.
    Form(String),
    /// A member of the JSON body.
    Body(Pointer),
    /// A member of each item of an array in the JSON body, which has at least one item.
    Each(Items),
    /// The exact sum of a member of each item of such an array.
    Sum(Items),
    /// How many items an array in the JSON body has.
    Count(Pointer),
    /// SHA-256 of the content, in base64url without padding.
    Digest,
    /// The tool that is called.
    Tool,
    /// The moment at which the request is judged.
    Now,
}

/// A value of a request.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    /// Characters: of a JSON string, or of a place that only has characters.
    Text(&'a str),
    /// The characters of a JSON number.
    Number(&'a str),
    /// A number of items.
    Count(usize),
    /// A moment.
    Moment(UnixTime),
}

impl<'a> Value<'a> {
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
    /// Hands over each value that stands here, which is at least one.
    ///
    /// # Errors
    /// [`Reason::ValueMissing`], [`Reason::ValueMalformed`], and what `judge` says.
    pub(super) fn visit(
        &self,
        request: &Request<'_>,
        query: &[form::Parameter<'_>],
        judge: &mut dyn FnMut(Value<'_>) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        match self {
            Self::Method => judge(Value::Text(request.method)),
            Self::Path(name) => {
                let mut parameters = request.parameters.iter();
                let found = parameters.find(|(parameter, _)| **parameter == **name);
                let (_, value) = found.ok_or(Reason::ValueMissing)?;
                judge(Value::Text(value))
            }
            Self::Query(name) => {
                let found = query.iter().find(|(parameter, _)| parameter == name);
                let (_, value) = found.ok_or(Reason::ValueMissing)?;
                judge(Value::Text(value))
            }
            Self::Header(name) => match request.head.field(name) {
                Field::Absent => Err(Reason::ValueMissing),
                Field::Several => Err(Reason::ValueMalformed),
                Field::One(line) => judge(Value::Text(
                    field::visible(line).ok_or(Reason::ValueMalformed)?,
                )),
            },
            Self::Form(name) => {
                let members = match request.content {
                    Content::None | Content::Json(_) => &[],
                    Content::Form(members) => members,
                };
                let mut members = members.iter();
                let found = members.find(|(member, _)| member == name);
                let (_, value) = found.ok_or(Reason::ValueMissing)?;
                judge(Value::Text(value))
            }
            Self::Body(pointer) => judge(member(body(request)?, pointer)?),
            Self::Each(items) | Self::Sum(items) => {
                let found = items.of(body(request)?).ok_or(Reason::ValueMissing)?;
                // T16: a batch of nothing is none.
                if found.is_empty() {
                    return Err(Reason::ValueMissing);
                }
                let mut found = found.iter();
                found.try_for_each(|item| judge(member(item, items.item())?))
            }
            Self::Count(pointer) => {
                let value = body(request)?.at(pointer).ok_or(Reason::ValueMissing)?;
                let items = value.as_array().ok_or(Reason::ValueMalformed)?;
                judge(Value::Count(items.len()))
            }
            Self::Digest => judge(Value::Text(request.digest.ok_or(Reason::ValueMissing)?)),
            Self::Tool => judge(Value::Text(request.tool.ok_or(Reason::ValueMissing)?)),
            Self::Now => judge(Value::Moment(request.now)),
        }
    }
}

impl Place {
    /// The one text that stands here.
    ///
    /// # Errors
    /// [`Reason::ValueMissing`], [`Reason::ValueMalformed`].
    pub(super) fn text(
        &self,
        request: &Request<'_>,
        query: &[form::Parameter<'_>],
    ) -> Result<String, Reason> {
        let mut found = None;
        self.visit(request, query, &mut |value| match value {
            Value::Text(text) if found.is_none() => {
                found = Some(text.to_owned());
                Ok(())
            }
            Value::Text(_) | Value::Number(_) | Value::Count(_) | Value::Moment(_) => {
                Err(Reason::ValueMalformed)
            }
        })?;
        found.ok_or(Reason::ValueMissing)
    }
}

fn body<'v>(request: &Request<'v>) -> Result<&'v Json, Reason> {
    match request.content {
        Content::None | Content::Form(_) => Err(Reason::ValueMissing),
        Content::Json(body) => Ok(body),
    }
}

fn member<'v>(value: &'v Json, pointer: &Pointer) -> Result<Value<'v>, Reason> {
    let found = value.at(pointer).ok_or(Reason::ValueMissing)?;
    Value::of(found).ok_or(Reason::ValueMalformed)
}
