//! The filter itself: whether it is the gate, whether it fails closed, and which policy it has.

use super::{At, Finding};
use countersign::config;
use countersign::policy::Policy;

/// What the policy of a gate begins with.
const SCHEMA: &str = "countersign/v1";

/// A gate, and the policy that it has.
pub(super) enum Gate<'p> {
    /// It stands in the file.
    Inline(Box<Policy>),
    /// It stands in the file, with faults.
    Faulty(Vec<String>),
    /// It was given beside the file.
    Given(&'p Policy),
    /// It is nowhere.
    Missing,
}

impl Gate<'_> {
    pub(super) fn policy(&self) -> Option<&Policy> {
        match self {
            Self::Inline(policy) => Some(policy),
            Self::Given(policy) => Some(policy),
            Self::Faulty(_) | Self::Missing => None,
        }
    }
}

/// The gate that this filter is, if it is one: its policy says so, or its name.
pub(super) fn read<'p>(filter: &At<'_>, given: Option<&'p Policy>) -> Option<Gate<'p>> {
    let config = filter
        .typed("filters.http.wasm.v3.Wasm")?
        .member("config")?;
    let value = config.along(&["configuration", "value"]);
    let inline = value.as_ref().and_then(|it| match it.value.as_str() {
        Some(text) => text.contains(SCHEMA).then(|| text.as_bytes().to_vec()),
        None => (it.text("schema") == Some(SCHEMA)).then(|| it.value.to_string().into_bytes()),
    });
    if let Some(bytes) = inline {
        return Some(match config::load(&bytes) {
            Ok(policy) => Gate::Inline(Box::new(policy)),
            Err(faults) => Gate::Faulty(faults.iter().map(ToString::to_string).collect()),
        });
    }
    let spoken = [
        filter.text("name"),
        config.text("name"),
        config.text("root_id"),
    ];
    let file = config.along(&["vm_config", "code", "local"]);
    let file = file.as_ref().and_then(|it| it.text("filename"));
    let is_ours = |name: &str| name.contains("countersign");
    let named = spoken.into_iter().chain([file]).flatten().any(is_ours);
    named.then(|| given.map_or(Gate::Missing, Gate::Given))
}

pub(super) fn examine(filter: &At<'_>, gate: &Gate<'_>, findings: &mut Vec<Finding>) {
    match gate {
        Gate::Inline(_) | Gate::Given(_) => {}
        Gate::Faulty(faults) => {
            findings.extend(
                faults
                    .iter()
                    .map(|fault| filter.finding(format!("policy: {fault}"))),
            );
        }
        Gate::Missing => findings.push(
            filter.finding("has no policy in this file: name the policy as the second argument"),
        ),
    }
    for name in ["disabled", "is_optional"] {
        if let Some(at) = filter.member(name)
            && at.value.as_bool() != Some(false)
        {
            findings.push(at.finding("lets requests around the gate: remove it"));
        }
    }
    let config = filter.typed("Wasm").and_then(|it| it.member("config"));
    let Some(config) = config else { return };
    if let Some(at) = config.member("fail_open")
        && at.value.as_bool() != Some(false)
    {
        findings.push(at.finding("lets requests pass unchecked when the module fails: remove it"));
    }
    if let Some(at) = config.member("failure_policy") {
        let closed = ["FAIL_RELOAD", "FAIL_CLOSED", "UNSPECIFIED"];
        if !at.value.as_str().is_some_and(|text| closed.contains(&text)) {
            findings.push(at.finding("is not closed: write FAIL_RELOAD"));
        }
    }
    let holds = gate.policy().is_some_and(|policy| {
        let mut routes = policy.routes.iter();
        routes.any(|route| route.body.is_some())
    });
    let name = "allow_on_headers_stop_iteration";
    let stops = config.member(name);
    let stops = stops.is_some_and(|it| it.value.as_bool() == Some(true));
    if holds && !stops {
        let problem = format!(
            "needs `{name}: true`: the policy reads bodies, which are not shown to it otherwise"
        );
        findings.push(config.finding(problem));
    }
}
