//! Risk: a sum of non-negative weights, each with its name. More signals never lower a verdict.

pub mod acr;
mod age;
pub mod amount;
pub mod argument;
pub mod expression;
pub mod facts;
pub mod hours;
pub mod pattern;
pub mod privilege;
pub mod remembered;
pub mod score_of_hop;
pub mod source;
pub mod strength;
#[cfg(test)]
mod tests;

use crate::behaviour::Condition as Past;
use crate::behaviour::recalled::Recalled;
use crate::token::subject::SubjectKind;
use acr::AcrBelow;
use amount::Above;
use argument::Argument;
use expression::{Expression, Judged, Root};
use facts::Facts;
use privilege::ExcessScopes;
use remembered::Remembered;
use score_of_hop::RiskHeader;
use source::SourceClass;
use std::rc::Rc;
use std::time::Duration;
use strength::Strength;

/// Names of contributions that no signal has.
pub const RESERVED: [&str; 2] = ["base", "route_metadata"];

/// A route's risk rules, compiled at load.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Points of every request on the route.
    pub base: u32,
    /// What adds to them.
    pub signals: Vec<Signal>,
    /// The most points that habits alone add, all of them together.
    pub behaviour_cap: u32,
    /// The class of routes that its requests teach and ask. None: the route alone.
    pub learn_in: Option<Rc<str>>,
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
    /// Points; the most of them, where the condition says how many.
    pub add: u32,
    /// The condition.
    pub when: Condition,
}

/// What adds points. A fact that is missing counts as the riskier one. One file for each subject.
#[derive(Clone, Debug)]
pub enum Condition {
    /// The moment lies outside a weekly window.
    OutsideHours(hours::Hours),
    /// The source lies outside all of these networks.
    OutsideNetworks(Vec<ipnet::IpNet>),
    /// A hop says another class of the source than these.
    SourceClass(SourceClass),
    /// A hop says how many of the points count.
    RiskHeader(RiskHeader),
    /// The token was issued longer ago than this.
    TokenOlderThan(Duration),
    /// The caller authenticated longer ago than this, or the token does not say when.
    AuthenticationOlderThan(Duration),
    /// The token shows no `acr` that is enough.
    AcrBelow(AcrBelow),
    /// The token holds more scopes beside those of the route than this.
    ExcessScopes(ExcessScopes),
    /// The token names more actors than this.
    ActorsAbove(usize),
    /// Possession was shown by less than this.
    ProofWeakerThan(Strength),
    /// The request has a body that neither its transaction nor a signature binds.
    BodyUnbound,
    /// An amount of the granted transaction exceeds a limit, or cannot be compared with it.
    Above(Above),
    /// The subject is of one of these kinds, or nobody tells of which.
    SubjectKind(Vec<SubjectKind>),
    /// The call is of one of these classes.
    ToolClass(Vec<Rc<str>>),
    /// The body has more bytes than this.
    BodyAbove(usize),
    /// Something in the body, or in the arguments of a call, is like a pattern, or like none.
    Argument(Argument),
    /// An expression holds, or cannot be told.
    When(Expression),
    /// What was forwarded before says so, or is not known.
    Remembered(Remembered),
}

/// What a condition may ask of a request that not every route has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The client's address.
    Source,
    /// Who the peer of the connection is.
    Peer,
    /// The caller's token.
    Token,
    /// The granted transaction.
    Detail,
    /// A subject that somebody vouches for.
    Subject,
    /// The body as JSON, or the arguments of a call.
    Content,
}

/// One part of a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// `base`, or the name of the signal.
    pub name: Rc<str>,
    /// Its points.
    pub add: u32,
    /// Whether they count because its expression could not be told.
    pub faulted: bool,
}

/// The score of a request and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    total: u32,
    contributions: Vec<Contribution>,
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
    pub fn contributions(&self) -> &[Contribution] {
        &self.contributions
    }
}

