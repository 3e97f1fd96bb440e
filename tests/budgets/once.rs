//! Transactions that are used once: what is cleared and then refused does not count.

use super::{NOW, Plan, Service, World, parts, send, ten, transfer, world};
use crate::support::policy;
use serde_json::json;

fn once(scope: &str) -> World {
    world(&ten(), |document| {
        if scope == "fleet" {
            document["replay"]["store"] = json!("etcd");
            document["stores"] = json!({ "etcd": {
                "protocol": "etcd", "cluster": "etcd", "timeout": "250ms", "clock_skew": "5s",
            } });
        }
        let route = policy::route(document, "transfer");
        route["transaction"]["single_use"] = json!(scope);
    })
}

#[test]
fn copies_of_a_transaction_do_not_count() {
    for scope in ["host", "fleet"] {
        let world = once(scope);
        let copy = |number: usize| {
            let mut plan = transfer(1, "1.00");
            plan.proof_claims["jti"] = json!(format!("copy {number}"));
            plan
        };
        let first = send(&world, &copy(0), Service::Unasked);
        assert_eq!(first.reason, None, "{scope}");
        for number in 1..30 {
            let record = send(&world, &copy(number), Service::Unasked);
            assert_eq!(
                record.reason,
                Some("transaction_consumed"),
                "{scope} {number}"
            );
        }
        for number in 100..109 {
            let record = send(&world, &transfer(number, "1.00"), Service::Unasked);
            assert_eq!(record.reason, None, "{scope} {number}");
        }
        let last = send(&world, &transfer(200, "1.00"), Service::Unasked);
        assert_eq!(parts(&last), [("many", 30)], "{scope}");
    }
}

#[test]
fn who_never_went_upstream_is_not_known() {
    let new = json!([{ "name": "new", "add": 15, "first_seen": "pair" }]);
    let world = world(&new, |document| {
        let route = policy::route(document, "transfer");
        route["risk"]["behaviour_cap"] = json!(15);
        route["transaction"]["single_use"] = json!("host");
    });
    let pay = |now: i64, number: usize| Plan::transfer(now, &format!("payment {number}"), "1.00");
    assert_eq!(send(&world, &pay(NOW, 0), Service::Unasked).reason, None);
    // Another key brings the same transaction.
    let other = |now: i64, jti: &str, number: usize| {
        let mut plan = pay(now, number);
        let thief = crate::support::plan::thief_key();
        plan.token_claims["cnf"] = json!({ "jkt": thief.jkt() });
        plan.proof_header["jwk"] = thief.jwk();
        plan.proof_claims["jti"] = json!(jti);
        plan.proof_signer = Some(thief);
        plan
    };
    let copy = send(&world, &other(NOW, "copy", 0), Service::Unasked);
    assert_eq!(copy.reason, Some("transaction_consumed"));
    world.next((NOW + 700) * 1000, [7; 16]);
    let known = send(&world, &pay(NOW + 700, 1), Service::Unasked);
    assert_eq!(parts(&known), [("", 0); 0]);
    let unknown = send(&world, &other(NOW + 700, "late", 2), Service::Unasked);
    assert_eq!(parts(&unknown), [("new", 15)]);
}
