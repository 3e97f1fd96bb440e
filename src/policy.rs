//! A policy that has been compiled: composition only. Each layer below owns its own rules.

pub mod mcp;
mod mesh;
mod route;
mod streams;

pub use mesh::Mesh;
pub use route::{IdentityRules, Route};

use crate::http::forwarded_certificate::Hop;
use crate::jose::jwk::Jwk;
use crate::proof::{dpop, wimse_signature, wpt};
use crate::revocation::List;
use crate::revocation::deny::DenyList;
use crate::route::Index;
use crate::step_up::Service;
use crate::supply::Source;
use crate::token::issuer::Issuer;
use crate::token::{IssuerId, exchange};
pub use crate::uses::Scope;
use crate::uses::{Window, fleet};
use crate::{assertion, behaviour, proof, step_up};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;
pub use streams::Streams;

/// A whole policy.
#[derive(Debug)]
pub struct Policy {
    /// `revision`.
    pub revision: u64,
    /// SHA-256 of the document's canonical bytes, in lower-case hexadecimal, its first 16 digits.
    pub digest: Rc<str>,
    /// What happens to requests that no route lists.
    pub unmatched: Unmatched,
    /// Where uses of proofs are remembered.
    pub replay: Replay,
    /// Where uses of transactions are remembered, where any are used once.
    pub single_use: Option<SingleUse>,
    /// DPoP proofs.
    pub dpop: dpop::Rules,
    /// The proxies whose word on their client's certificate is taken.
    pub hops: Vec<Hop>,
    /// Workload proof tokens.
    pub wpt: wpt::Rules,
    /// Message signatures of workloads.
    pub wimse_signature: wimse_signature::Rules,
    /// What goes upstream.
    pub upstream: Upstream,
    /// What may wait.
    pub waiting: Waiting,
    /// How much is remembered of what was forwarded.
    pub behaviour: behaviour::Limits,
    /// Issuers, by [`IssuerId`].
    pub issuers: Vec<Issuer>,
    /// Keys that sign requests, by the name that `keyid` and `cnf.kid` give them.
    pub signature_keys: BTreeMap<String, Jwk>,
    /// Key sources, by the place that [`crate::token::issuer::KeySource::Fetched`] names.
    pub sources: Vec<Source>,
    /// Status lists, by [`ListId`](crate::revocation::ListId).
    pub status_lists: Vec<List>,
    /// What is denied, whatever its issuer says of it.
    pub deny: DenyList,
    /// By which profile people break the glass, where they may.
    pub break_glass: Option<Rc<BreakGlass>>,
    /// Decision services, by [`step_up::ServiceId`].
    pub services: Vec<Service>,
    /// Servers that exchange tokens, by [`ExchangeId`](crate::token::exchange::ExchangeId).
    pub exchanges: Vec<exchange::Endpoint>,
    /// Routes, in order.
    pub routes: Vec<Rc<Route>>,
    /// Their index.
    pub index: Index,
    /// What the routes of the proxy have to do with them.
    pub mesh: Mesh,
}

impl Policy {
    /// The policy of a gate that has none it may act on: no route, and everything else refused.
    #[must_use]
    pub fn closed() -> Self {
        Self {
            revision: 0,
            digest: "".into(),
            unmatched: Unmatched::Refuse,
            replay: Replay {
                log: Scope::Host,
                memory: 0,
                store: None,
            },
            single_use: None,
            dpop: dpop::Rules {
                max_age: Duration::ZERO,
                max_ahead: Duration::ZERO,
                algorithms: Vec::new(),
                nonces: None,
            },
            hops: Vec::new(),
            wpt: wpt::Rules {
                profile: wpt::Profile::default(),
                max_lifetime: Duration::ZERO,
                max_ahead: Duration::ZERO,
                algorithms: Vec::new(),
            },
            wimse_signature: wimse_signature::Rules::unmeetable(),
            upstream: Upstream {
                identity: Identity::Headers,
                assertion: None,
            },
            waiting: Waiting {
                deadline: Duration::ZERO,
                requests: 0,
            },
            behaviour: behaviour::Limits {
                memory: 0,
                after: Duration::ZERO,
                keep: Duration::ZERO,
            },
            issuers: Vec::new(),
            signature_keys: BTreeMap::new(),
            sources: Vec::new(),
            status_lists: Vec::new(),
            deny: DenyList::default(),
            break_glass: None,
            services: Vec::new(),
            exchanges: Vec::new(),
            routes: Vec::new(),
            index: Index::default(),
            mesh: Mesh::default(),
        }
    }

