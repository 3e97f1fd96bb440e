//! Which routes hold the body, and how much of it.

use super::{At, Faults, Part, size};
use crate::config::wire::route::Body;
use crate::config::wire::scalar::Size;
use crate::json::Limits;
use crate::transaction::body;

/// Methods that are known to carry no body.
const BODILESS: [&str; 5] = ["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"];
/// Deepest nesting of a body that is read.
const BODY_DEPTH: u32 = 32;

#[expect(clippy::option_option, reason = "no body and at fault are two things")]
/// What the route reads of the body.
pub(super) fn compile(
    part: Option<Part<Body>>,
    max: Option<Part<Size>>,
    is_json: bool,
    methods: Option<&[String]>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Option<body::Rules>> {
    let (body_at, max_at) = (at.member("body"), at.member("max_body"));
    let held = Part::open_if_there(part, &body_at, faults);
    let max = Part::open_if_there(max, &max_at, faults)?;
    let Some(Body::Held) = held? else {
        faults.check(max.is_none(), &max_at, "has no effect without `body: held`");
        return Some(None);
    };
    if let Some(method) = bodiless(methods.unwrap_or_default()) {
        let problem = format!(
            "cannot be held on {method}, which carries none: give {method} a route of its own"
        );
        faults.add(&body_at, problem);
    }
    let bytes = match max {
        None => 64 << 10,
        Some(written) => size(&written, 1 << 10..=1 << 20, &max_at, faults)?,
    };
    let limits = Limits {
        bytes,
        depth: BODY_DEPTH,
    };
    Some(Some(body::Rules { limits, is_json }))
}

/// A method of these that carries no body.
pub(super) fn bodiless(methods: &[String]) -> Option<&str> {
    let mut methods = methods.iter().map(String::as_str);
    methods.find(|method| BODILESS.contains(method))
}

/// A method of these that may carry a body, where the route holds none.
pub(super) fn unheld<'a>(
    held: Option<&Option<body::Rules>>,
    methods: Option<&'a [String]>,
) -> Option<&'a str> {
    let holds_none = held.is_some_and(Option::is_none);
    let mut methods = methods.filter(|_| holds_none)?.iter().map(String::as_str);
    methods.find(|method| !BODILESS.contains(method))
}
