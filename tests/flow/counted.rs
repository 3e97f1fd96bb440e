//! How often a decision service is asked, over many requests of every kind.

use super::support::plan::{Plan, thief_key};
use super::support::policy;
use super::support::table::{Expected, GOLDEN_NOW, Row, Service};
use super::support::world::World;
use countersign::http::Connection;
use serde_json::json;

const NOW: i64 = GOLDEN_NOW;
const REQUESTS: usize = 10_000;

/// What is sent, and how often it must be asked about.
const KINDS: [(&str, usize); 7] = [
    ("a read", 0),
    ("a payment", 0),
    ("a large payment", 1),
    ("a large payment without the authentication", 0),
    ("a very risky payment", 0),
    ("a statement", 1),
    ("a read by a thief", 0),
];

fn plan(kind: usize, jti: &str) -> Plan {
    match kind {
        0 => Plan::read(NOW, jti),
        1 => Plan::transfer(NOW, jti, "9999.99"),
        2 => Plan::transfer(NOW, jti, "10000.01").stepped_up(NOW),
        3 => Plan::transfer(NOW, jti, "10000.01"),
        4 => {
            let plan = Plan::transfer(NOW, jti, "10000.01").stepped_up(NOW);
            plan.to("POST", "/accounts/7/risky")
        }
        5 => Plan::read(NOW, jti).to("GET", "/accounts/7/statement"),
        _ => {
            let mut plan = Plan::read(NOW, jti);
            plan.proof_header["jwk"] = thief_key().jwk();
            plan.proof_signer = Some(thief_key());
            plan
        }
    }
}

/// Exactly none below the threshold, and one above, whatever came before.
#[test]
fn nobody_is_asked_below_the_threshold_and_once_above() {
    let mut document = policy::document();
    document["replay"]["memory"] = json!("64MiB");
    let world = World::under(&document, NOW);
    let mut tokens: [Option<String>; KINDS.len()] = Default::default();
    let mut counts = [0; KINDS.len()];
    // A fixed sequence in which every kind follows every other.
    let mut state = 7_usize;
    for number in 0..REQUESTS {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let kind = (state >> 33) % KINDS.len();
        // Each question takes some time.
        world.now.set(NOW * 1000);
        let mut plan = plan(kind, "the same token");
        plan.proof_claims["jti"] = json!(format!("request {number}"));
        let token = tokens[kind].get_or_insert_with(|| plan.token());
        plan.opaque = Some(token.clone());
        let (name, expected) = KINDS[kind];
        let asked = asked(&world, &plan);
        assert_eq!(asked, expected, "request {number}, {name}");
        counts[kind] += 1;
    }
    assert!(
        counts.iter().all(|count| *count > REQUESTS / 10),
        "{counts:?}"
    );
}

/// How often a decision service is asked about a request.
fn asked(world: &World, plan: &Plan) -> usize {
    let row = Row {
        name: "",
        wire: plan.wire(),
        connection: Connection::default(),
        service: Service::Permits,
        expected: Expected::Forwarded,
    };
    world.judge(&row).asked.len()
}
