//! Hours and ages.

use crate::config::compile::{At, Faults, MILLISECOND, Part, span};
use crate::config::wire::scalar::Span;
use crate::risk::Condition;
use crate::risk::hours::Hours;
use std::time::Duration;

/// A weekly window, which has `holidays`.
pub(super) fn outside(
    window: &str,
    holidays: Option<Part<Vec<String>>>,
    at: &At<'_>,
    holidays_at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let hours =
        Hours::parse(window).map_err(|bad| format!("{window:?} is no weekly window: {}", bad.0));
    let hours = faults.keep(hours, at);
    let holidays = Part::open_if_there(holidays, holidays_at, faults)?;
    let mut hours = hours?;
    let mut whole = true;
    for (place, day) in holidays.unwrap_or_default().iter().enumerate() {
        let closed = hours.close(day);
        let closed = closed.map_err(|bad| format!("{day:?} is {}", bad.0));
        whole &= faults.keep(closed, &holidays_at.item(place)).is_some();
    }
    whole.then_some(Condition::OutsideHours(hours))
}

pub(super) fn age(written: &Span, at: &At<'_>, faults: &mut Faults) -> Option<Duration> {
    let longest = Duration::from_hours(8760);
    span(written, MILLISECOND..=longest, at, faults)
}
