//! `envoy/examples/budget.yaml`.

use super::{NOW, judge, reason, world};
use crate::support::plan::Plan;
use serde_json::json;

#[test]
fn eleven_payments_just_under_the_limit_step_up_as_a_large_one_does() {
    let world = world("budget");
    let pay = |number: usize, amount| Plan::transfer(NOW, &format!("payment {number}"), amount);
    for number in 0..10 {
        let outcome = judge(&world, &pay(number, "9999.99"));
        assert_eq!(reason(&outcome), None, "{number}");
        // The key is new, which alone decides nothing.
        assert_eq!(outcome.record().score, Some(45));
    }
    let challenged = judge(&world, &pay(10, "9999.99"));
    assert_eq!(reason(&challenged), Some("step_up_required"));
    let large = judge(&world, &pay(11, "10000.01"));
    assert_eq!(reason(&large), Some("step_up_required"));
    let stronger = pay(12, "9999.99").stepped_up(NOW);
    assert_eq!(reason(&judge(&world, &stronger)), None);
}

#[test]
fn a_sixth_payee_steps_up() {
    let world = world("budget");
    let pay = |number: usize| {
        let payee = format!("DE{number}");
        let mut plan = Plan::transfer(NOW, &format!("payment {number}"), "1.00");
        let detail = &mut plan.token_claims["authorization_details"][0];
        detail["creditorAccount"]["iban"] = json!(payee);
        plan.edit_body(|body| body["creditor"]["iban"] = json!(payee));
        plan
    };
    for number in 0..5 {
        assert_eq!(reason(&judge(&world, &pay(number))), None);
    }
    let sixth = judge(&world, &pay(5));
    assert_eq!(reason(&sixth), Some("step_up_required"));
}
