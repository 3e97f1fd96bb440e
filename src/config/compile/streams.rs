//! How long streams may be open, and what carries them on.

use super::{At, Faults, MINUTE, Part, SECOND, age, span_or};
use crate::config::wire::scalar::{Age, Span};
use crate::config::wire::streams::{RouteStreams, Streams as Written};
use crate::policy::{Route, Streams};
use crate::transaction;
use std::rc::Rc;
use std::time::Duration;

/// What holds where nothing is written.
const DEFAULT: Streams = Streams {
    grace: Duration::from_secs(5),
    max_life: Duration::from_hours(8),
    renew: false,
};

/// What the whole policy says.
pub(super) fn compile(
    part: Option<Part<Written>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Streams> {
    match Part::open_if_there(part, at, faults)? {
        None => Some(DEFAULT),
        Some(written) => lives(written.grace, written.max_life, DEFAULT, at, faults),
    }
}

/// What one route says; what it leaves out is as the policy has it.
pub(super) fn of_route(
    part: Option<Part<RouteStreams>>,
    default: Option<Streams>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Streams> {
    let Some(written) = Part::open_if_there(part, at, faults)? else {
        return default;
    };
    let default_or = default.unwrap_or(DEFAULT);
    let lives = lives(written.grace, written.max_life, default_or, at, faults);
    let renew = Part::open_if_there(written.renew, &at.member("renew"), faults);
    Some(Streams {
        renew: renew?.unwrap_or(false),
        ..lives?
    })
}

fn lives(
    grace: Option<Part<Age>>,
    max_life: Option<Part<Span>>,
    default: Streams,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Streams> {
    let grace_at = at.member("grace");
    let grace = Part::open_if_there(grace, &grace_at, faults);
    let grace = grace.and_then(|written| match written {
        None => Some(default.grace),
        Some(written) => age(&written, MINUTE.saturating_mul(5), &grace_at, faults),
    });
    let life_at = at.member("max_life");
    let bounds = SECOND..=Duration::from_hours(24);
    let life = span_or(max_life, default.max_life, bounds, &life_at, faults);
    Some(Streams {
        grace: grace?,
        max_life: life?,
        renew: false,
    })
}

/// Whether every route that renews can, and asks for no less of scopes, subjects, and transactions than
/// the one that it renews, nor goes without a step-up where that has one; and whether each
/// that is renewed has one that does.
pub(super) fn check(routes: &[Route], at: &At<'_>, faults: &mut Faults) {
    for (place, route) in routes.iter().enumerate() {
        let at = at.item(place);
        let at = at.member("renews");
        if let Some(name) = &route.renews
            && let Some(problem) = problem_of(route, name, routes)
        {
            faults.add(&at, problem);
        }
    }
    for (place, route) in routes.iter().enumerate() {
        let at = at.item(place);
        let at = at.member("streams");
        let is_renewed = routes
            .iter()
            .any(|it| it.renews.as_ref() == Some(&route.name));
        let problem = "has no effect: no route `renews` this one";
        faults.check(
            !route.streams.renew || is_renewed,
            &at.member("renew"),
            problem,
        );
    }
}

fn problem_of(route: &Route, name: &Rc<str>, routes: &[Route]) -> Option<String> {
    let Some(renewed) = routes.iter().find(|it| it.name == *name) else {
        return Some(format!("there is no route named {name:?}"));
    };
    if !renewed.streams.renew {
        return Some(format!(
            "names {name:?}, which has no `streams.renew: true`"
        ));
    }
    let brings_none = |it: &Route| it.issuance || !it.identity.peers.is_empty();
    if brings_none(route) || brings_none(renewed) {
        return Some("needs a token on both routes: its `txn` names what is renewed".to_owned());
    }
    if route.origin != renewed.origin {
        return Some(format!("names {name:?}, which is of another origin"));
    }
    let asks = &route.identity.scopes;
    let missing = renewed.identity.scopes.iter().find(|it| !asks.contains(it));
    if let Some(scope) = missing {
        return Some(format!(
            "names {name:?}, whose scope {scope:?} this route does not ask for"
        ));
    }
    if renewed.identity.kinds != route.identity.kinds {
        return Some(format!("names {name:?}, which takes other `kinds`"));
    }
    if renewed.step_up.is_some() && route.step_up.is_none() {
        return Some(format!(
            "names {name:?}, which has a `step_up`, and this route has none"
        ));
    }
    if route.exchange.is_some() {
        return Some("forwards nothing, so `exchange` would issue tokens for nothing".to_owned());
    }
    if renewed.transaction_token.is_some() != route.transaction_token.is_some() {
        return Some(format!(
            "names {name:?}: both ask for a `transaction_token`, or neither"
        ));
    }
    let is_timed = |it: &Route| {
        let rules = it.transaction.as_ref();
        rules.is_some_and(transaction::Rules::ends)
    };
    if is_timed(renewed) && !is_timed(route) {
        return Some(format!(
            "names {name:?}, whose `transaction` has an end (`outlasts: now`), and this route holds none"
        ));
    }
    None
}
