//! Every row of the flow table, over HTTP/1.1 and over HTTP/2.

use crate::parity::{Mood, Own, Scene, Way};
use crate::support::{policy, table};

#[test]
fn rows_over_http_1_are_judged_as_without_a_host() {
    judge(Way::Http1);
}

#[test]
fn rows_over_http_2_are_judged_as_without_a_host() {
    judge(Way::Http2);
}

fn judge(way: Way) {
    let mut scene = Scene::under(policy::document());
    for row in table::rows(scene.now) {
        let (own, mood) = (own(row.name, way), Mood::of(row.service));
        scene.send(row, way, own, mood);
    }
    scene.compare();
}

/// Every row to which Envoy does something. All others are the gate's alone.
fn own(row: &str, way: Way) -> Own {
    match (row, way) {
        // HTTP/2 has no such header (RFC 9113 section 8.2.2).
        ("an upgrade", Way::Http2) => Own::Resets,
        // A local reply to a call of gRPC is one of gRPC.
        ("a call of gRPC", Way::Http1 | Way::Http2) => Own::Rewords,
        _ => Own::Nothing,
    }
}
