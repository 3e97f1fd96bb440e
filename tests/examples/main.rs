//! The example of each proof, as the documents show it: one valid request passes, one changed does not.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

#[expect(dead_code, reason = "the flow tests use all of it")]
#[path = "../support/mod.rs"]
mod support;

mod batch;
mod break_glass;
mod budget;
mod delegation;
mod dpop;
mod exchange;
mod fleet;
mod form_payment;
mod http_signature;
mod mcp;
mod mesh;
mod mtls;
mod nonces;
mod revocation;
mod risk;
mod services;
mod single_use;
mod spiffe;
mod streams;
mod transaction_token;
mod upstream;
mod wimse;

use countersign::config;
use countersign::http::Connection;
use countersign::pipeline::Outcome;
use serde_json::{Value, json};
use support::plan::{Plan, Wire, issuer_key};
use support::table::{Expected, GOLDEN_NOW, Row, Service};
use support::world::World;

/// Now, in seconds.
const NOW: i64 = GOLDEN_NOW;

/// An example as it stands in the documents, but for keys: those that are fetched are the tests' own.
fn document(name: &str) -> Value {
    let path = format!("{}/envoy/examples/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut document: Value = serde_json::from_slice(&config::from_yaml(&text).unwrap()).unwrap();
    let issuers = document.get_mut("issuers").and_then(Value::as_object_mut);
    for issuer in issuers.into_iter().flat_map(|all| all.values_mut()) {
        issuer["keys"] = json!({ "inline": { "keys": [issuer_key().published()] } });
    }
    document
}

/// A world under an example.
fn world(name: &str) -> World {
    World::under(&document(name), NOW)
}

/// What comes of a request.
fn judge(world: &World, plan: &Plan) -> Outcome {
    judge_wire(world, plan.wire(), Connection::default())
}

/// What comes of a request on a connection.
fn judge_wire(world: &World, wire: Wire, connection: Connection) -> Outcome {
    let row = Row {
        name: "",
        wire,
        connection,
        service: Service::Permits,
        expected: Expected::Forwarded,
    };
    world.judge(&row).outcome
}

/// What the decision service is told of the subject of a request, where it is asked about all.
fn subject_told(mut document: Value, wire: Wire, connection: Connection) -> Value {
    document["services"] = json!({ "pdp": {
        "protocol": "authzen",
        "cluster": "pdp",
        "path": "/access/v1/evaluation",
        "timeout": "250ms",
    }});
    document["routes"][0]["risk"] = json!({ "base": 60, "step_up_at": 60 });
    document["routes"][0]["step_up"] = json!({ "ask": "pdp" });
    let row = Row {
        name: "",
        wire,
        connection,
        service: Service::Permits,
        expected: Expected::Forwarded,
    };
    let verdict = World::under(&document, NOW).judge(&row);
    assert_eq!(verdict.record().reason, None);
    let told: Value = serde_json::from_slice(&verdict.asked[0].body).unwrap();
    told["subject"].clone()
}

/// The reason of a refusal.
fn reason(outcome: &Outcome) -> Option<&'static str> {
    outcome.record().reason
}
