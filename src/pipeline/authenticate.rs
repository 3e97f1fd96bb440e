//! Second stage: whose token is this, and does the sender hold its key?
//!
//! The order is cheap, expensive, stateful: shape and budget, times, the token's signature, the
//! proof's fit, its signature, and only then the replay log, so that a forged proof cannot fill it.
//! The log is written before any decision service is asked, so that two copies cannot both wait.

use crate::pipeline::admit::Admitted;
use crate::pipeline::case::Case;
use crate::pipeline::{Env, Halt};
use crate::proof::replay::Use;
use crate::proof::{Method, Possession, dpop};
use crate::reason::Reason;
use crate::token::credentials::Credentials;
use crate::token::{self, AccessToken, Refused};
use std::rc::Rc;

/// A request whose token is verified and fresh, and whose sender proved possession, once.
#[derive(Debug)]
pub(super) struct Authenticated {
    pub(super) admitted: Admitted,
    pub(super) token: Rc<AccessToken>,
    pub(super) possession: Possession,
}

pub(super) fn authenticate(
    admitted: Admitted,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Authenticated, Halt> {
    let Admitted {
        head,
        route,
        target,
        ..
    } = &admitted;
    let credentials = Credentials::read(head)?;
    let found = token::verify(
        credentials.token,
        &env.policy.issuers,
        &route.identity.issuers,
        env.keys,
        env.tokens,
        env.now,
        env.verifier,
    );
    let token = match found {
        Ok(token) => token,
        Err(Refused::Reason(reason)) => return Err(reason.into()),
        Err(Refused::NeedsKeys(issuer, kid)) => {
            return Err(Halt::NeedsKeys(Box::new(admitted.head), issuer, kid));
        }
    };
    case.note_token(&token);
    let issuer = env
        .policy
        .issuers
        .get(token.issuer().0)
        .ok_or(Reason::HostFault)?;
    let key = token
        .confirmation()
        .key(credentials.scheme, issuer.unknown_confirmation)?;
    // Proof kinds are alternatives; each member of `cnf` is met besides, or `key` above refused.
    let [Method::Dpop, ..] = route.proof.any_of.as_slice() else {
        return Err(Reason::ProofMissing.into());
    };
    let uri = target.uri(&route.origin).ok_or(Reason::TargetAmbiguous)?;
    let expected = dpop::Expected {
        method: head.method(),
        target: &uri,
        token_hash: token.hash(),
        thumbprint: key,
    };
    let possession = dpop::verify(&env.policy.dpop, head, &expected, env.now, env.verifier)?;
    case.note_possession(&possession, env.policy.replay.scope.name());
    let used = Use {
        thumbprint: possession.thumbprint(),
        id: possession.id(),
        issued_at: possession.issued_at(),
        owner: [
            token.issuer_uri(),
            token.subject(),
            token.client().unwrap_or_default(),
        ],
    };
    env.replay.consume(&used, env.now)?;
    Ok(Authenticated {
        admitted,
        token,
        possession,
    })
}
