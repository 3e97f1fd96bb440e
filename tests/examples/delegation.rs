//! `envoy/examples/delegation.yaml`.

use super::{NOW, document, judge, reason, subject_told, world};
use crate::support::plan::{ISSUER, Plan, STRONG};
use countersign::http::Connection;
use serde_json::json;

#[test]
fn only_a_listed_agent_pays_for_a_person() {
    let world = world("delegation");
    let payment = |name| {
        let mut plan = Plan::transfer(NOW, name, "12.50");
        plan.token_claims["acr"] = json!(STRONG);
        plan.token_claims["act"] = json!({ "iss": ISSUER, "sub": "agent-7" });
        plan
    };
    let outcome = judge(&world, &payment("valid"));
    assert_eq!(reason(&outcome), None);
    let record = outcome.record();
    assert_eq!(record.subject_kind, Some("human"));
    assert_eq!(record.actor.as_deref(), Some("agent-7"));
    assert_eq!(record.actor_issuer.as_deref(), Some(ISSUER));
    assert_eq!(record.actor_kind, Some("agent"));

    let mut other = payment("another agent");
    other.token_claims["act"]["sub"] = json!("agent-8");
    assert_eq!(reason(&judge(&world, &other)), Some("actor_unlisted"));
    let mut more = payment("a cent more");
    more.edit_body(|body| body["amount"] = json!("12.51"));
    assert_eq!(reason(&judge(&world, &more)), Some("value_mismatch"));
    let mut own = payment("an agent for itself");
    own.token_claims.as_object_mut().unwrap().remove("act");
    own.token_claims["client_type"] = json!("agent");
    assert_eq!(reason(&judge(&world, &own)), Some("subject_kind"));
    let mut read = Plan::read(NOW, "a read");
    read.token_claims["act"] = json!({ "iss": ISSUER, "sub": "agent-7" });
    assert_eq!(reason(&judge(&world, &read)), Some("actor_unlisted"));
}

#[test]
fn the_decision_service_is_told_who_acts_for_whom() {
    let mut plan = Plan::transfer(NOW, "told", "12.50");
    plan.token_claims["acr"] = json!(STRONG);
    plan.token_claims["act"] = json!({ "sub": "agent-7" });
    let document = document("delegation");
    let subject = subject_told(document, plan.wire(), Connection::default());
    assert_eq!(subject["id"], "alice");
    let told = &subject["properties"];
    assert_eq!(
        (&told["issuer"], &told["kind"]),
        (&json!(ISSUER), &json!("human"))
    );
    assert_eq!(told["actor"], "agent-7");
    assert_eq!(told["actor_issuer"], ISSUER);
    assert_eq!(told["actor_kind"], "agent");
}
