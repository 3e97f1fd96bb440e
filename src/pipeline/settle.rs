//! Last stage: the answer of the decision service, or its silence, becomes the verdict.

use crate::pipeline::Env;
use crate::pipeline::assess::Assessed;
use crate::pipeline::case::Case;
use crate::pipeline::decide::Cleared;
use crate::reason::Reason;
use crate::risk::Band;
use crate::step_up::{self, Response, Settled, Silence};
use crate::time::UnixTime;

pub(super) fn settle(
    mut assessed: Assessed,
    asked_at: UnixTime,
    answer: Result<Response, Silence>,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Cleared, Reason> {
    // Others may have gone upstream while this one waited.
    assessed.recall_again(env, case);
    let route = &assessed.authorized.caller.admitted.route;
    let rules = route.step_up.as_ref().ok_or(Reason::HostFault)?;
    let score = assessed.score.total();
    let settled = step_up::settle(rules, answer, case.id(), score);
    let waited = u64::try_from(env.now.since(asked_at).as_millis()).unwrap_or(u64::MAX);
    let (answer, verdict) = match settled {
        Settled::Permitted(passed) => ("permit", Ok((passed, false))),
        Settled::Denied(reason) => ("deny", Err(reason)),
        Settled::Silent(reason, None) => (reason.code(), Err(reason)),
        Settled::Silent(reason, Some(passed)) => (reason.code(), Ok((passed, true))),
    };
    case.note_answer(answer, waited, matches!(verdict, Ok((_, true))));
    let (passed, is_silence) = verdict?;
    loop {
        // A permit is for a score below the refusal, and silence passes below the score it was
        // held against.
        if assessed.band() == Band::Refuse || is_silence && assessed.score.total() > score {
            return Err(Reason::RiskRefused);
        }
        if assessed.is_learnt(env, case) {
            return Ok(Cleared::settled(assessed, passed));
        }
    }
}
