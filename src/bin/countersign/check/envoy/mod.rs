//! What a configuration of Envoy does to the requests of a policy: whether the gate is there and
//! closed, whether anything sends a request again that may be sent once, and whether what the policy
//! names exists. Pure.
//!
//! # Does not check
//! What the file does not hold: routes and clusters that a server of configuration sends. That
//! routes are elsewhere is a fault where a transaction is used once.

mod filter;
mod routes;
#[cfg(test)]
mod tests;

use countersign::policy::Policy;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

/// What Envoy buffers of a body unless it is told.
const USUAL_BUFFER: u64 = 1 << 20;

/// Something that must not be so, where it is, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) path: String,
    pub(crate) problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.problem)
    }
}

/// A value of the file and where it stands.
#[derive(Clone)]
struct At<'v> {
    path: String,
    value: &'v Value,
}

impl<'v> At<'v> {
    fn root(value: &'v Value) -> Self {
        let path = String::new();
        Self { path, value }
    }

    /// A member, if it is there and not null. Envoy takes either spelling of its name.
    fn member(&self, name: &str) -> Option<Self> {
        let other = camel(name);
        let members = [name, other.as_str()].into_iter();
        let mut found = members.filter_map(|name| Some((name, self.value.get(name)?)));
        let (name, value) = found.find(|(_, value)| !value.is_null())?;
        let dot = if self.path.is_empty() { "" } else { "." };
        let path = format!("{}{dot}{name}", self.path);
        Some(Self { path, value })
    }

    /// The member at the end of this way.
    fn along(&self, names: &[&str]) -> Option<Self> {
        let mut at = self.clone();
        for name in names {
            at = at.member(name)?;
        }
        Some(at)
    }

    /// The items, if this is an array.
    fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        let item = |(place, value)| Self {
            path: format!("{}[{place}]", self.path),
            value,
        };
        items.iter().enumerate().map(item).collect()
    }

    /// The items of a member.
    fn each(&self, name: &str) -> Vec<Self> {
        self.member(name).map(|it| it.items()).unwrap_or_default()
    }

    fn text(&self, name: &str) -> Option<&'v str> {
        self.member(name)?.value.as_str()
    }

    /// The configuration of a filter, if it is of the type that ends so.
    fn typed(&self, ending: &str) -> Option<Self> {
        let config = self.member("typed_config")?;
        config.text("@type")?.ends_with(ending).then_some(config)
    }

    /// This value, and all that is in it.
    fn all(&self) -> Vec<Self> {
        let mut all = vec![self.clone()];
        let mut next = 0_usize;
        while let Some(at) = all.get(next).cloned() {
            next = next.saturating_add(1);
            all.extend(at.items());
            let names = at.value.as_object().into_iter().flatten();
            all.extend(names.filter_map(|(name, _)| at.member(name)));
        }
        all
    }

    fn finding(&self, problem: impl Into<String>) -> Finding {
        let path = self.path.clone();
        let problem = problem.into();
        Finding { path, problem }
    }
}

/// The other spelling of a name.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// Examines a bootstrap, or a discovery response with listeners. The policy is the one that stands in
/// it, or else the given one.
pub(crate) fn examine(file: &Value, given: Option<&Policy>) -> Vec<Finding> {
    let root = At::root(file);
    let of_bootstrap = root.along(&["static_resources", "listeners"]);
    let listeners = of_bootstrap.or_else(|| root.member("resources"));
    let listeners = listeners.map(|it| it.items()).unwrap_or_default();
    let mut findings = Vec::new();
    let mut gates = 0_usize;
    for listener in &listeners {
        for manager in managers(listener) {
            for gate in manager.each("http_filters") {
                let Some(found) = filter::read(&gate, given) else {
                    continue;
                };
                gates = gates.saturating_add(1);
                filter::examine(&gate, &found, &mut findings);
                routes::opened(&manager, &gate, &mut findings);
                if let Some(policy) = found.policy() {
                    timeouts(&manager, &mut findings);
                    buffer(listener, policy, &mut findings);
                    clusters(&root, &gate, policy, &mut findings);
                    routes::examine(&manager, policy, &mut findings);
                }
            }
        }
    }
    if gates == 0 {
        let what = "holds no listener with the filter: name a bootstrap, or a file of listeners";
        findings.push(root.finding(what));
    }
    for finding in &mut findings {
        if finding.path.is_empty() {
            "document".clone_into(&mut finding.path);
        }
    }
    findings
}

