//! How possession is shown, and what of the request that covers.

use crate::config::compile::{At, Faults};
use crate::config::wire::risk::Strength as Written;
use crate::pipeline::strength;
use crate::proof::Method;
use crate::risk::Condition;
use crate::risk::strength::Strength;

/// A strength that some of the proofs of a route have, and some have not.
pub(super) fn weaker_than(
    written: Written,
    proofs: Option<&[Method]>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let least = match written {
        Written::Dpop => Strength::Dpop,
        Written::Certificate => Strength::Certificate,
        Written::Signature => Strength::Signature,
    };
    let name = least.name();
    let is_weaker = |method: &Method| strength(*method) < least;
    let proofs = proofs?;
    let problem = format!("never counts: no proof of this route is weaker than `{name}`");
    let some = faults.check(proofs.iter().any(is_weaker), at, problem);
    let problem =
        format!("always counts: every proof of this route is weaker than `{name}`; raise `base`");
    let rest = faults.check(!proofs.iter().all(is_weaker), at, problem);
    (some && rest).then_some(Condition::ProofWeakerThan(least))
}

/// `settled` says whether the route itself takes no body that nothing binds.
pub(super) fn body_unbound(
    written: bool,
    settled: Option<bool>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let on = faults.check(written, at, "is true, or left out");
    let problem = "never counts: the `transaction` of this route leaves no body unbound";
    let there = faults.check(!settled?, at, problem);
    (on && there).then_some(Condition::BodyUnbound)
}
