//! The gate without a proxy: a policy, a clock that the test sets, memory that one worker shares with
//! itself, and a decision service that is a value.

pub(crate) use crate::support::answers::answer;
use crate::support::fleet::Fleet;
use crate::support::past;
use crate::support::plan::{self, Wire};
use crate::support::policy;
use crate::support::revoked;
use crate::support::table::{Expected, GOLDEN_NOW, Row, Service, rows};
use crate::support::tts;
use countersign::assertion::Asserter;
use countersign::behaviour;
use countersign::config;
use countersign::crypto::digest::MacKey;
use countersign::crypto::private::PrivateKey;
use countersign::crypto::{Algorithm, Engine, InvalidSignature, PublicKey, Pure, Verifier};
use countersign::http::RequestHead;
use countersign::pipeline::{self, Answer, Env, Outcome, Question, Step};
use countersign::policy::Policy;
use countersign::proof::dpop::nonce::Mint;
use countersign::proof::replay::Log;
use countersign::reason::Reason;
use countersign::record::Record;
use countersign::renewals;
use countersign::revocation::status_list::{Expected as OfList, verify};
use countersign::revocation::{self, List, ListId, ListStore};
use countersign::step_up::circuit::Circuits;
use countersign::step_up::{Call, Response, Silence};
use countersign::time::UnixTime;
use countersign::token::cache::Cache;
use countersign::token::exchange::Order;
use countersign::token::exchange::revocation::Queue;
use countersign::token::introspection::{self, desk::Desk};
use countersign::token::issuer::KeySource;
use countersign::token::{Held, IssuerId, KeyStore};
use countersign::transaction::single_use;
use countersign::uses::{Buckets, Geometry, Memory};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::rc::Rc;

/// The secret of this name.
fn secret(name: &str) -> &'static str {
    let mut secrets = policy::SECRETS.iter();
    secrets.find(|(own, _)| *own == name).unwrap().1
}

/// The keys that stand in the policy.
pub(crate) struct Inline(pub(crate) Rc<Policy>);

impl KeyStore for Inline {
    fn held(&self, issuer: IssuerId) -> Held {
        match &self.0.issuers[issuer.0].keys {
            KeySource::Inline(set) => Held::Set(Rc::clone(set)),
            KeySource::Fetched(_) | KeySource::Absent => Held::Missing,
        }
    }

    fn may_fetch(&self, _: IssuerId, _: Option<&str>) -> bool {
        false
    }
}

/// Status lists, by their place in the policy.
pub(crate) struct Lists(pub(crate) Vec<revocation::Held>);

impl Lists {
    /// The list of the flow table in each place where one may stand.
    fn of(policy: &Policy, now: i64) -> Self {
        let held = |list| Self::read(policy, list, &revoked::list(now), now);
        Self(policy.status_lists.iter().map(held).collect())
    }

    /// A list in this place of the policy.
    pub(crate) fn read(policy: &Policy, list: &List, text: &str, now: i64) -> revocation::Held {
        let issuer = &policy.issuers[list.issuer.0];
        let KeySource::Inline(keys) = &issuer.keys else {
            return revocation::Held::Missing;
        };
        let expected = OfList {
            uri: &list.uri,
            issuer,
            keys,
            max_size: list.max_size,
        };
        let found = verify(text, &expected, UnixTime::from_secs(now), &Pure);
        revocation::Held::List(Rc::new(found.unwrap()))
    }
}

impl ListStore for Lists {
    fn held(&self, list: ListId) -> revocation::Held {
        self.0[list.0].clone()
    }

    fn may_fetch(&self, _: ListId) -> bool {
        false
    }
}

/// Verifies in the module, and says that this engine did.
struct Labelled(Engine);

impl Verifier for Labelled {
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Engine, InvalidSignature> {
        let verified = Pure.verify(algorithm, key, message, signature);
        verified.map(|_| self.0)
    }
}

/// What came of a request.
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    /// What the decision service was asked.
    pub(crate) asked: Vec<Call>,
    /// The exchanges that were asked for.
    pub(crate) ordered: Vec<Order>,
}

impl Verdict {
    pub(crate) fn record(&self) -> &Record {
        self.outcome.record()
    }
}

