//! Component identifiers and the signature base (RFC 9421 sections 2 and 2.5).

use crate::http::field::is_name;
use crate::http::form;
use crate::http::structured::{InnerList, Item};
use crate::proof::http_signature::{Message, field};

/// Most identifiers with parameters in one signature. For each of them a field, or the query, is read
/// from its beginning, before anything is known of the signature.
const MOST_PARTS: usize = 16;

/// The field of RFC 9530.
pub(super) const CONTENT_DIGEST: &str = "content-digest";

/// Which part of what its name stands for an identifier covers. All of its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<S> {
    /// The value as it came.
    Whole,
    /// `sf`: its strict serialisation.
    Strict,
    /// `bs`: each line as bytes.
    Wrapped,
    /// `key`: one member of a dictionary.
    Member(S),
    /// `name`: one parameter of the query.
    Parameter(S),
}

/// A component identifier as a signature names it. The order of its parameters does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identifier<'a> {
    name: &'a str,
    part: Part<&'a str>,
}

/// A component that a policy asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    text: String,
    name: String,
    part: Part<String>,
}

/// The text does not identify a component of a request that the gate knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownComponent;

impl Component {
    /// Reads an identifier: a name (`@method`, `content-digest`), or as a signature writes it, with
    /// parameters (`"@query-param";name="id"`).
    ///
    /// # Errors
    /// [`UnknownComponent`].
    pub fn parse(text: &str) -> Result<Self, UnknownComponent> {
        let quoted;
        let text = if text.starts_with('"') {
            text
        } else {
            quoted = ["\"", text, "\""].concat();
            &quoted
        };
        let item = Item::parse(text.as_bytes()).map_err(|_| UnknownComponent)?;
        let identifier = Identifier::of(&item).ok_or(UnknownComponent)?;
        let mut text = String::new();
        item.write(&mut text);
        Ok(Self {
            text,
            name: identifier.name.to_owned(),
            part: match identifier.part {
                Part::Whole => Part::Whole,
                Part::Strict => Part::Strict,
                Part::Wrapped => Part::Wrapped,
                Part::Member(key) => Part::Member(key.to_owned()),
                Part::Parameter(name) => Part::Parameter(name.to_owned()),
            },
        })
    }

    /// As a signature writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether this is of the field `Content-Digest`.
    #[must_use]
    pub fn is_content_digest(&self) -> bool {
        self.name == CONTENT_DIGEST
    }

    /// Whether what `identifier` covers is this, or more than this.
    pub(super) fn is_covered_by(&self, identifier: &Identifier<'_>) -> bool {
        let part = match &self.part {
            Part::Whole => Part::Whole,
            Part::Strict => Part::Strict,
            Part::Wrapped => Part::Wrapped,
            Part::Member(key) => Part::Member(key.as_str()),
            Part::Parameter(name) => Part::Parameter(name.as_str()),
        };
        let own = Identifier {
            name: &self.name,
            part,
        };
        own == *identifier || (part == Part::Whole && identifier.is_whole_field(&self.name))
    }
}

impl<'a> Identifier<'a> {
    /// Reads one item of the list of covered components. None for a name that is not a derived
    /// component of requests and no lower-case field name, for `signature` and `signature-input`
    /// (section 7.3.7), and for parameters that are unknown, contradict each other, are of the wrong
    /// type or not for this name: `req` is for responses, and trailers (`tr`) are not read.
    pub(super) fn of(item: &'a Item<'_>) -> Option<Self> {
        let name = item.value.text()?;
        let mut part = Part::Whole;
        for (parameter, value) in item.parameters.iter() {
            part = match (parameter, part) {
                ("sf", Part::Whole) if value.is_true() => Part::Strict,
                ("sf", Part::Member(key)) if value.is_true() => Part::Member(key),
                ("bs", Part::Whole) if value.is_true() => Part::Wrapped,
                ("key", Part::Whole | Part::Strict) => Part::Member(value.text()?),
                ("name", Part::Whole) => Part::Parameter(value.text()?),
                _ => return None,
            };
        }
        let known = match (name, part) {
            (
                "@method" | "@target-uri" | "@authority" | "@scheme" | "@request-target" | "@path"
                | "@query",
                Part::Whole,
            )
            | ("@query-param", Part::Parameter(_)) => true,
            ("signature" | "signature-input", _) | (_, Part::Parameter(_)) => false,
            (_, Part::Whole | Part::Strict | Part::Wrapped | Part::Member(_)) => is_name(name),
        };
        known.then_some(Self { name, part })
    }

