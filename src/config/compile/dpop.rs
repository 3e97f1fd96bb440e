//! DPoP proofs, and what routes do with nonces in them.

use super::names::Known;
use super::{At, Faults, MILLISECOND, MINUTE, Part, SECOND, span_or, text};
use crate::config::wire::dpop::{Dpop, Nonces};
use crate::config::wire::route::Nonce;
use crate::policy::Route;
use crate::proof;
use crate::proof::dpop::{Rules, nonce};
use std::rc::Rc;
use std::time::Duration;

/// Longest time that a proof or a nonce may be used.
const LONGEST: Duration = Duration::from_mins(5);
/// Most keys of nonces: the one in use, and those before and after it.
const MOST_KEYS: usize = 4;

pub(super) fn compile(part: Option<Part<Dpop>>, at: &At<'_>, faults: &mut Faults) -> Option<Rules> {
    let written = Part::open_if_there(part, at, faults)?;
    let (max_age, max_ahead, algorithms, nonces) = written
        .map(|it| (it.max_age, it.max_ahead, it.algorithms, it.nonces))
        .unwrap_or_default();
    let mut shortest = |part, name, default, most| {
        let at = at.member(name);
        span_or(part, default, MILLISECOND..=most, &at, faults)
    };
    let max_age = shortest(max_age, "max_age", MINUTE, LONGEST);
    let max_ahead = shortest(max_ahead, "max_ahead", Duration::from_secs(10), MINUTE);
    let nonces_at = at.member("nonces");
    let nonces = match Part::open_if_there(nonces, &nonces_at, faults) {
        None => None,
        Some(None) => Some(None),
        Some(Some(written)) => made_with(written, &nonces_at, faults).map(Some),
    };
    let at = at.member("algorithms");
    let names = Part::open_if_there(algorithms, &at, faults)?;
    let names = names.unwrap_or_else(|| ["ES256", "PS256", "EdDSA"].map(str::to_owned).to_vec());
    Some(Rules {
        algorithms: text::algorithms(&names, &at, faults)?,
        max_age: max_age?,
        max_ahead: max_ahead?,
        nonces: nonces?,
    })
}

fn made_with(written: Nonces, at: &At<'_>, faults: &mut Faults) -> Option<nonce::Rules> {
    let keys_at = at.member("keys");
    let secrets = written.keys.open(&keys_at, faults);
    if let Some(names) = &secrets {
        text::repeated(names, &keys_at, faults);
        let problem = format!("has {} names, and may have {MOST_KEYS}", names.len());
        faults.check(names.len() <= MOST_KEYS, &keys_at, problem);
        for (place, name) in names.iter().enumerate() {
            text::variable(name, &keys_at.item(place), faults);
        }
    }
    let at = at.member("lifetime");
    let lifetime = span_or(written.lifetime, MINUTE, SECOND..=LONGEST, &at, faults);
    Some(nonce::Rules {
        secrets: secrets?,
        lifetime: lifetime?,
    })
}

/// Keys of nonces that no route uses are a mistake.
pub(super) fn used(rules: &Rules, routes: &[Rc<Route>], at: &At<'_>, faults: &mut Faults) {
    let used = rules.nonces.is_none() || routes.iter().any(|route| route.nonce.is_some());
    let problem = "has no effect: no route has a `nonce` other than `off`";
    faults.check(used, &at.member("nonces"), problem);
}

/// What a route does with nonces.
#[expect(clippy::option_option, reason = "none and at fault are two things")]
pub(super) fn of_route(
    part: Option<Part<Nonce>>,
    proofs: Option<&proof::Rules>,
    known: &Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Option<nonce::Mode>> {
    let mode = match Part::open_if_there(part, at, faults)? {
        None | Some(Nonce::Off) => return Some(None),
        Some(Nonce::Offered) => nonce::Mode::Offered,
        Some(Nonce::Required) => nonce::Mode::Required,
        Some(Nonce::Challenge) => nonce::Mode::Challenge,
    };
    let there = known.nonces.is_none_or(|there| there);
    let problem = "needs `dpop.nonces`, which names the keys that nonces are made with";
    let by_dpop = proofs.is_none_or(|rules| rules.any_of.contains(&proof::Method::Dpop));
    let whole = faults.check(there, at, problem)
        && faults.check(by_dpop, at, "has no effect without `dpop` in `proof`");
    whole.then_some(Some(mode))
}
