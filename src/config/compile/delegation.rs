//! Kinds of subjects, and who may act for others.

use super::names::Known;
use super::{At, Faults, Part, text, within};
use crate::config::wire::delegation::{Actor, Delegation, Kind, KindRule};
use crate::config::wire::scalar::Whole;
use crate::policy::Route;
use crate::token::IssuerId;
use crate::token::actor::{self, Actors, LONGEST_CHAIN, Rules};
use crate::token::subject::{self, SubjectKind};

/// What a policy calls a kind.
pub(in crate::config::compile) fn kind(written: Kind) -> SubjectKind {
    match written {
        Kind::Human => SubjectKind::Human,
        Kind::Workload => SubjectKind::Workload,
        Kind::Agent => SubjectKind::Agent,
    }
}

/// How an issuer's tokens show of which kind their subjects are.
pub(super) fn kinds(
    part: Option<Part<Vec<Part<KindRule>>>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<subject::KindRule>> {
    let written = Part::open_if_there(part, at, faults)?.unwrap_or_default();
    let mut rules = Vec::with_capacity(written.len());
    let mut whole = true;
    for (place, part) in written.into_iter().enumerate() {
        let at = at.item(place);
        let rule = part.open(&at, faults).and_then(|it| rule(it, &at, faults));
        whole &= rule.is_some();
        rules.extend(rule);
    }
    whole.then_some(rules)
}

fn rule(written: KindRule, at: &At<'_>, faults: &mut Faults) -> Option<subject::KindRule> {
    let kind = written.kind.open(&at.member("kind"), faults).map(kind);
    let claim_at = at.member("claim");
    let claim = written.claim.open(&claim_at, faults);
    let claim = claim.and_then(|it| text::pointer(&it, &claim_at, faults));
    let any_at = at.member("any_of");
    let any_of = Part::open_if_there(written.any_of, &any_at, faults);
    if let Some(Some(texts)) = &any_of {
        text::repeated(texts, &any_at, faults);
    }
    Some(subject::KindRule {
        kind: kind?,
        claim: claim?,
        any_of: any_of?,
    })
}

/// The kinds of subjects that a route accepts. Each must be one that an accepted issuer can tell.
#[expect(clippy::option_option, reason = "any and at fault are two things")]
pub(super) fn accepted(
    part: Option<Part<Vec<Kind>>>,
    issuers: &[IssuerId],
    known: &Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Option<Vec<SubjectKind>>> {
    let Some(written) = Part::open_if_there(part, at, faults)? else {
        return Some(None);
    };
    text::repeated(&written, at, faults);
    let kinds: Vec<SubjectKind> = written.into_iter().map(kind).collect();
    let all = known.compiled.unwrap_or_default();
    let tell = |kind: SubjectKind| {
        let mut issuers = issuers.iter().filter_map(|id| all.get(id.0));
        issuers.any(|issuer| issuer.tells(kind))
    };
    for (place, kind) in kinds.iter().enumerate() {
        let name = kind.name();
        let problem =
            format!("never fits: no issuer of this route has a rule for `{name}` in its `kinds`");
        let can = known.compiled.is_none() || tell(*kind);
        faults.check(can, &at.item(place), problem);
    }
    Some(Some(kinds))
}

/// Who may act for others on a route.
#[expect(clippy::option_option, reason = "nobody and at fault are two things")]
pub(super) fn compile(
    part: Option<Part<Delegation>>,
    known: &Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Option<Rules>> {
    let Some(written) = Part::open_if_there(part, at, faults)? else {
        return Some(None);
    };
    let depth_at = at.member("max_depth");
    let depth = Part::open_if_there(written.max_depth, &depth_at, faults);
    let bounds = 1..=u64::try_from(LONGEST_CHAIN).unwrap_or(1);
    let depth = depth
        .and_then(|it| within(it.unwrap_or(Whole(1)), bounds, &depth_at, faults))
        .and_then(|it| usize::try_from(it).ok());
    let actors_at = at.member("actors");
    let actors = written.actors.open(&actors_at, faults);
    let actors = actors.and_then(|it| actors_of(it, known, &actors_at, faults));
    let required = Part::open_if_there(written.required, &at.member("required"), faults);
    Some(Some(Rules {
        max_depth: depth?,
        actors: actors?,
        required: required?.unwrap_or(false),
    }))
}

fn actors_of(
    written: Vec<Part<Actor>>,
    known: &Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Actors> {
    let mut actors = Actors::default();
    let mut whole = true;
    for (place, part) in written.into_iter().enumerate() {
        let at = at.item(place);
        let Some(written) = part.open(&at, faults) else {
            whole = false;
            continue;
        };
        let issuer_at = at.member("issuer");
        let issuer = written.issuer.open(&issuer_at, faults);
        if let Some(issuer) = &issuer {
            let mut all = known.compiled.unwrap_or_default().iter();
            let named = all.find(|it| &*it.name == issuer && &*it.uri != issuer);
            let problem =
                named.map(|it| format!("is the name of an issuer: write its `iss`, {:?}", it.uri));
            faults.check(named.is_none(), &issuer_at, problem.unwrap_or_default());
        }
        let subject = written.subject.open(&at.member("subject"), faults);
        let kind = Part::open_if_there(written.kind, &at.member("kind"), faults);
        let kind = kind.map(|it| it.map(self::kind));
        let (Some(issuer), Some(subject), Some(kind)) = (issuer, subject, kind) else {
            whole = false;
            continue;
        };
        let is_new = actors.add(issuer, subject, kind);
        faults.check(is_new, &at, "is listed already");
    }
    whole.then_some(actors)
}

/// Tells of rules for actors where no token of the route may name one.
pub(super) fn check(route: &Route, known: &Known<'_>, at: &At<'_>, faults: &mut Faults) {
    let all = known.compiled.unwrap_or_default();
    let names = |id: &IssuerId| {
        let kind = all.get(id.0).map(|it| it.kind);
        kind.is_none_or(actor::may_be_named_in)
    };
    let has_any = route.identity.issuers.iter().any(names) || route.transaction_token.is_some();
    let problem = "has no effect: no token that this route accepts may name an actor";
    faults.check(
        route.delegation.is_none() || has_any,
        &at.member("delegation"),
        problem,
    );
}
