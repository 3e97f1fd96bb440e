//! Risk: a sum of non-negative weights, each with its name. More signals never lower a verdict.

pub mod hours;
#[cfg(test)]
mod tests;

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
    pub issued_at: Option<UnixTime>,
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
    /// Scores a request: the base, named `base`, where it is more than nothing, and every signal
    /// whose condition holds, in the order of the policy. The sum saturates.
    #[must_use]
    pub fn score(&self, facts: &Facts<'_>) -> Score {
        let mut contributions = Vec::with_capacity(self.signals.len().saturating_add(1));
        if self.base > 0 {
            contributions.push((BASE.with(Rc::clone), self.base));
        }
        for signal in &self.signals {
            if signal.when.holds(facts) {
                contributions.push((Rc::clone(&signal.name), signal.add));
            }
        }
        let total = contributions
            .iter()
            .fold(0_u32, |sum, (_, points)| sum.saturating_add(*points));
        Score {
            total,
            contributions,
        }
    }

    /// The band of a score. A threshold that is not there is never reached; where both are, the
    /// refusal goes first.
    #[must_use]
    pub fn band(&self, score: &Score) -> Band {
        let reaches = |threshold: Option<u32>| threshold.is_some_and(|from| score.total >= from);
        if reaches(self.refuse_at) {
            Band::Refuse
        } else if reaches(self.step_up_at) {
            Band::StepUp
        } else {
            Band::Low
        }
    }
}

thread_local! {
    /// The name of the base among the contributions, made once.
    static BASE: Rc<str> = Rc::from("base");
}

impl Condition {
    fn holds(&self, facts: &Facts<'_>) -> bool {
        match self {
            Self::OutsideHours(hours) => !hours.contain(facts.now),
            Self::OutsideNetworks(networks) => !is_within(networks, facts.source),
            Self::TokenOlderThan(limit) => is_older(facts.issued_at, *limit, facts.now),
            Self::AuthenticationOlderThan(limit) => {
                is_older(facts.authenticated_at, *limit, facts.now)
            }
            Self::Above(above) => !above.is_known_within(facts.detail),
        }
    }
}

/// Whether a moment lies further back than the limit, or is not known.
fn is_older(moment: Option<UnixTime>, limit: Duration, now: UnixTime) -> bool {
    moment.is_none_or(|moment| now.since(moment) > limit)
}

/// Whether one of the networks holds the source. An IPv4 address mapped into IPv6 is the IPv4 address.
fn is_within(networks: &[ipnet::IpNet], source: Option<IpAddr>) -> bool {
    source.is_some_and(|address| {
        let address = address.to_canonical();
        networks.iter().any(|network| network.contains(&address))
    })
}

impl Above {
    /// Whether the amount is there, is a decimal in the currency of the limit, and is no larger.
    fn is_known_within(&self, detail: Option<&Json>) -> bool {
        let Some(detail) = detail else {
            return false;
        };
        let same_currency = self.currency.as_ref().is_none_or(|(claim, currency)| {
            detail.at(claim).and_then(Json::as_str) == Some(currency.as_str())
        });
        let amount = detail.at(&self.claim).and_then(amount);
        same_currency && amount.is_some_and(|amount| amount <= self.limit)
    }
}

/// An amount, from a string or from the text of a JSON number.
fn amount(value: &Json) -> Option<Decimal> {
    match value {
        Json::String(text) | Json::Number(text) => Decimal::parse(text),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}
