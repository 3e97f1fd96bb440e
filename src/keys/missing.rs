//! Key names that a fresh set did not have: not asked for again for a while.

use crate::time::UnixTime;
use std::collections::VecDeque;
use std::time::Duration;

const LASTING: Duration = Duration::from_secs(30);
const MOST: usize = 256;

/// Names that are known to be missing, oldest first.
#[derive(Debug, Default)]
pub(super) struct Missing(VecDeque<(String, UnixTime)>);

impl Missing {
    /// Remembers a name. The oldest goes where there is no room: then its next request costs a
    /// fetch from the same budget, and nothing else.
    pub(super) fn note(&mut self, name: &str, now: UnixTime) {
        self.0
            .retain(|(other, until)| now < *until && other != name);
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back((name.to_owned(), now.after(LASTING)));
    }

    /// Whether a name is known to be missing.
    pub(super) fn has(&self, name: &str, now: UnixTime) -> bool {
        self.0
            .iter()
            .any(|(other, until)| now < *until && other == name)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