impl Rules {
    /// Scores a request: the base, named `base`, what the proxy's own route has beyond it, named
    /// `route_metadata`, the class of a call, and every signal, in the order of the policy, where they
    /// add anything. The sum saturates.
    #[must_use]
    pub fn score(&self, facts: &dyn Facts) -> Score {
        let mut contributions = Vec::with_capacity(self.signals.len().saturating_add(3));
        if self.base > 0 {
            contributions.push(Contribution {
                name: BASE.with(Rc::clone),
                add: self.base,
                faulted: false,
            });
        }
        let beyond = facts.least().saturating_sub(self.base); // V8
        if beyond > 0 {
            contributions.push(Contribution {
                name: RAISED.with(Rc::clone),
                add: beyond,
                faulted: false,
            });
        }
        if let Some((name, add)) = facts.class().filter(|(_, points)| *points > 0) {
            contributions.push(Contribution {
                name: Rc::clone(name),
                add: *add,
                faulted: false,
            });
        }
        self.sum(contributions, |signal| {
            signal.when.points(signal.add, facts)
        })
    }

    /// The same score by another past: what does not rest on the past stays as it was.
    #[must_use]
    pub fn again(&self, score: &Score, recalled: Recalled) -> Score {
        let is_of_signal = |part: &&Contribution| {
            let mut signals = self.signals.iter();
            signals.any(|signal| Rc::ptr_eq(&signal.name, &part.name))
        };
        let parts = || score.contributions.iter();
        let mut contributions = Vec::with_capacity(self.signals.len().saturating_add(1));
        contributions.extend(parts().filter(|part| !is_of_signal(part)).cloned());
        self.sum(contributions, |signal| {
            let own = |part: &&Contribution| Rc::ptr_eq(&part.name, &signal.name);
            match signal.when.past() {
                Some(past) if past.holds(recalled) => (signal.add, false),
                Some(_) => (0, false),
                None => parts()
                    .find(own)
                    .map_or((0, false), |part| (part.add, part.faulted)),
            }
        })
    }

    /// The conditions on the past, by their numbers.
    pub fn past(&self) -> impl Iterator<Item = &Past> {
        let signals = self.signals.iter();
        signals.filter_map(|signal| signal.when.past().map(|past| &past.condition))
    }

    /// Adds what each signal says, of habits up to the cap. One that the cap leaves nothing of
    /// stands there with nothing.
    fn sum(&self, leading: Vec<Contribution>, points: impl Fn(&Signal) -> (u32, bool)) -> Score {
        let mut contributions = leading;
        let mut left = self.behaviour_cap;
        for signal in &self.signals {
            let (points, faulted) = points(signal);
            let add = if signal.when.is_habit() {
                let add = points.min(left);
                left = left.saturating_sub(add);
                add
            } else {
                points
            };
            if points > 0 {
                contributions.push(Contribution {
                    name: Rc::clone(&signal.name),
                    add,
                    faulted,
                });
            }
        }
        let total = contributions
            .iter()
            .fold(0_u32, |sum, part| sum.saturating_add(part.add));
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
    static BASE: Rc<str> = Rc::from(RESERVED[0]);
    /// The name of what raises it.
    static RAISED: Rc<str> = Rc::from(RESERVED[1]);
}

impl Condition {
    /// How many of the points count, and whether because the condition could not be told.
    fn points(&self, most: u32, facts: &dyn Facts) -> (u32, bool) {
        let holds = match self {
            Self::OutsideHours(hours) => !hours.contain(facts.now()),
            Self::OutsideNetworks(networks) => !source::is_within(networks, facts.source()),
            Self::SourceClass(class) => class.holds(facts),
            Self::RiskHeader(header) => return (header.points(most, facts), false),
            Self::TokenOlderThan(limit) => age::is_older(facts.issued_at(), *limit, facts.now()),
            Self::AuthenticationOlderThan(limit) => {
                age::is_older(facts.authenticated_at(), *limit, facts.now())
            }
            Self::AcrBelow(levels) => levels.holds(facts),
            Self::ExcessScopes(scopes) => scopes.holds(facts),
            Self::ActorsAbove(limit) => facts.actors().is_none_or(|actors| actors > *limit),
            Self::ProofWeakerThan(least) => facts.strength().is_none_or(|shown| shown < *least),
            Self::BodyUnbound => !facts.body_is_bound(),
            Self::Above(above) => above.holds(facts),
            Self::SubjectKind(kinds) => {
                let kind = facts.subject_kind();
                kind.is_none_or(|kind| kinds.contains(&kind))
            }
            Self::ToolClass(classes) => {
                let class = facts.tool_class();
                class.is_none_or(|class| classes.iter().any(|own| **own == *class))
            }
            Self::BodyAbove(most) => facts.body_length().is_none_or(|length| length > *most),
            Self::Argument(argument) => argument.holds(facts),
            Self::When(expression) => match expression.judge(facts) {
                Judged::Holds => true,
                Judged::Fails => false,
                Judged::Faulted => return (most, true),
            },
            Self::Remembered(past) => past.holds(facts.recalled()),
        };
        (if holds { most } else { 0 }, false)
    }

