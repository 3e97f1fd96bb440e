//! Which routes hold the body, and how much of it.

use super::{At, Faults, Part, size};
use crate::config::wire::route::Body;
use crate::config::wire::scalar::Size;
use crate::json::Limits;
use crate::transaction::body::{self, Reading};

/// Methods that are known to carry no body.
const BODILESS: [&str; 5] = ["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"];
/// Deepest nesting of a body that is read.
const BODY_DEPTH: u32 = 32;

/// What becomes of the bodies of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bodies {
    /// They go on unread.
    Unread,
    /// They are messages of gRPC, and go on unread.
    Grpc,
    /// They are held.
    Held(body::Rules),
}

impl Bodies {
    /// What is read of them.
    pub(super) fn rules(self) -> Option<body::Rules> {
        match self {
            Self::Held(rules) => Some(rules),
            Self::Unread | Self::Grpc => None,
        }
    }
}

/// What the route reads of the body.
pub(super) fn compile(
    part: Option<Part<Body>>,
    max: Option<Part<Size>>,
    is_json: bool,
    methods: Option<&[String]>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Bodies> {
    let (body_at, max_at) = (at.member("body"), at.member("max_body"));
    let held = Part::open_if_there(part, &body_at, faults);
    let max = Part::open_if_there(max, &max_at, faults)?;
    let reading = match held? {
        Some(Body::Held) if is_json => Reading::Json,
        Some(Body::Held) => Reading::Bytes,
        Some(Body::Form) => Reading::Form,
        unheld @ (None | Some(Body::Grpc)) => {
            let problem = "has no effect without `body: held` or `body: form`";
            faults.check(max.is_none(), &max_at, problem);
            if unheld.is_none() {
                return Some(Bodies::Unread);
            }
            let mut methods = methods.unwrap_or_default().iter();
            if let Some(method) = methods.find(|method| *method != "POST") {
                let problem = format!(
                    "is never a call of gRPC on {method}: every call is a POST, so give {method} a route of its own"
                );
                faults.add(&body_at, problem);
            }
            return Some(Bodies::Grpc);
        }
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
    Some(Bodies::Held(body::Rules { limits, reading }))
}

/// A method of these that carries no body.
pub(super) fn bodiless(methods: &[String]) -> Option<&str> {
    let mut methods = methods.iter().map(String::as_str);
    methods.find(|method| BODILESS.contains(method))
}

/// A method of these that may carry a body, where the route holds none.
pub(super) fn unheld(bodies: Option<Bodies>, methods: Option<&[String]>) -> Option<&str> {
    let holds_none = bodies.is_some_and(|it| it.rules().is_none());
    let mut methods = methods.filter(|_| holds_none)?.iter().map(String::as_str);
    methods.find(|method| !BODILESS.contains(method))
}
