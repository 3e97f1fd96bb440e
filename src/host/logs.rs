//! What a gate remembers in the memory that its policy names.

use super::ports::{Closed, Kept, SharedBuckets, leave_worker_memory, worker_memory};
use crate::behaviour::{Blank, Ledger, Memory};
use crate::policy::{self, Policy};
use crate::proof::replay::{Log, ReplayLog};
use crate::renewals::{Nothing, Renewals, Shared};
use crate::time::UnixTime;
use crate::transaction::single_use::{self, TransactionLog};
use crate::uses::Geometry;
use crate::uses::fleet::{Rolling, Term};

/// The log of proofs and that of transactions.
pub(super) type Logs = (Box<dyn ReplayLog>, Box<dyn TransactionLog>);

/// Logs that refuse everything.
pub(super) fn closed() -> Logs {
    (Box::new(Closed), Box::new(Closed))
}

/// The logs that the policy declares, each over the memory that reaches so far. A policy without
/// transactions that are used once has no log for them.
pub(super) fn logs(policy: &Policy, secret: &[u8], now: UnixTime) -> Logs {
    let geometry = Geometry::of(policy.replay.memory);
    let key = Kept::Proofs.key(secret);
    let window = policy.window();
    let replay: Box<dyn ReplayLog> = match policy.replay.log {
        policy::Scope::Worker => {
            let memory = worker_memory(secret, Kept::Proofs);
            Box::new(Log::open(memory, geometry, key, window, now))
        }
        policy::Scope::Host | policy::Scope::Fleet => {
            leave_worker_memory(secret, Kept::Proofs);
            let memory = SharedBuckets::of(secret, Kept::Proofs);
            Box::new(Log::open(memory, geometry, key, window, now))
        }
    };
    let Some(rules) = policy.single_use else {
        return (replay, Box::new(Closed));
    };
    let key = Kept::Transactions.key(secret);
    let transactions: Box<dyn TransactionLog> = match rules.log {
        policy::Scope::Worker => {
            let memory = worker_memory(secret, Kept::Transactions);
            Box::new(single_use::Log::open(
                memory,
                geometry,
                key,
                rules.window,
                now,
            ))
        }
        policy::Scope::Host | policy::Scope::Fleet => {
            leave_worker_memory(secret, Kept::Transactions);
            let memory = SharedBuckets::of(secret, Kept::Transactions);
            Box::new(single_use::Log::open(
                memory,
                geometry,
                key,
                rules.window,
                now,
            ))
        }
    };
    (replay, transactions)
}

/// What is remembered of forwarded requests, where a route asks: for all workers of the process.
pub(super) fn memory(policy: &Policy, secret: &[u8]) -> Box<dyn Memory> {
    if !policy.remembers() {
        return Box::new(Blank);
    }
    let key = Kept::Past.key(secret);
    let pages = SharedBuckets::of(secret, Kept::Past);
    Box::new(Ledger::open(pages, policy.behaviour, key))
}

/// What carries open streams on, where a route does: for all workers of the process.
pub(super) fn renewals(policy: &Policy, secret: &[u8]) -> Box<dyn Renewals> {
    if !policy.renews() {
        return Box::new(Nothing);
    }
    let key = Kept::Renewals.key(secret);
    Box::new(Shared::open(SharedBuckets::of(secret, Kept::Renewals), key))
}

/// The leases of the policy's store, none yet, for the uses of proofs and of transactions: for those
/// that are put to it.
pub(super) fn rolling(policy: &Policy) -> (Option<Rolling>, Option<Rolling>) {
    let Some(store) = &policy.replay.store else {
        return (None, None);
    };
    let of = |window| Rolling::new(Term::of(window, store.clock_skew, store.timeout));
    let mut routes = policy.routes.iter();
    let proofs = routes.any(|route| route.replay == policy::Scope::Fleet);
    let transactions = policy.single_use.filter(|it| it.in_fleet);
    (
        proofs.then(|| of(policy.window())),
        transactions.map(|it| of(it.window)),
    )
}
