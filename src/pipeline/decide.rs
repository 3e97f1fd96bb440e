//! Fifth stage: below the threshold forward, from `refuse_at` refuse, between them challenge or ask.
//! Nothing else ever asks.

use crate::pipeline::Env;
use crate::pipeline::assess::Assessed;
use crate::pipeline::break_glass::Glass;
use crate::pipeline::case::Case;
use crate::pipeline::settle::unasked;
use crate::proof::Method;
use crate::reason::Reason;
use crate::risk::Band;
use crate::step_up::circuit::Asking;
use crate::step_up::{self, Call, Challenge, Edits, Evaluation, Remedy};
use crate::token::subject::SubjectKind;

/// What comes of a score.
#[derive(Debug)]
pub(super) enum Decided {
    /// Forward.
    Cleared(Cleared),
    /// Ask first.
    Ask(Call, Assessed, Asking),
}

/// A request that may go upstream. Only a low score, a settled answer or a
/// broken glass makes one.
#[derive(Debug)]
pub(super) struct Cleared {
    assessed: Assessed,
    edits: Edits,
    is_elevated: bool,
}

impl Cleared {
    pub(super) fn assessed(&self) -> &Assessed {
        &self.assessed
    }

    /// A person broke the glass, so no decision service is asked.
    fn by_glass(assessed: Assessed, _: Glass) -> Self {
        Self {
            is_elevated: true,
            ..Self::of(assessed)
        }
    }

    /// The decision service permitted it, or its silence is allowed to pass.
    pub(super) fn settled(assessed: Assessed, passed: step_up::Passed) -> Self {
        Self {
            assessed,
            edits: passed.into_edits(),
            is_elevated: true,
        }
    }

    fn of(assessed: Assessed) -> Self {
        Self {
            assessed,
            edits: Edits::default(),
            is_elevated: false,
        }
    }

    /// Whether a low score alone would not have let it pass.
    pub(super) fn is_elevated(&self) -> bool {
        self.is_elevated
    }

    /// What the permit of a decision service changes of the request.
    pub(super) fn edits(&self) -> &Edits {
        &self.edits
    }
}

pub(super) fn decide(
    mut assessed: Assessed,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Decided, Reason> {
    let glass = assessed.authorized.parties.glass;
    loop {
        match assessed.band() {
            Band::Low if assessed.is_learnt(env, case) => {
                return Ok(Decided::Cleared(Cleared::of(assessed)));
            }
            // It was scored anew.
            Band::Low => {}
            Band::Refuse => return Err(Reason::RiskRefused),
            Band::StepUp => match glass {
                None => return ask(assessed, env, case),
                Some(glass) if assessed.is_learnt(env, case) => {
                    return Ok(Decided::Cleared(Cleared::by_glass(assessed, glass))); // G6
                }
                Some(_) => {}
            },
        }
    }
}

fn ask(assessed: Assessed, env: &Env<'_>, case: &mut Case) -> Result<Decided, Reason> {
    let route = &assessed.authorized.caller.admitted.route;
    let Some(rules) = &route.step_up else {
        return Err(Reason::RiskRefused);
    };
    let principal = &assessed.authorized.caller.principal;
    // The loop guard: a token that meets the challenge is never challenged again.
    if let Some(authentication) = &rules.challenge
        && !authentication.is_met(principal.acr(), principal.authenticated_at(), env.now)
    {
        let challenge = Challenge {
            transaction: Some(evaluation(&assessed, env, case).transaction()),
            remedy: Remedy::Authentication(authentication.clone()),
            until: principal.end(),
        };
        case.note_challenge(challenge);
        return Err(Reason::StepUpRequired);
    }
    let service = env
        .policy
        .services
        .get(rules.service.0)
        .ok_or(Reason::HostFault)?;
    case.note_asked(&service.name);
    let id = rules.service;
    let asking = env.circuits.borrow_mut().admit(id, service, env.now);
    let Some(asking) = asking else {
        return unasked(assessed, env, case).map(Decided::Cleared);
    };
    let body = service.protocol.write(&evaluation(&assessed, env, case));
    let call = Call {
        service: id,
        request_id: case.id().to_owned(),
        body,
    };
    Ok(Decided::Ask(call, assessed.waits(), asking))
}

/// What a service is told of a request.
pub(super) fn evaluation<'a>(
    assessed: &'a Assessed,
    env: &'a Env<'_>,
    case: &'a Case,
) -> Evaluation<'a> {
    let caller = &assessed.authorized.caller;
    let admitted = &caller.admitted;
    Evaluation {
        route: &admitted.route.name,
        method: admitted.head.method(),
        origin: admitted.route.origin.as_str(),
        path: admitted.target.path(),
        issuer: caller.principal.issuer(),
        subject: caller.principal.named(),
        client: caller.principal.client(),
        subject_kind: caller.principal.subject_kind().map(SubjectKind::name),
        actor: caller.principal.actor().map(|actor| step_up::Actor {
            issuer: actor.issuer(),
            subject: actor.subject(),
            kind: assessed
                .authorized
                .parties
                .actor_kind
                .map(SubjectKind::name),
        }),
        acr: caller.principal.acr(),
        proofs: caller.possession.methods().map(Method::name).collect(),
        transaction: assessed.authorized.detail(),
        call: case.call(),
        score: assessed.score.total(),
        contributions: assessed.score.contributions(),
        revision: env.policy.revision,
        decision: case.id(),
        now: env.now,
    }
}
