//! Proofs of workloads, and the transaction tokens that routes ask for.

use super::names::Known;
use super::{At, Faults, MILLISECOND, MINUTE, Part, SECOND, span_or, text};
use crate::config::wire::workload::{TransactionToken, WimseSignature, Wpt};
use crate::policy::{IdentityRules, Route};
use crate::proof::wpt::{Profile, Rules};
use crate::proof::{self, Method, wimse_signature};
use crate::token::transaction::{self, Requesters};
use crate::token::workload::trust_domain_of;
use crate::token::{IssuerId, Kind};
use crate::uses::Window;
use std::collections::BTreeMap;
use std::time::Duration;

/// What workload proof tokens must be like.
pub(super) fn wpt(part: Option<Part<Wpt>>, at: &At<'_>, faults: &mut Faults) -> Option<Rules> {
    let written = Part::open_if_there(part, at, faults)?;
    let (profile, max_lifetime, max_ahead, algorithms) = written
        .map(|it| (it.profile, it.max_lifetime, it.max_ahead, it.algorithms))
        .unwrap_or_default();
    let profile_at = at.member("profile");
    let profile = Part::open_if_there(profile, &profile_at, faults);
    let profile = profile.and_then(|name| match name {
        None => Some(Profile::default()),
        Some(name) => {
            let mut known = Profile::ALL.iter();
            let names: Vec<&str> = known.clone().map(|it| it.name()).collect();
            let problem = format!("{name:?} is not one of {}", names.join(", "));
            let found = known.find(|it| it.name() == name).copied();
            faults.keep(found.ok_or(problem), &profile_at)
        }
    });
    let max_lifetime = span_or(
        max_lifetime,
        MINUTE,
        SECOND..=Duration::from_mins(5),
        &at.member("max_lifetime"),
        faults,
    );
    let ahead_at = at.member("max_ahead");
    let ten_seconds = Duration::from_secs(10);
    let max_ahead = span_or(
        max_ahead,
        ten_seconds,
        MILLISECOND..=MINUTE,
        &ahead_at,
        faults,
    );
    let at = at.member("algorithms");
    let names = Part::open_if_there(algorithms, &at, faults)?;
    let names = names.unwrap_or_else(|| ["ES256", "PS256", "EdDSA"].map(str::to_owned).to_vec());
    Some(Rules {
        algorithms: text::algorithms(&names, &at, faults)?,
        profile: profile?,
        max_lifetime: max_lifetime?,
        max_ahead: max_ahead?,
    })
}

/// What message signatures of workloads must be like.
pub(super) fn signature(
    part: Option<Part<WimseSignature>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<wimse_signature::Rules> {
    let written = Part::open_if_there(part, at, faults)?;
    let (max_age, max_ahead, algorithms) = written
        .map(|it| (it.max_age, it.max_ahead, it.algorithms))
        .unwrap_or_default();
    let mut shortest = |part, name, default, most| {
        let at = at.member(name);
        span_or(part, default, MILLISECOND..=most, &at, faults)
    };
    let max_age = shortest(max_age, "max_age", MINUTE, Duration::from_mins(5));
    let max_ahead = shortest(max_ahead, "max_ahead", Duration::from_secs(10), MINUTE);
    let own = at.member("algorithms");
    let names = Part::open_if_there(algorithms, &own, faults)?;
    let names = names.unwrap_or_else(|| ["ES256", "ES384", "EdDSA"].map(str::to_owned).to_vec());
    let algorithms = text::algorithms(&names, &own, faults);
    let window = Window {
        max_age: max_age?,
        max_ahead: max_ahead?,
    };
    let rules = wimse_signature::Rules::of(window, algorithms?);
    faults.keep(rules.map_err(|_| "is of no profile"), at)
}

/// Holds who may call a route against the proofs that it accepts: no credential of one kind is proven
/// by a proof of another.
pub(super) fn check(route: &Route, known: &Known<'_>, at: &At<'_>, faults: &mut Faults) {
    if !route.issuance && known.compiled.is_some() {
        let (identity_at, proof_at) = (at.member("identity"), at.member("proof"));
        agree(
            &route.identity,
            &route.proof,
            known,
            &identity_at,
            &proof_at,
            faults,
        );
    }
}

fn agree(
    identity: &IdentityRules,
    proof: &proof::Rules,
    known: &Known<'_>,
    at: &At<'_>,
    proof_at: &At<'_>,
    faults: &mut Faults,
) {
    let of_workloads = |method: &Method| match method {
        Method::Wpt | Method::WimseSignature => true,
        Method::Dpop | Method::Mtls | Method::HttpSignature => false,
    };
    let (workloads, others) = (
        identity.knows_workloads(),
        !identity.issuers.is_empty() || !identity.peers.is_empty(),
    );
    if proof.any_of.is_empty() {
        return;
    }
    for (place, method) in proof.any_of.iter().enumerate() {
        let problem = if of_workloads(method) {
            "proves workloads: name one of `workload_issuers` under `identity`"
        } else {
            "proves no workload: name another issuer under `identity`, or `peers`"
        };
        let fits = if of_workloads(method) {
            workloads
        } else {
            others
        };
        faults.check(fits, &proof_at.item(place), problem);
    }
    let issuers_at = at.member("issuers");
    let proven = proof.any_of.iter().any(of_workloads);
    let problem = "workloads are known by a token that is no bearer token: add `wpt` or `wimse_signature` to `proof`";
    faults.check(proven || !workloads, &issuers_at, problem);
    let proven = !proof.any_of.iter().all(of_workloads);
    let problem =
        "no access token is proven by what `proof` lists: add `dpop`, `mtls` or `http_signature`";
    faults.check(proven || !others, &issuers_at, problem);
    let problem =
        "workload identity tokens have none: write `transaction_token.scopes`, or `workloads`";
    let scoped = !identity.scopes.is_empty();
    faults.check(!(scoped && workloads), &at.member("scopes"), problem);
    let problem = "has no effect: no issuer of this route vouches for workloads";
    let listed = identity.workloads.is_some();
    let listed_at = at.member("workloads");
    faults.check(!listed || workloads, &listed_at, problem);
    let is_vouched_for = |domain: &str| {
        let mut issuers = identity.workload_issuers.iter();
        issuers.any(|id| issuers_domain(known, id.0) == Some(domain))
    };
    for (place, id) in identity.workloads.iter().flatten().enumerate() {
        let problem = "is of no trust domain that an issuer of this route vouches for";
        let fits = !workloads || trust_domain_of(id).is_none_or(is_vouched_for);
        faults.check(fits, &listed_at.item(place), problem);
    }
}

fn issuers_domain<'a>(known: &Known<'a>, id: usize) -> Option<&'a str> {
    known.compiled?.get(id).map(|issuer| &*issuer.uri)
}

