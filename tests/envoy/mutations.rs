//! Every row of the mutation table, in one Envoy.

use crate::parity::{Mood, Own, Scene, Way};
use crate::support::table::Row;
use crate::table as mutations;

#[test]
fn mutations_are_judged_as_without_a_host() {
    let mut scene = Scene::under(mutations::document());
    for row in mutations::rows(scene.now) {
        let (own, mood) = (own(&row), Mood::of(row.service));
        scene.send(row, Way::Http1, own, mood);
    }
    scene.compare();
}

/// A local reply to a call of gRPC is one of gRPC.
fn own(row: &Row) -> Own {
    let content_type = row.wire.value("content-type").unwrap_or_default();
    let is_grpc =
        content_type == "application/grpc" || content_type.starts_with("application/grpc+");
    if is_grpc { Own::Rewords } else { Own::Nothing }
}
