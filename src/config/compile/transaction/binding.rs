//! A claim, the place of the request that must agree with it, and how.

use super::{At, Faults, Ground, Part, claim, place};
use crate::config::wire::transaction::{As, Binding as Written};
use crate::transaction::binding::{Binding, Comparison, Digits};
use crate::transaction::place::Place;

/// How a claim is held against a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Equals,
    Caps,
    Lists,
    Covers,
    Outlasts,
}

impl Verb {
    const fn name(self) -> &'static str {
        match self {
            Self::Equals => "equals",
            Self::Caps => "caps",
            Self::Lists => "lists",
            Self::Covers => "covers",
            Self::Outlasts => "outlasts",
        }
    }
}

pub(super) fn compile(
    written: Written,
    ground: &Ground<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Binding> {
    let verbs = [
        (Verb::Equals, written.equals),
        (Verb::Caps, written.caps),
        (Verb::Lists, written.lists),
        (Verb::Covers, written.covers),
        (Verb::Outlasts, written.outlasts),
    ];
    let claim_at = at.member("claim");
    let claim = written.claim.open(&claim_at, faults);
    let claim = claim.and_then(|it| claim::compile(&it, ground, &claim_at, faults));
    let verb = verb(verbs, at, faults);
    let verb = verb.map(|(verb, part)| (verb, place(verb, part, ground, at, faults)));
    let as_at = at.member("as");
    let form = Part::open_if_there(written.r#as, &as_at, faults);
    let (verb, place) = verb?;
    let comparison = comparison(verb, form?, ground, &as_at, faults)?;
    if let Some(claim) = &claim {
        claim::check(claim, &comparison, ground, &claim_at, faults);
    }
    let place = place?;
    if let Some(problem) = unfit(&comparison, &place) {
        faults.add(&at.member(verb.name()), problem);
    }
    Some(Binding {
        claim: claim?,
        place,
        comparison,
    })
}

/// The one verb that is written.
fn verb(
    verbs: [(Verb, Option<Part<String>>); 5],
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<(Verb, Part<String>)> {
    let written = verbs.into_iter();
    let mut written = written.filter_map(|(verb, part)| Some((verb, part?)));
    let Some(first) = written.next() else {
        let problem = "is missing: write it, or one of `caps`, `lists`, `covers` and `outlasts`";
        faults.add(&at.member("equals"), problem);
        return None;
    };
    let beside = format!("cannot stand beside `{}`", first.0.name());
    let mut is_alone = true;
    for (verb, _) in written {
        is_alone = false;
        faults.add(&at.member(verb.name()), beside.as_str());
    }
    is_alone.then_some(first)
}

fn place(
    verb: Verb,
    part: Part<String>,
    ground: &Ground<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Place> {
    let at = at.member(verb.name());
    let text = part.open(&at, faults)?;
    place::compile(&text, ground, &at, faults)
}

fn comparison(
    verb: Verb,
    form: Option<As>,
    ground: &Ground<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Comparison> {
    let digits = match form {
        None => None,
        Some(As::Decimal) => Some(Digits::Any),
        Some(As::AmountIn(text)) => {
            let at = at.member("amount_in");
            let currency = claim::compile(&text, ground, &at, faults)?;
            claim::check(&currency, &Comparison::Exact, ground, &at, faults);
            Some(Digits::OfCurrency(currency))
        }
    };
    let plain = match verb {
        Verb::Equals => return Some(digits.map_or(Comparison::Exact, Comparison::Decimal)),
        Verb::Caps => return Some(Comparison::Caps(digits.unwrap_or(Digits::Any))),
        Verb::Lists => Comparison::Lists,
        Verb::Covers => Comparison::Covers,
        Verb::Outlasts => Comparison::Outlasts,
    };
    let problem = format!("has no effect beside `{}`", verb.name());
    faults.check(digits.is_none(), at, problem).then_some(plain)
}

/// Tells of arrays whose items are each held against one value, and that may have any number of them:
/// what was granted once could be asked for many times in one request.
pub(super) fn batches(bindings: &[(usize, Binding)], at: &At<'_>, faults: &mut Faults) {
    let at = at.member("bind");
    for (place, binding) in bindings {
        let Place::Each(items) = &binding.place else {
            continue;
        };
        let verb = match binding.comparison {
            Comparison::Exact | Comparison::Decimal(_) => Verb::Equals,
            Comparison::Caps(_) => Verb::Caps,
            Comparison::Lists | Comparison::Covers | Comparison::Outlasts => continue,
        };
        let is_bounded = bindings.iter().any(|(_, other)| match &other.place {
            Place::Sum(summed) => summed.array() == items.array(),
            Place::Count(counted) => counted == items.array(),
            Place::Method
            | Place::Path(_)
            | Place::Query(_)
            | Place::Header(_)
            | Place::Form(_)
            | Place::Body(_)
            | Place::Each(_)
            | Place::Digest
            | Place::Tool
            | Place::Now => false,
        });
        let problem = "nothing says how many items there are, so what is granted once could be \
                       asked for many times: bind `count:` or `sum:` of the array too";
        faults.check(is_bounded, &at.item(*place).member(verb.name()), problem);
    }
}

/// Why no value at this place can ever be compared so.
fn unfit(comparison: &Comparison, place: &Place) -> Option<&'static str> {
    match (comparison, place) {
        (Comparison::Outlasts, Place::Now) => None,
        (_, Place::Now) => Some("`now` can only be outlasted: write `outlasts: now`"),
        (
            Comparison::Decimal(_) | Comparison::Caps(_),
            Place::Method | Place::Digest | Place::Tool,
        ) => Some("is never a number"),
        (
            Comparison::Decimal(Digits::OfCurrency(_)) | Comparison::Caps(Digits::OfCurrency(_)),
            Place::Count(_),
        ) => Some("counts items, which are in no currency: write `as: decimal`"),
        (Comparison::Exact, Place::Sum(_) | Place::Count(_)) => {
            Some("is a number: write `as: decimal` beside it, or `caps`")
        }
        (Comparison::Lists, Place::Sum(_) | Place::Count(_)) => {
            Some("is a number, and `lists` is about texts")
        }
        (
            Comparison::Covers,
            Place::Method | Place::Digest | Place::Tool | Place::Sum(_) | Place::Count(_),
        ) => Some("is never a path"),
        (
            Comparison::Outlasts,
            Place::Method | Place::Digest | Place::Tool | Place::Sum(_) | Place::Count(_),
        ) => Some("is never an instant"),
        (
            Comparison::Exact
            | Comparison::Decimal(_)
            | Comparison::Caps(_)
            | Comparison::Lists
            | Comparison::Covers
            | Comparison::Outlasts,
            Place::Method
            | Place::Path(_)
            | Place::Query(_)
            | Place::Header(_)
            | Place::Form(_)
            | Place::Body(_)
            | Place::Each(_)
            | Place::Sum(_)
            | Place::Count(_)
            | Place::Digest
            | Place::Tool,
        ) => None,
    }
}
