//! `envoy/examples/dpop.yaml`.

use super::{NOW, judge, reason, world};
use crate::support::plan::{Plan, thief_key};

#[test]
fn a_proof_by_the_tokens_key_passes_and_by_another_does_not() {
    let world = world("dpop");
    assert_eq!(reason(&judge(&world, &Plan::read(NOW, "own"))), None);
    let mut stolen = Plan::read(NOW, "stolen");
    stolen.proof_header["jwk"] = thief_key().jwk();
    stolen.proof_signer = Some(thief_key());
    let outcome = judge(&world, &stolen);
    assert_eq!(reason(&outcome), Some("proof_key_mismatch"));
}
