//! What one configuration made: the policy and everything that belongs to it. A root owns it, and
//! the streams of that root share it. A new configuration makes a new one beside it.

use super::abi::{self, Fault, Level};
use super::asserting::asserter;
use super::exchange::Exchanges;
use super::held::Held;
use super::logs::{closed, logs, memory, renewals, rolling};
use super::meters::Meters;
use super::ports::{Closed, Counted, Rolled, SharedData};
use super::read::{self, Moment};
use super::secrets::{Missing, given, secrets};
use super::streams::Streams;
use super::waiting::Table;
use crate::assertion::Asserter;
use crate::behaviour::{Blank, Memory};
use crate::crypto::{Pure, Verifier};
use crate::http::Connection;
use crate::keys;
use crate::pipeline::{self, Env, Outcome, Step};
use crate::policy::{self, Policy};
use crate::proof::Method;
use crate::proof::dpop::nonce::Mint;
use crate::proof::replay::ReplayLog;
use crate::reason::Reason;
use crate::renewals::{Nothing, Renewals};
use crate::revocation;
use crate::revocation::store::Means;
use crate::risk::Need;
use crate::step_up::circuit::Circuits;
use crate::supply::board::Seal;
use crate::supply::stock::Fetch;
use crate::time::UnixTime;
use crate::token::cache::Cache;
use crate::token::introspection::desk::{Desk, Ticket};
use crate::token::introspection::request::Client;
use crate::token::issuer::Issuer;
use crate::token::{IssuerId, Kind};
use crate::transaction::single_use::TransactionLog;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A fetch that is under way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fetching {
    /// Of keys.
    Keys(Fetch),
    /// Of a status list.
    StatusList(Fetch),
}

/// What a policy needs to know of a connection.
#[derive(Clone, Copy, Debug)]
struct Reads {
    source: bool,
    certificate: bool,
    peer: bool,
}

impl Reads {
    fn of(policy: &Policy) -> Self {
        let routes = || policy.routes.iter();
        let asks = |need| {
            let mut signals = routes().flat_map(|route| &route.risk.signals);
            signals.any(|signal| signal.when.needs(need))
        };
        let of_peer = |route: &Rc<policy::Route>| !route.identity.peers.is_empty();
        let of_svids = |issuer: &Issuer| issuer.kind == Kind::Svid;
        let of_requesters = |route: &Rc<policy::Route>| route.transaction_token.is_some();
        Self {
            peer: !policy.hops.is_empty()
                || routes().any(of_peer)
                || routes().any(of_requesters)
                || policy.issuers.iter().any(of_svids),
            source: asks(Need::Source),
            // A connection without a certificate has no peer to name, so whoever asks for one needs both.
            certificate: asks(Need::Peer)
                || routes().any(|route| {
                    route.proof.any_of.contains(&Method::Mtls)
                        || route.transaction_token.is_some()
                        || route.identity.knows_workloads()
                }),
        }
    }
}

/// A policy at work.
pub(super) struct Gate {
    pub(super) policy: Rc<Policy>,
    pub(super) keys: keys::store::Store<SharedData>,
    pub(super) lists: revocation::store::Store<SharedData>,
    /// What the workers share.
    pub(super) board: SharedData,
    /// The seal on it.
    pub(super) seal: Seal,
    pub(super) meters: Rc<Meters>,
    pub(super) waiting: RefCell<Table<Held>>,
    /// What went upstream and is open.
    pub(super) streams: Streams,
    /// The fetches that are under way, by the number of their call.
    pub(super) fetches: RefCell<BTreeMap<u32, Fetching>>,
    /// The leases that entries in the store of the fleet live by: of proofs, and of transactions.
    pub(super) leases: Rolled,
    pub(super) transaction_leases: Rolled,
    /// The queue on which this root is told of new documents, and when it last signed on.
    pub(super) queue: Cell<Option<(u32, UnixTime)>>,
    /// What is known of opaque tokens, and being asked.
    pub(super) introspections: RefCell<Desk>,
    /// The questions to authorization servers that are under way, by the number of their call.
    pub(super) inquiries: RefCell<BTreeMap<u32, Ticket>>,
    /// Exchanges of tokens, and what is left to be revoked.
    pub(super) exchanges: Exchanges,
    /// Which decision services are left alone.
    pub(super) circuits: RefCell<Circuits>,
    /// Who the gate is to each authorization server.
    pub(super) clients: BTreeMap<IssuerId, Client>,
    verifier: Box<dyn Verifier>,
    replay: Box<dyn ReplayLog>,
    transactions: Box<dyn TransactionLog>,
    memory: Box<dyn Memory>,
    renewals: Box<dyn Renewals>,
    nonces: Option<Mint>,
    tokens: RefCell<Cache>,
    asserter: Option<Asserter>,
    reads: Reads,
    asks: bool,
    is_open: bool,
}