pub(crate) struct World {
    pub(crate) policy: Rc<Policy>,
    pub(crate) log: Log<Memory>,
    /// The log of transactions.
    pub(crate) transactions: single_use::Log<Memory>,
    /// What carries open streams on.
    pub(crate) renewals: renewals::Shared<Memory>,
    /// What is remembered of forwarded requests.
    pub(crate) memory: Box<dyn behaviour::Memory>,
    /// The store that the fleet shares.
    pub(crate) fleet: Rc<Fleet>,
    pub(crate) tokens: RefCell<Cache>,
    pub(crate) lists: Lists,
    pub(crate) asserter: Option<Asserter>,
    /// What makes nonces, where the policy has them.
    pub(crate) nonces: Option<Mint>,
    pub(crate) introspections: RefCell<Desk>,
    pub(crate) circuits: RefCell<Circuits>,
    /// What is changed of what the server issues that exchanges tokens.
    pub(crate) issuing: Cell<tts::Change>,
    /// What the server answers, where it is known.
    pub(crate) issued: RefCell<Option<introspection::Response>>,
    /// What is left to be revoked.
    pub(crate) queue: Rc<RefCell<Queue>>,
    /// Milliseconds since the epoch.
    pub(crate) now: Cell<i64>,
    /// The last decision's entropy.
    pub(crate) entropy: Cell<[u8; 16]>,
    /// What is said to verify signatures.
    pub(crate) engine: Cell<Engine>,
    /// How long the decision service takes, in milliseconds.
    pub(crate) latency: Cell<i64>,
}

impl World {
    /// A world at this moment, whose replay log began long before.
    pub(crate) fn at(now: i64) -> Self {
        Self::under(&policy::document(), now)
    }

    /// The same under another policy.
    pub(crate) fn under(document: &Value, now: i64) -> Self {
        Self::born(document, now, now - 1000)
    }

    /// The same with a replay log that began then.
    pub(crate) fn born(document: &Value, now: i64, began: i64) -> Self {
        let policy = Rc::new(config::load(document.to_string().as_bytes()).unwrap());
        let key = MacKey::derive(b"a secret of at least thirty-two bytes", "replay");
        let geometry = Geometry::of(policy.replay.memory);
        let began = UnixTime::from_secs(began);
        let log = Log::open(Memory::default(), geometry, key, policy.window(), began);
        let transactions = transactions(&policy, Memory::default(), began);
        let names = policy.dpop.nonces.iter().flat_map(|it| &it.secrets);
        let secrets: Vec<&str> = names.map(|name| secret(name)).collect();
        let nonces = policy.dpop.mint(&secrets);
        let world = Self {
            lists: Lists::of(&policy, now),
            log,
            transactions,
            memory: past::memory(&policy),
            renewals: renewals::Shared::open(
                Memory::default(),
                MacKey::derive(b"a secret of at least thirty-two bytes", "renewals"),
            ),
            fleet: Rc::new(Fleet::at(now)),
            tokens: RefCell::new(Cache::holding(64)),
            nonces,
            asserter: asserter(&policy),
            policy,
            introspections: RefCell::default(),
            circuits: RefCell::default(),
            issuing: Cell::new(|_| {}),
            issued: RefCell::default(),
            queue: Rc::default(),
            now: Cell::default(),
            entropy: Cell::default(),
            engine: Cell::new(Engine::Pure),
            latency: Cell::new(7),
        };
        world.next(now * 1000, 1_u128.to_be_bytes());
        world
    }

    /// Has the next decision made at this moment, in milliseconds, under this id.
    pub(crate) fn next(&self, now: i64, id: [u8; 16]) {
        self.now.set(now);
        self.entropy
            .set((u128::from_be_bytes(id).wrapping_sub(1)).to_be_bytes());
    }

