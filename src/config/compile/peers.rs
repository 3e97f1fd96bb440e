//! Callers that are known by their certificate: workloads, and those whose token names one.

use super::names::Known;
use super::{At, Faults, Part, hops, issuance, text};
use crate::config::wire::route::Identity;
use crate::policy::{IdentityRules, Route};
use crate::proof::Method;
use crate::token::{IssuerId, Kind};

/// Who may call a route without a token.
pub(super) fn compile(
    written: Identity,
    known: &Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<IdentityRules> {
    let others = [
        ("issuers", written.issuers.is_some()),
        (
            "max_introspection_age",
            written.max_introspection_age.is_some(),
        ),
        ("scopes", written.scopes.is_some()),
        ("workloads", written.workloads.is_some()),
        ("kinds", written.kinds.is_some()),
    ];
    for (member, there) in others {
        let problem = "cannot stand beside `peers`: no token is read";
        faults.check(!there, &at.member(member), problem);
    }
    let at = at.member("peers");
    let names = Part::open_if_there(written.peers, &at, faults)??;
    text::repeated(&names, &at, faults);
    let mut peers = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        let at = at.item(place);
        let peer = hops::workload(name, &at, faults);
        let hop = match known.hops {
            [only] => Some(&only.peer),
            _ => None,
        };
        let problem = "is the hop: the certificate of a hop is never its client's";
        faults.check(peer.is_none() || peer.as_ref() != hop, &at, problem);
        peers.extend(peer);
    }
    (peers.len() == names.len()).then_some(IdentityRules {
        issuers: Vec::new(),
        peers,
        workload_issuers: Vec::new(),
        workloads: None,
        elsewhere: Vec::new(),
        introspection: None,
        scopes: Vec::new(),
        kinds: None,
    })
}

/// Tells what cannot stand on a route beside callers by certificate.
pub(super) fn check(route: &Route, known: &Known<'_>, at: &At<'_>, faults: &mut Faults) {
    let methods = &route.proof.any_of;
    if !route.identity.peers.is_empty() {
        let problem = "must be [mtls] beside `identity.peers`: their certificate is the proof";
        faults.check(*methods == [Method::Mtls], &at.member("proof"), problem);
        let problem = "needs a token, and with `identity.peers` none is read";
        issuance::needs_no_token(route, problem, at, faults);
    }
    // A JWT-SVID has no scope, and counts beside a certificate alone.
    let issuers = known.compiled.unwrap_or_default();
    let is_svid = |id: &IssuerId| issuers.get(id.0).is_some_and(|it| it.kind == Kind::Svid);
    let Some(place) = route.identity.issuers.iter().position(is_svid) else {
        return;
    };
    let problem = "lacks mtls, and a JWT-SVID counts only beside the certificate of its workload";
    faults.check(
        methods.contains(&Method::Mtls),
        &at.member("proof"),
        problem,
    );
    let identity_at = at.member("identity");
    let at = identity_at.member("issuers");
    let problem = "issues no token for this route: JWT-SVIDs have no scopes";
    faults.check(route.identity.scopes.is_empty(), &at.item(place), problem);
}
