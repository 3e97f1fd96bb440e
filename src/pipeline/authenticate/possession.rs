//! Whether the sender holds every key that its credential names.

use super::credential::Identified;
use crate::crypto::digest::Digest32;
use crate::http::Connection;
use crate::pipeline::Env;
use crate::pipeline::admit::Admitted;
use crate::pipeline::principal::Principal;
use crate::proof::{Method, Possession, Proven, dpop, mtls};
use crate::reason::Reason;
use crate::token::Token;
use crate::token::confirmation::Demands;

/// Has every member of `cnf` met, one of them by a proof that the route accepts.
pub(super) fn prove(
    admitted: &Admitted,
    identified: &Identified,
    connection: &Connection,
    env: &Env<'_>,
) -> Result<Possession, Reason> {
    match &identified.principal {
        Principal::Token(token) => {
            let issuer = env
                .policy
                .issuers
                .get(token.issuer().0)
                .ok_or(Reason::HostFault)?;
            let demands = token
                .confirmation()
                .demands(identified.scheme, issuer.unknown_confirmation)?;
            of_token(admitted, token, demands, connection, env)
        }
    }
}

fn of_token(
    admitted: &Admitted,
    token: &Token,
    demands: Demands<'_>,
    connection: &Connection,
    env: &Env<'_>,
) -> Result<Possession, Reason> {
    let accepted = &admitted.route.proof.any_of;
    let is_accepted = accepted.iter().any(|method| match method {
        Method::Dpop => demands.key.is_some(),
        Method::Mtls => demands.certificate.is_some(),
    });
    if !is_accepted {
        return Err(Reason::TokenUnbound);
    }
    let certificate = demands
        .certificate
        .map(|bound| mtls::verify(connection.certificate.as_ref(), bound))
        .transpose()?;
    let key = demands
        .key
        .map(|thumbprint| by_dpop(admitted, token, thumbprint, env))
        .transpose()?;
    Possession::of([key, None], certificate).ok_or(Reason::TokenUnbound)
}

fn by_dpop(
    Admitted {
        head,
        route,
        target,
        ..
    }: &Admitted,
    token: &Token,
    thumbprint: &Digest32,
    env: &Env<'_>,
) -> Result<Proven, Reason> {
    let uri = target.uri(&route.origin).ok_or(Reason::TargetAmbiguous)?;
    let expected = dpop::Expected {
        method: head.method(),
        target: &uri,
        token_hash: token.hash(),
        thumbprint,
    };
    dpop::verify(&env.policy.dpop, head, &expected, env.now, env.verifier)
}
