//! Scores: signals and thresholds, and whether any request can reach them.

mod amount;
mod call;
mod expression;
mod past;
mod proof;
mod signal;
mod source;
mod time;
mod token;

use super::{At, Faults, Part, text, within};
use crate::config::wire::risk::Risk;
use crate::config::wire::scalar::Whole;
use crate::http::forwarded_certificate::Hop;
use crate::policy::mcp::Class;
use crate::proof::Method;
use crate::risk::{Condition, Rules, Signal};
use crate::token::subject::SubjectKind;
use std::collections::BTreeMap;

const MOST_POINTS: u64 = 1_000_000;

/// What of its route decides whether a signal can count. What is at fault there is None.
#[expect(clippy::option_option, reason = "none and at fault are two things")]
pub(super) struct Carrier<'a> {
    /// Whether it has a `step_up`.
    pub(super) asks: bool,
    /// Whether it has a `transaction`.
    pub(super) is_transaction: bool,
    /// Whether that binds the body, or needs that there is none.
    pub(super) settles_body: Option<bool>,
    /// The proofs it accepts.
    pub(super) proofs: Option<&'a [Method]>,
    /// The scopes it asks for.
    pub(super) scopes: &'a [String],
    /// How many actors a token may name, one inside the other.
    pub(super) actors: Option<usize>,
    /// The kinds of subjects that it accepts, where it lists them.
    pub(super) kinds: Option<&'a [SubjectKind]>,
    /// Whether any of its issuers tells a kind.
    pub(super) tells_kinds: bool,
    /// The classes of the calls that it takes. None within: it takes none.
    pub(super) calls: Option<Option<&'a [Class]>>,
    /// Most bytes that it holds of a body. None within: it holds none.
    pub(super) most_body: Option<Option<usize>>,
    /// Whether it reads bodies as JSON.
    pub(super) reads_json: Option<bool>,
    /// The proxies whose word is taken.
    pub(super) hops: &'a [Hop],
    /// The most and the fewest points that the class of a call adds.
    pub(super) classes: (u32, u32),
}

