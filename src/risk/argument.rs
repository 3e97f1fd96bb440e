//! What stands at a place in the body, or in the arguments of a call.

use crate::json::{Json, Pointer};
use crate::risk::facts::Facts;
use crate::risk::pattern::Pattern;

/// Most patterns of one signal.
pub const MOST_PATTERNS: usize = 32;
/// Longest text that is held against them, in bytes. A longer one counts.
pub const LONGEST: usize = 4096;
/// Most items of a list that are. More of them count.
pub const MOST_ITEMS: usize = 64;

/// A place, and what makes a text there count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The names of members on the way to it. Of a list on the way, every item is looked at.
    pub at: Pointer,
    /// What counts.
    pub counts: Counts,
}

/// What makes a text count. Letter case decides nothing where a text must not be like a pattern, and
/// everything where it must: either way what could be meant by it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counts {
    /// It is like one of these, in lower case. Where there is nothing, nothing is like them.
    Like(Vec<Pattern>),
    /// It is like none of these. Where there is nothing, it counts.
    Unlike(Vec<Pattern>),
}

impl Argument {
    /// Whether a text there counts, or whatever else stands there than texts and numbers.
    ///
    /// # Does not check
    /// What a text means to who reads it: `%2e`, `..` and a dot may be one to them.
    pub(super) fn holds(&self, facts: &dyn Facts) -> bool {
        let content = facts.content();
        content.is_none_or(|content| self.of(content, self.at.tokens()))
    }

    fn of(&self, value: &Json, way: &[String]) -> bool {
        match (value, way.split_first()) {
            (Json::Array(items), _) if items.len() > MOST_ITEMS => true,
            (Json::Array(items), _) if items.is_empty() => self.of_nothing(),
            (Json::Array(items), _) => items.iter().any(|item| self.of(item, way)),
            (Json::Object(_), Some((name, rest))) => match value.get(name) {
                Some(member) => self.of(member, rest),
                None => self.of_nothing(),
            },
            (Json::String(text) | Json::Number(text), None) => self.of_text(text),
            (Json::String(_) | Json::Number(_), Some(_))
            | (Json::Object(_), None)
            | (Json::Null | Json::Bool(_), _) => true,
        }
    }

    fn of_nothing(&self) -> bool {
        match &self.counts {
            Counts::Like(_) => false,
            Counts::Unlike(_) => true,
        }
    }

    fn of_text(&self, text: &str) -> bool {
        if text.len() > LONGEST {
            return true;
        }
        match &self.counts {
            Counts::Like(patterns) => {
                let text = text.to_lowercase();
                patterns.iter().any(|pattern| pattern.fits(&text))
            }
            Counts::Unlike(patterns) => !patterns.iter().any(|pattern| pattern.fits(text)),
        }
    }
}
