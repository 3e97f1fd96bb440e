//! How long a request that went upstream may go on: until its token ends, or what grants it, or the
//! life that its route lets it have; or until its caller is denied or revoked.

use crate::crypto::digest::Digest32;
use crate::json::Json;
use crate::pipeline::Env;
use crate::pipeline::authenticate::{Authenticated, entry, keys_stand, names, names_without_token};
use crate::pipeline::case::Case;
use crate::pipeline::consume::Consumed;
use crate::pipeline::principal::Principal;
use crate::policy::{Policy, Route};
use crate::proof::mtls::Presented;
use crate::proof::{Possession, Proven};
use crate::reason::Reason;
use crate::record::{self, Record, Stream};
use crate::renewals::{Name, Renewal};
use crate::respond::Reply;
use crate::revocation::deny::{DenyList, Names, name_of};
use crate::revocation::{ListStore, Refused, find_again};
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
    /// When its life is spent, however often it is renewed.
    life: End,
    /// What it rests on by now, where it was renewed.
    renewed: Option<Renewal>,
    renewals: u32,
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
        let life = End {
            at: env.now.after(route.streams.max_life),
            reason: Reason::StreamLifeSpent,
        }; // E4
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
            end: ends_with(authorized.granted_until(), caller, env)
                .map_or(life, |end| end.min(life)),
            life,
            renewed: None,
            renewals: 0,
        }
    }

    /// The route whose streams it carries on, where it does nothing else.
    pub(super) fn route_renewed(&self) -> Option<&str> {
        self.route.renews.as_deref()
    }

    /// Has the streams of this route carried on that the same caller has, for the same transaction, for
    /// as long as what this request rests on.
    ///
    /// # Errors
    /// [`Reason::RenewalUnnamed`] where no token has a `txn`; or as [`Renewals::note`].
    ///
    /// [`Renewals::note`]: crate::renewals::Renewals::note
    pub(super) fn note(&self, route: &str, env: &Env<'_>) -> Result<(), Reason> {
        let token = self.principal.token().ok_or(Reason::RenewalUnnamed)?;
        let status = entry(token, env.policy)?;
        let chain = self.transaction.as_deref();
        let chain_status = chain.map(|it| entry(it, env.policy)).transpose()?;
        let renewal = Renewal {
            until: self.end.at,
            token: token.id().map(name_of),
            status: status.map(|it| it.name()),
            chain: chain.and_then(Token::id).map(name_of),
            chain_status: chain_status.flatten().map(|it| it.name()),
        };
        self.with_name(route, |name| env.renewals.note(name, &renewal, env.now))
            .ok_or(Reason::RenewalUnnamed)?
    }

    /// Takes in a renewal, if there is one that carries the stream on. Whether there is.
    ///
    /// - E7: the route lets its streams be renewed, and the renewal is one of the same issuer, subject,
    ///   actor, keys and `txn`, for this route.
    /// - E8: it reaches further than what the stream rests on, and no further than its life.
    pub fn renew(&mut self, env: &Env<'_>) -> bool {
        if !self.route.streams.renew {
            return false; // E7
        }
        let found = self.with_name(&self.route.name, |name| env.renewals.find(name)); // E7
        let Some(found) = found.flatten() else {
            return false;
        };
        let end = End {
            at: found.until,
            reason: Reason::StreamTokenExpired,
        };
        let end = end.min(self.life); // E8
        if end.at <= self.end.at {
            return false; // E8
        }
        self.end = end;
        self.renewed = Some(found);
        self.renewals = self.renewals.saturating_add(1);
        true
    }

    /// Acts with what names its streams, if anything does.
    fn with_name<T>(&self, route: &str, act: impl FnOnce(&Name<'_>) -> T) -> Option<T> {
        let token = self.principal.token()?;
        let chain = self.transaction.as_deref();
        let own = || token.claims().get("txn").and_then(Json::as_str);
        let transaction = match chain {
            Some(chain) => chain.transaction()?.txn.as_str(),
            None => own()?,
        };
        let shown = self.possession.keys().map(Proven::thumbprint);
        let certificate = self.possession.certificate().map(Presented::digest);
        let mut keys: Vec<&Digest32> = shown.chain(certificate).collect();
        keys.sort_unstable();
        Some(act(&Name {
            origin: self.route.origin.as_str(),
            route,
            issuer: token.issuer_uri(),
            subject: token.subject(),
            actor: token.actor().map(|it| (it.issuer(), it.subject())),
            chain: chain.map(Token::issuer_uri),
            transaction,
            keys: &keys,
        }))
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
            Some(token) => {
                let renewed = self.renewed.map(|it| it.token);
                is_token_let_in(token, renewed, deny)?; // E5
            }
            None => deny.check_token(&names_without_token(&self.principal))?, // E5
        }
        if let Some(token) = &self.transaction {
            let renewed = self.renewed.map(|it| it.chain);
            is_token_let_in(token, renewed, deny)?; // E5
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
        let own = self
            .principal
            .token()
            .zip(Some(self.renewed.map(|it| it.status)));
        let chain = self.transaction.as_deref();
        let chain = chain.zip(Some(self.renewed.map(|it| it.chain_status)));
        for (token, renewed) in own.into_iter().chain(chain) {
            let found = match renewed {
                None => entry(token, policy)?,
                Some(status) => status
                    .map(|(list, index)| {
                        find_again((&list, index), token.issuer(), &policy.status_lists)
                    })
                    .transpose()?,
            };
            let Some(entry) = found else {
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
            renewals: self.renewals,
            cause: cause.map(Reason::code),
        };
        told.ended(reason, stream)
    }
}

/// Holds a token against a deny list; where it was renewed, by the identity of the one that came after.
#[expect(
    clippy::option_option,
    reason = "not renewed, and renewed by a token without identity, are two things"
)]
fn is_token_let_in(
    token: &Token,
    renewed: Option<Option<Digest32>>,
    deny: &DenyList,
) -> Result<(), Reason> {
    let names = names(token);
    let Some(id) = renewed else {
        return deny.check_token(&names);
    };
    deny.check_token(&Names { id: None, ..names })?;
    id.iter().try_for_each(|it| deny.check_name(it))
}

/// When the first ends of what a request rests on.
///
/// - E1: its token, with the leeway of its issuer.
/// - E2: its transaction token, with the leeway of its issuer.
/// - E3: an instant of the granted transaction that a binding holds against the clock.
/// - E4: the life that its route lets a stream have.
fn ends_with(
    granted_until: Option<UnixTime>,
    caller: &Authenticated,
    env: &Env<'_>,
) -> Option<End> {
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
    let ends = [token, transaction, granted];
    ends.into_iter().flatten().min()
}
