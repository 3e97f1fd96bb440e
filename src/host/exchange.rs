//! Calls to servers that exchange tokens, made by the root: so an answer whose stream has ended still
//! comes, and what it issued is revoked.

use super::abi::{self, Level};
use super::calls;
use super::gate::Gate;
use super::held::State;
use super::secrets::{Missing, given};
use crate::pipeline::{Answer, Step};
use crate::policy::Policy;
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::token::exchange::desk::{Desk, Ticket};
use crate::token::exchange::revocation::{self, Ended, Queue};
use crate::token::exchange::{ExchangeId, Order};
use crate::token::introspection::Response;
use crate::token::introspection::request::Client;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The exchanges of one gate.
#[derive(Default)]
pub(super) struct Exchanges {
    desk: RefCell<Desk>,
    queue: Rc<RefCell<Queue>>,
    /// The calls under way, by their number.
    calls: RefCell<BTreeMap<u32, Ticket>>,
    revocations: RefCell<BTreeMap<u32, (revocation::Ticket, ExchangeId)>>,
    /// Who the gate is to each server.
    clients: Vec<Client>,
}

impl Exchanges {
    /// Those that a policy asks for.
    ///
    /// # Errors
    /// The secret that is missing.
    pub(super) fn of(policy: &Policy) -> Result<Self, Missing> {
        let clients = policy.exchanges.iter().map(|server| {
            let secret = given(&server.secret)?;
            Ok(Client::of(&server.client, &secret))
        });
        Ok(Self {
            clients: clients.collect::<Result<_, _>>()?,
            ..Self::default()
        })
    }

    /// Whether there are so many calls that no more shall be made. A client that leaves does not end
    /// its own, so the requests that wait do not bound them.
    pub(super) fn are_full(&self, most: usize) -> bool {
        self.desk.borrow().calls() >= most
    }

    /// Whether no call is under way, and nothing is left to be revoked.
    pub(super) fn are_done(&self) -> bool {
        self.calls.borrow().is_empty() && self.queue.borrow().is_empty()
    }
}

impl Gate {
    /// Has the root ask for an exchange, or joins those who wait for the very same.
    pub(super) fn order(&self, order: Order) -> Ticket {
        self.exchanges.desk.borrow_mut().ask(order)
    }

    /// Makes the calls that are wanted, and gives back those that could not be made. Must run in a
    /// callback of the root, before it acts for any stream.
    pub(super) fn trade(&self, now: UnixTime) -> Vec<Ticket> {
        let mut unasked = Vec::new();
        let begun = self.exchanges.desk.borrow_mut().begin();
        for (ticket, order) in begun {
            let server = self.policy.exchanges.get(order.with.0);
            let client = self.exchanges.clients.get(order.with.0);
            let asked = server.zip(client);
            let call = asked.map(|(server, client)| {
                calls::exchange(server, &server.path, client, order.body.as_bytes())
            });
            match call {
                Some(Ok(call)) => {
                    self.exchanges.calls.borrow_mut().insert(call, ticket);
                }
                Some(Err(_)) | None => unasked.push(ticket),
            }
        }
        self.revoke(now);
        unasked
    }

    /// The answer to an exchange, if the call was one.
    pub(super) fn traded(&self, call: u32, headers: usize, body: usize) -> bool {
        let Some(ticket) = self.exchanges.calls.borrow_mut().remove(&call) else {
            return false;
        };
        let response = calls::exchanged(headers, body);
        self.exchanged(ticket, response.as_ref().map_err(|reason| *reason));
        true
    }

    /// Goes on with every request that waits for this answer. Where none does any more, what was issued
    /// is revoked.
    pub(super) fn exchanged(&self, ticket: Ticket, response: Result<&Response, Reason>) {
        let minted = {
            let servers = &self.policy.exchanges;
            let mut desk = self.exchanges.desk.borrow_mut();
            desk.ended(ticket, response, servers, &self.exchanges.queue)
        };
        match &minted {
            Ok(_) => self.meters.exchanged.add(1),
            Err(reason) => {
                self.meters.exchange_failed.add(1);
                abi::log(Level::Warn, &format!("exchange: {}", reason.code()));
            }
        }
        let waiting = self
            .waiting
            .borrow()
            .streams(|entry| match &entry.what.state {
                State::Exchange(_, own) => *own == ticket,
                State::Body(_)
                | State::Keys(..)
                | State::StatusList(..)
                | State::Introspection(..)
                | State::Store(_)
                | State::Decision(..) => false,
            });
        for held in waiting.into_iter().filter_map(|stream| self.take(stream)) {
            let answer = Answer::Exchanged(minted.clone());
            self.go_on(held, |state, env| match state.asked() {
                Ok(waiting) => waiting.resume(Ok(answer), env),
                Err(listening) => Step::Done(listening.abandon(Reason::HostFault)),
            });
        }
    }

    /// Has what is left to be revoked revoked.
    fn revoke(&self, now: UnixTime) {
        let begun = self.exchanges.queue.borrow_mut().begin(now);
        for (ticket, by, body) in begun {
            let server = self.policy.exchanges.get(by.0);
            let client = self.exchanges.clients.get(by.0);
            let asked = server.zip(client).and_then(|(server, client)| {
                let path = server.revoke.as_deref()?;
                calls::exchange(server, path, client, body.as_bytes()).ok()
            });
            match asked {
                Some(call) => {
                    let mut calls = self.exchanges.revocations.borrow_mut();
                    calls.insert(call, (ticket, by));
                }
                None => self.tell_revocation(ticket, by, None, now),
            }
        }
        let lost = self.exchanges.queue.borrow_mut().take_lost();
        if lost > 0 {
            self.meters
                .revocation_failed
                .add(i64::try_from(lost).unwrap_or(i64::MAX));
            let line =
                format!("{lost} issued tokens were not revoked, and are left to their own end");
            abi::log(Level::Warn, &line);
        }
    }

    /// The answer to a revocation, if the call was one.
    pub(super) fn revoked(&self, call: u32, headers: usize) -> bool {
        let revocation = self.exchanges.revocations.borrow_mut().remove(&call);
        let Some((ticket, by)) = revocation else {
            return false;
        };
        let now = abi::now().unwrap_or_default();
        self.tell_revocation(ticket, by, calls::status_alone(headers), now);
        true
    }

    fn tell_revocation(
        &self,
        ticket: revocation::Ticket,
        by: ExchangeId,
        status: Option<u16>,
        now: UnixTime,
    ) {
        let ended = self.exchanges.queue.borrow_mut().ended(ticket, status, now);
        match ended {
            Some(Ended::Revoked) => self.meters.revoked.add(1),
            Some(Ended::Later) => self.meters.revocation_retried.add(1),
            Some(Ended::GivenUp) => {
                self.meters.revocation_failed.add(1);
                let server = self.policy.exchanges.get(by.0);
                let name = server.map(|it| &*it.name).unwrap_or_default();
                let line = format!("{name} did not revoke a token that it issued");
                abi::log(Level::Warn, &line);
            }
            None => {}
        }
    }
}
