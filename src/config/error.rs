//! What is wrong with a policy, and where.

use std::collections::BTreeSet;
use std::fmt;

/// One fault of a policy. Displayed as `routes[2].step_up.ask: there is no service named "pdp2"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Where: member names joined by dots, places in lists in brackets; `document` for the whole.
    pub path: String,
    /// What is wrong, and where it is not obvious, what to do.
    pub problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.problem)
    }
}

/// The text with what a reader of logs may take for the end of a line escaped: deserializers quote
/// the document as it is.
fn plain(said: String) -> String {
    let breaks = |it: char| it.is_control() || matches!(it, '\u{2028}' | '\u{2029}');
    if !said.contains(breaks) {
        return said;
    }
    let mut text = String::with_capacity(said.len());
    for character in said.chars() {
        if breaks(character) {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}

impl std::error::Error for ConfigError {}

impl ConfigError {
    /// A fault at a path.
    pub(super) fn new(path: String, problem: impl Into<String>) -> Self {
        Self {
            path: plain(path),
            problem: plain(problem.into()),
        }
    }

    /// A fault of the whole document.
    pub(super) fn document(problem: impl Into<String>) -> Self {
        Self::new(At::Document.to_string(), problem)
    }
}

/// A place in the document. Costs nothing until a fault names it.
#[derive(Clone, Copy, Debug)]
pub(super) enum At<'a> {
    /// The whole.
    Document,
    /// A member of an object.
    Member(&'a Self, &'a str),
    /// An item of a list.
    Item(&'a Self, usize),
}

impl At<'_> {
    /// A member of the object here.
    pub(super) fn member<'a>(&'a self, name: &'a str) -> At<'a> {
        At::Member(self, name)
    }

    /// An item of the list here.
    pub(super) fn item(&self, place: usize) -> At<'_> {
        At::Item(self, place)
    }

    /// The place below this one that a deserializer names.
    pub(super) fn below(&self, relative: &str) -> String {
        // Where a text ends too early, the last step is not known.
        let known = relative.strip_suffix('?').unwrap_or(relative);
        match (self, known.strip_suffix('.').unwrap_or(known)) {
            (_, "") => self.to_string(),
            (Self::Document, path) => path.to_owned(),
            (Self::Member(..) | Self::Item(..), path) if path.starts_with('[') => {
                format!("{self}{path}")
            }
            (Self::Member(..) | Self::Item(..), path) => format!("{self}.{path}"),
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => formatter.write_str("document"),
            Self::Member(Self::Document, name) => write!(formatter, "{}", name.escape_debug()),
            Self::Member(parent, name) => write!(formatter, "{parent}.{}", name.escape_debug()),
            Self::Item(parent, place) => write!(formatter, "{parent}[{place}]"),
        }
    }
}

/// All faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<ConfigError>);

impl Faults {
    /// Adds a fault at a place.
    pub(super) fn add(&mut self, at: &At<'_>, problem: impl Into<String>) {
        self.push(at.to_string(), problem);
    }

    /// Adds a fault at a path.
    pub(super) fn push(&mut self, path: String, problem: impl Into<String>) {
        self.0.push(ConfigError::new(path, problem));
    }

    /// Keeps the value if there is one, and adds the fault otherwise.
    pub(super) fn keep<T>(
        &mut self,
        value: Result<T, impl Into<String>>,
        at: &At<'_>,
    ) -> Option<T> {
        value.map_err(|problem| self.add(at, problem)).ok()
    }

    /// Adds the fault unless the condition holds, and says whether it does.
    pub(super) fn check(&mut self, holds: bool, at: &At<'_>, problem: impl Into<String>) -> bool {
        if !holds {
            self.add(at, problem);
        }
        holds
    }

    /// The value, if nothing is wrong. Of several faults at one path only the first is told: the
    /// others follow from it.
    pub(super) fn into_result<T>(self, value: Option<T>) -> Result<T, Vec<ConfigError>> {
        let mut paths = BTreeSet::new();
        let mut faults = self.0;
        faults.retain(|fault| paths.insert(fault.path.clone()));
        match value {
            Some(value) if faults.is_empty() => Ok(value),
            None if faults.is_empty() => Err(vec![ConfigError::document("cannot be used")]),
            Some(_) | None => Err(faults),
        }
    }
}
