//! How strongly the caller authenticated, as `acr` says.

use crate::risk::facts::Facts;

/// The levels that are enough. Which of two levels is the stronger one is the policy's to say, never
/// the order of their characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcrBelow {
    /// The level that is asked for, and those above it.
    pub enough: Vec<String>,
}

impl AcrBelow {
    /// Whether the token shows a level that is below, that nobody listed, or none.
    pub(super) fn holds(&self, facts: &dyn Facts) -> bool {
        let shown = facts.acr();
        !shown.is_some_and(|acr| self.enough.iter().any(|level| level == acr))
    }
}
