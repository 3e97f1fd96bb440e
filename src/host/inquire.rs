//! Calls to authorization servers about opaque tokens: made by the root, for all who wait.

use super::abi::{self, Level};
use super::calls;
use super::gate::Gate;
use super::held::State;
use crate::pipeline::{Answer, Step};
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::token::introspection::desk::Ticket;
use crate::token::introspection::{Endpoint, Inquiry, Response};
use crate::token::issuer::Issuer;

impl Gate {
    /// Has the root ask, or joins those who wait for the same answer.
    pub(super) fn inquiry(&self, inquiry: Inquiry) -> Result<Ticket, Reason> {
        let now = abi::now().map_err(|_| Reason::HostFault)?;
        let issuer = self.policy.issuers.get(inquiry.issuer.0);
        let endpoint = issuer.and_then(|it| it.introspection.as_ref());
        let endpoint = endpoint.ok_or(Reason::HostFault)?;
        self.introspections.borrow_mut().ask(inquiry, endpoint, now)
    }

    /// Makes the calls that are wanted, and gives back those that could not be made. Must run in a
    /// callback of the root, before it acts for any stream.
    pub(super) fn inquire(&self, now: UnixTime) -> Vec<(Ticket, Reason)> {
        let mut unasked = Vec::new();
        let begun = self.introspections.borrow_mut().begin(now);
        for (ticket, inquiry) in begun {
            let place = inquiry.issuer.0;
            let endpoint = self.policy.issuers.get(place).and_then(endpoint);
            let client = self.clients.get(&inquiry.issuer);
            let call = match (endpoint, client) {
                (Some(endpoint), Some(client)) => {
                    calls::introspect(endpoint, client, &inquiry.token)
                }
                (None, _) | (_, None) => Err(Reason::HostFault),
            };
            match call {
                Ok(call) => {
                    self.inquiries.borrow_mut().insert(call, ticket);
                }
                Err(reason) => unasked.push((ticket, reason)),
            }
        }
        unasked
    }

    /// The answer to a question about a token, if the call was one.
    pub(super) fn told(&self, call: u32, headers: usize, body: usize) -> bool {
        let Some(ticket) = self.inquiries.borrow_mut().remove(&call) else {
            return false;
        };
        let response = calls::introspected(headers, body);
        let now = abi::now().unwrap_or_default();
        self.inquired(ticket, response.as_ref().map_err(|reason| *reason), now);
        true
    }

    /// Goes on with every request that waits for this answer.
    pub(super) fn inquired(
        &self,
        ticket: Ticket,
        response: Result<&Response, Reason>,
        now: UnixTime,
    ) {
        let verdict = {
            let issuers = &self.policy.issuers;
            let mut desk = self.introspections.borrow_mut();
            desk.ended(ticket, response, issuers, now)
        };
        let verdict = verdict.unwrap_or(Err(Reason::HostFault));
        match &verdict {
            Err(reason) if reason.blames_introspection() => {
                self.meters.introspection_failed.add(1);
                let line = format!("introspection: {}", reason.code());
                abi::log(Level::Warn, &line);
            }
            Ok(_) | Err(_) => self.meters.introspected.add(1),
        }
        let waiting = self
            .waiting
            .borrow()
            .streams(|entry| match &entry.what.state {
                State::Introspection(_, own) => *own == ticket,
                State::Body(_)
                | State::Keys(..)
                | State::StatusList(..)
                | State::Store(_)
                | State::Exchange(..)
                | State::Decision(..) => false,
            });
        for held in waiting.into_iter().filter_map(|stream| self.take(stream)) {
            let answer = Answer::Introspection(verdict.clone());
            self.go_on(held, |state, env| match state.asked() {
                Ok(waiting) => waiting.resume(Ok(answer), env),
                Err(listening) => Step::Done(listening.abandon(Reason::HostFault)),
            });
        }
    }
}

fn endpoint(issuer: &Issuer) -> Option<&Endpoint> {
    issuer.introspection.as_deref()
}