pub(super) fn compile(
    written: Risk,
    route: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Rules> {
    let base_at = at.member("base");
    let base = written.base.open(&base_at, faults);
    let base = base.and_then(|it| points(it, 0, &base_at, faults));

    let signals_at = at.member("signals");
    let parts = Part::open_if_there(written.signals, &signals_at, faults);
    let signals = parts.and_then(|parts| {
        let parts = parts.unwrap_or_default();
        let count = parts.len();
        let mut names = BTreeMap::new();
        let mut signals = Vec::with_capacity(count);
        for (place, part) in parts.into_iter().enumerate() {
            let at = signals_at.item(place);
            let signal = part.open(&at, faults);
            let Some(signal) = signal.and_then(|it| signal::compile(it, route, &at, faults)) else {
                continue;
            };
            if let Some(first) = names.insert(signal.name.clone(), place) {
                let problem = format!("is the name of signals[{first}] already");
                faults.add(&at.member("name"), problem);
            }
            signals.push(signal);
        }
        number(&mut signals);
        (signals.len() == count).then_some(signals)
    });
    let cap_at = at.member("behaviour_cap");
    let cap = match Part::open_if_there(written.behaviour_cap, &cap_at, faults) {
        None => None,
        Some(None) => Some(None),
        Some(Some(it)) => points(it, 1, &cap_at, faults).map(Some),
    };
    let class_at = at.member("learn_in");
    let class = Part::open_if_there(written.learn_in, &class_at, faults);
    if let Some(Some(name)) = &class {
        text::name(name, &class_at, faults);
    }

    let [step_up_at, refuse_at] = [
        ("step_up_at", written.step_up_at),
        ("refuse_at", written.refuse_at),
    ]
    .map(|(name, part)| {
        let at = at.member(name);
        match Part::open_if_there(part, &at, faults)? {
            None => Some(None),
            Some(number) => points(number, 1, &at, faults).map(Some),
        }
    });
    let (signals, cap) = (signals?, cap?);
    let rules = Rules {
        base: base?,
        behaviour_cap: cap.unwrap_or(0),
        learn_in: class?.map(Into::into),
        signals,
        step_up_at: step_up_at?,
        refuse_at: refuse_at?,
    };
    thresholds(&rules, route, at, faults);
    habits(&rules, route, cap, at, faults);
    Some(rules)
}

/// Numbers the conditions on the past.
fn number(signals: &mut [Signal]) {
    let mut number = 0_usize;
    for signal in signals {
        if let Condition::Remembered(past) = &mut signal.when {
            past.number = number;
            number = number.saturating_add(1);
        }
    }
}

/// Habits are one input: they never decide alone.
fn habits(rules: &Rules, route: &Carrier<'_>, cap: Option<u32>, at: &At<'_>, faults: &mut Faults) {
    let at = at.member("behaviour_cap");
    let is_habit = |signal: &&Signal| signal.when.is_habit();
    let habit = rules.signals.iter().find(is_habit);
    let (habit, cap) = match (habit, cap) {
        (None, None) => return,
        (None, Some(_)) => {
            let problem = "bounds nothing: there is no `first_seen`, `scope_jump` or `rate_above`";
            faults.add(&at, problem);
            return;
        }
        (Some(habit), None) => {
            let problem = format!(
                "is missing, and signals such as {:?} need a bound on what they add together",
                &*habit.name
            );
            faults.add(&at, problem);
            return;
        }
        (Some(habit), Some(cap)) => (habit, cap),
    };
    let (_, fewest) = route.classes;
    let most = rules.base.saturating_add(fewest).saturating_add(cap);
    let thresholds = [
        ("step_up_at", rules.step_up_at),
        ("refuse_at", rules.refuse_at),
    ];
    let reached = thresholds
        .iter()
        .find_map(|(name, from)| from.filter(|from| most >= *from).map(|from| (name, from)));
    if let Some((name, from)) = reached {
        let problem = format!(
            "makes {most} with `base`, so signals such as {:?} alone reach `{name}`, {from}",
            &*habit.name
        );
        faults.add(&at, problem);
    }
}

/// A threshold that no request can reach, or that every request reaches, is a mistake.
fn thresholds(rules: &Rules, route: &Carrier<'_>, at: &At<'_>, faults: &mut Faults) {
    let (asks, (most, fewest)) = (route.asks, route.classes);
    let points = |is_habit: bool| {
        let signals = rules.signals.iter();
        let own = signals.filter(|signal| signal.when.is_habit() == is_habit);
        own.fold(0_u32, |sum, signal| sum.saturating_add(signal.add))
    };
    let all = rules
        .base
        .saturating_add(points(false))
        .saturating_add(points(true).min(rules.behaviour_cap))
        .saturating_add(most);
    let least = rules.base.saturating_add(fewest);
    let step_up_at = at.member("step_up_at");
    let refuse_at = at.member("refuse_at");
    match rules.step_up_at {
        None => {
            let problem = "is missing, although the route has a `step_up`";
            faults.check(!asks, &step_up_at, problem);
        }
        Some(threshold) => {
            let problem = "needs a `step_up` on this route that says who is asked";
            faults.check(asks, &step_up_at, problem);
            let problem =
                format!("no request reaches {threshold}: `base` and all signals make {all}");
            faults.check(threshold <= all, &step_up_at, problem);
        }
    }
    let Some(refuse) = rules.refuse_at else {
        return;
    };
    if let Some(step_up) = rules.step_up_at {
        let problem = format!("is {refuse}, and must be above `step_up_at`, {step_up}");
        faults.check(refuse > step_up, &refuse_at, problem);
    }
    let problem = format!("is {refuse}, so `base`, {least}, refuses every request");
    faults.check(refuse > least, &refuse_at, problem);
}

pub(super) fn points(number: Whole, least: u64, at: &At<'_>, faults: &mut Faults) -> Option<u32> {
    let number = within(number, least..=MOST_POINTS, at, faults)?;
    u32::try_from(number).ok()
}
