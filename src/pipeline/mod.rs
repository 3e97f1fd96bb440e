//! The whole product in ten lines: admit, authenticate, authorize, assess, decide, settle, exchange,
//! consume.

mod admit;
mod assess;
mod authenticate;
mod authorize;
mod break_glass;
mod case;
mod consume;
mod decide;
mod exchange;
mod facts;
mod known;
mod outcome;
mod parties;
mod principal;
mod question;
mod release;
mod remember;
mod settle;
mod spend;
mod tenure;
mod wait;

pub use facts::strength;
pub use outcome::{Outcome, Published, Release};
pub use question::{Answer, Question};
pub use release::{OURS, is_ours};
pub use spend::of_store;
pub use tenure::Tenure;
pub use wait::{Listening, Waiting};

use crate::assertion::Asserter;
use crate::behaviour::Memory;
use crate::crypto::Verifier;
use crate::http::{Connection, RequestHead};
use crate::policy::Policy;
use crate::proof::dpop::nonce::Mint;
use crate::proof::replay::ReplayLog;
use crate::reason::Reason;
use crate::renewals::Renewals;
use crate::respond::Document;
use crate::revocation::ListStore;
use crate::step_up::circuit::Circuits;
use crate::time::UnixTime;
use crate::token::KeyStore;
use crate::token::cache::Cache;
use crate::token::introspection::desk::Desk;
use crate::transaction::single_use::TransactionLog;
use crate::uses::fleet;
use admit::admit;
use assess::assess;
use authenticate::authenticate;
use authorize::{announce, authorize};
use case::Case;
use consume::{Consume, Consumed, consume, look};
use decide::{Cleared, Decided, decide};
use exchange::{Exchange, Exchanged, exchange};
use known::{Known, Need};
use spend::{Spend, Spent, spend};
use std::cell::RefCell;
use std::rc::Rc;
use wait::{Asker, Stage};

/// What a verdict rests on beside the request: the policy, the moment, and ports that answer at once.
pub struct Env<'a> {
    /// The policy.
    pub policy: &'a Rc<Policy>,
    /// Now.
    pub now: UnixTime,
    /// Sixteen random bytes, fresh for this call.
    pub entropy: [u8; 16],
    /// Checks signatures.
    pub verifier: &'a dyn Verifier,
    /// The keys of the issuers.
    pub keys: &'a dyn KeyStore,
    /// The status lists of the issuers.
    pub lists: &'a dyn ListStore,
    /// The replay log.
    pub replay: &'a dyn ReplayLog,
    /// Makes the nonces of DPoP proofs, where the policy has any.
    pub nonces: Option<&'a Mint>,
    /// What entries of proofs in the store of the fleet live by.
    pub leases: &'a dyn fleet::Leases,
    /// The log of transactions.
    pub transactions: &'a dyn TransactionLog,
    /// What entries of transactions in the store of the fleet live by.
    pub transaction_leases: &'a dyn fleet::Leases,
    /// What carries open streams on.
    pub renewals: &'a dyn Renewals,
    /// What is remembered of earlier requests, for routes that ask.
    pub memory: &'a dyn Memory,
    /// Tokens that were verified before.
    pub tokens: &'a RefCell<Cache>,
    /// Signs for upstreams, where the policy says so.
    pub asserter: Option<&'a Asserter>,
    /// What authorization servers said of opaque tokens.
    pub introspections: &'a RefCell<Desk>,
    /// Which decision services are left alone.
    pub circuits: &'a RefCell<Circuits>,
}

/// What to do next with a request.
#[must_use]
#[derive(Debug)]
pub enum Step {
    /// Hold the request until its body is whole, then go on.
    Read(Listening),
    /// Hold the request, ask, and go on with the answer.
    Ask(Question, Waiting),
    /// The verdict.
    Done(Outcome),
}

/// Why a stage ended the way of a request.
#[derive(Debug)]
enum Halt {
    /// It is refused.
    Refuse(Reason),
    /// No route governs it, and the policy lets such requests pass.
    Unmatched(Box<RequestHead>),
    /// It asks for the gate's own public keys.
    Keys,
    /// It asks for the metadata of a route.
    Metadata(Rc<str>),
    /// It cannot go on without this.
    Needs(Box<RequestHead>, Need),
}

impl From<Reason> for Halt {
    fn from(reason: Reason) -> Self {
        Self::Refuse(reason)
    }
}

/// Why a body did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// It is larger than the route reads.
    TooLarge,
    /// The deadline passed and the host never showed any of it.
    NotHeld,
    /// The deadline passed before it was whole.
    Late,
    /// The host could not hand it over.
    Unreadable,
}

/// Judges a request by its head.
pub fn run(head: RequestHead, connection: &Connection, env: &Env<'_>) -> Step {
    let known = Known::default();
    judge(head, connection.clone(), known, Case::opened(env), env)
}

/// The outcome for a request that the gate cannot read, or has no room for.
pub fn refuse(reason: Reason, env: &Env<'_>) -> Outcome {
    Case::opened(env).refused(reason)
}

