//! What the token shows of its caller.

use crate::config::compile::{At, Faults, text, within};
use crate::config::wire::risk::AcrBelow as Written;
use crate::config::wire::scalar::Whole;
use crate::risk::Condition;
use crate::risk::acr::AcrBelow;
use crate::risk::privilege::ExcessScopes;

/// Most scopes beyond those of a route that may be let pass.
const MOST_SCOPES: u64 = 1000;
/// Most actors that may be let pass: a token with one more is refused.
const MOST_ACTORS: u64 = 3;

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

pub(super) fn actors(above: Whole, at: &At<'_>, faults: &mut Faults) -> Option<Condition> {
    let above = within(above, 0..=MOST_ACTORS, at, faults)?;
    usize::try_from(above).ok().map(Condition::ActorsAbove)
}
