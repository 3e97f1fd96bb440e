//! What loads and may still not be what its author means.

use super::error::{At, ConfigError};
use crate::mcp::ClassId;
use crate::policy::mcp::Mcp;
use crate::policy::{Policy, Route};
use crate::transaction::Rules;
use crate::transaction::place::Place;

/// The doubts about a policy that loads, each with its path.
pub(super) fn of(policy: &Policy) -> Vec<ConfigError> {
    let root = At::Document;
    let all = root.member("routes");
    let mut doubts = Vec::new();
    for (place, route) in policy.routes.iter().enumerate() {
        let at = all.item(place);
        let mcp_at = at.member("mcp");
        if let Some(mcp) = &route.mcp {
            of_calls(mcp, route, &mcp_at.member("classes"), &mut doubts);
        }
        let Some(rules) = &route.transaction else {
            continue;
        };
        let at = at.member("match");
        for name in unbound(route, rules) {
            let problem = format!(
                "{{{name}}} is bound to no claim: whoever is granted this transaction may send it \
                 with any other value there"
            );
            doubts.push(ConfigError::new(at.member("path").to_string(), problem));
        }
    }
    doubts
}

/// Doubts about the transactions of classes of calls.
fn of_calls(mcp: &Mcp, route: &Route, at: &At<'_>, doubts: &mut Vec<ConfigError>) {
    for (place, class) in mcp.classes.iter().enumerate() {
        let Some(rules) = &class.transaction else {
            continue;
        };
        let at = at.member(&class.name);
        let at = at.member("transaction");
        for name in unbound(route, rules) {
            let problem = format!(
                "{{{name}}} of the path is bound to no claim: whoever is granted this transaction may \
                 send it with any other value there"
            );
            doubts.push(ConfigError::new(at.to_string(), problem));
        }
        let places = rules.bindings().iter().map(|binding| &binding.place);
        let mut places = places.chain(rules.grant().identifier());
        let is_bound = places.any(|place| *place == Place::Tool);
        if mcp.rules.names_of(ClassId(place)) > 1 && !is_bound {
            let problem = "does not bind `tool`: whoever is granted this transaction may spend it on \
                           each tool, prompt or resource of the class";
            doubts.push(ConfigError::new(at.to_string(), problem));
        }
    }
}

/// The path parameters that nothing holds against a claim.
fn unbound<'r>(route: &'r Route, rules: &'r Rules) -> impl Iterator<Item = &'r str> {
    let bound = |name: &str| {
        let places = rules.bindings().iter().map(|binding| &binding.place);
        let mut places = places.chain(rules.grant().identifier());
        places.any(|place| matches!(place, Place::Path(own) if own == name))
    };
    let names = route.template.names().map(|name| &**name);
    names.filter(move |name| !bound(name))
}
