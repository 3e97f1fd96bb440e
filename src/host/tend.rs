//! What a root does from time to time: end waits, keep keys fresh, hear of keys that others fetched.

use super::abi::{self, Level};
use super::calls;
use super::gate::Gate;
use super::read;
use crate::keys::roster;
use crate::keys::store::{Fetch, FetchFault};
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
        if !self.policy.sources.is_empty() || !self.clients.is_empty() {
            self.sign_on(now);
        }
        for fetch in self.keys.tend(now) {
            self.fetch(fetch, now);
        }
        self.sweep(now);
        self.wake(now);
        for (ticket, reason) in unasked {
            self.inquired(ticket, Err(reason), now);
        }
    }

    /// The answer to a fetch, if the call was one.
    pub(super) fn fetched(&self, call: u32, headers: usize, body: usize) -> bool {
        let Some(fetch) = self.fetches.borrow_mut().remove(&call) else {
            return false;
        };
        if let Ok(now) = abi::now() {
            let set = calls::set(headers, body);
            self.ended(fetch, set.as_deref(), now);
            self.tend();
        }
        true
    }

    fn fetch(&self, fetch: Fetch, now: UnixTime) {
        let call = self
            .policy
            .sources
            .get(fetch.source)
            .and_then(|source| calls::fetch(source).ok());
        match call {
            Some(call) => {
                self.fetches.borrow_mut().insert(call, fetch);
            }
            None => self.ended(fetch, None, now),
        }
    }

    fn ended(&self, fetch: Fetch, set: Option<&[u8]>, now: UnixTime) {
        let name = self
            .policy
            .sources
            .get(fetch.source)
            .map(|source| &*source.name);
        let name = name.unwrap_or_default();
        match self.keys.ended(fetch, set, now) {
            Ok(()) => {
                self.meters.fetched.add(1);
                abi::log(Level::Info, &format!("keys of {name}: fetched"));
            }
            Err(FetchFault::LeaseLost) => return,
            Err(FetchFault::NoAnswer) => {
                self.meters.fetch_failed.add(1);
                let problem = "no answer with status 200 and a size that is read";
                abi::log(Level::Warn, &format!("keys of {name}: {problem}"));
            }
            Err(FetchFault::NotKeys(fault)) => {
                self.meters.fetch_failed.add(1);
                let problem = "the answer is not a key set that may be used";
                abi::log(
                    Level::Warn,
                    &format!("keys of {name}: {problem}: {fault:?}"),
                );
            }
        }
        let own = self.queue.get().map(|(queue, _)| queue);
        for queue in roster::signed_on(self.keys.board(), self.keys.seal(), now) {
            if Some(queue) != own {
                let _ = abi::ring(queue);
            }
        }
    }

    /// Has this root told of new keys. Not before its first tick: the canary of a configuration
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
        if now >= due && roster::sign_on(self.keys.board(), self.keys.seal(), queue, now) {
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
