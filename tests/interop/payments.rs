//! `oauth4webapi`: what a person grants fits one body, and a step-up leads from refusal to payment.

use crate::world::World;

#[test]
fn a_payment_needs_its_grant_and_the_authentication_that_the_gate_asks_for() {
    let world = World::shared();
    world.run("payments.mjs").is(&[
        ("nothing granted", 403, "detail_missing"),
        ("signed in as usual", 401, "step_up_required"),
        (
            "asked for",
            0,
            "insufficient_user_authentication urn:example:loa:3 300",
        ),
        ("signed in strongly, an hour ago", 401, "step_up_required"),
        ("other amount", 403, "value_mismatch"),
        ("other payee", 403, "value_mismatch"),
        ("a member more", 403, "body_unlisted"),
        ("stepped up", 200, ""),
        ("granted less", 403, "value_mismatch"),
    ]);
    assert_eq!(
        world.service.count(),
        1,
        "only what was granted is asked about"
    );
}
