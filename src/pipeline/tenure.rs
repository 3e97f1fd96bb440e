//! How long a request that went upstream may go on: until its token ends, or what grants it, or the
//! life that its route lets it have; or until its caller is denied or revoked.

use crate::pipeline::Env;
use crate::pipeline::authenticate::{entry, keys_stand, names, names_without_token};
use crate::pipeline::case::Case;
use crate::pipeline::consume::Consumed;
use crate::pipeline::principal::Principal;
use crate::policy::{Policy, Route};
use crate::proof::Possession;
use crate::reason::Reason;
use crate::record::{self, Record, Stream};
use crate::respond::Reply;
use crate::revocation::deny::DenyList;
use crate::revocation::{ListStore, Refused};
use crate::time::UnixTime;
use crate::token::Token;
use std::fmt;
use std::rc::Rc;

/// What a request rests on that was forwarded, for as long as it is open. Only a verdict that forwards
/// makes one.
///
/// # Does not check
/// Whether the issuer still has the key that signed the token, and what an authorization server says
/// of an opaque token by now: such a token ends when it said that it would.
pub struct Tenure {
    /// What the id of its decision is made of.
    decision: [u8; 16],
    /// The trace id, which is 32 hexadecimal digits.
    trace: Option<u128>,
    opened: UnixTime,
    route: Rc<Route>,
    principal: Principal,
    possession: Possession,
    transaction: Option<Rc<Token>>,
    is_glass: bool,
    end: End,
}

/// When something ends, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    at: UnixTime,
    reason: Reason,
}

// The claims of tokens are personal, so they are never shown.
impl fmt::Debug for Tenure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Tenure")
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl Tenure {
    /// What the request of this evidence rests on.
    pub(super) fn of(consumed: &Consumed, env: &Env<'_>, case: &Case) -> Self {
        let authorized = &consumed.cleared().assessed().authorized;
        let caller = &authorized.caller;
        let route = &caller.admitted.route;
        Self {
            decision: case.entropy(),
            trace: case
                .trace()
                .and_then(|id| u128::from_str_radix(id, 16).ok()),
            opened: env.now,
            route: Rc::clone(route),
            principal: caller.principal.clone(),
            possession: caller.possession.clone(),
            transaction: caller.transaction.clone(),
            is_glass: authorized.parties.glass.is_some(),
            end: first_end(authorized.granted_until(), caller, env),
        }
    }

    /// From when on it must not be open any more: the grace of its route is in it.
    #[must_use]
    pub fn due(&self) -> UnixTime {
        self.end.at.after(self.route.streams.grace)
    }

    /// Holds its caller against what a policy denies, its own or a later one.
    ///
    /// - E5: token, subject, actor and transaction of each of its tokens, and each key or certificate
    ///   that was shown.
    ///
    /// # Errors
    /// As [`DenyList::check_token`] and [`DenyList::check_key`].
    pub fn is_let_in(&self, deny: &DenyList) -> Result<(), Reason> {
        match self.principal.token() {
            Some(token) => deny.check_token(&names(token))?, // E5
            None => deny.check_token(&names_without_token(&self.principal))?, // E5
        }
        if let Some(token) = &self.transaction {
            deny.check_token(&names(token))?; // E5
        }
        keys_stand(&self.possession, deny) // E5
    }

    /// Holds its tokens against their status lists.
    ///
    /// - E6: each has the status that it must have for a request to pass. A list that is not at hand
    ///   says nothing, and refuses.
    ///
    /// # Errors
    /// As [`Entry::check`](crate::revocation::Entry::check).
    pub fn is_valid(&self, policy: &Policy, lists: &dyn ListStore) -> Result<(), Reason> {
        let tokens = self.principal.token().into_iter();
        for token in tokens.chain(self.transaction.as_deref()) {
            let Some(entry) = entry(token, policy)? else {
                continue;
            };
            entry.check(lists).map_err(|refused| match refused {
                Refused::Reason(reason) => reason,
                Refused::NeedsList(_) => Reason::StatusUnavailable,
            })?; // E6
        }
        Ok(())
    }

    /// The end of its stream: what a client is told that was answered nothing yet, and the record. With
    /// a cause it was revoked, and without one its time is over.
    #[must_use]
    pub fn end(&self, cause: Option<Reason>, env: &Env<'_>) -> (Reply, Box<Record>) {
        let mut told = Case::opened(env);
        told.note_trace(self.trace.map(|id| format!("{id:032x}")));
        told.note_route(&self.route);
        match (&self.principal, self.principal.token()) {
            (_, Some(token)) => told.note_token(token),
            (Principal::Peer(id, _), None) => told.note_peer(id),
            (Principal::Token(_) | Principal::Key(_), None) => {}
        }
        if let Some(token) = &self.transaction {
            told.note_transaction(token);
        }
        told.note_possession(&self.possession);
        if self.is_glass {
            told.note_glass();
        }
        let reason = match cause {
            Some(_) => Reason::StreamRevoked,
            None => self.end.reason,
        };
        let open = env.now.since(self.opened).as_millis();
        let stream = Stream {
            decision: record::hexadecimal(&self.decision),
            open_ms: u64::try_from(open).unwrap_or(u64::MAX),
            cause: cause.map(Reason::code),
        };
        told.ended(reason, stream)
    }
}

/// The first end of what a request rests on.
///
/// - E1: its token, with the leeway of its issuer.
/// - E2: its transaction token, with the leeway of its issuer.
/// - E3: an instant of the granted transaction that a binding holds against the clock.
/// - E4: the life that its route lets a stream have.
fn first_end(
    granted_until: Option<UnixTime>,
    caller: &super::authenticate::Authenticated,
    env: &Env<'_>,
) -> End {
    let life = caller.admitted.route.streams.max_life;
    let end_of = |token: &Token, reason| {
        let issuer = env.policy.issuers.get(token.issuer().0);
        let leeway = issuer.map(|issuer| issuer.leeway).unwrap_or_default();
        End {
            at: token.expires().after(leeway),
            reason,
        }
    };
    let token = caller.principal.token();
    let token = token.map(|it| end_of(it, Reason::StreamTokenExpired)); // E1
    let transaction = caller.transaction.as_deref();
    let transaction = transaction.map(|it| end_of(it, Reason::StreamGrantEnded)); // E2
    let granted = granted_until.map(|at| End {
        at,
        reason: Reason::StreamGrantEnded,
    }); // E3
    let life = End {
        at: env.now.after(life),
        reason: Reason::StreamLifeSpent,
    }; // E4
    let ends = [token, transaction, granted];
    ends.into_iter().flatten().fold(life, End::min)
}
