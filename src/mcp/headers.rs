//! The headers that repeat the body, held against it. Intermediaries route and meter by them.

use crate::http::{Field, RequestHead};
use crate::json::decimal::Decimal;
use crate::json::{Json, Pointer};
use crate::mcp::{Message, Revision};
use crate::reason::Reason;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// The header that names the revision.
const VERSION: &str = "mcp-protocol-version";
/// The header that repeats the method.
const METHOD: &str = "mcp-method";
/// The header that repeats the name of the tool or prompt, or the URI of the resource.
const NAME: &str = "mcp-name";
/// Headers that repeat one argument each begin so.
const PARAMETER: &str = "mcp-param-";

/// Where the body names the revision, in `params._meta`.
const META: &str = "io.modelcontextprotocol/protocolVersion";

/// The request that agrees on a revision, and so cannot name it yet.
const INITIALIZE: &str = "initialize";

/// A header that repeats an argument: `Mcp-Param-*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// The whole header name, in lower case.
    pub header: String,
    /// Where the value stands in the arguments.
    pub argument: Pointer,
}

/// Finds the revision of a message and holds the headers that name it and its method against it.
///
/// # Errors
/// [`Reason::McpVersion`] where the message names no listed revision, or none at all where only
/// newer ones are listed; [`Reason::McpHeaderMismatch`]; [`Reason::McpMalformed`] where `_meta` is
/// no object.
///
/// # Does not check
/// The revision that an `initialize` proposes: the one that both agree on is named by what follows.
pub(super) fn revision(
    versions: &[Revision],
    message: &Message<'_>,
    head: &RequestHead,
) -> Result<Revision, Reason> {
    let inside = match message.param("_meta") {
        None => None,
        Some(meta @ Json::Object(_)) => meta.get(META),
        Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_)) => {
            return Err(Reason::McpMalformed);
        }
    };
    let revision = match line(head, VERSION)? {
        Some(text) => {
            // M8: a revision that is listed.
            let listed = Revision::of(text).filter(|it| versions.contains(it));
            let revision = listed.ok_or(Reason::McpVersion)?;
            // M9: the body names the same one, and a newer one always.
            let same = inside.map_or(!revision.mirrors(), |it| it.as_str() == Some(text));
            if !same {
                return Err(Reason::McpHeaderMismatch);
            }
            revision
        }
        // M10: a body that names a revision has the header too.
        None if inside.is_some() => return Err(Reason::McpHeaderMismatch),
        None => *unnamed(versions, message).ok_or(Reason::McpVersion)?,
    };
    // M11: the method is the one of the body.
    match line(head, METHOD)? {
        Some(text) if text == message.method => Ok(revision),
        None if !revision.mirrors() => Ok(revision),
        Some(_) | None => Err(Reason::McpHeaderMismatch),
    }
}

/// The revision of a message without the header: the oldest never has it, and `initialize` agrees on
/// one of those before the newest.
fn unnamed<'v>(versions: &'v [Revision], message: &Message<'_>) -> Option<&'v Revision> {
    versions.iter().find(|revision| match revision {
        Revision::March2025 => true,
        Revision::June2025 | Revision::November2025 => message.method == INITIALIZE,
        Revision::July2026 => false,
    })
}

/// Holds `Mcp-Name` against the name that the body has, if its method has one.
///
/// # Errors
/// [`Reason::McpHeaderMismatch`].
pub(super) fn name(
    revision: Revision,
    name: Option<&str>,
    head: &RequestHead,
) -> Result<(), Reason> {
    // M12: the name is the one of the body, decoded. Where the body has none, nor has the header.
    match (line(head, NAME)?, name) {
        (Some(text), Some(name)) if decoded(text).as_deref() == Some(name) => Ok(()),
        (None, None) => Ok(()),
        (None, Some(_)) if !revision.mirrors() => Ok(()),
        (Some(_), _) | (None, Some(_)) => Err(Reason::McpHeaderMismatch),
    }
}

/// Holds the `Mcp-Param-*` headers against the arguments.
///
/// # Errors
/// [`Reason::McpHeaderMismatch`].
pub(super) fn parameters(
    revision: Revision,
    mirrors: &[Mirror],
    arguments: Option<&Json>,
    head: &RequestHead,
) -> Result<(), Reason> {
    // M13: none is there that the policy does not know the argument of.
    let mut parameters = head.names().filter(|name| is_parameter(name));
    if !parameters.all(|name| mirrors.iter().any(|mirror| mirror.header == name)) {
        return Err(Reason::McpHeaderMismatch);
    }
    for mirror in mirrors {
        let value = arguments.and_then(|it| it.at(&mirror.argument));
        let value = value.filter(|it| **it != Json::Null);
        // M14: each is the argument. Where that is not there, or null, nor is the header.
        let agree = match (line(head, &mirror.header)?, value) {
            (Some(text), Some(value)) => decoded(text).is_some_and(|it| is_same(&it, value)),
            (None, None) => true,
            (None, Some(_)) => !revision.mirrors(),
            (Some(_), None) => false,
        };
        if !agree {
            return Err(Reason::McpHeaderMismatch);
        }
    }
    Ok(())
}

/// Whether some reader takes this for a header that repeats an argument.
fn is_parameter(name: &str) -> bool {
    name.get(..PARAMETER.len())
        .is_some_and(|start| crate::http::alike(start, PARAMETER))
}

/// The one line of a header, without the white space around it.
fn line<'h>(head: &'h RequestHead, name: &str) -> Result<Option<&'h str>, Reason> {
    match head.field(name) {
        Field::Absent => Ok(None),
        Field::One(value) => {
            let text = std::str::from_utf8(value).map_err(|_| Reason::McpHeaderMismatch)?;
            let text = text.trim_matches([' ', '\t']);
            let plain = !text.is_empty() && text.bytes().all(|it| matches!(it, b' '..=b'~'));
            plain.then_some(Some(text)).ok_or(Reason::McpHeaderMismatch)
        }
        Field::Several => Err(Reason::McpHeaderMismatch),
    }
}

/// A value as it was meant: `=?base64?...?=` is read as canonical base64 of UTF-8.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    let encoded = text
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="));
    match encoded {
        None => Some(Cow::Borrowed(text)),
        Some(encoded) => {
            let bytes = STANDARD.decode(encoded).ok()?;
            String::from_utf8(bytes).ok().map(Cow::Owned)
        }
    }
}

/// Whether a header says what an argument holds: numbers by their value, everything else by its
/// characters.
fn is_same(text: &str, value: &Json) -> bool {
    match value {
        Json::String(own) => text == own,
        Json::Number(own) => text == own || same_number(text, own),
        Json::Bool(true) => text == "true",
        Json::Bool(false) => text == "false",
        Json::Null | Json::Array(_) | Json::Object(_) => false,
    }
}

fn same_number(one: &str, other: &str) -> bool {
    let unsigned = |text: &str| Decimal::parse(text.strip_prefix('-').unwrap_or(text));
    let signs = one.starts_with('-') == other.starts_with('-');
    signs && matches!((unsigned(one), unsigned(other)), (Some(one), Some(other)) if one == other)
}
