//! Structured fields (RFC 9651), more strictly than they ask: a key that is repeated is refused,
//! where the RFC lets the last one win.

#[cfg(test)]
mod tests;
mod visit;

use sfv::{BareItemFromInput, ItemSerializer, KeyRef, ListSerializer, Parser};
use std::fmt;

/// Most members of a list, a dictionary or an inner list, and most parameters of one item.
const MOST_MEMBERS: usize = 64;

/// The bytes are not the structured field that they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not the structured field that it should be")
    }
}

impl std::error::Error for Malformed {}

/// What kind of structured field a field is by its definition (RFC 9651 section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A single item.
    Item,
    /// A list of items and inner lists.
    List,
    /// A dictionary of items and inner lists.
    Dictionary,
}

/// A single value, without parameters.
#[derive(Clone, Debug)]
pub struct Bare<'a>(BareItemFromInput<'a>);

impl Bare<'_> {
    /// The text of a String.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.0.as_string().map(sfv::StringRef::as_str)
    }

    /// The number of an Integer.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        self.0.as_integer().map(i64::from)
    }

    /// The bytes of a Byte Sequence.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        self.0.as_byte_sequence()
    }

    /// Whether this is the Boolean true, which is what a parameter or member without a value is.
    #[must_use]
    pub fn is_true(&self) -> bool {
        self.0.as_boolean() == Some(true)
    }
}

/// Parameters, in order, no key twice.
#[derive(Clone, Debug, Default)]
pub struct Parameters<'a>(Vec<(&'a KeyRef, Bare<'a>)>);

impl<'a> Parameters<'a> {
    /// The parameter of this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Bare<'a>> {
        self.iter()
            .find_map(|(own, value)| (own == key).then_some(value))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &Bare<'a>)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

/// A value with its parameters.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// The value.
    pub value: Bare<'a>,
    /// Its parameters.
    pub parameters: Parameters<'a>,
}

impl<'a> Item<'a> {
    /// Reads a field that is one item.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn parse(field: &'a [u8]) -> Result<Self, Malformed> {
        let mut items = Vec::with_capacity(1);
        Parser::new(field)
            .parse_item_with_visitor(visit::Next(&mut items))
            .map_err(|_| Malformed)?;
        items.pop().ok_or(Malformed)
    }

    /// Appends its one serialisation (RFC 9651 section 4.1.3).
    pub fn write(&self, out: &mut String) {
        let parameters = self.parameters.0.iter();
        let _written = ItemSerializer::with_buffer(out)
            .bare_item(&self.value.0)
            .parameters(parameters.map(|(key, value)| (*key, &value.0)))
            .finish();
    }
}

/// A list of items, with parameters of its own.
#[derive(Clone, Debug, Default)]
pub struct InnerList<'a> {
    /// The items.
    pub items: Vec<Item<'a>>,
    /// The parameters of the list.
    pub parameters: Parameters<'a>,
}

impl InnerList<'_> {
    /// Appends its one serialisation (RFC 9651 section 4.1.1.1).
    pub fn write(&self, out: &mut String) {
        let mut list = ListSerializer::with_buffer(out);
        let mut inner = list.inner_list();
        for item in &self.items {
            let parameters = item.parameters.0.iter();
            let _written = inner
                .bare_item(&item.value.0)
                .parameters(parameters.map(|(key, value)| (*key, &value.0)))
                .finish();
        }
        let parameters = self.parameters.0.iter();
        let _written = inner
            .finish()
            .parameters(parameters.map(|(key, value)| (*key, &value.0)))
            .finish();
    }
}

/// A member of a list or of a dictionary.
#[derive(Clone, Debug)]
pub enum Member<'a> {
    /// An item.
    Item(Item<'a>),
    /// An inner list.
    List(InnerList<'a>),
}

impl Member<'_> {
    /// Appends its one serialisation, of a dictionary's member without its key.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Item(item) => item.write(out),
            Self::List(list) => list.write(out),
        }
    }
}

/// A dictionary, in order, no key twice.
#[derive(Clone, Debug, Default)]
pub struct Dictionary<'a>(Vec<(&'a KeyRef, Member<'a>)>);

impl<'a> Dictionary<'a> {
    /// Reads a field that is a dictionary. One without a member is an empty field.
    ///
    /// # Errors
    /// [`Malformed`], also for a key that is repeated, in the dictionary or among the parameters of
    /// one value, and for more than 64 of either.
    pub fn parse(field: &'a [u8]) -> Result<Self, Malformed> {
        Parser::new(field)
            .parse_dictionary_with_visitor(Self::default())
            .map_err(|_| Malformed)
    }

    /// The member of this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Member<'a>> {
        self.iter()
            .find_map(|(own, member)| (own == key).then_some(member))
    }

    /// All members, in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'a str, &Member<'a>)> {
        self.0.iter().map(|(key, member)| (key.as_str(), member))
    }

    /// All members, in order, taken out.
    pub fn into_members(self) -> impl Iterator<Item = (&'a str, Member<'a>)> {
        self.0
            .into_iter()
            .map(|(key, member)| (key.as_str(), member))
    }

    /// Appends its one serialisation (RFC 9651 section 4.1.2).
    pub fn write(&self, out: &mut String) {
        for (at, (key, member)) in self.0.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            out.push_str(key.as_str());
            match member {
                Member::Item(item) if item.value.is_true() => {
                    let mut text = String::new();
                    item.write(&mut text);
                    out.push_str(text.strip_prefix("?1").unwrap_or(&text));
                }
                Member::Item(_) | Member::List(_) => {
                    out.push('=');
                    member.write(out);
                }
            }
        }
    }
}

/// Reads a field of a known kind and gives its one serialisation (RFC 9651 section 4.1).
///
/// # Errors
/// [`Malformed`].
pub fn strict(kind: Kind, field: &[u8]) -> Result<String, Malformed> {
    let mut out = String::with_capacity(field.len());
    match kind {
        Kind::Item => Item::parse(field)?.write(&mut out),
        Kind::Dictionary => Dictionary::parse(field)?.write(&mut out),
        Kind::List => {
            let members = Parser::new(field)
                .parse_list_with_visitor(visit::Members::default())
                .map_err(|_| Malformed)?;
            for (at, member) in members.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                member.write(&mut out);
            }
        }
    }
    Ok(out)
}

/// Appends bytes as a Byte Sequence (RFC 9651 section 4.1.8).
pub fn write_bytes(bytes: &[u8], out: &mut String) {
    let _written = ItemSerializer::with_buffer(out).bare_item(bytes).finish();
}

/// Appends a text as a String (RFC 9651 section 4.1.6).
///
/// # Errors
/// [`Malformed`] for a character that is not printable ASCII.
pub fn write_text(text: &str, out: &mut String) -> Result<(), Malformed> {
    let text = sfv::StringRef::from_str(text).map_err(|_| Malformed)?;
    let _written = ItemSerializer::with_buffer(out).bare_item(text).finish();
    Ok(())
}
