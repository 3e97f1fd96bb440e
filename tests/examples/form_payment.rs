//! `envoy/examples/form-payment.yaml`.

use super::{NOW, judge, reason, world};
use crate::support::plan::Plan;
use serde_json::json;

fn form(jti: &str, body: &str) -> Plan {
    let mut plan = Plan::transfer(NOW, jti, "123.50");
    plan.fields.clear();
    plan.field("content-type", "application/x-www-form-urlencoded");
    plan.body = Some(body.as_bytes().to_vec());
    plan
}

#[test]
fn a_form_passes_that_says_what_is_granted() {
    let world = world("form-payment");
    let granted = "to=DE02100100109307118603&amount=123.50&currency=EUR&reference=rent+%26+heat";
    let outcome = judge(&world, &form("own", granted));
    assert_eq!(reason(&outcome), None);
    assert_eq!(outcome.record().body, Some("read"));
    for (change, expected) in [
        ("&amount=1.00", "body_malformed"),
        ("&payee=mallory", "body_unlisted"),
        ("&_method=DELETE", "override_refused"),
    ] {
        let outcome = judge(&world, &form(change, &format!("{granted}{change}")));
        assert_eq!(reason(&outcome), Some(expected), "{change}");
    }
    let other = granted.replace("123.50", "1235.00");
    let outcome = judge(&world, &form("other", &other));
    assert_eq!(reason(&outcome), Some("value_mismatch"));
}

#[test]
fn a_call_passes_that_its_metadata_says_is_granted() {
    let world = world("form-payment");
    let call = |jti: &str, method: &str, payment: &str| {
        let mut plan = form(jti, "").to("POST", &format!("/bank.Payments/{method}"));
        plan.token_claims["authorization_details"] =
            json!([{ "type": "payment_call", "method": "Release", "payment": "p-7" }]);
        plan.fields.clear();
        plan.field("content-type", "application/grpc");
        plan.field("x-payment", payment);
        plan.body = Some(vec![0; 5]);
        judge(&world, &plan)
    };
    let outcome = call("own", "Release", "p-7");
    assert_eq!(reason(&outcome), None);
    assert_eq!(outcome.record().body, Some("unread"));
    for (method, payment) in [("Delete", "p-7"), ("Release", "p-8")] {
        let outcome = call(payment, method, payment);
        assert_eq!(
            reason(&outcome),
            Some("value_mismatch"),
            "{method} {payment}"
        );
    }
}
