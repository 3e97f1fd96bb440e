//! The routes of the proxy: which of ours they agree with, and what they raise.

use crate::NOW;
use crate::support::plan::Plan;
use crate::support::policy;
use crate::support::world::{World, head};
use countersign::http::Connection;
use countersign::http::chosen::{Chosen, Notes, Said};
use countersign::pipeline::{self, Step};
use countersign::reason::Reason;
use countersign::record::Record;
use serde_json::{Value, json};

/// Reads of accounts by three routes of the proxy, the last of which has more points.
fn document() -> Value {
    let mut document = policy::document();
    document["route_metadata"] = json!("countersign");
    let routes = document["routes"].as_array_mut().unwrap();
    for (name, envoy_route, base) in [("read-canary", "canary", 20), ("read-admin", "admin", 50)] {
        let mut route = routes[0].clone();
        route["name"] = json!(name);
        route["match"]["envoy_route"] = json!(envoy_route);
        route["risk"]["base"] = json!(base);
        routes.push(route);
    }
    routes[0]["match"]["envoy_route"] = json!("accounts");
    routes[0]["risk"]["refuse_at"] = json!(90);
    document
}

fn world() -> World {
    World::under(&document(), NOW)
}

fn said(route: Option<&str>, base: u32) -> Said {
    let route = route.map(str::to_owned);
    Said::Notes(Notes { route, base })
}

fn judge(world: &World, plan: &Plan, name: Option<&str>, said: &Said) -> Record {
    let chosen = Chosen {
        name: name.map(str::to_owned),
        said: said.clone(),
    };
    let head = head(&plan.wire()).unwrap().on(chosen);
    let step = world.with(|env| pipeline::run(head, &Connection::default(), env));
    let Step::Done(outcome) = step else {
        panic!("not done")
    };
    outcome.record().clone()
}

/// What comes of a read: the route and the score, or why it is refused.
fn read(world: &World, id: &str, name: Option<&str>, said: &Said) -> Result<(String, u32), String> {
    let record = judge(world, &Plan::read(NOW, id), name, said);
    match record.reason {
        Some(reason) => Err(reason.to_owned()),
        None => Ok((record.route.unwrap().to_string(), record.score.unwrap())),
    }
}

#[test]
fn the_route_of_the_proxy_chooses_among_those_that_fit_alike() {
    let world = world();
    let mismatch = || Err(Reason::EnvoyRouteMismatch.code().to_owned());
    let of = |name: &str, score| Ok((name.to_owned(), score));
    for (id, name, expected) in [
        ("first", Some("accounts"), of("read-accounts", 10)),
        ("second", Some("canary"), of("read-canary", 20)),
        ("third", Some("admin"), of("read-admin", 50)),
        ("another", Some("Canary"), mismatch()),
        ("an empty one", Some(""), mismatch()),
        ("none", None, mismatch()),
    ] {
        assert_eq!(read(&world, id, name, &Said::Nothing), expected, "{id}");
    }
    // Only what stands in the same place: the proxy's route opens no other path.
    let other = Plan::read(NOW, "other path").to("GET", "/accounts/1/closed");
    let record = judge(&world, &other, Some("accounts"), &Said::Nothing);
    assert_eq!(record.reason, Some(Reason::RouteUnmatched.code()));
    // A route that names none takes those of all.
    let other = Plan::read(NOW, "any").to("GET", "/accounts/1/statement");
    let head = head(&other.wire()).unwrap();
    let step = world.with(|env| pipeline::run(head, &Connection::default(), env));
    assert!(matches!(step, Step::Ask(..)), "{step:?}");
}

#[test]
fn metadata_raise_and_never_lower() {
    let world = world();
    let scored = |id: &str, said: &Said| read(&world, id, Some("admin"), said).map(|it| it.1);
    for (id, said, score) in [
        ("nothing", Said::Nothing, 50),
        ("less", said(None, 0), 50),
        ("lower", said(None, 49), 50),
        ("as much", said(None, 50), 50),
        ("more", said(None, 51), 51),
        ("named", said(Some("read-admin"), 60), 60),
    ] {
        assert_eq!(scored(id, &said), Ok(score), "{id}");
    }
    for (id, said, reason) in [
        (
            "of another",
            said(Some("read-accounts"), 0),
            Reason::EnvoyRouteMismatch,
        ),
        ("of none", said(Some("read"), 0), Reason::EnvoyRouteMismatch),
        ("unreadable", Said::Unreadable, Reason::EnvoyRouteUnreadable),
    ] {
        assert_eq!(scored(id, &said), Err(reason.code().to_owned()), "{id}");
    }
    // The record says where the points come from; the threshold counts them.
    let record = judge(
        &world,
        &Plan::read(NOW, "parts"),
        Some("accounts"),
        &said(None, 40),
    );
    let parts: Vec<_> = record
        .contributions
        .iter()
        .map(|it| (&*it.name, it.add))
        .collect();
    assert_eq!(parts, [("base", 10), ("route_metadata", 30)]);
    let record = judge(
        &world,
        &Plan::read(NOW, "refused"),
        Some("accounts"),
        &said(None, 90),
    );
    assert_eq!(record.reason, Some(Reason::RiskRefused.code()));
}

#[test]
fn what_the_proxy_asks_for_does_not_pass_where_no_route_holds_it() {
    let mut document = document();
    document["unmatched"] = json!("pass");
    let world = World::under(&document, NOW);
    let plan = |id| Plan::read(NOW, id).to("GET", "/nowhere");
    for (id, said, reason) in [
        ("nothing is said", Said::Nothing, None),
        ("points", said(None, 1), Some(Reason::RouteUnmatched)),
        (
            "a route",
            said(Some("read-accounts"), 0),
            Some(Reason::RouteUnmatched),
        ),
        ("unreadable", Said::Unreadable, Some(Reason::RouteUnmatched)),
    ] {
        let record = judge(&world, &plan(id), None, &said);
        assert_eq!(record.reason, reason.map(Reason::code), "{id}");
    }
}
