//! Risk: a sum of non-negative weights, each with its name. More signals never lower a verdict.

use crate::json::decimal::Decimal;
use crate::json::{Json, Pointer};
use crate::time::UnixTime;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

/// A route's risk rules, compiled at load.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Points of every request on the route.
    pub base: u32,
    /// What adds to them.
    pub signals: Vec<Signal>,
    /// From here the step-up is asked for.
    pub step_up_at: Option<u32>,
    /// From here the request is refused.
    pub refuse_at: Option<u32>,
}

/// One weight and what makes it count.
#[derive(Clone, Debug)]
pub struct Signal {
    /// Its name in records.
    pub name: Rc<str>,
    /// Points.
    pub add: u32,
    /// The condition.
    pub when: Condition,
}

/// The built-in conditions. A fact that is missing counts as the riskier one.
#[derive(Clone, Debug)]
pub enum Condition {
    /// The moment lies outside a weekly window.
    OutsideHours(hours::Hours),
    /// The source lies outside all of these networks.
    OutsideNetworks(Vec<ipnet::IpNet>),
    /// The token was issued longer ago than this.
    TokenOlderThan(Duration),
    /// The caller authenticated longer ago than this, or the token does not say when.
    AuthenticationOlderThan(Duration),
    /// An amount of the granted transaction exceeds a limit, or cannot be compared with it.
    Above(Above),
}

/// An amount and its limit.
#[derive(Clone, Debug)]
pub struct Above {
    /// Where the amount stands in the granted transaction.
    pub claim: Pointer,
    /// The limit; an amount equal to it is not above.
    pub limit: Decimal,
    /// Where the currency stands, and which one the limit is in. Another one counts as above.
    pub currency: Option<(Pointer, String)>,
}

/// What a request shows.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Now.
    pub now: UnixTime,
    /// The client's address.
    pub source: Option<IpAddr>,
    /// `iat` of the token.
    pub issued_at: UnixTime,
    /// `auth_time` of the token.
    pub authenticated_at: Option<UnixTime>,
    /// The granted transaction.
    pub detail: Option<&'a Json>,
}

/// The score of a request and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    total: u32,
    contributions: Vec<(Rc<str>, u32)>,
}

/// Where a score lies between a route's thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// Below `step_up_at`.
    Low,
    /// From `step_up_at`.
    StepUp,
    /// From `refuse_at`.
    Refuse,
}

impl Score {
    /// Points in all.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.total
    }
    /// The base and each signal that counted, in the order of the policy.
    #[must_use]
    pub fn contributions(&self) -> &[(Rc<str>, u32)] {
        &self.contributions
    }
}

impl Rules {
    /// Scores a request. The sum saturates.
    #[must_use]
    pub fn score(&self, facts: &Facts<'_>) -> Score {
        let _ = facts;
        todo!()
    }

    /// The band of a score.
    #[must_use]
    pub fn band(&self, score: &Score) -> Band {
        let _ = score;
        todo!()
    }
}

pub mod hours;
