//! Exchanges of tokens: with whom, and on which routes.

use super::names::{Known, Names};
use super::{At, Faults, Part, SECOND, call, opaque, span_or, text};
use crate::config::wire::exchange::{self as wire, Exchange as Written, RouteExchange};
use crate::policy::Route;
use crate::token::exchange::{Endpoint, ExchangeId, Hand, Rules, When};
use crate::token::issuer::Issuer;
use crate::token::{IssuerId, Kind};
use std::collections::BTreeMap;
use std::time::Duration;

/// The servers in the order of their names.
pub(super) fn compile(
    written: BTreeMap<String, Part<Written>>,
    known: &Known<'_>,
    deadline: Option<Duration>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<Endpoint>> {
    let mut servers = Vec::new();
    let mut whole = true;
    for (name, part) in written {
        let at = at.member(&name);
        let named = text::name(&name, &at, faults);
        let server = part
            .open(&at, faults)
            .and_then(|it| server(&name, it, known, deadline, &at, faults));
        whole &= named.is_some() && server.is_some();
        servers.extend(server);
    }
    whole.then_some(servers)
}

fn server(
    name: &str,
    written: Written,
    known: &Known<'_>,
    deadline: Option<Duration>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Endpoint> {
    let address = call::address(written.cluster, written.authority, at, faults);
    let path = call::path(written.path, at, faults);
    let timeout = call::timeout(written.timeout, deadline, at, faults);
    let client_at = at.member("client");
    let client = written.client.open(&client_at, faults);
    let client = client.and_then(|it| opaque::client_of(it, &client_at, faults));
    let issuer_at = at.member("issuer");
    let issuer = written.issuer.open(&issuer_at, faults);
    let issuer = issuer.and_then(|it| issuer_of(&it, known, &issuer_at, faults));
    let audience_at = at.member("audience");
    let audience = match Part::open_if_there(written.audience, &audience_at, faults) {
        Some(Some(it)) => text::visible(it, &audience_at, faults).map(Some),
        absent_or_faulty => absent_or_faulty,
    };
    let bounds = SECOND..=Duration::from_mins(10);
    let usual = Duration::from_mins(1);
    let lifetime_at = at.member("max_lifetime");
    let max_lifetime = span_or(written.max_lifetime, usual, bounds, &lifetime_at, faults);
    let revoke_at = at.member("revoke");
    let revoke = match Part::open_if_there(written.revoke, &revoke_at, faults) {
        Some(Some(it)) => call::path(it.path, &revoke_at, faults).map(Some),
        Some(None) => Some(None),
        None => None,
    };
    let address = address?;
    let (client, secret) = client?;
    let (issuer, domain) = issuer?;
    Some(Endpoint {
        name: name.into(),
        cluster: address.cluster,
        authority: address.authority,
        path: path?,
        timeout: timeout?,
        client,
        secret,
        audience: audience?.unwrap_or(domain),
        issuer,
        max_lifetime: max_lifetime?,
        revoke: revoke?,
    })
}

/// An issuer of transaction tokens, and its trust domain.
fn issuer_of(
    name: &str,
    known: &Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<(IssuerId, String)> {
    let place = known.issuers.as_ref()?.place(name, "issuer", at, faults)?;
    let issuer = known.compiled?.get(place)?;
    let problem = "is none of `transaction_token_issuers`: what is issued is a transaction token";
    let fits = faults.check(issuer.kind == Kind::Transaction, at, problem);
    fits.then(|| (IssuerId(place), issuer.uri.to_string()))
}

/// What a route does, if it exchanges.
#[expect(
    clippy::option_option,
    reason = "no exchange and at fault are two things"
)]
pub(super) fn of_route(
    part: Option<Part<RouteExchange>>,
    servers: Option<&Names>,
    needed: &[String],
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Option<Rules>> {
    let Some(written) = Part::open_if_there(part, at, faults)? else {
        return Some(None);
    };
    let with_at = at.member("with");
    let with = written.with.open(&with_at, faults);
    let with = with.and_then(|name| servers?.place(&name, "exchange", &with_at, faults));
    let when = Part::open_if_there(written.when, &at.member("when"), faults);
    let hand = Part::open_if_there(written.hand, &at.member("hand"), faults);
    let scopes_at = at.member("scopes");
    let scopes = Part::open_if_there(written.scopes, &scopes_at, faults);
    let listed = scopes.iter().flatten().flatten();
    for (place, scope) in listed.enumerate() {
        let problem = "is none of `identity.scopes`: no more is asked for than the caller has";
        faults.check(needed.contains(scope), &scopes_at.item(place), problem);
    }
    let repeated = scopes.as_ref().and_then(Option::as_deref);
    text::repeated(repeated.unwrap_or_default(), &scopes_at, faults);
    Some(Some(Rules {
        with: ExchangeId(with?),
        when: match when? {
            None | Some(wire::When::Permitted) => When::Permitted,
            Some(wire::When::Always) => When::Always,
        },
        hand: match hand? {
            None | Some(wire::Hand::InPlace) => Hand::InPlace,
            Some(wire::Hand::Beside) => Hand::Beside,
        },
        scopes: scopes?.unwrap_or_else(|| needed.to_vec()),
    }))
}

/// Tells what cannot stand on a route that exchanges, and where it never would.
pub(super) fn check(route: &Route, known: &Known<'_>, at: &At<'_>, faults: &mut Faults) {
    let Some(rules) = &route.exchange else {
        return;
    };
    let exchange_at = at.member("exchange");
    let identity_at = at.member("identity");
    let problem = "has no effect: without `step_up` nothing is permitted but by its score; write \
                   `when: always`";
    let never = rules.when == When::Permitted && route.step_up.is_none();
    faults.check(!never, &exchange_at.member("when"), problem);
    let problem = "needs the caller's access token, and this route reads none";
    let is_there = !route.issuance && route.identity.peers.is_empty();
    faults.check(is_there, &exchange_at, problem);
    let problem = "issues no access token, and with `exchange` the caller's is exchanged";
    let issuers = known.compiled.unwrap_or_default();
    let is_other = |issuer: &Issuer| match issuer.kind {
        Kind::Access | Kind::Opaque => false,
        Kind::Svid | Kind::Workload | Kind::Transaction => true,
    };
    let is_known_otherwise = |id: &IssuerId| issuers.get(id.0).is_some_and(is_other);
    let issuers_at = identity_at.member("issuers");
    let listed = route.identity.issuers.iter().position(is_known_otherwise);
    let knows_workloads = route.identity.knows_workloads();
    if let Some(place) = listed {
        faults.add(&issuers_at.item(place), problem);
    } else {
        faults.check(!knows_workloads, &issuers_at, problem);
    }
    let problem = "is missing, and with `exchange` a route needs some: they are what is asked for";
    let has_others = listed.is_some() || knows_workloads || !is_there;
    let scoped = !route.identity.scopes.is_empty() || has_others;
    faults.check(scoped, &identity_at.member("scopes"), problem);
    let problem = "cannot stand beside `exchange`, which would put another in its place";
    let is_alone = route.transaction_token.is_none();
    faults.check(is_alone, &at.member("transaction_token"), problem);
    let problem =
        "cannot stand beside `exchange`: while other services are down, no token is issued";
    faults.check(!route.break_glass, &at.member("break_glass"), problem);
}

/// Tells which servers no route uses.
pub(super) fn used(
    servers: &[Endpoint],
    routes: &[impl AsRef<Route>],
    at: &At<'_>,
    faults: &mut Faults,
) {
    for (place, server) in servers.iter().enumerate() {
        let mut rules = routes.iter().filter_map(|it| it.as_ref().exchange.as_ref());
        let is_used = rules.any(|rules| rules.with == ExchangeId(place));
        let problem = "has no effect: no route exchanges with it";
        faults.check(is_used, &at.member(&server.name), problem);
    }
}
