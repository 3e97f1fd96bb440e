//! `envoy/examples/transaction-token.yaml`.

use super::{NOW, document, judge_wire, reason};
use crate::support::plan::certificate;
use crate::support::workload::{LEDGER, Order, report, server_key, service_key};
use crate::support::world::World;
use countersign::http::Connection;
use serde_json::json;

#[test]
fn a_chain_passes_with_the_sender_that_is_bound_to_it() {
    let mut document = document("transaction-token");
    for (section, name, key) in [
        ("workload_issuers", "identities", server_key()),
        ("transaction_token_issuers", "chains", service_key()),
    ] {
        let keys = json!({ "inline": { "keys": [key.published()] } });
        document[section][name]["keys"] = keys;
    }
    let world = World::under(&document, NOW);
    let judge = |order: &Order| {
        let outcome = judge_wire(&world, order.wire(), Connection::default());
        reason(&outcome)
    };
    assert_eq!(judge(&Order::of(NOW, "own")), None);
    let mut other = Order::of(NOW, "another amount");
    other.transaction().claims["tctx"]["amount"] = json!("1250.00");
    assert_eq!(judge(&other), Some("value_mismatch"));
    let mut alone = Order::of(NOW, "alone");
    alone.proof().claims["tth"] = json!("");
    assert_eq!(judge(&alone), Some("proof_context"));

    let mut call = report(NOW, "report");
    (call.scheme, call.proof_signer) = (None, None);
    let from = |peer: &str| {
        let connection = Connection {
            certificate: Some(certificate()),
            peer: Some(peer.parse().unwrap()),
            ..Connection::default()
        };
        reason(&judge_wire(&world, call.wire(), connection))
    };
    assert_eq!(from(LEDGER), None);
    assert_eq!(from("spiffe://example.org/other"), Some("peer_unknown"));
}

/// A transaction token that was found says nothing to who is not bound to it.
#[test]
fn only_its_sender_learns_what_has_become_of_a_chain() {
    let mut document = document("transaction-token");
    for (section, name, key) in [
        ("workload_issuers", "identities", server_key()),
        ("transaction_token_issuers", "chains", service_key()),
    ] {
        let keys = json!({ "inline": { "keys": [key.published()] } });
        document[section][name]["keys"] = keys;
    }
    document["deny"] = json!({ "txn": ["transaction of denied"] });
    let world = World::under(&document, NOW);
    let judge = |order: &Order| {
        let outcome = judge_wire(&world, order.wire(), Connection::default());
        reason(&outcome)
    };
    let order = Order::of(NOW, "denied");
    assert_eq!(judge(&order), Some("transaction_denied"));
    let mut found = Order::of(NOW, "denied");
    found.proof().claims["tth"] = json!("");
    assert_eq!(judge(&found), Some("proof_context"));
}
