//! `envoy/examples/risk.yaml`.

use super::{NOW, world};
use crate::support::certificates::{self, Call};
use countersign::record::Record;
use serde_json::json;

const COUNTRY: &str = "x-geo-country";
const RISK: &str = "x-risk-score";

/// The record of an export through the gateway, with one change.
fn judged(change: &dyn Fn(&mut Call)) -> Record {
    let world = world("risk");
    let mut call = Call::bound(NOW, "export");
    "/accounts/export".clone_into(&mut call.plan.path);
    call.plan.token_claims["scope"] = json!("accounts:read a b");
    call.plan.token_claims["acr"] = json!("urn:example:loa:2");
    call.plan.token_claims["groups"] = json!(["staff"]);
    call.appended(&certificates::client());
    change(&mut call);
    certificates::judge(&world, &call).record().clone()
}

fn calm(call: &mut Call) {
    call.plan.field(COUNTRY, "DE");
    call.plan.field(RISK, "0");
}

/// The names of what counted beside the base.
fn counted(record: &Record) -> Vec<&str> {
    let parts = record.contributions.iter().skip(1);
    parts.map(|part| &*part.name).collect()
}

#[test]
fn the_gateway_is_believed_and_nobody_else() {
    let record = judged(&calm);
    assert_eq!((record.reason, record.score), (None, Some(20)));

    // The same words on a connection of the client's own: they say nothing.
    let forged = judged(&|call| {
        let own = Call::bound(NOW, "own").connection;
        call.connection = own;
        calm(call);
    });
    assert_eq!(forged.reason, Some("risk_refused"));
    assert_eq!(counted(&forged), ["abroad", "scored"]);

    let silent = judged(&|_| {});
    assert_eq!(silent.reason, Some("risk_refused"));
    let twice = judged(&|call| {
        calm(call);
        call.plan.field(COUNTRY, "DE");
    });
    assert_eq!((counted(&twice), twice.score), (vec!["abroad"], Some(50)));
}

#[test]
fn each_signal_adds_what_the_policy_says() {
    type Change = &'static dyn Fn(&mut Call);
    let rows: [(Change, &[&str], u32); 6] = [
        (
            &|call| {
                calm(call);
                call.plan.token_claims["groups"] = json!(["staff", "guests"]);
            },
            &["guests"],
            60,
        ),
        (
            &|call| {
                call.plan.field(COUNTRY, "CH");
                call.plan.field(RISK, "12.1");
            },
            &["abroad", "scored"],
            20 + 30 + 5,
        ),
        (
            &|call| {
                calm(call);
                call.plan.token_claims["acr"] = json!("urn:example:loa:1");
            },
            &["weak"],
            40,
        ),
        (
            &|call| {
                calm(call);
                call.plan.token_claims["acr"] = json!("urn:example:loa:3");
            },
            &[],
            20,
        ),
        (
            &|call| {
                calm(call);
                call.plan.token_claims["scope"] = json!("accounts:read a b c");
            },
            &["wide"],
            35,
        ),
        (
            &|call| {
                call.plan.field(COUNTRY, "DE");
                call.plan.field(RISK, "much");
            },
            &["scored"],
            60,
        ),
    ];
    for (place, (change, names, score)) in rows.into_iter().enumerate() {
        let record = judged(change);
        assert_eq!(counted(&record), names, "{place}");
        assert_eq!(record.score, Some(score), "{place}");
        assert_eq!(record.reason.is_some(), score >= 60, "{place}");
    }
}

#[test]
fn what_cannot_be_told_counts_and_is_marked() {
    let record = judged(&|call| {
        calm(call);
        call.plan.token_claims["groups"] = json!("staff");
    });
    assert_eq!(counted(&record), ["guests"]);
    assert_eq!(record.reason, Some("risk_refused"));
    let line = record.to_json();
    let part = r#"{"name":"guests","add":40,"faulted":true}"#;
    assert!(line.contains(part), "{line}");
    assert!(line.contains(r#"{"name":"base","add":20}"#), "{line}");
}
