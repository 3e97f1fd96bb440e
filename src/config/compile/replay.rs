//! Where uses of proofs are remembered: the log in the process, and the store of a fleet.

use super::names::Names;
use super::{At, Faults, MINUTE, Part, SECOND, call, size, span_or, text};
use crate::config::wire::replay as wire;
use crate::policy::{Handing, Replay, Route, Scope};
use crate::proof::{self, Method};
use crate::uses::fleet::Store;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// What the names of entries begin with unless the policy says it.
const PREFIX: &str = "countersign/v1/replay/";
pub(super) const NO_BACKEND: &str =
    "\"fleet\" has no backend: name one of `stores` in `replay.store`";

type Stores = BTreeMap<String, Part<wire::Store>>;

/// What `replay` and `stores` say. None where a fault was told.
#[derive(Default)]
pub(super) struct Section {
    scope: Option<Scope>,
    memory: Option<usize>,
    backend: Backend,
}

/// What the scope `fleet` rests on.
#[derive(Default)]
enum Backend {
    /// A fault was told.
    #[default]
    AtFault,
    /// The policy names none.
    Missing,
    Store(Store),
}

impl Section {
    /// Reads both.
    pub(super) fn read(
        replay: Part<wire::Replay>,
        stores: Option<Part<Stores>>,
        deadline: Option<Duration>,
        root: &At<'_>,
        faults: &mut Faults,
    ) -> Self {
        let stores = Part::open_if_there(stores, &root.member("stores"), faults);
        let at = root.member("replay");
        let Some(written) = replay.open(&at, faults) else {
            return Self::default();
        };
        let scope = written.scope.open(&at.member("scope"), faults);
        let chosen = Part::open_if_there(written.store, &at.member("store"), faults);
        let backend = stores.zip(chosen).map(|(stores, chosen)| {
            let stores = stores.unwrap_or_default();
            backend(stores, chosen.as_deref(), deadline, root, faults)
        });
        let backend = backend.unwrap_or_default();
        let scope = scope.map(|scope| match scope {
            wire::Scope::Worker => Scope::Worker,
            wire::Scope::Host => Scope::Host,
            wire::Scope::Fleet => Scope::Fleet,
        });
        let has_backend = scope != Some(Scope::Fleet) || !matches!(backend, Backend::Missing);
        faults.check(has_backend, &at.member("scope"), NO_BACKEND);
        let memory_at = at.member("memory");
        let memory = written.memory.open(&memory_at, faults);
        Self {
            scope,
            memory: memory.and_then(|it| size(&it, 64 << 10..=256 << 20, &memory_at, faults)),
            backend,
        }
    }

    /// Whether the scope `fleet` has a store to rest on, as far as it is known.
    pub(super) fn has_backend(&self) -> bool {
        !matches!(self.backend, Backend::Missing)
    }

    /// The scope of a route that accepts these proofs, and does so with them.
    pub(super) fn scope(
        &self,
        written: Option<Part<wire::RouteScope>>,
        proof: Option<&proof::Rules>,
        handing: Option<Handing>,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<Scope> {
        let Some(written) = Part::open_if_there(written, at, faults)? else {
            return self.scope;
        };
        let is_made = |method: &Method| *method != Method::Mtls;
        let uses_any = proof.is_none_or(|it| it.any_of.is_empty() || it.any_of.iter().any(is_made));
        let problem = "has no effect: a certificate alone holds nothing that is used once";
        faults.check(uses_any, at, problem);
        let is_consumed = handing.is_none_or(|handing| handing.consume);
        let problem =
            "has no effect: `consume_jti: false` leaves the proofs of this route to another";
        faults.check(is_consumed, at, problem);
        match written {
            wire::RouteScope::Host => Some(Scope::Host),
            wire::RouteScope::Fleet => faults
                .check(self.has_backend(), at, NO_BACKEND)
                .then_some(Scope::Fleet),
        }
    }

    /// What the policy holds of it, with these routes. Whether they are all that were written: of
    /// others it is not said what they do not ask for.
    pub(super) fn finish(
        self,
        routes: &[Rc<Route>],
        all: bool,
        root: &At<'_>,
        faults: &mut Faults,
    ) -> Option<Replay> {
        let scopes = || routes.iter().map(|route| route.replay);
        let store = match self.backend {
            Backend::AtFault => return None,
            Backend::Missing => None,
            Backend::Store(store) => Some(store),
        };
        if all
            && !routes.is_empty()
            && store.is_some()
            && !scopes().any(|scope| scope == Scope::Fleet)
            && !routes
                .iter()
                .any(|route| route.single_uses().any(|it| it.scope == Scope::Fleet))
        {
            let problem = "has no effect: no route has the scope `fleet`";
            faults.add(&root.member("replay").member("store"), problem);
        }
        let is_shared = scopes().any(|scope| scope != Scope::Worker);
        Some(Replay {
            log: if is_shared {
                Scope::Host
            } else {
                self.scope?.min(Scope::Host)
            },
            memory: self.memory?,
            store,
        })
    }
}

/// The store that is chosen. The others are told.
fn backend(
    stores: Stores,
    chosen: Option<&str>,
    deadline: Option<Duration>,
    root: &At<'_>,
    faults: &mut Faults,
) -> Backend {
    if let Some(name) = chosen {
        let at = root.member("replay");
        let there = Names::of(&stores).place(name, "store", &at.member("store"), faults);
        if there.is_none() {
            return Backend::AtFault;
        }
    }
    let all = root.member("stores");
    let mut found = None;
    for (name, part) in stores {
        let at = all.member(&name);
        let store = store(&name, part, deadline, &at, faults);
        if chosen == Some(&*name) {
            found = store;
        } else {
            faults.add(&at, "is used by nothing: `replay.store` does not name it");
        }
    }
    match (chosen, found) {
        (None, _) => Backend::Missing,
        (Some(_), Some(store)) => Backend::Store(store),
        (Some(_), None) => Backend::AtFault,
    }
}

fn store(
    name: &str,
    part: Part<wire::Store>,
    deadline: Option<Duration>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Store> {
    let named = text::name(name, at, faults);
    let written = part.open(at, faults)?;
    let protocol = written.protocol.open(&at.member("protocol"), faults);
    let address = call::address(written.cluster, written.authority, at, faults);
    let prefix_at = at.member("prefix");
    let prefix = match Part::open_if_there(written.prefix, &prefix_at, faults) {
        Some(Some(it)) => text::visible(it, &prefix_at, faults).map(Some),
        absent_or_faulty => absent_or_faulty,
    };
    let skew_at = at.member("clock_skew");
    let five = SECOND.saturating_mul(5);
    let clock_skew = span_or(written.clock_skew, five, SECOND..=MINUTE, &skew_at, faults);
    let timeout = call::timeout(written.timeout, deadline, at, faults);
    named?;
    let address = address?;
    match protocol? {
        wire::StoreProtocol::Etcd => Some(Store {
            name: name.into(),
            cluster: address.cluster,
            authority: address.authority,
            prefix: prefix?.unwrap_or_else(|| PREFIX.to_owned()),
            timeout: timeout?,
            clock_skew: clock_skew?,
        }),
    }
}
