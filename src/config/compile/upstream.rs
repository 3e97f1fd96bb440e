//! What goes upstream.

use super::{At, Faults, Part, SECOND, span_or, text};
use crate::assertion;
use crate::config::wire::upstream::{
    Assertion, Handing as Written, Identity, ProofHeader, Upstream,
};
use crate::http::target::Target;
use crate::policy::{self, Handing};
use crate::route::{Found, Index};
use std::time::Duration;

/// What the whole policy says, and what becomes of proofs where a route says nothing else.
pub(super) fn compile(
    part: Option<Part<Upstream>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<(policy::Upstream, Handing)> {
    let Some(written) = Part::open_if_there(part, at, faults)? else {
        let upstream = policy::Upstream {
            identity: policy::Identity::Headers,
            assertion: None,
        };
        return Some((upstream, DEFAULT));
    };
    let identity = Part::open_if_there(written.identity, &at.member("identity"), faults);
    let handing = Written {
        proof: written.proof,
        consume_jti: written.consume_jti,
    };
    let handing = handed(handing, Some(DEFAULT), at, faults);
    let assertion_at = at.member("assertion");
    let assertion = Part::open_if_there(written.assertion, &assertion_at, faults);
    let assertion = assertion.and_then(|written| match written {
        None => Some(None),
        Some(written) => assertion_of(written, &assertion_at, faults).map(Some),
    });
    let upstream = policy::Upstream {
        identity: match identity? {
            None | Some(Identity::Headers) => policy::Identity::Headers,
            Some(Identity::FilterState) => policy::Identity::FilterState,
        },
        assertion: assertion?,
    };
    Some((upstream, handing?))
}

const DEFAULT: Handing = Handing {
    proof: policy::ProofHeader::Strip,
    consume: true,
};

/// What becomes of the proofs of one route.
pub(super) fn of_route(
    part: Option<Part<Written>>,
    default: Option<Handing>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Handing> {
    match Part::open_if_there(part, at, faults)? {
        None => default,
        Some(written) => handed(written, default, at, faults),
    }
}

fn handed(
    written: Written,
    default: Option<Handing>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Handing> {
    let proof = Part::open_if_there(written.proof, &at.member("proof"), faults);
    let consume_at = at.member("consume_jti");
    let consume = Part::open_if_there(written.consume_jti, &consume_at, faults);
    let (proof, consume, default) = (proof?, consume?, default?);
    let handing = Handing {
        proof: match proof {
            None => default.proof,
            Some(ProofHeader::Strip) => policy::ProofHeader::Strip,
            Some(ProofHeader::Keep) => policy::ProofHeader::Keep,
            Some(ProofHeader::RewriteToBearer) => policy::ProofHeader::RewriteToBearer,
        },
        consume: consume.unwrap_or(default.consume),
    };
    let is_checked = handing.consume || handing.proof == policy::ProofHeader::Keep;
    let problem = "nobody would see a proof that is used again: `false` needs `proof: keep`, and a \
                   second verifier behind this gate";
    faults
        .check(is_checked, &consume_at, problem)
        .then_some(handing)
}

fn assertion_of(written: Assertion, at: &At<'_>, faults: &mut Faults) -> Option<assertion::Rules> {
    let keys_at = at.member("keys");
    let keys = written.keys.open(&keys_at, faults);
    let keys = keys.and_then(|keys| {
        text::repeated(&keys, &keys_at, faults);
        let mut whole = true;
        for (place, name) in keys.iter().enumerate() {
            whole &= text::variable(name, &keys_at.item(place), faults).is_some();
        }
        whole.then_some(keys)
    });
    let issuer_at = at.member("issuer");
    let issuer = written.issuer.open(&issuer_at, faults);
    let issuer = issuer.and_then(|it| text::visible(it, &issuer_at, faults));
    let audience_at = at.member("audience");
    let audience = Part::open_if_there(written.audience, &audience_at, faults);
    let audience = audience.and_then(|it| match it {
        None => Some(None),
        Some(it) => text::visible(it, &audience_at, faults).map(Some),
    });
    let bounds = SECOND..=Duration::from_mins(5);
    let lifetime_at = at.member("lifetime");
    let half_a_minute = Duration::from_secs(30);
    let lifetime = span_or(
        written.lifetime,
        half_a_minute,
        bounds,
        &lifetime_at,
        faults,
    );
    let path_at = at.member("keys_path");
    let path = written.keys_path.open(&path_at, faults);
    let path = path
        .and_then(|it| text::path(it, &path_at, faults))
        .and_then(|path| {
            let plain = Target::parse(&path).is_ok_and(|target| target.query().is_none());
            let problem = format!("{path:?} is not a plain path without a query");
            faults.check(plain, &path_at, problem).then_some(path)
        });
    Some(assertion::Rules {
        keys: keys?,
        issuer: issuer?,
        audience: audience?,
        lifetime: lifetime?,
        keys_path: path?,
    })
}

/// Tells of a route that could never be reached, because the gate itself answers at its path.
pub(super) fn unlisted(
    upstream: &policy::Upstream,
    index: &Index,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<()> {
    let Some(rules) = &upstream.assertion else {
        return Some(());
    };
    let is_free = match index.find("GET", &rules.keys_path) {
        Found::Nothing => true,
        Found::Route(_) | Found::OtherMethod | Found::OtherSpelling => false,
    };
    let at = at.member("assertion");
    let at = at.member("keys_path");
    let problem = "is the path of a route: the gate itself answers here";
    faults.check(is_free, &at, problem).then_some(())
}
