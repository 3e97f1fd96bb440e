//! A token that was issued for requests of this worker, until the last of them has ended.

use super::ExchangeId;
use super::revocation::Queue;
use crate::time::UnixTime;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

/// A token that a server issued. It need not be verified, nor handed to anyone: dropped in whatever
/// way, it is left to be revoked, where its server revokes.
pub struct Minted {
    text: String,
    by: ExchangeId,
    until: Cell<Option<UnixTime>>,
    queue: Option<Rc<RefCell<Queue>>>,
}

impl Minted {
    /// A token that this server issued, to be revoked through this queue.
    pub(super) fn of(text: String, by: ExchangeId, queue: Option<Rc<RefCell<Queue>>>) -> Self {
        Self {
            text,
            by,
            until: Cell::new(None),
            queue,
        }
    }

    /// The token, for the one header that carries it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// From here on it is known when the token ends by itself.
    pub(super) fn ends(&self, until: UnixTime) {
        self.until.set(Some(until));
    }
}

impl Drop for Minted {
    fn drop(&mut self) {
        if let Some(queue) = &self.queue
            && let Ok(mut queue) = queue.try_borrow_mut()
        {
            queue.want(self.by, std::mem::take(&mut self.text), self.until.get());
        }
    }
}

impl PartialEq for Minted {
    fn eq(&self, other: &Self) -> bool {
        self.by == other.by && self.text == other.text
    }
}

impl Eq for Minted {}

// A token is a secret, so it is never shown.
impl fmt::Debug for Minted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Minted")
            .field("by", &self.by)
            .finish_non_exhaustive()
    }
}
