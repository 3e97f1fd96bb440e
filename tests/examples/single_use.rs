//! `envoy/examples/single-use.yaml`.

use super::{NOW, judge, reason, world};
use crate::support::plan::Plan;
use std::rc::Rc;

#[test]
fn a_payment_passes_once_in_the_fleet_and_again_only_as_a_retry() {
    let first = world("single-use");
    let mut second = world("single-use");
    second.fleet = Rc::clone(&first.fleet);
    let payment = |proof: &str, key: &str| {
        let mut plan = Plan::transfer(NOW, proof, "1.00");
        plan.token_claims["jti"] = "one token".into();
        plan.field("idempotency-key", key);
        plan
    };
    let outcome = judge(&first, &payment("1", "k1"));
    assert_eq!(reason(&outcome), None);
    assert_eq!(outcome.record().transaction_use, Some("first"));
    assert_eq!(outcome.record().transaction_scope, Some("fleet"));
    let outcome = judge(&second, &payment("2", "k1"));
    assert_eq!(reason(&outcome), None);
    assert_eq!(outcome.record().transaction_use, Some("retry"));
    for world in [&first, &second] {
        let outcome = judge(world, &payment("3", "k2"));
        assert_eq!(reason(&outcome), Some("transaction_consumed"));
    }
}
