//! `envoy/examples/mesh.yaml`.

use super::{NOW, world};
use crate::support::plan::Plan;
use crate::support::world::head;
use countersign::http::Connection;
use countersign::http::chosen::{Chosen, Notes, Said};
use countersign::pipeline::{self, Step};
use countersign::record::Record;
use serde_json::json;

/// The record of a read by this route of Envoy, with a token of this scope.
fn judged(name: &str, base: u32, scope: &str) -> Record {
    let world = world("mesh");
    let mut plan = Plan::read(NOW, "by a route of Envoy");
    plan.token_claims["scope"] = json!(scope);
    let said = Said::Notes(Notes { route: None, base });
    let name = Some(name.to_owned());
    let head = head(&plan.wire()).unwrap().on(Chosen { name, said });
    let step = world.with(|env| pipeline::run(head, &Connection::default(), env));
    let Step::Done(outcome) = step else {
        panic!("not done")
    };
    outcome.record().clone()
}

#[test]
fn each_route_of_envoy_has_its_own_here() {
    let all = "accounts:read partners:read";
    let record = judged("accounts", 0, "accounts:read");
    assert_eq!((record.reason, record.score), (None, Some(10)));
    let record = judged("partners", 0, all);
    assert_eq!((record.reason, record.score), (None, Some(40)));
    let record = judged("partners", 0, "accounts:read");
    assert_eq!(record.reason, Some("scope_insufficient"));
    let record = judged("strangers", 0, all);
    assert_eq!(record.reason, Some("envoy_route_mismatch"));
}

#[test]
fn metadata_only_ever_add() {
    let scope = "accounts:read";
    assert_eq!(judged("accounts", 50, scope).score, Some(50));
    assert_eq!(judged("accounts", 1, scope).score, Some(10));
    assert_eq!(judged("accounts", 80, scope).reason, Some("risk_refused"));
}
