//! How long what was forwarded may go on.

use std::time::Duration;

/// How long the streams of a route may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// How long one may go on after what it rests on has ended.
    pub grace: Duration,
    /// How long one may be open at all, without the grace.
    pub max_life: Duration,
}
