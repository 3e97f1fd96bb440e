//! Which route a request belongs to: by method and path template, first match wins, indexed.

mod index;
mod segment;
#[cfg(test)]
mod tests;

pub use index::{Index, Shadowed};

use crate::http::budget::{MAX_PATH_SEGMENTS, MAX_TARGET_BYTES};
use crate::http::target::Target;
use segment::Segments;
use std::rc::Rc;

/// A path template of literal segments and `{parameters}`, each filling one whole segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    segments: Vec<Segment>,
}

/// One segment of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Matches the same segment in each of its spellings (RFC 3986 section 6.2.2), letter case kept:
    /// `%7e` is `~`, `%c3` is `%C3`. Here in its normal one.
    Literal(String),
    /// Matches any one segment and names it.
    Parameter(Rc<str>),
}

/// Why a text is not a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadTemplate(pub &'static str);

/// The path parameters of a match: names, and percent-decoded values.
pub type Parameters = Vec<(Rc<str>, String)>;

/// What the index has for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The route of this index (its place in the list the index was built from).
    Route(usize),
    /// Some route lists this path, but none this method.
    OtherMethod,
    /// Some route lists this path in another spelling: in other letter case, or with an escape of a
    /// reserved character that the route writes plainly (or the reverse). Readers differ on whether
    /// that is the same path, so the target is ambiguous.
    OtherSpelling,
    /// No route lists this path.
    Nothing,
}

impl Template {
    /// Reads a template such as `/accounts/{account}/transfers`.
    ///
    /// # Errors
    /// [`BadTemplate`] says what is wrong: no leading slash, an ambiguous segment, a repeated or
    /// malformed parameter name.
    pub fn parse(text: &str) -> Result<Self, BadTemplate> {
        if text.len() > MAX_TARGET_BYTES {
            return Err(BadTemplate("is longer than a target may be"));
        }
        let path = Segments::of(text).ok_or(BadTemplate("does not begin with `/`"))?;
        let mut segments = Vec::new();
        for segment in path {
            let segment = Segment::parse(segment)?;
            if segments.len() >= MAX_PATH_SEGMENTS {
                return Err(BadTemplate("has more than 32 segments"));
            }
            if matches!(segment, Segment::Parameter(_)) && segments.contains(&segment) {
                return Err(BadTemplate("names a parameter twice"));
            }
            segments.push(segment);
        }
        Ok(Self { segments })
    }

    /// The segments.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The names of the parameters, in order.
    pub fn names(&self) -> impl Iterator<Item = &Rc<str>> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Parameter(name) => Some(name),
            Segment::Literal(_) => None,
        })
    }

    /// The parameters of a path that this template matched. Values that are not UTF-8 once decoded
    /// are none.
    #[must_use]
    pub fn parameters(&self, path: &str) -> Option<Parameters> {
        let mut path = Segments::of(path)?;
        let mut parameters = Vec::new();
        for segment in &self.segments {
            let value = path.next()?;
            if let Segment::Parameter(name) = segment {
                parameters.push((Rc::clone(name), segment::decoded(value)?));
            }
        }
        path.next().is_none().then_some(parameters)
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, BadTemplate> {
        if text.is_empty() {
            return Err(BadTemplate(
                "has an empty segment: write no two slashes in a row and none at the end",
            ));
        }
        if let Some(name) = text.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            let plain = name.starts_with(|first: char| first.is_ascii_lowercase())
                && name
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
            return plain.then(|| Self::Parameter(name.into())).ok_or(BadTemplate(
                "names a parameter badly: write a lower-case letter, then lower-case letters, digits and `_`",
            ));
        }
        if text.contains(['{', '}']) {
            return Err(BadTemplate(
                "has a parameter that does not fill its segment: write `/{name}/`",
            ));
        }
        if matches!(text, "*" | "**") {
            return Err(BadTemplate(
                "has a wildcard: write `{name}` for any one segment",
            ));
        }
        if text.contains('?') || Target::parse(&format!("/{text}")).is_err() {
            return Err(BadTemplate(
                "has a segment that can be read in two ways, so no request for it would pass",
            ));
        }
        Ok(Self::Literal(segment::spelling(text)))
    }
}