impl Gate {
    /// A gate that judges by this policy.
    ///
    /// # Errors
    /// What is wrong with a secret that the policy names.
    pub(super) fn open(policy: Policy, secret: &[u8]) -> Result<Self, String> {
        let asserter = policy.upstream.assertion.as_ref();
        let asserter = asserter.map(self::asserter).transpose()?;
        let nonces = match &policy.dpop.nonces {
            Some(rules) => {
                let secrets = secrets(&rules.secrets).map_err(|missing| missing.to_string())?;
                policy.dpop.mint(&secrets)
            }
            None => None,
        };
        let clients = clients(&policy).map_err(|missing| missing.to_string())?;
        let exchanges = Exchanges::of(&policy).map_err(|missing| missing.to_string())?;
        let moment = read::moment();
        let meters = Rc::new(Meters::define());
        let verifier = Counted::new(Rc::clone(&meters));
        let line = format!(
            "policy revision {} ({}), {} routes; verified by the host: {}",
            policy.revision,
            policy.digest,
            policy.routes.len(),
            verifier.native().join(" ")
        );
        abi::log(Level::Info, &line);
        let (replay, transactions) = match moment {
            Ok(moment) => logs(&policy, secret, moment.now),
            // A log that began at no time could not tell what it has not seen.
            Err(_) => closed(),
        };
        let moment = moment.unwrap_or_default();
        let gate = Self {
            verifier: Box::new(verifier),
            replay,
            transactions,
            memory: memory(&policy, secret),
            renewals: renewals(&policy, secret),
            asserter,
            nonces,
            clients,
            exchanges,
            is_open: true,
            ..Self::new(policy, secret, moment, meters)
        };
        gate.with_means(moment.now, |means| gate.lists.look_around(means));
        Ok(gate)
    }

    /// A gate that refuses every request, because there is nothing it may act on.
    pub(super) fn closed() -> Self {
        let meters = Rc::new(Meters::define());
        Self::new(Policy::closed(), &[], Moment::default(), meters)
    }

    fn new(policy: Policy, secret: &[u8], moment: Moment, meters: Rc<Meters>) -> Self {
        let (holder, _) = moment.entropy.split_first_chunk().unwrap_or((&[0; 8], &[]));
        let holder = i64::from_be_bytes(*holder);
        let seal = Seal::new(secret);
        let (leases, transaction_leases) = rolling(&policy);
        Self {
            keys: keys::store::Store::new(
                &policy.issuers,
                &policy.sources,
                seal.clone(),
                holder,
                SharedData,
                moment.now,
            ),
            lists: revocation::store::Store::new(
                &policy.status_lists,
                seal.clone(),
                holder,
                SharedData,
            ),
            board: SharedData,
            seal,
            streams: Streams::default(),
            waiting: RefCell::new(Table::of(policy.waiting.requests)),
            fetches: RefCell::default(),
            leases: Rolled::of(leases),
            transaction_leases: Rolled::of(transaction_leases),
            queue: Cell::new(None),
            introspections: RefCell::default(),
            inquiries: RefCell::default(),
            exchanges: Exchanges::default(),
            circuits: RefCell::default(),
            clients: BTreeMap::new(),
            verifier: Box::new(Pure),
            meters,
            replay: Box::new(Closed),
            transactions: Box::new(Closed),
            memory: Box::new(Blank),
            renewals: Box::new(Nothing),
            nonces: None,
            tokens: RefCell::default(),
            asserter: None,
            reads: Reads::of(&policy),
            asks: !policy.services.is_empty(),
            is_open: false,
            policy: Rc::new(policy),
        }
    }