fn judge(
    head: RequestHead,
    connection: Connection,
    known: Known,
    mut case: Case,
    env: &Env<'_>,
) -> Step {
    let caller = admit(head, env, &mut case)
        .and_then(|admitted| authenticate(admitted, &connection, &known, env, &mut case))
        .and_then(|caller| Ok(announce(caller, env, &mut case)?));
    match caller {
        Ok(announced) => match spend(announced, env) {
            Ok(Spend::Done(spent)) => listen(spent, connection, case, env),
            Ok(Spend::Ask(call, spending)) => {
                let stage = Stage::Spending(Box::new(spending), connection);
                Step::Ask(Question::Consume(call), Waiting { case, stage })
            }
            Err(reason) => Step::Done(case.refused(reason)),
        },
        Err(Halt::Refuse(reason)) => Step::Done(case.refused(reason)),
        Err(Halt::Keys) => Step::Done(match env.asserter {
            Some(asserter) => case.published(Document::KeySet, asserter.published()),
            None => case.refused(Reason::HostFault),
        }),
        Err(Halt::Metadata(text)) => Step::Done(case.published(Document::Metadata, &text)),
        Err(Halt::Unmatched(head)) => Step::Done(case.forwarded(release::ungoverned(&head, env))),
        Err(Halt::Needs(_, need)) if known.holds(&need) => {
            Step::Done(case.refused(need.unmet(env)))
        }
        Err(Halt::Needs(head, need)) => {
            let question = need.question();
            let stage = Stage::Known(Box::new(Asker {
                head: *head,
                connection,
                known,
                need,
            }));
            Step::Ask(question, Waiting { case, stage })
        }
    }
}

/// Goes on with the body, where the route reads one.
fn listen(spent: Spent, connection: Connection, case: Case, env: &Env<'_>) -> Step {
    if spent.announced().reads_body() {
        Step::Read(Listening {
            spent: Box::new(spent),
            connection,
            case,
        })
    } else {
        weigh(spent, None, &connection, case, env)
    }
}

fn weigh(
    spent: Spent,
    body: Option<&[u8]>,
    connection: &Connection,
    mut case: Case,
    env: &Env<'_>,
) -> Step {
    let decided = authorize(spent.into_announced(), body, env, &mut case)
        .map(|authorized| assess(authorized, connection, env, &mut case))
        .and_then(|assessed| decide(assessed, env, &mut case));
    match decided {
        Ok(Decided::Cleared(cleared)) => finish(cleared, case, env),
        Ok(Decided::Ask(call, assessed, asking)) => {
            if let Err(reason) = look(&assessed.authorized, env, &mut case) {
                env.circuits.borrow_mut().left(call.service, asking);
                case.note_unasked();
                return Step::Done(case.refused(reason));
            }
            let stage = Stage::Decision(Box::new(assessed), env.now, asking);
            Step::Ask(Question::Decision(call), Waiting { case, stage })
        }
        Err(reason) => Step::Done(case.refused(reason)),
    }
}

/// Exchanges the token of a request that may go upstream, where its route says so.
fn finish(cleared: Cleared, mut case: Case, env: &Env<'_>) -> Step {
    match exchange(cleared, env, &mut case) {
        Ok(exchange) => hand(exchange, case, env),
        Err(reason) => Step::Done(case.refused(reason)),
    }
}

/// Goes on with what it takes along, or asks for that.
fn hand(exchange: Exchange, case: Case, env: &Env<'_>) -> Step {
    let (question, exchanging) = match exchange {
        Exchange::Done(exchanged) => return use_up(exchanged, case, env),
        Exchange::Ask(order, exchanging) => (Question::Exchange(order), exchanging),
        Exchange::NeedsKeys(issuer, kid, exchanging) => (Question::Keys(issuer, kid), exchanging),
    };
    let stage = Stage::Exchanging(Box::new(exchanging));
    Step::Ask(question, Waiting { case, stage })
}

/// Uses up the transaction of a request that may go upstream, and has it go there.
fn use_up(exchanged: Exchanged, mut case: Case, env: &Env<'_>) -> Step {
    match consume(exchanged, env, &mut case) {
        Ok(Consume::Done(consumed)) => Step::Done(forward(&consumed, case, env)),
        Ok(Consume::Ask(call, consuming)) => {
            let stage = Stage::Consuming(Box::new(consuming));
            Step::Ask(Question::Consume(call), Waiting { case, stage })
        }
        Err(reason) => Step::Done(case.refused(reason)),
    }
}

/// The one way to forward a governed request; or to have it carry others on.
fn forward(consumed: &Consumed, case: Case, env: &Env<'_>) -> Outcome {
    let assessed = consumed.cleared().assessed();
    let tenure = Tenure::of(consumed, env, &case);
    let released = release::granted(consumed, env, &case);
    let released = released.and_then(|release| match tenure.route_renewed() {
        Some(route) => tenure.note(route, env).map(|()| (release, true)),
        None => Ok((release, false)),
    });
    match released {
        Ok((release, true)) => {
            assessed.is_seen(env);
            case.renewed(release.response)
        }
        Ok((mut release, false)) => {
            assessed.is_seen(env);
            release.tenure = Some(Box::new(tenure));
            case.forwarded(release)
        }
        Err(reason) => {
            assessed.take_back(env);
            case.refused(reason)
        }
    }
}
