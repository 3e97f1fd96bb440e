//! Who may call a route.

use super::names::Known;
use super::{At, Faults, Part, delegation, opaque, peers, text, workload};
use crate::config::wire::route::Identity;
use crate::http::origin::Origin;
use crate::policy::IdentityRules;
use crate::token::{IssuerId, Kind};

/// The rules of `identity`.
pub(super) fn compile(
    part: Part<Identity>,
    origin: Option<&Origin>,
    known: &Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<IdentityRules> {
    let written = part.open(at, faults)?;
    if written.peers.is_some() {
        return peers::compile(written, known, at, faults);
    }
    let issuers_at = at.member("issuers");
    let names = Part::open_if_there(written.issuers, &issuers_at, faults);
    let missing = names.as_ref().is_some_and(Option::is_none);
    let problem = "is missing, and has no default: write `issuers`, or `peers`";
    faults.check(!missing, &issuers_at, problem);
    let names = names.flatten();
    let mut elsewhere = Vec::new();
    let mut workload_issuers = Vec::new();
    let mut whole = true;
    let issuers = names.map(|names| {
        text::repeated(&names, &issuers_at, faults);
        let mut issuers = Vec::with_capacity(names.len());
        for (place, name) in names.iter().enumerate() {
            let at = issuers_at.item(place);
            let names = known.issuers.as_ref();
            let Some(id) = names.and_then(|it| it.place(name, "issuer", &at, faults)) else {
                whole = false;
                continue;
            };
            let issuer = known.compiled.and_then(|it| it.get(id));
            match issuer.map(|it| it.kind) {
                None | Some(Kind::Access | Kind::Opaque | Kind::Svid) => issuers.push(IssuerId(id)),
                Some(Kind::Workload) => workload_issuers.push(IssuerId(id)),
                Some(Kind::Transaction) => {
                    let how = "name it under `transaction_token`";
                    let problem = format!("{name:?} issues tokens that are nobody's credential: {how}");
                    whole = faults.check(false, &at, problem);
                }
            }
            let problem = format!(
                "{name:?} is for `break_glass` alone: write `break_glass: true` on the route"
            );
            whole &= faults.check(!known.glass.has(IssuerId(id)), &at, problem);
            let all = issuer.map_or(&[][..], |issuer| &issuer.audiences);
            let of_others = others(all, origin, known);
            let problem = format!(
                "{name:?} issues no token for this route: each of its `audiences` is another of `origins`"
            );
            faults.check(all.is_empty() || of_others.len() < all.len(), &at, problem);
            elsewhere.extend(of_others);
        }
        issuers
    });
    let scopes_at = at.member("scopes");
    let scopes = Part::open_if_there(written.scopes, &scopes_at, faults)?.unwrap_or_default();
    text::repeated(&scopes, &scopes_at, faults);
    for (place, scope) in scopes.iter().enumerate() {
        text::token(scope, &scopes_at.item(place), faults);
    }
    let age_at = at.member("max_introspection_age");
    let introspection = opaque::longest_age(
        written.max_introspection_age,
        issuers.as_deref().unwrap_or_default(),
        known,
        [&issuers_at, &age_at],
        faults,
    );
    let workloads_at = at.member("workloads");
    let workloads = Part::open_if_there(written.workloads, &workloads_at, faults)?;
    let accepted: Vec<IssuerId> = issuers
        .iter()
        .flatten()
        .chain(&workload_issuers)
        .copied()
        .collect();
    let kinds_at = at.member("kinds");
    let kinds = delegation::accepted(written.kinds, &accepted, known, &kinds_at, faults);
    Some(IdentityRules {
        issuers: issuers.filter(|_| whole)?,
        peers: Vec::new(),
        workload_issuers,
        workloads: workloads.map(|it| workload::callers(it, &workloads_at, faults)),
        elsewhere,
        introspection: introspection?,
        scopes,
        kinds: kinds?,
    })
}

/// The audiences that are not for this origin but for another of the gateway's, or under one.
pub(super) fn others(audiences: &[String], own: Option<&Origin>, known: &Known<'_>) -> Vec<String> {
    let (Some(own), Some(origins)) = (own, known.origins) else {
        return Vec::new();
    };
    let others: Vec<&Origin> = origins.iter().filter(|it| *it != own).collect();
    let is_theirs = |audience: &&String| others.iter().any(|it| it.covers(audience));
    audiences.iter().filter(is_theirs).cloned().collect()
}
