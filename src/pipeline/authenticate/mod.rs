//! Second stage: whose credential is this, and does the sender hold its key?
//!
//! The order is cheap, expensive, stateful: shape and budget, times, the token's signature, the
//! proof's fit, its signature, and only then the replay log, so that a forged proof cannot fill it.
//! The log is written before any decision service is asked, so that two copies cannot both wait.

mod credential;
mod possession;

use crate::http::Connection;
use crate::pipeline::admit::Admitted;
use crate::pipeline::case::Case;
use crate::pipeline::principal::Principal;
use crate::pipeline::{Env, Halt};
use crate::proof::replay::Use;
use crate::proof::{Possession, Proven};
use crate::reason::Reason;
use credential::{Stop, identify};
use possession::prove;

/// A request whose credential is verified and fresh, and whose sender proved possession, once.
#[derive(Debug)]
pub(super) struct Authenticated {
    pub(super) admitted: Admitted,
    pub(super) principal: Principal,
    pub(super) possession: Possession,
}

pub(super) fn authenticate(
    admitted: Admitted,
    connection: &Connection,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Authenticated, Halt> {
    let identified = match identify(&admitted, env, case) {
        Ok(identified) => identified,
        Err(Stop::Refuse(reason)) => return Err(reason.into()),
        Err(Stop::Needs(need)) => return Err(Halt::Needs(Box::new(admitted.head), need)),
    };
    let possession = prove(&admitted, &identified, connection, env)?;
    let principal = identified.principal;
    let is_consumed = admitted.route.handing.consume;
    let scope = is_consumed.then(|| env.policy.replay.scope.name());
    case.note_possession(&possession, scope);
    for proven in possession.keys().filter(|_| is_consumed) {
        consume(proven, &principal, env)?;
    }
    Ok(Authenticated {
        admitted,
        principal,
        possession,
    })
}

/// Has the replay log take one proof, for good.
fn consume(proven: &Proven, principal: &Principal, env: &Env<'_>) -> Result<(), Reason> {
    let used = Use {
        thumbprint: proven.thumbprint(),
        id: proven.id(),
        issued_at: proven.issued_at(),
        owner: [principal.issuer(), principal.subject(), principal.client()]
            .map(Option::unwrap_or_default),
    };
    env.replay.consume(&used, env.now)
}
