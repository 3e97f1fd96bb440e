//! Last stage before release: a transaction that is used once is used up, after everything else held
//! and every answer was given. What follows is never judged anew.
//!
//! In the scope of the fleet the store decides. The log of the process is asked first, so that what
//! passed here costs the store nothing; it takes a use once the store has it, so that a store that
//! was silent does not use up what it never heard of.

use crate::crypto::digest::Digest32;
use crate::json::Json;
use crate::pipeline::authenticate::Authenticated;
use crate::pipeline::authorize::Authorized;
use crate::pipeline::case::Case;
use crate::pipeline::decide::Cleared;
use crate::pipeline::exchange::Exchanged;
use crate::pipeline::spend::of_store;
use crate::pipeline::{Answer, Env};
use crate::proof::Proven;
use crate::proof::mtls::Presented;
use crate::reason::Reason;
use crate::step_up::Silence;
use crate::token::Kind;
use crate::token::credentials::Credentials;
use crate::token::introspection::may_be_respelled;
use crate::transaction::single_use::{Carrier, Passage, Purpose, Spending, idempotency_key};
use crate::transaction::{self, Grant};
use crate::uses::Scope;
use crate::uses::fleet::{self, Call, Entry, Lease};

/// A request that may go upstream, and whose transaction, if it has one that is used once, is used
/// up. Only this stage makes one.
#[derive(Debug)]
pub(super) struct Consumed {
    exchanged: Exchanged,
    passage: Option<Passage>,
}

impl Consumed {
    pub(super) fn cleared(&self) -> &Cleared {
        self.exchanged.cleared()
    }

    /// What it takes along.
    pub(super) fn exchanged(&self) -> &Exchanged {
        &self.exchanged
    }

    /// What its use of the transaction is, where that is used once.
    pub(super) fn passage(&self) -> Option<Passage> {
        self.passage
    }

    fn of(exchanged: Exchanged, passage: Passage, case: &mut Case) -> Self {
        case.note_passage(passage);
        let passage = Some(passage);
        Self { exchanged, passage }
    }
}

/// A request of whose transaction the store is asked.
#[derive(Debug)]
pub(super) struct Consuming {
    exchanged: Exchanged,
    entry: Entry,
    lease: Lease,
}

/// What comes of a transaction.
#[derive(Debug)]
pub(super) enum Consume {
    /// It is used up as far as the route asks.
    Done(Consumed),
    /// The store must say.
    Ask(Call, Consuming),
}

/// The use of the transaction that these rules grant, where it is used once. Nothing is used up yet.
///
/// # Errors
/// As [`Spending::of`] and [`idempotency_key`].
pub(super) fn spending(
    rules: &transaction::Rules,
    caller: &Authenticated,
    detail: Option<&Json>,
    body: &dyn Fn() -> Option<Digest32>,
) -> Result<Option<Spending>, Reason> {
    let Some(single_use) = rules.single_use() else {
        return Ok(None);
    };
    // The part of a token that is one transaction of several.
    let (token, detail) = match rules.grant() {
        Grant::Detail(_) => (caller.principal.token(), detail),
        Grant::Context => (caller.transaction.as_deref(), None),
        // The token is the transaction, whatever of it a route binds.
        Grant::Claims => (caller.principal.token(), None),
    };
    let token = token.ok_or(Reason::DetailMissing)?;
    let admitted = &caller.admitted;
    let is_spelled_once =
        token.kind() == Kind::Opaque && !may_be_respelled(Credentials::read(&admitted.head)?.token);
    let carrier = Carrier {
        issuer: token.issuer_uri(),
        id: token.id(),
        hash: is_spelled_once.then(|| token.hash()),
        txn: token.transaction().map(|it| it.txn.as_str()),
        issued_at: token.issued_at(),
        expires: token.expires(),
    };
    let key = match &single_use.idempotency_key {
        Some(name) => idempotency_key(&admitted.head, name)?, // U5
        None => None,
    };
    let purpose = key.map(|key| {
        let certificate = caller.possession.certificate().map(Presented::digest);
        let proven = caller.possession.keys().map(Proven::thumbprint);
        let keys: Vec<&Digest32> = proven.chain(certificate).collect();
        let body = body();
        let purpose = Purpose {
            keys: &keys,
            method: admitted.head.method(),
            origin: admitted.route.origin.as_str(),
            path: admitted.target.path(),
            query: admitted.target.query(),
            body: body.as_ref(),
        };
        purpose.under(key)
    });
    Spending::of(single_use, &carrier, detail, purpose).map(Some)
}

