//! Fourth stage: how risky is this action here and now?

use crate::http::Connection;
use crate::pipeline::Env;
use crate::pipeline::authorize::Authorized;
use crate::pipeline::case::Case;
use crate::pipeline::facts::Shown;
use crate::pipeline::remember::Past;
use crate::risk::{Band, Score};

/// A granted request with its score.
#[derive(Debug)]
pub(super) struct Assessed {
    pub(super) authorized: Authorized,
    pub(super) score: Score,
    /// The past that it rests on.
    pub(super) past: Past,
}

impl Assessed {
    /// Where its score lies.
    pub(super) fn band(&self) -> Band {
        let route = &self.authorized.caller.admitted.route;
        route.risk.band(&self.score)
    }
}

pub(super) fn assess(
    mut authorized: Authorized,
    connection: &Connection,
    env: &Env<'_>,
    case: &mut Case,
) -> Assessed {
    let past = Past::recalled(&authorized, env);
    let score = authorized.caller.admitted.route.risk.score(&Shown {
        authorized: &authorized,
        recalled: past.says(),
        connection,
        env,
    });
    case.note_score(&score);
    authorized.content = None;
    Assessed {
        authorized,
        score,
        past,
    }
}
