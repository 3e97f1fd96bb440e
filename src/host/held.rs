//! A request on the host, and what it waits for while it is held.

use crate::keys;
use crate::pipeline::{Listening, Waiting};
use crate::revocation;
use crate::step_up::ServiceId;
use crate::time::UnixTime;
use crate::token::exchange::{self, Minted};
use crate::token::introspection::desk::Ticket;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// One request. Its stream and the table share it.
pub(super) struct Request {
    /// The host's number of the stream.
    pub(super) stream: u32,
    /// Until when it may be held, all its waits together.
    pub(super) deadline: UnixTime,
    /// `traceparent`, to pass on.
    pub(super) traceparent: Option<String>,
    /// Whether the verdict was to forward it. Nothing else lets a byte of it pass.
    pub(super) is_released: Cell<bool>,
    /// Whether a callback of its stream is running, whose return value lets it go on.
    pub(super) in_callback: Cell<bool>,
    /// What the host has shown of its body.
    pub(super) body: Cell<Body>,
    /// The decision that used up a transaction for it, until what became of it upstream is told.
    pub(super) consumed: RefCell<Option<String>>,
    /// The token that was issued for it. It is revoked once nobody holds it any more.
    pub(super) minted: RefCell<Option<Rc<Minted>>>,
    /// What its verdict sets in the response.
    pub(super) response: RefCell<Vec<(&'static str, String)>>,
}

/// What the host has shown of a body. Sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Unseen,
    Part(usize),
    Whole(usize),
}

/// A request that waits.
pub(super) struct Held {
    pub(super) request: Rc<Request>,
    pub(super) state: State,
}

/// What a request waits for.
pub(super) enum State {
    Body(Listening),
    Keys(Waiting, keys::store::Ask),
    StatusList(Waiting, revocation::store::Ask),
    Introspection(Waiting, Ticket),
    Store(Waiting),
    Decision(Waiting, ServiceId),
    Exchange(Waiting, exchange::desk::Ticket),
}

impl State {
    /// The decision service that is asked.
    pub(super) fn service(&self) -> Option<ServiceId> {
        match self {
            Self::Decision(_, service) => Some(*service),
            Self::Body(_)
            | Self::Keys(..)
            | Self::StatusList(..)
            | Self::Introspection(..)
            | Self::Store(_)
            | Self::Exchange(..) => None,
        }
    }

    /// What waits for an answer; or, where it is not one, for a body.
    pub(super) fn asked(self) -> Result<Waiting, Box<Listening>> {
        match self {
            Self::Keys(waiting, _)
            | Self::StatusList(waiting, _)
            | Self::Introspection(waiting, _)
            | Self::Exchange(waiting, _)
            | Self::Store(waiting)
            | Self::Decision(waiting, _) => Ok(waiting),
            Self::Body(listening) => Err(Box::new(listening)),
        }
    }
}
