//! How long what was forwarded may go on.

use crate::policy::Policy;
use std::time::Duration;

/// How long the streams of a route may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// How long one may go on after what it rests on has ended.
    pub grace: Duration,
    /// How long one may be open at all, without the grace.
    pub max_life: Duration,
    /// Whether a fresh token of the same caller, for the same transaction, carries one on.
    pub renew: bool,
}

impl Policy {
    /// Whether requests of any route carry streams on.
    #[must_use]
    pub fn renews(&self) -> bool {
        self.routes.iter().any(|route| route.renews.is_some())
    }
}
