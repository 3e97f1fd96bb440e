//! Classes of calls.

use super::super::{risk, transaction};
use super::{At, Carrier, Faults, Part, text};
use crate::behaviour::Rules;
use crate::config::wire::mcp::Class as Written;
use crate::http::field;
use crate::mcp::{Mirror, Reading};
use crate::policy::mcp::Class;
use std::collections::{BTreeMap, BTreeSet};

/// What `unknown` says for none, so no class may have this name.
pub(super) const REFUSE: &str = "refuse";

/// Headers that repeat arguments begin so.
const PARAMETER: &str = "mcp-param-";

/// The classes in the order of their names, each with what is read of its messages.
pub(super) fn compile(
    part: Part<BTreeMap<String, Part<Written>>>,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<(Class, Reading)>> {
    let written = part.open(at, faults)?;
    let count = written.len();
    let mut classes = Vec::with_capacity(count);
    for (name, part) in written {
        let at = at.member(&name);
        text::name(&name, &at, faults);
        let problem = "is what `unknown` says for no class: choose another name";
        faults.check(name != REFUSE, &at, problem);
        let class = part.open(&at, faults);
        classes.extend(class.and_then(|it| self::class(it, &name, carrier, &at, faults)));
    }
    (classes.len() == count).then_some(classes)
}

fn class(
    written: Written,
    name: &str,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<(Class, Reading)> {
    let base_at = at.member("base");
    let base = match Part::open_if_there(written.base, &base_at, faults) {
        Some(None) => Some(0),
        Some(Some(number)) => risk::points(number, 0, &base_at, faults),
        None => None,
    };
    let scopes = scopes(written.scopes, carrier, &at.member("scopes"), faults);
    let mirrors = mirrors(written.headers, &at.member("headers"), faults);
    let params_at = at.member("allow_params");
    let allow_params = Part::open_if_there(written.allow_params, &params_at, faults);
    let allow_params = allow_params.map(Option::unwrap_or_default);
    for (place, member) in allow_params.iter().flatten().enumerate() {
        let own = ["name", "uri", "arguments", "_meta"];
        let problem = format!("{member:?} is read by the gate itself");
        faults.check(
            !own.iter().any(|it| it.eq_ignore_ascii_case(member)),
            &params_at.item(place),
            problem,
        );
    }
    text::repeated(
        allow_params.as_deref().unwrap_or_default(),
        &params_at,
        faults,
    );
    let transaction_at = at.member("transaction");
    let transaction = Part::open_if_there(written.transaction, &transaction_at, faults);
    let transaction = transaction.and_then(|it| match it {
        None => Some(None),
        Some(it) => {
            transaction::compile(it, &carrier.transaction, &transaction_at, faults).map(Some)
        }
    });
    let scopes = scopes?;
    let of_route = carrier.identity.map_or(&[][..], |it| &it.scopes);
    let all: Vec<&str> = of_route
        .iter()
        .chain(scopes.iter().filter(|it| !of_route.contains(it)))
        .map(String::as_str)
        .collect();
    let class = Class {
        name: name.into(),
        points: (format!("class:{name}").into(), base?),
        challenge_scope: all.join(" ").into(),
        scopes,
        transaction: transaction?,
        behaviour: Rules::default(),
    };
    let reading = Reading {
        mirrors: mirrors?,
        allow_params: allow_params?,
    };
    Some((class, reading))
}

fn scopes(
    part: Option<Part<Vec<String>>>,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<String>> {
    let scopes = Part::open_if_there(part, at, faults)?.unwrap_or_default();
    text::repeated(&scopes, at, faults);
    for (place, scope) in scopes.iter().enumerate() {
        text::token(scope, &at.item(place), faults);
    }
    let has_token = carrier.identity.is_none_or(|it| it.peers.is_empty());
    let problem = "cannot be held: with `identity.peers` no token is read";
    faults.check(has_token || scopes.is_empty(), at, problem);
    Some(scopes)
}

fn mirrors(
    part: Option<Part<BTreeMap<String, Part<String>>>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<Mirror>> {
    let written = Part::open_if_there(part, at, faults)?.unwrap_or_default();
    let count = written.len();
    let mut names = BTreeSet::new();
    let mut mirrors = Vec::with_capacity(count);
    for (name, part) in written {
        let at = at.member(&name);
        let header = [PARAMETER, &name.to_ascii_lowercase()].concat();
        let problem = format!("{name:?} cannot stand in the name of a header");
        faults.check(field::is_name(&header), &at, problem);
        let problem = "differs from another one only in case, which header names do not have";
        faults.check(names.insert(header.clone()), &at, problem);
        let argument = part.open(&at, faults);
        let argument = argument.and_then(|it| text::pointer(&it, &at, faults));
        mirrors.extend(argument.map(|argument| Mirror { header, argument }));
    }
    (mirrors.len() == count).then_some(mirrors)
}
