//! Routes that issue tokens: their requests bring none, so nothing of a token can count there.

use super::{At, Faults, Part};
use crate::policy::{Handing, IdentityRules, ProofHeader, Route};
use crate::proof::Method;
use crate::risk::Need;
use crate::transaction::{Grant, Rules};

/// Whether a route issues tokens. One at fault is taken for what it looks like.
pub(super) fn is(
    part: Option<Part<bool>>,
    has_identity: bool,
    at: &At<'_>,
    faults: &mut Faults,
) -> bool {
    match Part::open_if_there(part, at, faults) {
        Some(written) => written.unwrap_or(false),
        None => !has_identity,
    }
}

/// Who may call, where `identity` is not written.
pub(super) fn anyone(is_issuance: bool, at: &At<'_>, faults: &mut Faults) -> Option<IdentityRules> {
    let problem = "is missing, and has no default";
    faults
        .check(is_issuance, at, problem)
        .then(IdentityRules::default)
}

/// What becomes of proofs where the route says nothing else. An authorization server binds what it
/// issues to the key of the proof, so it must see that.
pub(super) fn handing(is_issuance: bool, default: Option<Handing>) -> Option<Handing> {
    let proof = ProofHeader::Keep;
    default.map(|it| {
        if is_issuance {
            Handing { proof, ..it }
        } else {
            it
        }
    })
}

/// Tells what cannot stand on a route that issues tokens.
pub(super) fn check(route: &Route, has_identity: bool, at: &At<'_>, faults: &mut Faults) {
    if !route.issuance {
        return;
    }
    let problem = "is not for an issuance route, whose requests bring no token";
    faults.check(!has_identity, &at.member("identity"), problem);
    let by_dpop = route.proof.any_of == [Method::Dpop];
    let how = "must be [dpop] on an issuance route: without a token nothing says which certificate \
               a client must show";
    faults.check(by_dpop, &at.member("proof"), how);
    faults.check(
        route.body.is_none() && !route.is_grpc,
        &at.member("body"),
        "is not read on an issuance route",
    );
    let stays = route.handing.proof == ProofHeader::Keep;
    let why =
        "must be `keep` on an issuance route: what is issued is bound to the key of the proof";
    faults.check(stays, &at.member("upstream").member("proof"), why);
    needs_no_token(route, problem, at, faults);
}

/// Tells what of a route needs a token.
pub(super) fn needs_no_token(route: &Route, problem: &str, at: &At<'_>, faults: &mut Faults) {
    for class in route.mcp.iter().flat_map(|it| &it.classes) {
        let granted = class.transaction.as_ref().map(Rules::grant);
        let is_plain = granted.is_none() || granted == Some(&Grant::Context);
        let (mcp_at, name) = (at.member("mcp"), &*class.name);
        let classes_at = mcp_at.member("classes");
        let class_at = classes_at.member(name);
        faults.check(is_plain, &class_at.member("transaction"), problem);
    }
    let granted = route.transaction.as_ref().map(Rules::grant);
    // What a transaction token grants needs no other.
    let is_told = granted == Some(&Grant::Context);
    let is_plain = granted.is_none() || is_told;
    faults.check(is_plain, &at.member("transaction"), problem);
    let (risk_at, step_up_at) = (at.member("risk"), at.member("step_up"));
    let signals_at = risk_at.member("signals");
    for (place, signal) in route.risk.signals.iter().enumerate() {
        let lacks_token = signal.when.needs(Need::Token);
        let lacks_detail = signal.when.needs(Need::Detail) && !is_told;
        // Keys alone cost nothing, so nothing is remembered of them.
        let is_nobody = signal.when.needs(Need::Subject) && route.issuance;
        let is_there = !lacks_token && !lacks_detail && !is_nobody;
        let at = signals_at.item(place);
        faults.check(is_there, &at.member(signal.when.name()), problem);
    }
    let challenges = route
        .step_up
        .as_ref()
        .is_some_and(|it| it.challenge.is_some());
    faults.check(!challenges, &step_up_at.member("challenge"), problem);
}
