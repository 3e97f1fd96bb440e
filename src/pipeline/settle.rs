//! Last stage: the answer of the decision service, or its silence, becomes the verdict.

use crate::pipeline::Env;
use crate::pipeline::assess::Assessed;
use crate::pipeline::case::Case;
use crate::pipeline::decide::{Cleared, evaluation};
use crate::reason::Reason;
use crate::risk::Band;
use crate::step_up::circuit::{Asking, Subject};
use crate::step_up::{self, Challenge, Passed, Remedy, Response, Settled, Shown, Silence};
use crate::time::UnixTime;

/// When and how a service was asked.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) at: UnixTime,
    pub(super) how: Asking,
}

/// Settles a question that was put.
pub(super) fn settle(
    mut assessed: Assessed,
    asked: &Asked,
    answer: Result<Response, Silence>,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Cleared, Reason> {
    // Others may have gone upstream while this one waited.
    assessed.recall_again(env, case);
    let waited = u64::try_from(env.now.since(asked.at).as_millis()).unwrap_or(u64::MAX);
    conclude(assessed, Some(asked.how), waited, answer, env, case)
}

/// Settles a question that was not put, as the service is left alone.
pub(super) fn unasked(
    assessed: Assessed,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Cleared, Reason> {
    conclude(assessed, None, 0, Err(Silence::CircuitOpen), env, case)
}

fn conclude(
    assessed: Assessed,
    asking: Option<Asking>,
    waited: u64,
    answer: Result<Response, Silence>,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Cleared, Reason> {
    let caller = &assessed.authorized.caller;
    let route = &caller.admitted.route;
    let rules = route.step_up.as_ref().ok_or(Reason::HostFault)?;
    let services = &env.policy.services;
    let service = services.get(rules.service.0).ok_or(Reason::HostFault)?;
    let principal = &caller.principal;
    let shown = Shown {
        claims: principal.claims(),
        acr: principal.acr(),
        may_step_up: principal.may_step_up(),
    };
    let (id, score) = (case.id(), assessed.score.total());
    let settled = step_up::settle(rules, &service.protocol, answer, id, score, shown);
    if let Some(asking) = asking {
        let mut circuits = env.circuits.borrow_mut();
        match &settled {
            Settled::Silent(..) => {
                let subject = Subject::of(principal.issuer(), principal.named().1);
                circuits.silent(rules.service, service, asking, subject, env.now);
            }
            Settled::Permitted(..) | Settled::Denied(..) | Settled::Challenged(_) => {
                circuits.answered(rules.service);
            }
        }
    }
    match settled {
        Settled::Permitted(passed, obligations) => {
            case.note_answer("permit", waited, false);
            case.note_obligations(&obligations);
            pass(assessed, passed, None, env, case)
        }
        Settled::Denied(reason, denial) => {
            case.note_answer("deny", waited, false);
            case.note_denial(denial);
            Err(reason)
        }
        Settled::Challenged(authentication) => {
            case.note_answer("challenge", waited, false);
            let challenge = Challenge {
                transaction: Some(evaluation(&assessed, env, case).transaction()),
                remedy: Remedy::Authentication(authentication),
                until: principal.end(),
            };
            case.note_challenge(challenge);
            Err(Reason::StepUpRequired)
        }
        Settled::Silent(reason, passed) => {
            case.note_answer(reason.code(), waited, passed.is_some());
            let passed = passed.ok_or(reason)?;
            pass(assessed, passed, Some(score), env, case)
        }
    }
}

/// Passes what was permitted, or what silence lets pass below this score, once it is learnt. A permit is
/// for a score below the refusal, and silence passes below the score it was held against.
fn pass(
    mut assessed: Assessed,
    passed: Passed,
    in_silence: Option<u32>,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Cleared, Reason> {
    loop {
        let is_riskier = in_silence.is_some_and(|score| assessed.score.total() > score);
        if assessed.band() == Band::Refuse || is_riskier {
            return Err(Reason::RiskRefused);
        }
        if assessed.is_learnt(env, case) {
            return Ok(Cleared::settled(assessed, passed));
        }
    }
}
