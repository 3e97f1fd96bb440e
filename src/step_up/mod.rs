//! The decision service: what it is asked, and what its answer, or its silence, means.
//! AuthZEN Authorization API 1.0.

mod authzen;

pub use authzen::{Actor, Evaluation, Told, read, write};

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
    /// `:path` of the call.
    pub path: String,
    /// How long it may take. Never zero: a host reads zero as no limit.
    pub timeout: Duration,
}

/// What a route does between `step_up_at` and `refuse_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The authentication that the token must show before anyone is asked (RFC 9470).
    pub challenge: Option<Challenge>,
    /// Who is asked.
    pub service: ServiceId,
    /// What silence means.
    pub on_silence: OnSilence,
}

/// The authentication that a route asks for when it steps up (RFC 9470 section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Any one of these satisfies; empty means any.
    pub acr_values: Vec<String>,
    /// The longest time since the authentication.
    pub max_age: Option<Duration>,
}

impl Challenge {
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
    /// The JSON body.
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
    /// The body.
    pub body: Vec<u8>,
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

/// A decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes, for this transaction only.
    Permit,
    /// Yes, under obligations. This gate meets none.
    Obliged,
    /// No.
    Deny,
}

/// Evidence that a service permitted, or that its silence may pass. Only [`settle`] makes one.
#[derive(Debug)]
pub struct Passed(());

/// What an answer, or its absence, comes to.
#[derive(Debug)]
pub enum Settled {
    /// Permitted, for this transaction only.
    Permitted(Passed),
    /// Denied, or permitted only under an obligation.
    Denied(Reason),
    /// Silence, why, and whether it may pass.
    Silent(Reason, Option<Passed>),
}

/// Turns an answer, or its absence, into what it comes to under the rules of the route.
#[must_use]
pub fn settle(
    rules: &Rules,
    answer: Result<Response, Silence>,
    request_id: &str,
    score: u32,
) -> Settled {
    let read = answer
        .map_err(Silence::reason)
        .and_then(|response| read(&response, request_id));
    match read {
        Ok(Decision::Permit) => Settled::Permitted(Passed(())),
        Ok(Decision::Obliged) => Settled::Denied(Reason::DecisionObligation),
        Ok(Decision::Deny) => Settled::Denied(Reason::DecisionDenied),
        Err(reason) => {
            let passed = match rules.on_silence {
                OnSilence::Refuse => None,
                OnSilence::AllowBelow(limit) => (score < limit).then_some(Passed(())),
            };
            Settled::Silent(reason, passed)
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It did not begin in time.
    Timeout,
    /// No connection, no host, or an answer that broke off or did not end in time.
    Unreachable,
    /// The proxy knows no such cluster.
    ClusterUnknown,
    /// The answer is larger than the gate reads.
    Oversized,
    /// The request had waited too long already.
    Deadline,
}

impl Silence {
    /// The reason it gives where silence refuses.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::Timeout => Reason::DecisionTimeout,
            Self::Unreachable => Reason::DecisionUnreachable,
            Self::ClusterUnknown => Reason::DecisionClusterUnknown,
            Self::Oversized => Reason::DecisionOversized,
            Self::Deadline => Reason::DeadlineExceeded,
        }
    }
}
