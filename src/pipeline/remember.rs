//! What earlier requests say of this one, and what it teaches once it goes upstream.
//!
//! A request is cleared by a past that is still the latest when it is added to it: where another
//! worker was faster, it is scored anew. So of requests that come at once, none is cleared by a
//! budget that another of them has used up.

use crate::behaviour::recalled::Recalled;
use crate::behaviour::{Added, Learnt, Lessons, Recollection, Rules, Sight};
use crate::crypto::digest::Digest32;
use crate::pipeline::Env;
use crate::pipeline::assess::Assessed;
use crate::pipeline::authorize::Authorized;
use crate::pipeline::case::Case;
use crate::proof::Proven;
use crate::proof::mtls::Presented;

/// How often a request is scored anew because another worker was faster. After that, nothing of the
/// past counts as known, and the request is not counted: so often that nobody loses every one of these
/// races to others who each must win one with a request of the same page.
const TRIES: u32 = 64;

/// What is known of the past of a request.
#[derive(Debug)]
pub(super) struct Past {
    found: Recollection,
    tries: u32,
    /// What the request was added to.
    added: Option<Added>,
}

impl Past {
    /// What the memory says now.
    pub(super) fn recalled(authorized: &Authorized, env: &Env<'_>) -> Self {
        Self {
            found: recall(authorized, env),
            tries: 0,
            added: None,
        }
    }

    /// The conditions that hold by it.
    pub(super) fn says(&self) -> Recalled {
        self.found.recalled
    }
}

fn rules(authorized: &Authorized) -> &Rules {
    let of_route = &authorized.caller.admitted.route.behaviour;
    authorized
        .class()
        .map_or(of_route, |class| &class.behaviour)
}

/// What a request teaches when it is cleared. Where it may be refused after that, it is counted then,
/// so that others are held against it, and makes its caller known only when it goes.
fn lessons(authorized: &Authorized, env: &Env<'_>) -> Lessons {
    let may_yet_be_refused = authorized.spending.is_some()
        || authorized.caller.admitted.route.exchange.is_some()
        || env.policy.upstream.assertion.is_some();
    if may_yet_be_refused {
        Lessons::Counts
    } else {
        Lessons::All
    }
}

/// A caller whom nobody vouches for has no past: keys cost nothing.
fn recall(authorized: &Authorized, env: &Env<'_>) -> Recollection {
    let rules = rules(authorized);
    if rules.is_empty() {
        return Recollection::blank();
    }
    let lessons = lessons(authorized, env);
    let recall = |sight: &Sight<'_>| env.memory.recall(rules, sight, lessons, env.now);
    with_sight(authorized, recall).unwrap_or_else(Recollection::blank)
}

/// What a request shows of what is remembered. None where nobody vouches for its caller.
fn with_sight<T>(authorized: &Authorized, act: impl FnOnce(&Sight<'_>) -> T) -> Option<T> {
    let caller = &authorized.caller;
    let proven = caller.possession.keys().map(Proven::thumbprint);
    let certificate = caller.possession.certificate().map(Presented::digest);
    let keys: Vec<&Digest32> = proven.chain(certificate).collect();
    let route = &caller.admitted.route;
    let class = authorized.class().map(|class| &*class.name);
    let names: Vec<&str> = std::iter::once(&*route.name).chain(class).collect();
    Some(act(&Sight {
        issuer: caller.principal.issuer()?,
        subject: caller.principal.subject()?,
        keys: &keys,
        scopes: caller.principal.scopes(),
        detail: authorized.detail(),
        names: &names,
    }))
}

impl Assessed {
    /// Adds a request to the past that it was scored by. False where it was scored anew instead, by
    /// another past: what follows from its score must be decided again.
    pub(super) fn is_learnt(&mut self, env: &Env<'_>, case: &mut Case) -> bool {
        let found = std::mem::replace(&mut self.past.found, Recollection::blank());
        let added = found.adds(env.now);
        let again = match env.memory.learn(found) {
            Learnt::Kept => {
                self.past.added = Some(added);
                return true;
            }
            Learnt::Raced if self.past.tries < TRIES => recall(&self.authorized, env),
            Learnt::Raced | Learnt::Lost => Recollection::blank(),
        };
        self.past.tries = self.past.tries.saturating_add(1);
        self.score_again(again, case);
        false
    }

    /// Makes the caller of a request known that goes upstream, where that was not done before. Where
    /// another worker is faster, it stays unknown until its next request.
    pub(super) fn is_seen(&self, env: &Env<'_>) {
        let rules = rules(&self.authorized);
        if rules.is_empty() || lessons(&self.authorized, env) == Lessons::All {
            return;
        }
        let _ = with_sight(&self.authorized, |sight| {
            let found = env.memory.recall(rules, sight, Lessons::Sights, env.now);
            env.memory.learn(found)
        });
    }

    /// Takes the amounts of a request back that was cleared, and does not go upstream after all.
    pub(super) fn take_back(&self, env: &Env<'_>) {
        let rules = rules(&self.authorized);
        if let Some(added) = &self.past.added {
            let _ = with_sight(&self.authorized, |sight| {
                env.memory.unlearn(rules, sight, added, env.now);
            });
        }
    }

    /// Forgets what the request would teach, because it waits: it is recalled anew when it goes on.
    pub(super) fn waits(mut self) -> Self {
        self.past.found = Recollection::blank();
        self
    }

    /// Scores a request that has waited by what is known of the past by now.
    pub(super) fn recall_again(&mut self, env: &Env<'_>, case: &mut Case) {
        if !rules(&self.authorized).is_empty() {
            let found = recall(&self.authorized, env);
            self.score_again(found, case);
        }
    }

    fn score_again(&mut self, found: Recollection, case: &mut Case) {
        let risk = &self.authorized.caller.admitted.route.risk;
        self.score = risk.again(&self.score, found.recalled);
        self.past.found = found;
        case.note_score(&self.score);
    }
}
