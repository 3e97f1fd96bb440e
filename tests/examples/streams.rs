//! `envoy/examples/streams.yaml`.

use super::{NOW, judge, reason, world};
use crate::support::plan::Plan;
use countersign::pipeline::Outcome;
use serde_json::json;

fn feed(jti: &str) -> Plan {
    let mut plan = Plan::read(NOW, jti).to("GET", "/feeds/7");
    plan.token_claims["scope"] = json!("feeds:read");
    plan
}

#[test]
fn a_feed_goes_on_until_its_token_ends_or_its_hour_is_over() {
    let world = world("streams");
    for (lifetime, seconds) in [(300, 306), (7200, 3601)] {
        let mut plan = feed(&format!("for {lifetime}"));
        plan.token_claims["exp"] = json!(NOW + lifetime);
        let Outcome::Forward(release, _) = judge(&world, &plan) else {
            panic!("refused")
        };
        let due = release.tenure.unwrap().due();
        assert_eq!(due.millis() / 1000 - NOW, seconds);
    }
}

#[test]
fn a_fresh_token_of_its_reader_renews_it() {
    let world = world("streams");
    let mut plan = feed("first");
    plan.token_claims["txn"] = json!("a job");
    let Outcome::Forward(release, _) = judge(&world, &plan) else {
        panic!("refused")
    };
    let mut tenure = release.tenure.unwrap();
    let mut fresh = feed("fresh").to("POST", "/feed-renewals");
    fresh.token_claims["txn"] = json!("a job");
    fresh.token_claims["exp"] = json!(NOW + 600);
    assert!(matches!(judge(&world, &fresh), Outcome::Publish(..)));
    assert!(world.with(|env| tenure.renew(env)));
    assert_eq!(tenure.due().millis() / 1000 - NOW, 606);
}

#[test]
fn a_token_without_its_scope_opens_none() {
    let mut plan = feed("no scope");
    plan.token_claims["scope"] = json!("accounts:read");
    let outcome = judge(&world("streams"), &plan);
    assert_eq!(reason(&outcome), Some("scope_insufficient"));
}
