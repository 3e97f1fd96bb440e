//! Who asks about which token, and when: at most once at a time for each, and not too often.

use crate::crypto::digest::Digest32;
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::token::IssuerId;
use crate::token::introspection::budget::Budget;
use crate::token::introspection::cache::Answers;
use crate::token::introspection::{Endpoint, Inquiry, Response, Verdict, answer};
use crate::token::issuer::Issuer;
use std::collections::BTreeMap;
use std::time::Duration;

/// The number of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// What one worker knows of opaque tokens, and what it is asking.
#[derive(Debug, Default)]
pub struct Desk {
    answers: Answers,
    calls: BTreeMap<Ticket, Call>,
    /// The latest call about each token.
    latest: BTreeMap<(IssuerId, Digest32), Ticket>,
    budgets: BTreeMap<IssuerId, Budget>,
    next: u64,
}

#[derive(Debug)]
struct Call {
    inquiry: Inquiry,
    begun: Option<UnixTime>,
}

impl Desk {
    /// What was said of the token of this hash, if that is young enough to serve again.
    pub fn recall(
        &mut self,
        hash: &Digest32,
        issuer: &Issuer,
        max_age: Duration,
        now: UnixTime,
    ) -> Option<Verdict> {
        self.answers.find(hash, issuer, max_age, now)
    }

    /// Whether a token was active lately under the key that this sender shows.
    #[must_use]
    pub fn knows(&self, inquiry: &Inquiry) -> bool {
        let budget = self.budgets.get(&inquiry.issuer);
        budget.is_some_and(|budget| budget.knows(&inquiry.holder))
    }

    /// Asks, or joins whoever asked about the same token just now. Where no answer may be kept,
    /// nobody shares a call: each answer is younger than its own request.
    ///
    /// # Errors
    /// [`Reason::IntrospectionBudget`].
    pub fn ask(
        &mut self,
        inquiry: Inquiry,
        endpoint: &Endpoint,
        now: UnixTime,
    ) -> Result<Ticket, Reason> {
        let about = (inquiry.issuer, inquiry.hash);
        if let Some(ticket) = self.latest.get(&about)
            && let Some(call) = self.calls.get(ticket)
            && call.serves(inquiry.max_age, now)
        {
            return Ok(*ticket);
        }
        let calls = endpoint.max_calls;
        let budget = self.budgets.entry(inquiry.issuer);
        let budget = budget.or_insert_with(|| Budget::of(calls, now));
        if !budget.take(&inquiry.holder, now) {
            return Err(Reason::IntrospectionBudget);
        }
        let ticket = Ticket(self.next);
        self.next = self
            .next
            .checked_add(1)
            .ok_or(Reason::IntrospectionBudget)?;
        self.latest.insert(about, ticket);
        let begun = None;
        self.calls.insert(ticket, Call { inquiry, begun });
        Ok(ticket)
    }

    /// The calls that shall be made now. Each [`ended`](Self::ended) once.
    pub fn begin(&mut self, now: UnixTime) -> Vec<(Ticket, Inquiry)> {
        let waiting = self
            .calls
            .iter_mut()
            .filter(|(_, call)| call.begun.is_none());
        waiting
            .map(|(ticket, call)| {
                call.begun = Some(now);
                (*ticket, call.inquiry.clone())
            })
            .collect()
    }

    /// Takes in how a call ended: with a response, or why there is none. None for a call that is
    /// not under way.
    pub fn ended(
        &mut self,
        ticket: Ticket,
        response: Result<&Response, Reason>,
        issuers: &[Issuer],
        now: UnixTime,
    ) -> Option<Verdict> {
        let Call { inquiry, begun } = self.calls.remove(&ticket)?;
        let about = (inquiry.issuer, inquiry.hash);
        if self.latest.get(&about) == Some(&ticket) {
            self.latest.remove(&about);
        }
        let issuer = issuers.get(inquiry.issuer.0)?;
        let response = match response {
            Ok(response) => response,
            Err(reason) => return Some(Err(reason)),
        };
        let verdict = answer::read(response, &inquiry, issuer, now);
        if let Some(budget) = self.budgets.get_mut(&inquiry.issuer) {
            match &verdict {
                Ok(token) => {
                    let bound = token.confirmation();
                    let keys = [&bound.jkt, &bound.certificate];
                    keys.into_iter().flatten().for_each(|key| budget.know(key));
                }
                Err(Reason::TokenInactive) => budget.forget(&inquiry.holder),
                Err(_) => {}
            }
        }
        let asked_at = begun.unwrap_or(now);
        self.answers.keep(&inquiry.hash, issuer, asked_at, &verdict);
        Some(verdict)
    }
}

impl Call {
    /// Whether its answer will be young enough for one who asks now.
    fn serves(&self, max_age: Duration, now: UnixTime) -> bool {
        let age = self.begun.map_or(Duration::ZERO, |begun| now.since(begun));
        age < max_age
    }
}