    /// Whether this covers all or some of the field of this name.
    pub(super) fn is_of_field(&self, name: &str) -> bool {
        self.name == name
    }

    /// Whether this covers all of the field of this name.
    pub(super) fn is_whole_field(&self, name: &str) -> bool {
        self.name == name && matches!(self.part, Part::Whole | Part::Strict | Part::Wrapped)
    }

    /// Appends the value that this has in the request. None where it has none, or more than one.
    fn write_value(&self, message: &Message<'_>, out: &mut String) -> Option<()> {
        let Message {
            head,
            target,
            origin,
        } = message;
        match (self.name, self.part) {
            ("@method", _) => out.push_str(head.method()),
            ("@target-uri", _) => {
                out.push_str(origin.as_str());
                out.push_str(target.as_str());
            }
            ("@authority", _) => out.push_str(origin.authority()),
            ("@scheme", _) => out.push_str(origin.scheme()),
            ("@request-target", _) => out.push_str(target.as_str()),
            ("@path", _) => out.push_str(target.path()),
            ("@query", _) => {
                out.push('?');
                out.push_str(target.query().unwrap_or_default());
            }
            (_, Part::Parameter(name)) => write_parameter(target.query()?, name, out)?,
            (name, Part::Whole) => field::write_plain(head, name, out)?,
            (name, Part::Strict) => field::write_strict(head, name, out)?,
            (name, Part::Wrapped) => field::write_wrapped(head, name, out)?,
            (name, Part::Member(key)) => field::write_member(head, name, key, out)?,
        }
        Some(())
    }
}

/// What a signature covers: each identifier once. None where one is unknown or repeated (section
/// 2.5), and for more than 16 with parameters (section 7.5).
pub(super) fn identifiers<'a>(list: &'a InnerList<'_>) -> Option<Vec<Identifier<'a>>> {
    let mut found = Vec::with_capacity(list.items.len());
    let mut parts = 0_usize;
    for item in &list.items {
        let identifier = Identifier::of(item)?;
        parts = parts.saturating_add(usize::from(identifier.part != Part::Whole));
        if found.contains(&identifier) || parts > MOST_PARTS {
            return None;
        }
        found.push(identifier);
    }
    Some(found)
}

/// The text that was signed (section 2.5). `covered` are the identifiers of the list, in its order.
/// None where the request has no value for one of them.
pub(super) fn signature_base(
    list: &InnerList<'_>,
    covered: &[Identifier<'_>],
    message: &Message<'_>,
) -> Option<String> {
    let mut base = String::with_capacity(1024);
    for (item, identifier) in list.items.iter().zip(covered) {
        item.write(&mut base);
        base.push_str(": ");
        identifier.write_value(message, &mut base)?;
        base.push('\n');
    }
    base.push_str("\"@signature-params\": ");
    list.write(&mut base);
    Some(base)
}

/// The one parameter of this name (section 2.2.8): decoded, then encoded in one way. A query of
/// which readers differ has none.
fn write_parameter(query: &str, name: &str, out: &mut String) -> Option<()> {
    let start = out.len();
    let mut encoded = String::with_capacity(name.len());
    let mut found = false;
    for parameter in form::parameters(query) {
        let (own, value) = parameter?;
        encoded.clear();
        encode(&own, &mut encoded);
        if encoded == name {
            if found {
                out.truncate(start);
                return None;
            }
            found = true;
            encode(&value, out);
        }
    }
    found.then_some(())
}

/// "Percent-encode after encoding" with UTF-8 and the `application/x-www-form-urlencoded` set of the
/// WHATWG URL Standard, a space as `%20`.
fn encode(text: &str, out: &mut String) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or('0');
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"*-._".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(digit(byte >> 4));
            out.push(digit(byte & 15));
        }
    }
}
