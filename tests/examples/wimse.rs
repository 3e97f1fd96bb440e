//! `envoy/examples/wimse.yaml`.

use super::{NOW, document, judge_wire, reason};
use crate::support::plan::thief_key;
use crate::support::workload::{GATEWAY, Order, server_key};
use crate::support::world::World;
use countersign::http::Connection;
use serde_json::json;

#[test]
fn a_workload_passes_by_its_key_and_by_no_other() {
    let mut document = document("wimse");
    let keys = json!({ "inline": { "keys": [server_key().published()] } });
    document["workload_issuers"]["identities"]["keys"] = keys;
    let world = World::under(&document, NOW);
    let judge = |order: &Order| {
        let outcome = judge_wire(&world, order.wire(), Connection::default());
        reason(&outcome)
    };
    assert_eq!(judge(&Order::balance(NOW, "own")), None);
    let mut stolen = Order::balance(NOW, "stolen");
    stolen.proof().signer = thief_key();
    assert_eq!(judge(&stolen), Some("proof_signature"));
    let mut other = Order::balance(NOW, "other");
    other.workload().claims["sub"] = json!(GATEWAY);
    assert_eq!(judge(&other), Some("caller_unlisted"));
}
