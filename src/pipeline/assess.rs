//! Fourth stage: how risky is this action here and now?

use crate::http::Connection;
use crate::pipeline::Env;
use crate::pipeline::authorize::Authorized;
use crate::pipeline::case::Case;
use crate::risk::{Facts, Score};

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
    let principal = &authorized.caller.principal;
    let score = authorized.caller.admitted.route.risk.score(&Facts {
        now: env.now,
        source: connection.source,
        issued_at: principal.issued_at(),
        authenticated_at: principal.authenticated_at(),
        detail: authorized.detail(),
    });
    case.note_score(&score);
    Assessed { authorized, score }
}
