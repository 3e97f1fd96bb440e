//! `envoy/examples/spiffe.yaml`.

use super::{NOW, document, subject_told};
use crate::support::certificates::{self, Call, bundle};
use crate::support::world::World;
use serde_json::json;

#[test]
fn a_workload_passes_by_its_certificate_and_with_its_own_svid() {
    let mut document = document("spiffe");
    document["jwt_svid_issuers"]["mesh"]["keys"] = bundle();
    let world = World::under(&document, NOW);
    let judge = |mut call: Call, method: &str, path: &str, peer: Option<&str>| {
        call.plan.method = method.to_owned();
        call.plan.path = path.to_owned();
        if let Some(peer) = peer {
            call.from(peer);
        }
        certificates::judge(&world, &call).record().reason
    };
    let other = Some("spiffe://example.org/other");
    let peer = |peer| judge(Call::peer(NOW, "peer"), "POST", "/settlements", peer);
    assert_eq!(peer(None), None);
    assert_eq!(peer(Some("spiffe://example.org/batch")), None);
    assert_eq!(peer(other), Some("peer_unknown"));
    let svid = |peer| judge(Call::svid(NOW, "svid"), "GET", "/reports", peer);
    assert_eq!(svid(None), None);
    assert_eq!(svid(other), Some("token_unbound"));
}

#[test]
fn a_workload_is_told_as_one() {
    let mut document = document("spiffe");
    document["jwt_svid_issuers"]["mesh"]["keys"] = bundle();
    let mut call = Call::peer(NOW, "told");
    call.plan.method = "POST".to_owned();
    call.plan.path = "/settlements".to_owned();
    let subject = subject_told(document, call.plan.wire(), call.connection);
    assert_eq!(subject["type"], "workload");
    assert_eq!(subject["properties"]["kind"], "workload");
}

/// Whoever is denied by name is denied as a caller that only its certificate names, too.
#[test]
fn a_denied_workload_does_not_pass_by_its_certificate() {
    let mut document = document("spiffe");
    document["jwt_svid_issuers"]["mesh"]["keys"] = bundle();
    let name = "spiffe://example.org/batch";
    document["deny"] = json!({ "sub": [{ "issuer": "mesh", "subject": name }] });
    let world = World::under(&document, NOW);
    let by = |peer| {
        let mut call = Call::peer(NOW, peer);
        call.plan.method = "POST".to_owned();
        call.plan.path = "/settlements".to_owned();
        call.from(peer);
        certificates::judge(&world, &call).record().reason
    };
    assert_eq!(by(name), Some("subject_denied"));
}
