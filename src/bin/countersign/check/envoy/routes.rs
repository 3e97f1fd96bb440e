//! Routes of Envoy that could send a request again whose transaction is used once.

use super::{At, Finding};
use countersign::policy::Policy;
use countersign::route::{Segment, Template};

/// What sends a request again, or to more than one: at a route configuration, a virtual host or a
/// route.
const REPEATS: [&str; 5] = [
    "retry_policy",
    "retry_policy_typed_config",
    "hedge_policy",
    "request_mirror_policies",
    "internal_redirect_policy",
];

/// Headers that the filter sets or removes. Doing so has Envoy choose the route anew.
const TOUCHED: [&str; 5] = [
    "authorization",
    "dpop",
    "signature",
    "signature-input",
    "workload-proof-token",
];

/// Tells of routes on which the gate is another one, or none.
pub(super) fn opened(manager: &At<'_>, gate: &At<'_>, findings: &mut Vec<Finding>) {
    let (Some(config), Some(name)) = (manager.member("route_config"), gate.text("name")) else {
        return;
    };
    for at in config.all() {
        let own = at.member("typed_per_filter_config");
        if let Some(own) = own.and_then(|it| it.member(name)) {
            findings.push(own.finding("takes requests around the gate: remove it"));
        }
    }
}

pub(super) fn examine(manager: &At<'_>, policy: &Policy, findings: &mut Vec<Finding>) {
    let once: Vec<&Template> = policy
        .routes
        .iter()
        .filter(|route| route.single_uses().next().is_some())
        .map(|route| &route.template)
        .collect();
    let Some(config) = manager.member("route_config") else {
        if !once.is_empty() {
            findings.push(manager.finding(
                "has its routes elsewhere, so nobody can say here whether one of them sends a \
                 request again: check the file that holds them as `route_config`",
            ));
        }
        return;
    };
    let elsewhere = [config.member("vhds")].into_iter();
    let hosts = config.each("virtual_hosts");
    let trees = hosts.iter().map(|host| host.member("matcher"));
    if !once.is_empty() {
        findings.extend(elsewhere.chain(trees).flatten().map(|it| {
            it.finding(
                "chooses routes that are not read here, so nobody can say whether one of them sends \
                 a request again: write them as `routes`",
            )
        }));
    }
    let mut any = false;
    for host in &hosts {
        let mut of_host = false;
        for route in host.each("routes") {
            headers(&route, findings);
            if once.iter().any(|template| may_carry(&route, template)) {
                of_host = true;
                repeats(route.member("route"), findings);
                repeats(Some(route), findings);
            }
        }
        if of_host {
            any = true;
            repeats(Some(host.clone()), findings);
        }
    }
    if any {
        repeats(Some(config), findings);
    }
}

fn repeats(at: Option<At<'_>>, findings: &mut Vec<Finding>) {
    let Some(at) = at else { return };
    let found = REPEATS.iter().filter_map(|name| at.member(name));
    for repeat in found.filter(|it| it.value.as_array().is_none_or(|items| !items.is_empty())) {
        findings.push(repeat.finding(
            "would send a request again whose transaction is used once: remove it, or give these \
             paths a route without it",
        ));
    }
}

fn headers(route: &At<'_>, findings: &mut Vec<Finding>) {
    let matchers = route.member("match").map(|it| it.each("headers"));
    for matcher in matchers.unwrap_or_default() {
        let name = matcher
            .text("name")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let dashed = name.replace('_', "-");
        if TOUCHED.contains(&dashed.as_str()) || dashed.starts_with("x-countersign-") {
            let problem = format!(
                "matches on `{name}`, which the filter sets or removes: the request would then take another route"
            );
            findings.push(matcher.finding(problem));
        }
    }
}

/// Whether a route of Envoy may carry requests of this template. When in doubt it may.
fn may_carry(route: &At<'_>, template: &Template) -> bool {
    let Some(matching) = route.member("match") else {
        return true;
    };
    let insensitive = matching
        .member("case_sensitive")
        .is_some_and(|it| it.value.as_bool() == Some(false));
    let fold = |text: &str| {
        if insensitive {
            text.to_ascii_lowercase()
        } else {
            text.to_owned()
        }
    };
    if let Some(path) = matching.text("path") {
        return insensitive || template.parameters(path).is_some();
    }
    let prefix = matching
        .text("prefix")
        .or_else(|| matching.text("path_separated_prefix"));
    let Some(prefix) = prefix else {
        return true;
    };
    let (prefix, start) = (fold(prefix), fold(&start(template)));
    prefix.starts_with(&start) || start.starts_with(&prefix)
}

/// What every path of a template begins with.
fn start(template: &Template) -> String {
    let mut start = String::new();
    for segment in template.segments() {
        start.push('/');
        match segment {
            Segment::Literal(text) => start.push_str(text),
            Segment::Parameter(_) => break,
        }
    }
    start
}
