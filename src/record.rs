//! The decision record: one JSON line for every verdict.

/// What a verdict was and what it rested on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {}

impl Record {
    /// The record as one line of JSON, without a line end.
    #[must_use]
    pub fn to_json(&self) -> String {
        String::new()
    }
}
