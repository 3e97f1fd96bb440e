//! Fourth stage: how risky is this action here and now?

use crate::http::Connection;
use crate::pipeline::Env;
use crate::pipeline::authorize::Authorized;
use crate::pipeline::case::Case;
use crate::pipeline::facts::Shown;
use crate::risk::Score;

/// A granted request with its score.
#[derive(Debug)]
pub(super) struct Assessed {
    pub(super) authorized: Authorized,
    pub(super) score: Score,
}

pub(super) fn assess(
    authorized: Authorized,
    connection: &Connection,
    env: &Env<'_>,
    case: &mut Case,
) -> Assessed {
    let score = authorized.caller.admitted.route.risk.score(&Shown {
        authorized: &authorized,
        connection,
        env,
    });
    case.note_score(&score);
    Assessed { authorized, score }
}
