//! `envoy/examples/fleet.yaml`.

use super::{NOW, judge, reason, world};
use crate::support::plan::Plan;
use std::rc::Rc;

#[test]
fn a_payment_passes_once_over_both_replicas_and_a_read_once_on_each() {
    let first = world("fleet");
    let mut second = world("fleet");
    second.fleet = Rc::clone(&first.fleet);

    let payment = Plan::transfer(NOW, "a payment", "1.00");
    let outcome = judge(&first, &payment);
    assert_eq!(reason(&outcome), None);
    assert_eq!(outcome.record().replay_scope, Some("fleet"));
    assert_eq!(reason(&judge(&second, &payment)), Some("proof_replayed"));

    let read = Plan::read(NOW, "a read");
    for world in [&first, &second] {
        let outcome = judge(world, &read);
        assert_eq!(reason(&outcome), None);
        assert_eq!(outcome.record().replay_scope, Some("host"));
        assert_eq!(reason(&judge(world, &read)), Some("proof_replayed"));
    }
}