    /// Whether any route asks a decision service.
    pub(super) fn asks(&self) -> bool {
        self.asks
    }

    /// Until when a request that came at this moment may wait.
    pub(super) fn deadline(&self, moment: Result<Moment, Fault>) -> UnixTime {
        let now = moment.map_or(UnixTime::default(), |moment| moment.now);
        now.after(self.policy.waiting.deadline)
    }

    /// Judges a request that came at this moment by its header lines, and by whether they are all
    /// of it.
    pub(super) fn judge(
        &self,
        moment: Result<Moment, Fault>,
        lines: Result<Vec<(String, Vec<u8>)>, Reason>,
        alone: bool,
    ) -> Step {
        self.step_at(moment, |env| {
            if !self.is_open {
                return Step::Done(pipeline::refuse(Reason::NotConfigured, env));
            }
            let connection = Connection {
                source: self.reads.source.then(read::source).flatten(),
                certificate: self.reads.certificate.then(read::certificate).flatten(),
                peer: None,
            };
            // A connection without a certificate has no peer to name.
            let connection = match connection.certificate {
                Some(_) if self.reads.peer => Connection {
                    peer: read::peer(),
                    ..connection
                },
                Some(_) | None => connection,
            };
            match lines.and_then(|lines| read::head(lines, alone)) {
                Ok(head) => {
                    let head = head.on(read::chosen(&self.policy.mesh));
                    pipeline::run(head, &connection, env)
                }
                Err(reason) => Step::Done(pipeline::refuse(reason, env)),
            }
        })
    }

    /// Takes the next step of a request, now.
    pub(super) fn step(&self, next: impl FnOnce(&Env<'_>) -> Step) -> Step {
        self.step_at(read::moment(), next)
    }

    /// Without a clock or randomness there is no verdict but a refusal.
    fn step_at(&self, moment: Result<Moment, Fault>, next: impl FnOnce(&Env<'_>) -> Step) -> Step {
        match moment {
            Ok(moment) => self.at(moment, next),
            Err(_) => Step::Done(self.refusal(Reason::HostFault)),
        }
    }

    /// A refusal that no stage gave.
    pub(super) fn refusal(&self, reason: Reason) -> Outcome {
        let moment = read::moment().unwrap_or_default();
        self.at(moment, |env| pipeline::refuse(reason, env))
    }

    /// Acts now, with what a verdict rests on. None without a clock or randomness.
    pub(super) fn with_env<T>(&self, act: impl FnOnce(&Env<'_>) -> T) -> Option<T> {
        let moment = read::moment().ok()?;
        Some(self.at(moment, act))
    }

    /// What status lists are verified with, now.
    pub(super) fn with_means<T>(&self, now: UnixTime, act: impl FnOnce(Means<'_>) -> T) -> T {
        let keys = self.keys.at(now);
        act(Means {
            issuers: &self.policy.issuers,
            keys: &keys,
            verifier: &*self.verifier,
            now,
        })
    }

    fn at<T>(&self, moment: Moment, judge: impl FnOnce(&Env<'_>) -> T) -> T {
        let keys = self.keys.at(moment.now);
        let lists = self.lists.at(moment.now);
        judge(&Env {
            policy: &self.policy,
            now: moment.now,
            entropy: moment.entropy,
            verifier: &*self.verifier,
            keys: &keys,
            lists: &lists,
            replay: &*self.replay,
            memory: &*self.memory,
            renewals: &*self.renewals,
            nonces: self.nonces.as_ref(),
            leases: &self.leases,
            transactions: &*self.transactions,
            transaction_leases: &self.transaction_leases,
            tokens: &self.tokens,
            asserter: self.asserter.as_ref(),
            introspections: &self.introspections,
            circuits: &self.circuits,
        })
    }
}

/// Who the gate is to the authorization server of each issuer of opaque tokens.
fn clients(policy: &Policy) -> Result<BTreeMap<IssuerId, Client>, Missing> {
    let numbered = policy.issuers.iter().enumerate();
    numbered
        .filter_map(|(place, issuer)| Some((IssuerId(place), issuer.introspection.as_ref()?)))
        .map(|(id, endpoint)| {
            let secret = given(&endpoint.secret)?;
            Ok((id, Client::of(&endpoint.client, &secret)))
        })
        .collect()
}
