//! What the token shows of its caller.

use super::Carrier;
use crate::config::compile::{At, Faults, delegation, text, within};
use crate::config::wire::delegation::Kind;
use crate::config::wire::risk::AcrBelow as Written;
use crate::config::wire::scalar::Whole;
use crate::risk::Condition;
use crate::risk::acr::AcrBelow;
use crate::risk::privilege::ExcessScopes;

/// Most scopes beyond those of a route that may be let pass.
const MOST_SCOPES: u64 = 1000;
/// Most actors that may be let pass: a token with one more is refused.
const MOST_ACTORS: u64 = 7;

pub(super) fn acr(written: Written, at: &At<'_>, faults: &mut Faults) -> Option<Condition> {
    let order_at = at.member("order");
    let order = written.order.open(&order_at, faults);
    if let Some(order) = &order {
        text::repeated(order, &order_at, faults);
        let problem = "has one value, and an order takes two";
        faults.check(order.len() != 1, &order_at, problem);
    }
    let level_at = at.member("level");
    let level = written.level.open(&level_at, faults)?;
    let order = order?;
    let place = order.iter().position(|it| *it == level);
    let place = faults.keep(
        place.ok_or(format!("{level:?} is not one of `order`")),
        &level_at,
    )?;
    let enough = order.into_iter().skip(place).collect();
    Some(Condition::AcrBelow(AcrBelow { enough }))
}

pub(super) fn scopes(
    above: Whole,
    needed: &[String],
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let above = within(above, 0..=MOST_SCOPES, at, faults)?;
    Some(Condition::ExcessScopes(ExcessScopes {
        above: usize::try_from(above).ok()?,
        needed: needed.to_vec(),
    }))
}

/// `most` is how many actors a token of the route may name.
pub(super) fn actors(
    above: Whole,
    most: Option<usize>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let above = within(above, 0..=MOST_ACTORS, at, faults)?;
    let above = usize::try_from(above).ok()?;
    let most = most?;
    let problem = if most == 0 {
        "never counts: without a `delegation` on this route a token that names an actor is refused"
            .to_owned()
    } else {
        format!("never counts: `delegation.max_depth` of this route is {most}")
    };
    faults
        .check(above < most, at, problem)
        .then_some(Condition::ActorsAbove(above))
}

pub(super) fn subject_kind(
    written: Vec<Kind>,
    route: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    text::repeated(&written, at, faults);
    let kinds: Vec<_> = written.into_iter().map(delegation::kind).collect();
    let problem = "always counts: no issuer of this route has `kinds`, so that nobody tells one";
    let told = faults.check(route.tells_kinds, at, problem);
    let accepted = route.kinds.unwrap_or_default();
    let problem = "never counts: `identity.kinds` of this route lists none of these";
    let never = !accepted.is_empty() && !accepted.iter().any(|kind| kinds.contains(kind));
    let some = faults.check(!never, at, problem);
    let problem = "always counts: these are all of `identity.kinds`; raise `base`";
    let always = !accepted.is_empty() && accepted.iter().all(|kind| kinds.contains(kind));
    let rest = faults.check(!always, at, problem);
    (told && some && rest).then_some(Condition::SubjectKind(kinds))
}
