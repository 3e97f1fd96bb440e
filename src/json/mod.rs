//! Strict JSON as evidence: no duplicate member at any depth, numbers kept as their text.

pub mod decimal;
pub mod names;
mod reader;
#[cfg(test)]
mod tests;

/// A JSON value whose numbers are the characters that were received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// The text of a number, as received.
    Number(String),
    /// A string, decoded.
    String(String),
    /// An array.
    Array(Vec<Self>),
    /// An object, its members in order; names are unique.
    Object(Vec<(String, Self)>),
}

/// How much JSON is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes.
    pub bytes: usize,
    /// Deepest nesting of arrays and objects.
    pub depth: u32,
}

/// Why a text is not JSON that may be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not JSON (RFC 8259), not UTF-8, or something follows the value.
    Syntax,
    /// A member name is repeated.
    Duplicate,
    /// Larger or deeper than the limits.
    TooLarge,
}

impl Json {
    /// Reads one value that fills `bytes` (RFC 8259, without a byte order mark).
    ///
    /// A number keeps its text, as long as that has at most 100 characters and an exponent of at
    /// most two digits; another is [`Fault::TooLarge`], so that `1e400` is never a value.
    ///
    /// # Errors
    /// A [`Fault`].
    pub fn parse(bytes: &[u8], limits: Limits) -> Result<Self, Fault> {
        reader::read(bytes, limits)
    }

    /// The member of this name, if this is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(member, _)| member == name)
                .map(|(_, value)| value),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Array(_) => None,
        }
    }

    /// The value that the pointer names.
    #[must_use]
    pub fn at(&self, pointer: &Pointer) -> Option<&Self> {
        pointer
            .tokens
            .iter()
            .try_fold(self, |value, token| match value {
                Self::Object(_) => value.get(token),
                Self::Array(items) => items.get(index(token)?),
                Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => None,
            })
    }

    /// The text, if this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// The integer, if this is a number written as one and fits. `1.0`, `1e3` and `-0` are not.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(text) if text != "-0" => text.parse().ok(),
            Self::Number(_)
            | Self::Null
            | Self::Bool(_)
            | Self::String(_)
            | Self::Array(_)
            | Self::Object(_) => None,
        }
    }

    /// The items, if this is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Object(_) => {
                None
            }
        }
    }

    /// The members in their order, if this is an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&[(String, Self)]> {
        match self {
            Self::Object(members) => Some(members),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Array(_) => None,
        }
    }
}

/// An array index as RFC 6901 section 4 writes it: digits without leading zeros. `-`, the item
/// after the last, names nothing.
fn index(token: &str) -> Option<usize> {
    let plain = token.bytes().all(|byte| byte.is_ascii_digit());
    (plain && (token == "0" || !token.starts_with('0')))
        .then(|| token.parse().ok())
        .flatten()
}

/// A JSON pointer (RFC 6901), read once at load.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pointer {
    tokens: Vec<String>,
}

impl Pointer {
    /// Reads a pointer. The empty pointer names the whole value; another begins with `/`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self { tokens: Vec::new() });
        }
        let tokens = text
            .strip_prefix('/')?
            .split('/')
            .map(unescape)
            .collect::<Option<_>>()?;
        Some(Self { tokens })
    }

    /// The reference tokens, decoded.
    #[must_use]
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }
}

/// A reference token with `~1` read as `/` and `~0` as `~`. None for another use of `~`.
fn unescape(token: &str) -> Option<String> {
    let mut out = String::with_capacity(token.len());
    let mut rest = token.chars();
    while let Some(character) = rest.next() {
        out.push(match character {
            '~' => match rest.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(out)
}