    /// Its member in a policy.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OutsideHours(_) => "outside",
            Self::OutsideNetworks(_) => "source_outside",
            Self::SourceClass(_) => "source_class",
            Self::RiskHeader(_) => "risk_header",
            Self::TokenOlderThan(_) => "token_older_than",
            Self::AuthenticationOlderThan(_) => "authentication_older_than",
            Self::AcrBelow(_) => "acr_below",
            Self::ExcessScopes(_) => "excess_scopes",
            Self::ActorsAbove(_) => "actors_above",
            Self::ProofWeakerThan(_) => "proof_weaker_than",
            Self::BodyUnbound => "body_unbound",
            Self::Above(_) => "above",
            Self::SubjectKind(_) => "subject_kind",
            Self::ToolClass(_) => "tool_class",
            Self::BodyAbove(_) => "body_above",
            Self::Argument(_) => "argument",
            Self::When(_) => "when",
            Self::Remembered(past) => past.name(),
        }
    }

    /// Whether it is a hint about habits, which `behaviour_cap` bounds.
    #[must_use]
    pub const fn is_habit(&self) -> bool {
        matches!(self, Self::Remembered(past) if past.is_habit)
    }

    /// The condition on the past, if it is one.
    #[must_use]
    pub const fn past(&self) -> Option<&Remembered> {
        if let Self::Remembered(past) = self {
            Some(past)
        } else {
            None
        }
    }

    /// Whether it asks this of a request.
    #[must_use]
    pub fn needs(&self, need: Need) -> bool {
        match self {
            Self::OutsideHours(_)
            | Self::ProofWeakerThan(_)
            | Self::BodyUnbound
            | Self::SubjectKind(_)
            | Self::ToolClass(_)
            | Self::BodyAbove(_) => false,
            Self::OutsideNetworks(_) => need == Need::Source,
            Self::SourceClass(_) | Self::RiskHeader(_) => need == Need::Peer,
            Self::TokenOlderThan(_)
            | Self::AuthenticationOlderThan(_)
            | Self::AcrBelow(_)
            | Self::ExcessScopes(_)
            | Self::ActorsAbove(_) => need == Need::Token,
            Self::Above(_) => need == Need::Detail,
            Self::Argument(_) => need == Need::Content,
            Self::When(expression) => match need {
                Need::Source | Need::Peer => expression.names(Root::Connection),
                Need::Token => expression.names(Root::Token) || expression.names(Root::Actor),
                Need::Detail => expression.names(Root::Detail),
                Need::Subject | Need::Content => false,
            },
            Self::Remembered(past) => match &past.condition {
                Past::FirstSeen(_) | Past::Requests { .. } | Past::Sequence { .. } => {
                    need == Need::Subject
                }
                Past::ScopeJump => matches!(need, Need::Subject | Need::Token),
                Past::Amounts(_) | Past::Values { .. } => {
                    matches!(need, Need::Subject | Need::Detail)
                }
            },
        }
    }
}
