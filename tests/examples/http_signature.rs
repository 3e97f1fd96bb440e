//! `envoy/examples/http-signature.yaml`.

use super::{NOW, judge, reason, world};
use crate::support::plan::{Plan, thief_key};
use crate::support::signing::TAG;

/// A signed upload as the example asks for it.
fn upload(nonce: &str) -> Plan {
    let mut plan = Plan::signed_upload(NOW, nonce);
    "/accounts/7/documents".clone_into(&mut plan.path);
    plan.signing().parameter(TAG, "documents");
    plan.signing().covered.push("content-type");
    plan
}

#[test]
fn a_signed_request_passes_and_a_changed_one_does_not() {
    let world = world("http-signature");
    assert_eq!(reason(&judge(&world, &upload("own"))), None);
    let mut changed = upload("changed");
    changed.after = Some(|wire| wire.body = Some(b"another body".to_vec()));
    let outcome = judge(&world, &changed);
    assert_eq!(reason(&outcome), Some("content_digest_mismatch"));
    let mut stolen = upload("stolen");
    stolen.signing().signer = thief_key();
    assert_eq!(reason(&judge(&world, &stolen)), Some("proof_signature"));

    let mut read = Plan::signed_read(NOW, "read");
    "/accounts/7".clone_into(&mut read.path);
    assert_eq!(reason(&judge(&world, &read)), None);
}