/// The HTTP connection managers of a listener.
fn managers<'v>(listener: &At<'v>) -> Vec<At<'v>> {
    let mut chains = listener.each("filter_chains");
    chains.extend(listener.member("default_filter_chain"));
    let filters = chains.iter().flat_map(|chain| chain.each("filters"));
    filters
        .filter_map(|filter| filter.typed("HttpConnectionManager"))
        .collect()
}

/// Should the filter's VM stop, its held requests wait for these.
fn timeouts(manager: &At<'_>, findings: &mut Vec<Finding>) {
    for way in [
        &["stream_idle_timeout"][..],
        &["common_http_protocol_options", "max_stream_duration"],
    ] {
        let found = manager.along(way);
        let span = found.as_ref().and_then(|it| it.value.as_str());
        if span.is_none_or(|span| span.trim_matches(['0', '.', 's']).is_empty()) {
            let name = way.join(".");
            let problem = "is missing or zero: requests that are held when the module stops would wait for ever";
            findings.push(manager.finding(format!("{name} {problem}")));
        }
    }
}

/// The largest body that the policy reads must fit into what Envoy holds.
fn buffer(listener: &At<'_>, policy: &Policy, findings: &mut Vec<Finding>) {
    let bodies = policy.routes.iter().filter_map(|route| route.body.as_ref());
    let Some(most) = bodies.map(|rules| rules.limits.bytes).max() else {
        return;
    };
    let name = "per_connection_buffer_limit_bytes";
    let limit = listener.member(name);
    let bytes = limit.as_ref().and_then(|it| it.value.as_u64());
    if bytes.unwrap_or(USUAL_BUFFER) < u64::try_from(most).unwrap_or(u64::MAX) {
        let problem = format!("is less than the {most} bytes of `max_body` that the policy reads");
        findings.push(limit.unwrap_or_else(|| listener.clone()).finding(problem));
    }
}

/// The clusters that the policy names, where the file defines clusters and no server sends more.
fn clusters(root: &At<'_>, gate: &At<'_>, policy: &Policy, findings: &mut Vec<Finding>) {
    let Some(defined) = root.along(&["static_resources", "clusters"]) else {
        return;
    };
    if root.along(&["dynamic_resources", "cds_config"]).is_some() {
        return;
    }
    let defined = defined.items();
    let defined: BTreeSet<&str> = defined.iter().filter_map(|it| it.text("name")).collect();
    let keys = policy.sources.iter().map(|it| it.cluster.as_str());
    let lists = policy
        .status_lists
        .iter()
        .map(|it| it.source.cluster.as_str());
    let services = policy.services.iter().map(|it| it.cluster.as_str());
    let stores = policy.replay.store.iter().map(|it| it.cluster.as_str());
    let endpoints = policy
        .issuers
        .iter()
        .filter_map(|it| it.introspection.as_ref());
    let endpoints = endpoints.map(|it| it.cluster.as_str());
    let named = keys
        .chain(lists)
        .chain(services)
        .chain(stores)
        .chain(policy.exchanges.iter().map(|it| it.cluster.as_str()))
        .chain(endpoints);
    let named: BTreeSet<&str> = named.collect();
    for cluster in named.difference(&defined) {
        let problem = format!(
            "names the cluster {cluster:?} in its policy, and the file defines none of that name"
        );
        findings.push(gate.finding(problem));
    }
}
