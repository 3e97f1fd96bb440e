//! A policy that has been compiled: composition only. Each layer below owns its own rules.

pub mod mcp;
mod mesh;
mod streams;

pub use mesh::Mesh;

use crate::http::forwarded_certificate::Hop;
use crate::http::origin::Origin;
use crate::http::spiffe::SpiffeId;
use crate::jose::jwk::Jwk;
use crate::proof::{dpop, http_signature, wimse_signature, wpt};
use crate::revocation::List;
use crate::revocation::deny::DenyList;
use crate::route::{Index, Template};
use crate::step_up::Service;
use crate::supply::Source;
use crate::token::issuer::Issuer;
use crate::token::subject::SubjectKind;
use crate::token::{IssuerId, actor, exchange};
pub use crate::uses::Scope;
use crate::uses::{Window, fleet};
use crate::{assertion, behaviour, proof, risk, step_up, token, transaction};
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

/// A route of a policy.
#[derive(Debug)]
pub struct Route {
    /// Its name in records.
    pub name: Rc<str>,
    /// The methods it lists.
    pub methods: Vec<String>,
    /// The paths it lists.
    pub template: Template,
    /// The name of the proxy's route that its requests must have, where it is for one alone.
    pub envoy_route: Option<Rc<str>>,
    /// The one origin that its requests are for.
    pub origin: Origin,
    /// Who may call.
    pub identity: IdentityRules,
    /// Who may act for the subjects of its tokens. None: nobody.
    pub delegation: Option<actor::Rules>,
    /// Whether people may break the glass. Then the issuers of the profile are among the accepted.
    pub break_glass: bool,
    /// Whether its requests are for tokens and bring none: whoever holds the key of a proof may call.
    pub issuance: bool,
    /// How possession is shown.
    pub proof: proof::Rules,
    /// What signatures over requests must be like, where the route accepts them.
    pub signature: Option<http_signature::Rules>,
    /// What becomes of the proofs.
    pub handing: Handing,
    /// The transaction token, where the route asks for one.
    pub transaction_token: Option<token::transaction::Rules>,
    /// What it does with nonces in DPoP proofs. None where it has none.
    pub nonce: Option<dpop::nonce::Mode>,
    /// How far a use of its proofs is remembered.
    pub replay: Scope,
    /// The body, where the route reads it.
    pub body: Option<transaction::body::Rules>,
    /// Whether its requests are calls of gRPC, whose messages are not read.
    pub is_grpc: bool,
    /// The transaction, where the route is one.
    pub transaction: Option<transaction::Rules>,
    /// The calls of the Model Context Protocol that the route takes.
    pub mcp: Option<mcp::Mcp>,
    /// The score.
    pub risk: risk::Rules,
    /// What it remembers, where it takes no calls.
    pub behaviour: behaviour::Rules,
    /// How long its streams may be open.
    pub streams: Streams,
    /// The route whose streams its requests carry on, where they do nothing else.
    pub renews: Option<Rc<str>>,
    /// What happens between the thresholds.
    pub step_up: Option<step_up::Rules>,
    /// Whether its callers' tokens are exchanged for others.
    pub exchange: Option<exchange::Rules>,
    /// `algs` of a DPoP challenge: the accepted proof algorithms, separated by spaces.
    pub challenge_algs: Rc<str>,
    /// `Accept-Signature` of a challenge. Empty where the route accepts no signatures.
    pub challenge_signature: Rc<str>,
    /// The scopes, separated by spaces, as a challenge names them.
    pub challenge_scope: Rc<str>,
    /// The scheme of workload proof tokens, where the route accepts them and their draft has one.
    pub challenge_workload: Option<&'static str>,
}

impl Route {
    /// Its transactions: its own, or those of its classes of calls.
    pub fn transactions(&self) -> impl Iterator<Item = &transaction::Rules> {
        let classes = self.mcp.iter().flat_map(|mcp| &mcp.classes);
        self.transaction
            .iter()
            .chain(classes.filter_map(|class| class.transaction.as_ref()))
    }

    /// How its transactions are used once, those that are.
    pub fn single_uses(&self) -> impl Iterator<Item = &transaction::single_use::Rules> {
        self.transactions()
            .filter_map(transaction::Rules::single_use)
    }

    /// The class of routes that its requests teach and ask.
    #[must_use]
    pub fn class(&self) -> Rc<str> {
        Rc::clone(self.risk.learn_in.as_ref().unwrap_or(&self.name))
    }

    /// What its requests remember: of each class apart, where it takes calls.
    pub fn past(&self) -> impl Iterator<Item = &behaviour::Rules> {
        let classes = self.mcp.iter().flat_map(|mcp| &mcp.classes);
        std::iter::once(&self.behaviour).chain(classes.map(|class| &class.behaviour))
    }
}

/// Who may call a route. The empty rules let nobody in who brings a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityRules {
    /// Accepted issuers of what stands in `Authorization`. Empty on a route that issues tokens, and
    /// where callers are known in another way.
    pub issuers: Vec<IssuerId>,
    /// Accepted workloads, known by their certificate alone: no token is read. Empty where there are
    /// issuers.
    pub peers: Vec<SpiffeId>,
    /// Accepted issuers of workload identity tokens.
    pub workload_issuers: Vec<IssuerId>,
    /// The workloads that may call, by their identifiers. None: every one that an accepted issuer
    /// vouches for.
    pub workloads: Option<Vec<String>>,
    /// Audiences of these issuers that are another origin of this gateway, or lie under one. A token
    /// that is for nothing else is none for this route.
    pub elsewhere: Vec<String>,
    /// How old the word of an authorization server on an opaque token may be, where one of the
    /// issuers is of opaque tokens.
    pub introspection: Option<Duration>,
    /// Scopes that the token must hold, all of them.
    pub scopes: Vec<String>,
    /// The kinds of subjects that may call. None: every subject, of a kind or of none.
    pub kinds: Option<Vec<SubjectKind>>,
}

impl IdentityRules {
    /// Whether workloads may call that are known by a token.
    #[must_use]
    pub fn knows_workloads(&self) -> bool {
        !self.workload_issuers.is_empty()
    }
}