    /// Runs with the ports of this world.
    pub(crate) fn with<T>(&self, run: impl FnOnce(&Env<'_>) -> T) -> T {
        let keys = Inline(Rc::clone(&self.policy));
        let entropy = u128::from_be_bytes(self.entropy.get()).wrapping_add(1);
        let entropy = entropy.to_be_bytes();
        self.entropy.set(entropy);
        run(&Env {
            policy: &self.policy,
            now: UnixTime::from_millis(self.now.get()),
            entropy,
            verifier: &Labelled(self.engine.get()),
            keys: &keys,
            lists: &self.lists,
            replay: &self.log,
            memory: &*self.memory,
            renewals: &self.renewals,
            leases: &*self.fleet,
            transactions: &self.transactions,
            transaction_leases: &*self.fleet,
            tokens: &self.tokens,
            asserter: self.asserter.as_ref(),
            nonces: self.nonces.as_ref(),
            introspections: &self.introspections,
            circuits: &self.circuits,
        })
    }

    /// Judges a row to its end.
    pub(crate) fn judge(&self, row: &Row) -> Verdict {
        self.judge_with(row, &|id| answer(row.service, id))
    }

    /// Judges a row to its end; the decision service answers so to the id of the request.
    pub(crate) fn judge_with(
        &self,
        row: &Row,
        answer: &dyn Fn(&str) -> Result<Response, Silence>,
    ) -> Verdict {
        let body = row.wire.body.clone().unwrap_or_default();
        let head = match head(&row.wire) {
            Ok(head) => head,
            Err(reason) => {
                let outcome = self.with(|env| pipeline::refuse(reason, env));
                return Verdict {
                    outcome,
                    asked: Vec::new(),
                    ordered: Vec::new(),
                };
            }
        };
        let (mut asked, mut ordered) = (Vec::new(), Vec::new());
        let mut step = self.with(|env| pipeline::run(head, &row.connection, env));
        loop {
            step = match step {
                Step::Done(outcome) => {
                    return Verdict {
                        outcome,
                        asked,
                        ordered,
                    };
                }
                Step::Ask(Question::Exchange(order), waiting) => {
                    let minted = self.exchange(&order);
                    ordered.push(order);
                    self.with(|env| waiting.resume(Ok(Answer::Exchanged(minted)), env))
                }
                Step::Read(listening) => self.with(|env| listening.hear(Ok(&body), env)),
                Step::Ask(Question::Keys(..), waiting) => {
                    self.with(|env| waiting.resume(Ok(Answer::Keys), env))
                }
                Step::Ask(Question::Consume(call), waiting) => self.with(|env| {
                    let answer = self.fleet.answer(&call, env.now);
                    waiting.resume(Ok(Answer::Consumed(answer)), env)
                }),
                Step::Ask(Question::Introspection(_), waiting) => {
                    self.with(|env| waiting.resume(Err(Silence::Unreachable), env))
                }
                Step::Ask(Question::StatusList(_), waiting) => {
                    self.with(|env| waiting.resume(Ok(Answer::StatusList), env))
                }
                Step::Ask(Question::Decision(call), waiting) => {
                    self.now.set(self.now.get() + self.latency.get());
                    let answer = answer(&call.request_id);
                    asked.push(call);
                    self.with(|env| waiting.resume(answer.map(Answer::Decision), env))
                }
            };
        }
    }
}

/// The log of transactions that the policy declares, over this memory; one that holds none where it
/// declares none.
pub(crate) fn transactions<B: Buckets>(
    policy: &Policy,
    memory: B,
    began: UnixTime,
) -> single_use::Log<B> {
    let key = MacKey::derive(b"a secret of at least thirty-two bytes", "transactions");
    let geometry = Geometry::of(policy.replay.memory);
    let window = policy
        .single_use
        .map_or_else(Default::default, |rules| rules.window);
    single_use::Log::open(memory, geometry, key, window, began)
}

/// What the policy has the gate sign, with keys that are always the same.
fn asserter(policy: &Policy) -> Option<Asserter> {
    let key = PrivateKey::from_pem(&plan::gate_key()).unwrap();
    let rules = policy.upstream.assertion.clone()?;
    Some(Asserter::new(rules, key, &[], Box::new(Pure)))
}

/// The head of a request, as a host hands it over.
pub(crate) fn head(wire: &Wire) -> Result<RequestHead, Reason> {
    let head = RequestHead::new(lines_of(wire))?;
    Ok(if wire.body.is_none() {
        head.alone()
    } else {
        head
    })
}

/// Its lines.
pub(crate) fn lines_of(wire: &Wire) -> Vec<(String, Vec<u8>)> {
    let pseudo = [
        (":method", &wire.method),
        (":path", &wire.path),
        (":authority", &wire.authority),
    ];
    let mut lines: Vec<(String, Vec<u8>)> = pseudo
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.clone().into_bytes()))
        .collect();
    lines.extend(wire.fields.iter().cloned());
    if let Some(body) = &wire.body {
        let length = body.len().to_string().into_bytes();
        lines.push(("content-length".to_owned(), length));
    }
    lines
}

/// What comes of each row of the table, a line each: status, release or reply, record.
pub(crate) fn lines() -> String {
    let world = World::at(GOLDEN_NOW);
    let mut lines = String::new();
    for row in rows(GOLDEN_NOW) {
        let verdict = world.judge(&row);
        let (status, out) = match &verdict.outcome {
            Outcome::Forward(release, _) => (0, format!("{release:?}")),
            Outcome::Refuse(reply, _) => (reply.status, format!("{:?}", reply.headers)),
            Outcome::Publish(published, _) => (200, published.text.to_string()),
        };
        let record = verdict.record().to_json();
        writeln!(lines, "{}\n{status} {out}\n{record}", row.name).unwrap();
    }
    lines
}

/// Holds a verdict to its row.
pub(crate) fn check(row: &Row, verdict: &Verdict) {
    let (name, reason) = (row.name, verdict.record().reason);
    match row.expected {
        Expected::Forwarded => assert_eq!(reason, None, "{name}"),
        Expected::Refused(expected) => assert_eq!(reason, Some(expected.code()), "{name}"),
    }
    let must_ask = usize::from(row.service != Service::Unasked);
    assert_eq!(verdict.asked.len(), must_ask, "{name}: calls");
    let forwarded = matches!(verdict.outcome, Outcome::Forward(..));
    assert_eq!(forwarded, row.expected == Expected::Forwarded, "{name}");
}