    /// Whether any route asks what was forwarded before.
    #[must_use]
    pub fn remembers(&self) -> bool {
        let mut all = self.routes.iter().flat_map(|route| route.past());
        all.any(|rules| !rules.is_empty())
    }

    /// How long a proof may pass under this policy, whatever its kind.
    #[must_use]
    pub fn window(&self) -> Window {
        let signatures = self.routes.iter().filter_map(|it| it.signature.as_ref());
        let widest = signatures.fold(self.dpop.window(), |widest, rules| {
            widest.widest(rules.window)
        });
        let accept = |method| {
            let mut routes = self.routes.iter();
            routes.any(|route| route.proof.any_of.contains(&method))
        };
        let workloads = [
            (proof::Method::Wpt, self.wpt.window()),
            (proof::Method::WimseSignature, self.wimse_signature.window()),
        ];
        let accepted = workloads.into_iter().filter(|(method, _)| accept(*method));
        accepted.fold(widest, |widest, (_, window)| widest.widest(window))
    }
}

/// What happens to requests that no route lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmatched {
    /// They are refused.
    Refuse,
    /// They are forwarded, unless their target is ambiguous.
    Pass,
}

/// Where uses of proofs are remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// How far the log reaches that is asked first, for every route: `Worker` or `Host`.
    pub log: Scope,
    /// Its memory, in bytes.
    pub memory: usize,
    /// The store that the routes of scope `Fleet` ask after it. There where one of them is.
    pub store: Option<fleet::Store>,
}

/// Where uses of transactions are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SingleUse {
    /// How far the log reaches: `Worker` or `Host`.
    pub log: Scope,
    /// How long a token may pass that carries a transaction, on any route.
    pub window: Window,
    /// Whether a route asks the store too.
    pub in_fleet: bool,
}

impl SingleUse {
    /// What these routes ask for, with tokens of these issuers. None where none does.
    #[must_use]
    pub fn of(routes: &[Rc<Route>], issuers: &[Issuer]) -> Option<Self> {
        let rules = || routes.iter().flat_map(|route| route.single_uses());
        let leeway = issuers.iter().map(|issuer| issuer.leeway).max();
        let leeway = leeway.unwrap_or_default();
        let lifetime = rules().map(|it| it.lifetime).max()?;
        let is_shared = rules().any(|it| it.scope != Scope::Worker);
        Some(Self {
            log: if is_shared {
                Scope::Host
            } else {
                Scope::Worker
            },
            window: Window {
                max_age: lifetime.saturating_add(leeway),
                max_ahead: leeway,
            },
            in_fleet: rules().any(|it| it.scope == Scope::Fleet),
        })
    }
}

/// What the upstream sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// How it learns who the caller is.
    pub identity: Identity,
    /// What the gate signs for it, where it does.
    pub assertion: Option<assertion::Rules>,
}

/// What becomes of the proofs of a route's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handing {
    /// Whether the upstream sees the proof.
    pub proof: ProofHeader,
    /// Whether the replay log takes the proof. Where it does not, whoever is behind this gate must.
    pub consume: bool,
}

/// How the upstream learns who the caller is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The filter sets `x-countersign-*` itself.
    Headers,
    /// The filter writes filter state `wasm.countersign.*`, and the proxy's routes make headers of it.
    FilterState,
}

/// Whether the upstream sees the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofHeader {
    /// The filter removes it.
    Strip,
    /// It stays.
    Keep,
    /// The filter removes it, and sends the token on under the Bearer scheme, for upstreams that
    /// know no other.
    RewriteToBearer,
}

/// The profile by which people break the glass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakGlass {
    /// The issuers whose tokens do. They are accepted for nothing else, and only on the routes where
    /// people may break the glass.
    pub issuers: Vec<IssuerId>,
    /// The authentication that their tokens must show.
    pub challenge: step_up::Authentication,
    /// Longest time from `iat` to `exp` of their tokens.
    pub max_token_age: Duration,
}

/// What may wait, for each worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Longest time a request is held, all its questions together.
    pub deadline: Duration,
    /// Most requests held at once.
    pub requests: usize,
}
