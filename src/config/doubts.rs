//! What loads and may still not be what its author means.

use super::error::{At, ConfigError};
use crate::policy::{Policy, Route};
use crate::transaction::Rules;
use crate::transaction::place::Place;

/// The doubts about a policy that loads, each with its path.
pub(super) fn of(policy: &Policy) -> Vec<ConfigError> {
    let root = At::Document;
    let all = root.member("routes");
    let mut doubts = Vec::new();
    for (place, route) in policy.routes.iter().enumerate() {
        let Some(rules) = &route.transaction else {
            continue;
        };
        let at = all.item(place);
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
