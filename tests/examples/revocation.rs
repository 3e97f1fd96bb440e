//! `envoy/examples/revocation.yaml`.

use super::{NOW, judge, reason, world};
use crate::support::plan::Plan;
use crate::support::revoked::{LIST, refer};
use serde_json::json;

#[test]
fn a_valid_token_passes_and_what_is_revoked_or_denied_does_not() {
    let world = world("revocation");
    let listed = |jti, index| {
        let mut plan = Plan::read(NOW, jti);
        refer(&mut plan, index, LIST);
        plan
    };
    assert_eq!(reason(&judge(&world, &listed("valid", 0))), None);
    let revoked = judge(&world, &listed("revoked", 1));
    assert_eq!(reason(&revoked), Some("token_revoked"));
    let unlisted = judge(&world, &Plan::read(NOW, "unlisted"));
    assert_eq!(reason(&unlisted), Some("status_missing"));
    let mut mallory = listed("mallory", 0);
    mallory.token_claims["sub"] = json!("mallory");
    let denied = judge(&world, &mallory);
    assert_eq!(reason(&denied), Some("subject_denied"));
}
