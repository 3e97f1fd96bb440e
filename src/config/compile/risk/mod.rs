//! Scores: signals and thresholds, and whether any request can reach them.

mod amount;
mod expression;
mod proof;
mod signal;
mod source;
mod time;
mod token;

use super::{At, Faults, Part, within};
use crate::config::wire::risk::Risk;
use crate::config::wire::scalar::Whole;
use crate::http::forwarded_certificate::Hop;
use crate::proof::Method;
use crate::risk::Rules;
use std::collections::BTreeMap;

const MOST_POINTS: u64 = 1_000_000;

/// What of its route decides whether a signal can count. What is at fault there is None.
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
        (signals.len() == count).then_some(signals)
    });

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
    let rules = Rules {
        base: base?,
        signals: signals?,
        step_up_at: step_up_at?,
        refuse_at: refuse_at?,
    };
    thresholds(&rules, route, at, faults);
    Some(rules)
}

/// A threshold that no request can reach, or that every request reaches, is a mistake.
fn thresholds(rules: &Rules, route: &Carrier<'_>, at: &At<'_>, faults: &mut Faults) {
    let (asks, (most, fewest)) = (route.asks, route.classes);
    let all = rules
        .signals
        .iter()
        .fold(rules.base, |sum, signal| sum.saturating_add(signal.add))
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
