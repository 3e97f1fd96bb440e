//! Decision services: what they are asked, and what their answer, or their silence, means.

pub mod answer;
mod authzen;
pub mod circuit;
pub mod ext_authz;
mod opa;
pub mod question;
mod settle;
#[cfg(test)]
mod tests;

pub use answer::{Decision, Demand, Denial, Duty, Edits, Obligation};
pub use question::{Actor, Evaluation, Told};
pub use settle::{Passed, Settled, Shown, settle};

use crate::crypto::digest::Digest32;
use crate::reason::Reason;
use crate::time::UnixTime;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

/// The place of a service in the policy's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceId(pub usize);

/// A decision service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name in the policy.
    pub name: Rc<str>,
    /// The Envoy cluster.
    pub cluster: String,
    /// `:authority` of the call.
    pub authority: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// How long it may take. Never zero: a host reads zero as no limit.
    pub timeout: Duration,
    /// How many requests may wait for it at once on a worker.
    pub requests: usize,
    /// When it is left alone.
    pub circuit: circuit::Rules,
}

/// How a decision service is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `AuthZEN` Authorization API 1.0, at this path.
    Authzen(String),
    /// OPA's data API, at this path.
    Opa(String),
    /// `envoy.service.auth.v3.Authorization`.
    ExtAuthz(ext_authz::Rules),
}

impl Protocol {
    /// Request headers that are a service's own.
    #[must_use]
    pub fn headers(&self) -> &[Rc<str>] {
        match self {
            Self::Authzen(_) | Self::Opa(_) => &[],
            Self::ExtAuthz(rules) => &rules.upstream,
        }
    }

    /// The question to a service of this protocol, as bytes.
    #[must_use]
    pub fn write(&self, evaluation: &Evaluation<'_>) -> Vec<u8> {
        match self {
            Self::Authzen(_) => authzen::write(evaluation),
            Self::Opa(_) => opa::write(evaluation),
            Self::ExtAuthz(_) => ext_authz::write(evaluation),
        }
    }

    /// Reads what a service of this protocol answered.
    ///
    /// # Errors
    /// Reasons of the decision service: what it sent is no decision.
    pub fn read(&self, response: &Response, request_id: &str) -> Result<Decision, Reason> {
        match self {
            Self::Authzen(_) => authzen::read(response, request_id),
            Self::Opa(_) => opa::read(response, request_id),
            Self::ExtAuthz(rules) => ext_authz::read(response, rules),
        }
    }
}

/// What a route does between `step_up_at` and `refuse_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The authentication that the token must show before anyone is asked (RFC 9470).
    pub challenge: Option<Authentication>,
    /// Who is asked.
    pub service: ServiceId,
    /// What silence means.
    pub on_silence: OnSilence,
}

/// What would do where a request is refused for now: for which transaction, what, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The transaction, as [`Evaluation::transaction`] names it. None before it is known.
    pub transaction: Option<Digest32>,
    /// What would do.
    pub remedy: Remedy,
    /// When the caller's grant of the transaction ends. What comes later is for nothing.
    pub until: Option<UnixTime>,
}

/// What would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Another authentication.
    Authentication(Authentication),
}

/// An authentication that a token must show (RFC 9470 section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// Any one of these satisfies; empty means any.
    pub acr_values: Vec<String>,
    /// The longest time since the authentication.
    pub max_age: Option<Duration>,
}

impl Authentication {
    /// Whether a token with these claims shows the authentication that is asked for (RFC 9470
    /// section 6). A missing `acr` or `auth_time` does not.
    #[must_use]
    pub fn is_met(
        &self,
        acr: Option<&str>,
        authenticated_at: Option<UnixTime>,
        now: UnixTime,
    ) -> bool {
        let strong = self.acr_values.is_empty()
            || acr.is_some_and(|acr| self.acr_values.iter().any(|value| value == acr));
        let fresh = self
            .max_age
            .is_none_or(|max_age| authenticated_at.is_some_and(|at| now.since(at) <= max_age));
        strong && fresh
    }
}

/// What the silence of a decision service means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnSilence {
    /// Refuse.
    Refuse,
    /// Forward if the score is below this, and say so in the record.
    AllowBelow(u32),
}

/// One call to a decision service.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// Who is asked.
    pub service: ServiceId,
    /// `x-request-id`, which the answer must repeat if it carries one.
    pub request_id: String,
    /// The body: JSON, or the bytes of a message.
    pub body: Vec<u8>,
}

// The body holds claims, which are personal, so it is never shown.
impl fmt::Debug for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Call")
            .field("service", &self.service)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

/// The answer of a decision service, as it came, within the size that is read.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// `:status`, if it was one.
    pub status: Option<u16>,
    /// `content-type`, if there was exactly one.
    pub content_type: Option<String>,
    /// `x-request-id`, if there was one. Several are as an empty one, which is never ours.
    pub request_id: Option<String>,
    /// Whether it says `x-envoy-overloaded`: a proxy had no room for the question.
    pub is_overload: bool,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// A message that answered a call of gRPC.
    #[must_use]
    pub fn message(body: Vec<u8>) -> Self {
        Self {
            body,
            ..Self::default()
        }
    }
}

// The body holds claims, which are personal, so it is never shown.
impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Largest answer that is read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It did not begin in time.
    Timeout,
    /// No connection, or an answer that broke off or did not end in time.
    Unreachable,
    /// The cluster has no host to send the question to.
    NoHost,
    /// The proxy, or the service, has no room for the question.
    Overflow,
    /// The proxy knows no such cluster.
    ClusterUnknown,
    /// The answer is larger than the gate reads.
    Oversized,
    /// A call of gRPC ended with a status of its own.
    Status,
    /// It was silent lately, and is left alone for a while.
    CircuitOpen,
    /// The request had waited too long already.
    Deadline,
}

impl Silence {
    /// Every silence.
    pub const ALL: [Self; 9] = [
        Self::Timeout,
        Self::Unreachable,
        Self::NoHost,
        Self::Overflow,
        Self::ClusterUnknown,
        Self::Oversized,
        Self::Status,
        Self::CircuitOpen,
        Self::Deadline,
    ];

    /// The silence that a call of gRPC ended in, by its status. Envoy ends one that took too long
    /// with `UNAVAILABLE`, as it does one that it could not connect, and says which in the message.
    #[must_use]
    pub fn of_grpc(status: u32, message: &[u8]) -> Self {
        let says = |text: &str| {
            let text = text.as_bytes();
            message.windows(text.len()).any(|part| part == text)
        };
        match status {
            4 => Self::Timeout,
            8 => Self::Oversized,
            14 if says("timeout") => Self::Timeout,
            14 if says("overflow") => Self::Overflow,
            14 if says("no healthy upstream") => Self::NoHost,
            14 if says("Cluster not available") => Self::ClusterUnknown,
            14 => Self::Unreachable,
            _ => Self::Status,
        }
    }

    /// The reason it gives where silence refuses.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::Timeout => Reason::DecisionTimeout,
            Self::Unreachable => Reason::DecisionUnreachable,
            Self::NoHost => Reason::DecisionNoHost,
            Self::Overflow => Reason::DecisionOverflow,
            Self::ClusterUnknown => Reason::DecisionClusterUnknown,
            Self::Oversized => Reason::DecisionOversized,
            Self::Status => Reason::DecisionStatus,
            Self::CircuitOpen => Reason::DecisionCircuitOpen,
            Self::Deadline => Reason::DeadlineExceeded,
        }
    }
}
