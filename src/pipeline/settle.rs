//! Last stage: the answer of the decision service, or its silence, becomes the verdict.

use crate::pipeline::Env;
use crate::pipeline::assess::Assessed;
use crate::pipeline::case::Case;
use crate::pipeline::decide::Cleared;
use crate::reason::Reason;
use crate::step_up::{self, Response, Settled, Silence};
use crate::time::UnixTime;

pub(super) fn settle(
    assessed: Assessed,
    asked_at: UnixTime,
    answer: Result<Response, Silence>,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Cleared, Reason> {
    let route = &assessed.authorized.caller.admitted.route;
    let rules = route.step_up.as_ref().ok_or(Reason::HostFault)?;
    let settled = step_up::settle(rules, answer, case.id(), assessed.score.total());
    let waited = u64::try_from(env.now.since(asked_at).as_millis()).unwrap_or(u64::MAX);
    let (answer, verdict) = match settled {
        Settled::Permitted(passed) => ("permit", Ok((passed, false))),
        Settled::Denied(reason) => ("deny", Err(reason)),
        Settled::Silent(reason, None) => (reason.code(), Err(reason)),
        Settled::Silent(reason, Some(passed)) => (reason.code(), Ok((passed, true))),
    };
    case.note_answer(answer, waited, matches!(verdict, Ok((_, true))));
    verdict.map(|(passed, _)| Cleared::settled(assessed, passed))
}
