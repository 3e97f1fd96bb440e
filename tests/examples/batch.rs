//! `envoy/examples/batch.yaml`.

use super::{NOW, judge, reason, world};
use crate::support::batches::batch;
use serde_json::json;

#[test]
fn a_granted_batch_passes_and_one_with_another_payee_does_not() {
    let world = world("batch");
    assert_eq!(reason(&judge(&world, &batch(NOW, "a batch"))), None);
    let mut other = batch(NOW, "another payee");
    other.edit_body(|b| b["payments"][1]["iban"] = json!("DE75512108001245126199"));
    assert_eq!(reason(&judge(&world, &other)), Some("value_mismatch"));
    let mut more = batch(NOW, "a cent more");
    more.edit_body(|b| b["payments"][0]["amount"] = json!("10.01"));
    assert_eq!(reason(&judge(&world, &more)), Some("value_mismatch"));
}
