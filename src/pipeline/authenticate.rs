//! Second stage: whose token is this, and does the sender hold its key?
//!
//! The order is cheap, expensive, stateful: shape and budget, times, the token's signature, the
//! proof's fit, its signature, and only then the replay log, so that a forged proof cannot fill it.
//! The log is written before any decision service is asked, so that two copies cannot both wait.

use crate::crypto::digest::Digest32;
use crate::http::Connection;
use crate::pipeline::admit::Admitted;
use crate::pipeline::case::Case;
use crate::pipeline::{Env, Halt};
use crate::proof::replay::Use;
use crate::proof::{Method, Possession, dpop, mtls};
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
    connection: &Connection,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Authenticated, Halt> {
    let route = &admitted.route;
    let credentials = Credentials::read(&admitted.head)?;
    case.note_scheme(credentials.scheme);
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
    let elsewhere = &route.identity.elsewhere;
    if token.audiences().iter().all(|it| elsewhere.contains(it)) {
        return Err(Reason::TokenAudience.into());
    }
    let issuer = env
        .policy
        .issuers
        .get(token.issuer().0)
        .ok_or(Reason::HostFault)?;
    let demands = token
        .confirmation()
        .demands(credentials.scheme, issuer.unknown_confirmation)?;
    // Every member of `cnf` is met, and one of them is a proof that the route accepts.
    let accepted = route.proof.any_of.iter().any(|method| match method {
        Method::Dpop => demands.key.is_some(),
        Method::Mtls => demands.certificate.is_some(),
    });
    if !accepted {
        return Err(Reason::TokenUnbound.into());
    }
    let certificate = demands
        .certificate
        .map(|bound| mtls::verify(connection.certificate.as_ref(), bound))
        .transpose()?;
    let key = demands
        .key
        .map(|thumbprint| prove(&admitted, &token, thumbprint, env))
        .transpose()?;
    let possession = Possession::of(key, certificate).ok_or(Reason::TokenUnbound)?;
    case.note_possession(&possession, env.policy.replay.scope.name());
    if let Some(proven) = possession.key() {
        consume(proven, &token, env)?;
    }
    Ok(Authenticated {
        admitted,
        token,
        possession,
    })
}

fn prove(
    Admitted {
        head,
        route,
        target,
        ..
    }: &Admitted,
    token: &AccessToken,
    thumbprint: &Digest32,
    env: &Env<'_>,
) -> Result<dpop::Proven, Reason> {
    let uri = target.uri(&route.origin).ok_or(Reason::TargetAmbiguous)?;
    let expected = dpop::Expected {
        method: head.method(),
        target: &uri,
        token_hash: token.hash(),
        thumbprint,
    };
    dpop::verify(&env.policy.dpop, head, &expected, env.now, env.verifier)
}

fn consume(proven: &dpop::Proven, token: &AccessToken, env: &Env<'_>) -> Result<(), Reason> {
    let used = Use {
        thumbprint: proven.thumbprint(),
        id: proven.id(),
        issued_at: proven.issued_at(),
        owner: [
            token.issuer_uri(),
            token.subject(),
            token.client().unwrap_or_default(),
        ],
    };
    env.replay.consume(&used, env.now)
}
