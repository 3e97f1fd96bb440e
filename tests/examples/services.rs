//! `envoy/examples/services.yaml`.

use super::{NOW, reason, world};
use crate::support::plan::Plan;
use crate::support::table::{Expected, Row, Service};
use countersign::http::Connection;
use countersign::step_up::Response;
use serde_json::json;

fn row(plan: &Plan) -> Row {
    Row {
        name: "",
        wire: plan.wire(),
        connection: Connection::default(),
        service: Service::Permits,
        expected: Expected::Forwarded,
    }
}

#[test]
fn a_payment_passes_where_its_service_permits_it_and_not_where_it_asks_for_more() {
    let world = world("services");
    let judge = |plan: &Plan, service| {
        let row = Row {
            service,
            ..row(plan)
        };
        reason(&world.judge(&row).outcome)
    };
    let plan = Plan::transfer(NOW, "permitted", "10.00");
    assert_eq!(judge(&plan, Service::Permits), None);
    let plan = Plan::transfer(NOW, "asked for more", "10.00");
    let demanding = Service::Demands("urn:example:loa:3");
    assert_eq!(judge(&plan, demanding), Some("step_up_required"));
    let plan = Plan::transfer(NOW, "unanswered", "10.00");
    assert_eq!(judge(&plan, Service::Drops), Some("decision_unreachable"));
}

#[test]
fn a_read_is_asked_about_where_it_is_risky_and_by_whom_the_route_says() {
    let world = world("services");
    let answered = |plan: &Plan, answer: Response| {
        let verdict = world.judge_with(&row(plan), &|_| Ok(answer.clone()));
        (reason(&verdict.outcome), verdict.asked.len())
    };
    let says = |body: &str| Response {
        status: Some(200),
        content_type: Some("application/json".to_owned()),
        body: body.as_bytes().to_vec(),
        ..Response::default()
    };
    let path = "/accounts/7/statement";
    let yes = says(r#"{"result":{"allow":true}}"#);
    let plan = Plan::read(NOW, "ruled").to("GET", path);
    assert_eq!(answered(&plan, yes), (None, 1));
    // Nothing is defined.
    let plan = Plan::read(NOW, "undefined").to("GET", path);
    assert_eq!(answered(&plan, says("{}")), (Some("decision_denied"), 1));
    // Another's protocol is silence here, which may pass below 60.
    let plan = Plan::read(NOW, "in silence").to("GET", path);
    assert_eq!(answered(&plan, says("[]")), (None, 1));

    let plan = Plan::read(NOW, "at no risk");
    assert_eq!(answered(&plan, Response::default()), (None, 0));
    let mut plan = Plan::read(NOW, "stale");
    plan.token_claims["iat"] = json!(NOW - 301);
    // `status { code: 0 }`, and `status { code: 7 }`.
    let permit = Response::message(b"\x0a\x00".to_vec());
    assert_eq!(answered(&plan, permit), (None, 1));
    plan.proof_claims["jti"] = json!("stale, denied");
    let denial = Response::message(b"\x0a\x02\x08\x07".to_vec());
    assert_eq!(answered(&plan, denial), (Some("decision_denied"), 1));
}
