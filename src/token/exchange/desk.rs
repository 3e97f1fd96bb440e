//! Who asks for which exchange, and when: those who want the very same at the same time share a call.

use super::revocation::Queue;
use super::{Endpoint, Minted, Order, answer};
use crate::crypto::digest::Digest32;
use crate::reason::Reason;
use crate::token::introspection::Response;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The number of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// The exchanges of one worker that are wanted or under way. No answer is kept.
#[derive(Debug, Default)]
pub struct Desk {
    calls: BTreeMap<Ticket, Call>,
    /// The call for each thing that is wanted.
    latest: BTreeMap<Digest32, Ticket>,
    next: u64,
}

#[derive(Debug)]
struct Call {
    order: Order,
    has_begun: bool,
}

impl Desk {
    /// Asks, or joins those who wait for the very same.
    pub fn ask(&mut self, order: Order) -> Ticket {
        if let Some(ticket) = self.latest.get(&order.key) {
            return *ticket;
        }
        let ticket = Ticket(self.next);
        self.next = self.next.wrapping_add(1);
        self.latest.insert(order.key, ticket);
        let has_begun = false;
        self.calls.insert(ticket, Call { order, has_begun });
        ticket
    }

    /// How many calls are wanted or under way. A request that leaves does not end its own.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// The calls that shall be made now. Each [`ended`](Self::ended) once.
    pub fn begin(&mut self) -> Vec<(Ticket, Order)> {
        let waiting = self.calls.iter_mut().filter(|(_, call)| !call.has_begun);
        waiting
            .map(|(ticket, call)| {
                call.has_begun = true;
                (*ticket, call.order.clone())
            })
            .collect()
    }

    /// Takes in how a call ended: with a response, or why there is none. Nobody joins it any more.
    ///
    /// # Errors
    /// As [`answer::read`]; [`Reason::ExchangeUnavailable`] for a call that is not under way.
    pub fn ended(
        &mut self,
        ticket: Ticket,
        response: Result<&Response, Reason>,
        servers: &[Endpoint],
        queue: &Rc<RefCell<Queue>>,
    ) -> Result<Rc<Minted>, Reason> {
        let call = self.calls.remove(&ticket);
        let Call { order, .. } = call.ok_or(Reason::ExchangeUnavailable)?;
        self.latest.remove(&order.key);
        let server = servers.get(order.with.0).ok_or(Reason::HostFault)?;
        answer::read(response?, order.with, server, queue)
    }
}
