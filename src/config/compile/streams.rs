//! How long streams may be open.

use super::{At, Faults, MINUTE, Part, SECOND, age, span_or};
use crate::config::wire::streams::Streams as Written;
use crate::policy::Streams;
use std::time::Duration;

/// What holds where nothing is written.
pub(super) const DEFAULT: Streams = Streams {
    grace: Duration::from_secs(5),
    max_life: Duration::from_hours(8),
};

/// What is written, of the policy or of a route; what is left out is as `default` has it.
pub(super) fn compile(
    part: Option<Part<Written>>,
    default: Option<Streams>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Streams> {
    let Some(written) = Part::open_if_there(part, at, faults)? else {
        return default;
    };
    let default_or = default.unwrap_or(DEFAULT);
    let grace_at = at.member("grace");
    let grace = Part::open_if_there(written.grace, &grace_at, faults);
    let grace = grace.and_then(|written| match written {
        None => Some(default_or.grace),
        Some(written) => age(&written, MINUTE.saturating_mul(5), &grace_at, faults),
    });
    let life_at = at.member("max_life");
    let bounds = SECOND..=Duration::from_hours(24);
    let life = span_or(
        written.max_life,
        default_or.max_life,
        bounds,
        &life_at,
        faults,
    );
    Some(Streams {
        grace: grace?,
        max_life: life?,
    })
}
