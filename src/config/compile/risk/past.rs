//! Conditions on what was forwarded before.

use crate::behaviour::{
    AmountLimit, Amounts, Condition as Past, MOST_CURRENCIES, MOST_STEPS, MOST_VALUES, Who,
};
use crate::config::compile::{At, Faults, Part, SECOND, span, text, within};
use crate::config::wire::behaviour::{Budget, Distinct, Rate, Sum, Who as WrittenWho};
use crate::config::wire::scalar::{Span, Whole};
use crate::json::decimal::Decimal;
use crate::risk::Condition;
use crate::risk::remembered::Remembered;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

const MOST_REQUESTS: u64 = 1_000_000;
const LONGEST: Duration = Duration::from_hours(720);

/// A condition whose number is given once all of the route are there.
fn remembered(condition: Past, is_habit: bool) -> Condition {
    Condition::Remembered(Remembered {
        condition,
        number: 0,
        is_habit,
    })
}

pub(super) fn first_seen(who: WrittenWho) -> Condition {
    let who = match who {
        WrittenWho::Key => Who::Key,
        WrittenWho::Subject => Who::Subject,
        WrittenWho::Pair => Who::Pair,
    };
    remembered(Past::FirstSeen(who), true)
}

pub(super) fn scope_jump(jumps: bool, at: &At<'_>, faults: &mut Faults) -> Option<Condition> {
    let problem = "is false: leave the signal out";
    let jumps = faults.check(jumps, at, problem);
    jumps.then(|| remembered(Past::ScopeJump, true))
}

pub(super) fn rate(written: Rate, at: &At<'_>, faults: &mut Faults) -> Option<Condition> {
    let requests_at = at.member("requests");
    let most = requests(written.requests, &requests_at, faults);
    let within = while_of(written.within, at, faults);
    let (most, within) = (most?, within?);
    Some(remembered(Past::Requests { most, within }, true))
}

pub(super) fn budget(
    written: Budget,
    is_transaction: bool,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let within = while_of(written.within, at, faults);
    let members = ["count", "sum", "distinct", "sequence"].map(|it| at.member(it));
    let [count_at, sum_at, distinct_at, sequence_at] = &members;
    let mut kinds = Vec::new();
    if let Some(part) = written.count {
        kinds.push(requests(part, count_at, faults).map(Kind::Count));
    }
    if let Some(part) = written.sum {
        let sum = part.open(sum_at, faults);
        granted(is_transaction, sum_at, faults);
        kinds.push(sum.and_then(|it| sum_of(it, sum_at, faults)));
    }
    if let Some(part) = written.distinct {
        let distinct = part.open(distinct_at, faults);
        granted(is_transaction, distinct_at, faults);
        kinds.push(distinct.and_then(|it| distinct_of(it, distinct_at, faults)));
    }
    if let Some(part) = written.sequence {
        let steps = part.open(sequence_at, faults);
        kinds.push(steps.and_then(|it| sequence_of(&it, sequence_at, faults)));
    }
    let problem = "needs exactly one of `count`, `sum`, `distinct`, `sequence`";
    faults.check(kinds.len() == 1, at, problem).then_some(())?;
    let within = within?;
    let past = match kinds.into_iter().next()?? {
        Kind::Count(most) => Past::Requests { most, within },
        Kind::Sum(claim, limit) => Past::Amounts(Amounts {
            claim,
            limit,
            within,
        }),
        Kind::Distinct(claim, most) => Past::Values {
            claim,
            most,
            within,
        },
        Kind::Sequence(steps) => Past::Sequence { steps, within },
    };
    Some(remembered(past, false))
}

/// A budget but for its while.
enum Kind {
    Count(u64),
    Sum(crate::json::Pointer, AmountLimit),
    Distinct(crate::json::Pointer, usize),
    Sequence(Rc<[Rc<str>]>),
}

fn granted(is_transaction: bool, at: &At<'_>, faults: &mut Faults) {
    let problem = "needs a `transaction` on this route, which has the claim";
    faults.check(is_transaction, at, problem);
}

fn requests(part: Part<Whole>, at: &At<'_>, faults: &mut Faults) -> Option<u64> {
    let number = part.open(at, faults)?;
    within(number, 1..=MOST_REQUESTS, at, faults)
}

fn while_of(part: Part<Span>, at: &At<'_>, faults: &mut Faults) -> Option<Duration> {
    let at = at.member("within");
    let written = part.open(&at, faults)?;
    span(&written, SECOND..=LONGEST, &at, faults)
}

fn claim(part: Part<String>, at: &At<'_>, faults: &mut Faults) -> Option<crate::json::Pointer> {
    let text = part.open(at, faults)?;
    text::pointer(&text, at, faults)
}

fn decimal(part: Part<String>, at: &At<'_>, faults: &mut Faults) -> Option<Decimal> {
    let text = part.open(at, faults)?;
    let problem = format!("{text:?} is not a decimal number: write digits, such as \"10000.50\"");
    faults.keep(Decimal::parse(&text).ok_or(problem), at)
}

fn sum_of(written: Sum, at: &At<'_>, faults: &mut Faults) -> Option<Kind> {
    let pointer = claim(written.claim, &at.member("claim"), faults);
    let limit = match (written.limit, written.currency, written.limits) {
        (Some(limit), None, None) => {
            decimal(limit, &at.member("limit"), faults).map(AmountLimit::One)
        }
        (None, Some(currency), Some(limits)) => {
            let currency = claim(currency, &at.member("currency"), faults);
            let limits = limits_of(limits, &at.member("limits"), faults);
            currency
                .zip(limits)
                .map(|(currency, limits)| AmountLimit::Each { currency, limits })
        }
        _ => {
            faults.add(
                at,
                "needs either a `limit`, or a `currency` and `limits` for each",
            );
            None
        }
    };
    Some(Kind::Sum(pointer?, limit?))
}

fn limits_of(
    part: Part<BTreeMap<String, Part<String>>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<BTreeMap<String, Decimal>> {
    let written = part.open(at, faults)?;
    let count = written.len();
    let problem = format!("has {count} currencies, and must have from 1 to {MOST_CURRENCIES}");
    let fits = faults.check((1..=MOST_CURRENCIES).contains(&count), at, problem);
    let mut limits = BTreeMap::new();
    for (currency, part) in written {
        let at = at.member(&currency);
        if let Some(limit) = decimal(part, &at, faults) {
            limits.insert(currency.clone(), limit);
        }
    }
    (fits && limits.len() == count).then_some(limits)
}

fn distinct_of(written: Distinct, at: &At<'_>, faults: &mut Faults) -> Option<Kind> {
    let pointer = claim(written.claim, &at.member("claim"), faults);
    let limit_at = at.member("limit");
    let limit = written.limit.open(&limit_at, faults);
    let most = u64::try_from(MOST_VALUES).ok()?;
    let limit = limit.and_then(|it| within(it, 1..=most, &limit_at, faults));
    Some(Kind::Distinct(pointer?, usize::try_from(limit?).ok()?))
}

fn sequence_of(steps: &[String], at: &At<'_>, faults: &mut Faults) -> Option<Kind> {
    let count = steps.len();
    let problem = format!("has {count} steps, and must have from 2 to {MOST_STEPS}");
    let fits = faults.check((2..=MOST_STEPS).contains(&count), at, problem);
    let steps = steps.iter().map(|step| Rc::from(step.as_str())).collect();
    fits.then_some(Kind::Sequence(steps))
}