/// The workloads that may call a route.
pub(super) fn callers(ids: Vec<String>, at: &At<'_>, faults: &mut Faults) -> Vec<String> {
    text::repeated(&ids, at, faults);
    for (place, id) in ids.iter().enumerate() {
        identifier(id, &at.item(place), faults);
    }
    ids
}

fn identifier(id: &str, at: &At<'_>, faults: &mut Faults) {
    let how = "write spiffe://trust-domain/path, or wimse://trust-domain/path";
    let problem = format!("{id:?} does not identify a workload: {how}");
    faults.check(trust_domain_of(id).is_some(), at, problem);
}

/// What a route asks of transaction tokens, if it asks for one.
#[expect(
    clippy::option_option,
    reason = "not asked for and at fault are two things"
)]
pub(super) fn transaction_token(
    part: Option<Part<TransactionToken>>,
    proof: Option<&proof::Rules>,
    known: &Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Option<transaction::Rules>> {
    match Part::open_if_there(part, at, faults)? {
        None => Some(None),
        Some(written) => asked(written, proof, known, at, faults).map(Some),
    }
}

/// Each proof of the route must be able to bind the sender.
fn asked(
    written: TransactionToken,
    proof: Option<&proof::Rules>,
    known: &Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<transaction::Rules> {
    let issuers_at = at.member("issuers");
    let issuers = written.issuers.open(&issuers_at, faults).map(|names| {
        text::repeated(&names, &issuers_at, faults);
        let mut issuers = Vec::with_capacity(names.len());
        for (place, name) in names.iter().enumerate() {
            let at = issuers_at.item(place);
            let id = known
                .issuers
                .as_ref()
                .and_then(|it| it.place(name, "issuer", &at, faults));
            let Some(id) = id else { continue };
            let issuer = known.compiled.and_then(|it| it.get(id));
            let problem = format!("{name:?} is none of `transaction_token_issuers`");
            let fits = issuer.is_none_or(|it| it.kind == Kind::Transaction);
            faults.check(fits, &at, problem);
            issuers.push(IssuerId(id));
        }
        issuers
    });
    let scopes_at = at.member("scopes");
    let scopes = Part::open_if_there(written.scopes, &scopes_at, faults)?.unwrap_or_default();
    text::repeated(&scopes, &scopes_at, faults);
    for (place, scope) in scopes.iter().enumerate() {
        text::token(scope, &scopes_at.item(place), faults);
    }
    let max_age = span_or(
        written.max_age,
        Duration::from_mins(5),
        MILLISECOND..=Duration::from_hours(1),
        &at.member("max_age"),
        faults,
    );
    let requesters_at = at.member("requesters");
    let requesters = Part::open_if_there(written.requesters, &requesters_at, faults)?;
    let methods = proof.map_or(&[][..], |rules| &rules.any_of).iter();
    let unbound = methods.copied().find(|method| !binds(*method));
    if let Some(method) = unbound.filter(|_| requesters.is_none()) {
        let name = method.name();
        let problem = format!(
            "`{name}` binds nobody to a transaction token: write for which requesters each peer may send it"
        );
        faults.add(&requesters_at, problem);
    }
    Some(transaction::Rules {
        issuers: issuers?,
        scopes,
        max_age: max_age?,
        requesters: requesters.map(|it| self::requesters(it, &requesters_at, faults)),
    })
}

/// Whether a proof of this kind says which transaction token goes with it.
fn binds(method: Method) -> bool {
    match method {
        Method::Wpt | Method::WimseSignature | Method::HttpSignature => true,
        Method::Dpop | Method::Mtls => false,
    }
}

fn requesters(
    written: BTreeMap<String, Part<Vec<String>>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Requesters {
    let mut senders = Vec::with_capacity(written.len());
    for (sender, part) in written {
        let at = at.member(&sender);
        identifier(&sender, &at, faults);
        let Some(requesters) = part.open(&at, faults) else {
            continue;
        };
        text::repeated(&requesters, &at, faults);
        senders.push((sender, requesters));
    }
    Requesters::of(senders)
}
