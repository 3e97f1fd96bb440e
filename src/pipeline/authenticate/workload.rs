//! Workloads: a token in a header of its own, never without a proof by its key.

use super::credential::{Identified, Stop};
use super::possession::Shown;
use crate::http::{Connection, Field};
use crate::pipeline::Env;
use crate::pipeline::admit::Admitted;
use crate::pipeline::case::Case;
use crate::pipeline::principal::Principal;
use crate::proof::http_signature::Message;
use crate::proof::{Method, Possession, mtls, wimse_signature, wpt};
use crate::reason::Reason;
use crate::token::workload::ProofKey;
use crate::token::{self, Token};

/// The header of the token (W1).
const FIELD: &str = "workload-identity-token";

/// The workload that calls. None where the route accepts none, or where the request names none and
/// the route accepts other credentials.
///
/// A request that names a workload is judged as one: whatever else it carries is no credential.
pub(super) fn identify(
    admitted: &Admitted,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Option<Identified>, Stop> {
    let rules = &admitted.route.identity;
    if !rules.knows_workloads() {
        return Ok(None);
    }
    let text = match admitted.head.field(FIELD) {
        Field::Absent if !rules.issuers.is_empty() => return Ok(None),
        Field::Absent => return Err(Reason::CredentialsMissing.into()),
        Field::Several => {
            case.note_workload();
            return Err(Reason::CredentialsMalformed.into()); // W1
        }
        Field::One(value) => {
            case.note_workload();
            std::str::from_utf8(value).map_err(|_| Reason::TokenMalformed)? // W1
        }
    };
    let token = token::verify(
        text,
        &env.policy.issuers,
        &rules.workload_issuers,
        env.keys,
        env.tokens,
        env.now,
        env.verifier,
    )?;
    case.note_token(&token);
    Ok(Some(Identified {
        principal: Principal::Token(token),
        scheme: None,
    }))
}

/// Has the sender prove the key of its token, and whatever else the token names.
pub(super) fn prove(
    admitted: &Admitted,
    token: &Token,
    key: &ProofKey,
    connection: &Connection,
    env: &Env<'_>,
) -> Result<Shown, Reason> {
    let issuers = &env.policy.issuers;
    let issuer = issuers.get(token.issuer().0).ok_or(Reason::HostFault)?;
    let certificate = token
        .confirmation()
        .beside_proof(issuer.unknown_confirmation)?
        .map(|bound| {
            let client = mtls::Client::of(connection, &admitted.head, &env.policy.hops)?;
            mtls::verify(&client, bound)
        })
        .transpose()?;
    let target = admitted.target.uri(&admitted.route.origin);
    let target = target.ok_or(Reason::TargetAmbiguous)?;
    let by_proof_token = by_proof_token(admitted, token, key, &target, env);
    let (proven, transaction, content) = match by_proof_token {
        Ok(shown) => (shown.proven, shown.transaction, None),
        // There is none, so it may be the other proof of workloads.
        Err(Reason::ProofMissing) => {
            let shown = by_signature(admitted, key, &target, env)?;
            (shown.proven, shown.transaction, shown.content)
        }
        Err(reason) => return Err(reason),
    };
    let possession = Possession::of([Some(proven), None], certificate);
    let possession = possession.ok_or(Reason::TokenUnbound)?;
    Ok(Shown {
        possession: possession.covering(transaction),
        content,
    })
}

fn by_proof_token(
    admitted: &Admitted,
    token: &Token,
    key: &ProofKey,
    target: &str,
    env: &Env<'_>,
) -> Result<wpt::Shown, Reason> {
    if !admitted.route.proof.any_of.contains(&Method::Wpt) {
        return Err(Reason::ProofMissing);
    }
    let expected = wpt::Expected {
        target,
        token_hash: token.hash(),
        key,
    };
    wpt::verify(
        &env.policy.wpt,
        &admitted.head,
        &expected,
        env.now,
        env.verifier,
    )
}

fn by_signature(
    admitted: &Admitted,
    key: &ProofKey,
    target: &str,
    env: &Env<'_>,
) -> Result<wimse_signature::Shown, Reason> {
    if !admitted
        .route
        .proof
        .any_of
        .contains(&Method::WimseSignature)
    {
        return Err(Reason::ProofMissing);
    }
    let message = Message {
        head: &admitted.head,
        target: &admitted.target,
        origin: &admitted.route.origin,
    };
    let rules = &env.policy.wimse_signature;
    wimse_signature::verify(rules, &message, target, key, env.now, env.verifier)
}
