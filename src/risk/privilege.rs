//! Excess privilege: what a token may do beyond what the route asks for.

use crate::risk::facts::Facts;

/// How many scopes a token may hold beyond those of the route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcessScopes {
    /// More than this many count.
    pub above: usize,
    /// The scopes of the route.
    pub needed: Vec<String>,
}

impl ExcessScopes {
    pub(super) fn holds(&self, facts: &dyn Facts) -> bool {
        facts.scopes().is_none_or(|held| {
            let others = held.iter().filter(|held| !self.needed.contains(held));
            others.count() > self.above
        })
    }
}
