//! The whole product in ten lines: admit, authenticate, authorize, assess, decide, settle.

use crate::crypto::Verifier;
use crate::http::{Connection, RequestHead};
use crate::policy::Policy;
use crate::proof::replay::ReplayLog;
use crate::reason::Reason;
use crate::record::Record;
use crate::respond::Reply;
use crate::step_up::{Call, Response, Silence};
use crate::time::UnixTime;
use crate::token::cache::Cache;
use crate::token::{IssuerId, KeyStore};
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

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
    /// The replay log.
    pub replay: &'a dyn ReplayLog,
    /// Tokens that were verified before.
    pub tokens: &'a RefCell<Cache>,
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

/// Something that takes time. Kinds come in this order, each at most once for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Bring the keys of this issuer; it should have one of this name.
    Keys(IssuerId, Option<String>),
    /// Ask a decision service.
    Decision(Call),
}

/// The answer to a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The store of keys holds what there is.
    Keys,
    /// What the decision service said.
    Decision(Response),
}

/// A verdict, with its record.
#[must_use]
#[derive(Debug)]
pub enum Outcome {
    /// Forward the request, changed so.
    Forward(Release, Box<Record>),
    /// Answer in place of the upstream.
    Refuse(Reply, Box<Record>),
}

/// How a request is released.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Release {
    /// Request headers to remove. Only names that are there.
    pub remove: Vec<&'static str>,
    /// Request headers to set.
    pub set: Vec<(&'static str, String)>,
    /// Filter state to write: keys below `wasm.`, and values.
    pub state: Vec<(&'static str, String)>,
}

/// A request that is held until its body is whole.
#[derive(Debug)]
pub struct Listening(());

/// A request that is held until its question is answered.
#[derive(Debug)]
pub struct Waiting(());

/// Why a body did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// It is larger than the route reads.
    TooLarge,
    /// The deadline passed and the host never showed any of it.
    NotHeld,
    /// The deadline passed before it was whole.
    Late,
}

/// Judges a request by its head.
pub fn run(head: RequestHead, connection: &Connection, env: &mut Env<'_>) -> Step {
    let _ = (head, connection, env);
    todo!()
}

/// The outcome for a request whose head cannot even be read, or that the gate has no room for.
pub fn refuse(reason: Reason, env: &Env<'_>) -> Outcome {
    let _ = (reason, env);
    todo!()
}

impl Listening {
    /// Most bytes that the route reads of the body.
    #[must_use]
    pub fn limit(&self) -> usize {
        todo!()
    }

    /// Goes on with the body.
    pub fn hear(self, body: Result<&[u8], BodyFault>, env: &mut Env<'_>) -> Step {
        let _ = (body, env);
        todo!()
    }
}

impl Waiting {
    /// Turns an answer, or its absence, into the next step.
    pub fn resume(self, answer: Result<Answer, Silence>, env: &mut Env<'_>) -> Step {
        let _ = (answer, env);
        todo!()
    }

    /// Ends what waits because there is no room, or a call into the host failed.
    pub fn abandon(self, reason: Reason, env: &Env<'_>) -> Outcome {
        let _ = (reason, env);
        todo!()
    }
}

impl Release {
    /// A value that may be sent as a header: visible ASCII, or its bytes percent-encoded.
    #[must_use]
    pub fn header_value(text: &str) -> Cow<'_, str> {
        Cow::Borrowed(text)
    }
}
