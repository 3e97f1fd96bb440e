//! `envoy/examples/exchange.yaml`.

use super::{NOW, judge, reason};
use crate::support::plan::Plan;
use crate::support::tts;
use crate::support::world::World;
use countersign::pipeline::Outcome;

#[test]
fn what_is_permitted_goes_on_with_a_token_of_its_own_or_not_at_all() {
    let world = World::under(&tts::document(), NOW);
    let large = |jti: &str| Plan::transfer(NOW, jti, "12500.00").stepped_up(NOW);
    let Outcome::Forward(release, _) = judge(&world, &large("permitted")) else {
        panic!("refused")
    };
    assert!(release.set.iter().any(|(name, _)| *name == "txn-token"));
    assert!(release.remove.iter().any(|name| name == "authorization"));
    world
        .issuing
        .set(|issued| issued.claims["sub"] = "mallory".into());
    let outcome = judge(&world, &large("of another"));
    assert_eq!(reason(&outcome), Some("exchange_subject"));
    // It challenges first, and a small payment asks nobody.
    let mut plan = large("not stepped up");
    plan.token_claims["acr"] = "urn:example:loa:1".into();
    assert_eq!(reason(&judge(&world, &plan)), Some("step_up_required"));
    let small = Plan::transfer(NOW, "small", "12.00");
    assert_eq!(reason(&judge(&world, &small)), None);
}
