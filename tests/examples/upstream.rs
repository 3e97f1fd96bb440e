//! `envoy/examples/upstream.yaml`.

use super::{NOW, judge, reason, world};
use crate::support::plan::{ORIGIN, Plan};
use countersign::pipeline::Outcome;
use serde_json::json;

#[test]
fn each_upstream_gets_what_it_can_read_and_an_assertion() {
    let world = world("upstream");
    let Outcome::Forward(release, _) = judge(&world, &Plan::read(NOW, "rewritten")) else {
        panic!("refused")
    };
    let names: Vec<&str> = release.set.iter().map(|(name, _)| *name).collect();
    assert!(names.contains(&"authorization") && names.contains(&"x-countersign-assertion"));

    let mut ledger = Plan::read(NOW, "kept");
    ledger.path = "/ledger".to_owned();
    ledger.proof_claims["htu"] = json!(format!("{ORIGIN}/ledger"));
    let Outcome::Forward(release, _) = judge(&world, &ledger) else {
        panic!("refused")
    };
    assert!(!release.remove.contains(&"dpop".to_owned()));
    ledger.proof_claims["htm"] = json!("POST");
    assert_eq!(reason(&judge(&world, &ledger)), Some("proof_method"));
}