/// What the log of the process knows by now of a transaction, before anyone is asked for its sake. A
/// copy of what was used costs a decision service nothing.
///
/// # Errors
/// As [`TransactionLog`](crate::transaction::single_use::TransactionLog). What lies before the log, the
/// store may know.
pub(super) fn look(
    authorized: &Authorized,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Option<Passage>, Reason> {
    let Some(spending) = &authorized.spending else {
        return Ok(None);
    };
    case.note_spending(known(spending, env));
    let owner = authorized.caller.owner();
    match env.transactions.look(spending, owner, env.now) {
        Ok(passage) => Ok(Some(passage)),
        Err(Reason::TransactionPredatesLog) if spending.scope() == Scope::Fleet => Ok(None),
        Err(reason) => Err(reason),
    }
}

/// How far the log of the process reaches.
fn known(spending: &Spending, env: &Env<'_>) -> Scope {
    match spending.scope() {
        Scope::Worker | Scope::Host => env
            .policy
            .single_use
            .map_or(Scope::Worker, |rules| rules.log),
        Scope::Fleet => Scope::Host,
    }
}

/// What comes of a transaction, apart from the request.
enum Taken {
    /// It is not one that is used once.
    Free,
    Used(Passage),
    Ask(Call, Entry, Lease),
}

/// Uses the transaction up, or has the store say. A request whose transaction was used before is not
/// forwarded, so it does not count as one.
pub(super) fn consume(
    exchanged: Exchanged,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Consume, Reason> {
    match take(exchanged.cleared(), env, case) {
        Ok(Taken::Free) => {
            let passage = None;
            Ok(Consume::Done(Consumed { exchanged, passage }))
        }
        Ok(Taken::Used(passage)) => Ok(Consume::Done(Consumed::of(exchanged, passage, case))),
        Ok(Taken::Ask(call, entry, lease)) => {
            let consuming = Consuming {
                exchanged,
                entry,
                lease,
            };
            Ok(Consume::Ask(call, consuming))
        }
        Err(reason) => {
            exchanged.cleared().assessed().take_back(env);
            Err(reason)
        }
    }
}

fn take(cleared: &Cleared, env: &Env<'_>, case: &mut Case) -> Result<Taken, Reason> {
    let authorized = &cleared.assessed().authorized;
    let Some(spending) = &authorized.spending else {
        return Ok(Taken::Free);
    };
    let caller = &authorized.caller;
    match spending.scope() {
        Scope::Worker | Scope::Host => {
            case.note_spending(known(spending, env));
            let passage = env
                .transactions
                .consume(spending, caller.owner(), env.now)?; // U3, U4
            Ok(Taken::Used(passage))
        }
        Scope::Fleet => {
            let known = look(authorized, env, case)?;
            if known == Some(Passage::Retry) {
                case.note_spending(Scope::Fleet);
                return Ok(Taken::Used(Passage::Retry));
            }
            let store = env.policy.replay.store.as_ref().ok_or(Reason::HostFault)?;
            let lease = env.transaction_leases.lease(env.now);
            let lease = lease.ok_or(Reason::StoreLease)?;
            let entry = Entry::of_transaction(&store.prefix, spending.name());
            let call = Call::claiming(&entry, &spending.value(), lease);
            Ok(Taken::Ask(call, entry, lease))
        }
    }
}

impl Consuming {
    pub(super) fn caller(&self) -> &Authenticated {
        &self.exchanged.cleared().assessed().authorized.caller
    }

    /// Turns the store's answer, or its absence, into evidence. Silence refuses: the transaction may
    /// be used up by now, and may not.
    pub(super) fn settle(
        self,
        answer: Result<Answer, Silence>,
        env: &Env<'_>,
        case: &mut Case,
    ) -> Result<Consumed, Reason> {
        match self.claimed(answer, env, case) {
            Ok(passage) => Ok(Consumed::of(self.exchanged, passage, case)),
            Err(reason) => {
                self.exchanged.cleared().assessed().take_back(env);
                Err(reason)
            }
        }
    }

    fn claimed(
        &self,
        answer: Result<Answer, Silence>,
        env: &Env<'_>,
        case: &mut Case,
    ) -> Result<Passage, Reason> {
        let response = match answer {
            Ok(Answer::Consumed(response)) => response,
            Ok(
                Answer::Keys
                | Answer::StatusList
                | Answer::Introspection(_)
                | Answer::Exchanged(_)
                | Answer::Decision(_),
            ) => return Err(Reason::StoreUnreachable),
            Err(silence) => return Err(of_store(silence)),
        };
        let store = env.policy.replay.store.as_ref().ok_or(Reason::HostFault)?;
        let found = fleet::claimed(store, &self.entry, &response, env.now);
        if found == Err(Reason::StoreLease) {
            env.transaction_leases.lost(self.lease);
        }
        let found = found?;
        case.note_spending(Scope::Fleet);
        let authorized = &self.exchanged.cleared().assessed().authorized;
        let spending = authorized.spending.as_ref().ok_or(Reason::HostFault)?;
        let passage = spending.after(found)?; // U3, U4
        // What this process let pass while the store was asked, it knows better than the store.
        let owner = authorized.caller.owner();
        match env.transactions.consume(spending, owner, env.now) {
            Ok(_) | Err(Reason::TransactionPredatesLog) => Ok(passage),
            Err(reason) => Err(reason),
        }
    }
}
