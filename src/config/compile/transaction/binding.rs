//! A claim, and the place of the request that must agree with it.

use super::{At, Carrier, Faults, Part, place, text};
use crate::config::wire::transaction::{As, Binding as Written};
use crate::transaction::binding::{Binding, Claim, Comparison, Source};

pub(super) fn compile(
    written: Written,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Binding> {
    let claim_at = at.member("claim");
    let claim = written.claim.open(&claim_at, faults);
    let claim = claim.and_then(|it| text::pointer(&it, &claim_at, faults));
    let claim = claim.map(|pointer| Claim {
        source: Source::Grant,
        pointer,
    });
    let place_at = at.member("equals");
    let place = written.equals.open(&place_at, faults);
    let place = place.and_then(|it| place::compile(&it, carrier, &place_at, faults));
    let comparison = match Part::open_if_there(written.r#as, &at.member("as"), faults)? {
        None => Comparison::Exact,
        Some(As::Decimal) => Comparison::Decimal,
    };
    Some(Binding {
        claim: claim?,
        place: place?,
        comparison,
    })
}
