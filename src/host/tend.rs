//! What a root does from time to time: end waits, keep documents fresh, hear of those that others
//! fetched.

use super::abi::{self, Level};
use super::gate::Gate;
use super::read;
use crate::reason::Reason;
use crate::step_up::circuit::Change;
use crate::supply::roster;
use crate::time::UnixTime;
use std::fmt::Write;

/// Most messages that are taken from the queue at once. They carry nothing.
const MOST_MESSAGES: usize = 64;

impl Gate {
    /// The work of a tick. Must run in a callback of the root, so that the answers to its fetches
    /// come to the root, and not to a stream that may be gone by then.
    pub(super) fn tend(&self) {
        let Ok(now) = abi::now() else {
            return;
        };
        // Calls first: once the gate has acted for a stream, a call would be that stream's.
        self.roll(now);
        let unasked = self.inquire(now);
        let untraded = self.trade(now);
        let policy = &self.policy;
        let fetches = !policy.sources.is_empty() || !policy.status_lists.is_empty();
        let asks = !self.clients.is_empty() || !policy.exchanges.is_empty();
        if fetches || asks {
            self.sign_on(now);
        }
        self.fetch_due(now);
        self.sweep(now);
        self.end_due(now);
        self.wake(now);
        self.tell_circuits();
        for (ticket, reason) in unasked {
            self.inquired(ticket, Err(reason), now);
        }
        for ticket in untraded {
            self.exchanged(ticket, Err(Reason::ExchangeUnavailable));
        }
    }

    /// Says which decision services are left alone from now on, and which no longer.
    fn tell_circuits(&self) {
        for (id, change) in self.circuits.borrow_mut().changes() {
            let name = self.policy.services.get(id.0).map(|it| &*it.name);
            let name = name.unwrap_or_default();
            match change {
                Change::Opened => {
                    self.meters.circuit_opened.add(1);
                    let line = format!("decision service {name} is silent, and left alone");
                    abi::log(Level::Warn, &line);
                }
                Change::Closed => {
                    self.meters.circuit_closed.add(1);
                    let line = format!("decision service {name} answers again");
                    abi::log(Level::Info, &line);
                }
            }
        }
    }

    /// Has this root told of new documents. Not before its first tick: the canary of a configuration
    /// has none, and a queue that nobody empties grows.
    fn sign_on(&self, now: UnixTime) {
        let (queue, due) = match self.queue.get() {
            Some(signed) => signed,
            None => match new_queue() {
                Some(queue) => (queue, now),
                None => return,
            },
        };
        self.queue.set(Some((queue, due)));
        if now >= due && roster::sign_on(&self.board, &self.seal, queue, now) {
            self.queue
                .set(Some((queue, now.after(roster::SIGN_ON_EVERY))));
        }
    }
}

/// Empties a queue: it only rings.
pub(super) fn rung(queue: u32) {
    for _ in 0..MOST_MESSAGES {
        if abi::dequeue(queue).is_err() {
            break;
        }
    }
}

/// A queue with a name that no other root has.
fn new_queue() -> Option<u32> {
    let moment = read::moment().ok()?;
    let mut name = "countersign/v1/queue/".to_owned();
    for byte in moment.entropy {
        let _ = write!(name, "{byte:02x}");
    }
    abi::register_queue(&name).ok()
}
