//! First stage: is this a request that everyone on its way reads alike, and which route governs it?

use crate::http::chosen::Said;
use crate::http::target::Target;
use crate::http::{Field, RequestHead, overrides};
use crate::pipeline::case::Case;
use crate::pipeline::{Env, Halt};
use crate::policy::mcp::WELL_KNOWN;
use crate::policy::{Policy, Route, Unmatched};
use crate::reason::Reason;
use crate::record;
use crate::route::{Found, Parameters};
use std::rc::Rc;

/// A request that a route governs, and whose target, method and authority can be relied on.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) head: RequestHead,
    pub(super) target: Target,
    pub(super) route: Rc<Route>,
    pub(super) parameters: Parameters,
}

pub(super) fn admit(head: RequestHead, env: &Env<'_>, case: &mut Case) -> Result<Admitted, Halt> {
    if let Field::One(traceparent) = head.field("traceparent") {
        case.note_trace(record::trace_id(traceparent));
    }
    // Before matching, on every request: neither an ambiguous spelling nor a second target must slip
    // past the routes. On a path that no route lists, a second target leads around every route.
    let target = Target::parse(head.path())?;
    if overrides::of_target(&head) {
        return Err(Reason::OverrideRefused.into());
    }
    let policy = env.policy;
    if let Some(rules) = &policy.upstream.assertion
        && rules.keys_path == target.path()
    {
        return Err(match head.method() {
            "GET" | "HEAD" => Halt::Keys,
            _ => Reason::MethodUnlisted.into(),
        });
    }
    if let Some((route, text)) = metadata(policy, target.path()) {
        case.note_route(route);
        return Err(match head.method() {
            _ if !route.origin.is_authority(head.authority()) => Reason::AuthorityMismatch.into(),
            "GET" | "HEAD" => Halt::Metadata(Rc::clone(text)),
            _ => Reason::MethodUnlisted.into(),
        });
    }
    let route = match policy.index.find(head.method(), target.path()) {
        Found::Route(place) => policy.agreed(place, head.chosen())?,
        Found::OtherSpelling => return Err(Reason::TargetAmbiguous.into()),
        Found::OtherMethod => return Err(Reason::MethodUnlisted.into()),
        Found::Nothing => {
            return Err(match policy.unmatched {
                Unmatched::Refuse => Reason::RouteUnmatched.into(),
                // What the proxy's route asks for, only a route of the policy can hold.
                Unmatched::Pass if head.chosen().said != Said::Nothing => {
                    Reason::RouteUnmatched.into() // V7
                }
                Unmatched::Pass => Halt::Unmatched(Box::new(head)),
            });
        }
    };
    case.note_route(route);
    if route.body.is_none() && !head.is_alone() {
        case.note_unread();
    }
    if overrides::of_method(&head, target.query()) {
        return Err(Reason::OverrideRefused.into());
    }
    if !route.origin.is_authority(head.authority()) {
        return Err(Reason::AuthorityMismatch.into());
    }
    if holds(route) && becomes_a_stream(&head, route.is_grpc) {
        return Err(Reason::UpgradeRefused.into());
    }
    let parameters = route
        .template
        .parameters(target.path())
        .ok_or(Reason::TargetAmbiguous)?;
    Ok(Admitted {
        target,
        route: Rc::clone(route),
        parameters,
        head,
    })
}

/// The route whose metadata the gate serves at this path (RFC 9728 section 3).
fn metadata<'p>(policy: &'p Policy, path: &str) -> Option<(&'p Rc<Route>, &'p Rc<str>)> {
    if !path.starts_with(WELL_KNOWN) {
        return None;
    }
    let mut routes = policy.routes.iter();
    routes.find_map(|route| {
        let served = route.mcp.as_ref()?.served.as_ref()?;
        (served.path == path).then_some((route, &served.text))
    })
}

/// Whether requests of this route are held, for their body or for an answer.
fn holds(route: &Route) -> bool {
    route.body.is_some()
        || route.step_up.is_some()
        || route.exchange.is_some()
        || route.identity.introspection.is_some()
}

/// An upgrade or a CONNECT has no end to wait for; a gRPC call may stream. On a route of gRPC what
/// comes of its messages before the verdict is held, as much as the proxy's buffer takes.
fn becomes_a_stream(head: &RequestHead, is_grpc: bool) -> bool {
    let grpc = match head.field("content-type") {
        Field::One(value) => value
            .get(..16)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"application/grpc")),
        Field::Absent => false,
        Field::Several => true,
    };
    (grpc && !is_grpc) || head.method() == "CONNECT" || head.field("upgrade") != Field::Absent
}
