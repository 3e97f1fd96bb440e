//! Between the head and the body: on routes of the scope `fleet`, no other replica has seen these
//! proofs.
//!
//! The process's own log has taken them by now, so copies that meet this process cost the store
//! nothing; nor do callers that lack a scope, or announce a body that the route does not read. The
//! body is not awaited first: whoever proves its key uses up its proof, whatever body follows, and
//! the store answers while the body arrives.

use crate::pipeline::authenticate::Authenticated;
use crate::pipeline::authorize::Announced;
use crate::pipeline::case::Case;
use crate::pipeline::{Answer, Env};
use crate::policy::Scope;
use crate::reason::Reason;
use crate::step_up::Silence;
use crate::uses::fleet::{self, Call, Entry, Lease};

/// A caller whose proofs are used for the first time, as far as its route asks. Only this stage makes
/// one.
#[derive(Debug)]
pub(super) struct Spent {
    announced: Announced,
}

impl Spent {
    fn of(announced: Announced, _: fleet::Spent) -> Self {
        Self { announced }
    }

    pub(super) fn announced(&self) -> &Announced {
        &self.announced
    }

    pub(super) fn into_announced(self) -> Announced {
        self.announced
    }
}

/// A caller of whose proofs the store is asked.
#[derive(Debug)]
pub(super) struct Spending {
    announced: Announced,
    lease: Lease,
    entries: usize,
}

/// What comes of a caller's proofs.
#[derive(Debug)]
pub(super) enum Spend {
    /// They are used up as far as the route asks.
    Done(Spent),
    /// The store must say.
    Ask(Call, Spending),
}

pub(super) fn spend(announced: Announced, env: &Env<'_>) -> Result<Spend, Reason> {
    let caller = announced.caller();
    let replay = &env.policy.replay;
    let route = &caller.admitted.route;
    let is_glass = announced.parties().glass.is_some(); // G6
    if route.replay != Scope::Fleet || !route.handing.consume || is_glass {
        return Ok(Spend::Done(Spent { announced }));
    }
    let store = replay.store.as_ref().ok_or(Reason::HostFault)?;
    let entries: Vec<Entry> = caller
        .possession
        .keys()
        .map(|proven| Entry::of(&store.prefix, proven.thumbprint(), proven.id()))
        .collect();
    if entries.is_empty() {
        // A certificate of the connection: nothing that could be sent again.
        return Ok(Spend::Done(Spent { announced }));
    }
    let lease = env.leases.lease(env.now).ok_or(Reason::StoreLease)?;
    let call = Call::creating(&entries, lease);
    let spending = Spending {
        announced,
        lease,
        entries: entries.len(),
    };
    Ok(Spend::Ask(call, spending))
}

impl Spending {
    pub(super) fn caller(&self) -> &Authenticated {
        self.announced.caller()
    }

    /// Turns the store's answer, or its absence, into evidence. Silence refuses: the proofs may be
    /// used by now, and may not.
    pub(super) fn settle(
        self,
        answer: Result<Answer, Silence>,
        env: &Env<'_>,
        case: &mut Case,
    ) -> Result<Spent, Reason> {
        let response = match answer {
            Ok(Answer::Consumed(response)) => response,
            Ok(
                Answer::Keys
                | Answer::StatusList
                | Answer::Introspection(_)
                | Answer::Exchanged(_)
                | Answer::Decision(_),
            ) => {
                return Err(Reason::StoreUnreachable);
            }
            Err(silence) => return Err(of_store(silence)),
        };
        let store = env.policy.replay.store.as_ref().ok_or(Reason::HostFault)?;
        match fleet::settle(store, self.entries, &response, env.now) {
            Ok(once) => {
                case.note_scope(Scope::Fleet);
                Ok(Spent::of(self.announced, once))
            }
            Err(reason) => {
                if reason == Reason::StoreLease {
                    env.leases.lost(self.lease);
                }
                if reason == Reason::ProofReplayed {
                    case.note_scope(Scope::Fleet);
                }
                Err(reason)
            }
        }
    }
}

/// Why there is no answer of the store.
#[must_use]
pub fn of_store(silence: Silence) -> Reason {
    match silence {
        Silence::Timeout => Reason::StoreTimeout,
        Silence::Unreachable | Silence::NoHost | Silence::Overflow | Silence::CircuitOpen => {
            Reason::StoreUnreachable
        }
        Silence::Status => Reason::StoreStatus,
        Silence::ClusterUnknown => Reason::StoreClusterUnknown,
        Silence::Oversized => Reason::StoreMalformed,
        Silence::Deadline => Reason::DeadlineExceeded,
    }
}
