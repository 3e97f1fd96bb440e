//! Whether the sender holds every key that its credential names.

use super::credential::Identified;
use super::workload;
use crate::crypto::digest::Digest32;
use crate::http::Connection;
use crate::pipeline::Env;
use crate::pipeline::admit::Admitted;
use crate::pipeline::case::Case;
use crate::pipeline::principal::Principal;
use crate::proof::http_signature::{self, ContentDigest, Key, Message, Signed};
use crate::proof::mtls::Presented;
use crate::proof::{self, Method, Possession, Proven, dpop, mtls};
use crate::reason::Reason;
use crate::token::confirmation::{Confirmation, Demands};
use crate::token::credentials::Scheme;
use crate::token::{Kind, Token};

/// What the sender showed, and what its body must be.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) possession: Possession,
    /// The digest that a signature covers.
    pub(super) content: Option<ContentDigest>,
}

/// Has every member of `cnf` met, one of them by a proof that the route accepts.
pub(super) fn prove(
    admitted: &Admitted,
    identified: &Identified,
    connection: &Connection,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Shown, Reason> {
    match &identified.principal {
        Principal::Token(token) if token.kind() == Kind::Svid => {
            let presented = of_svid(admitted, token, identified.scheme, connection, env)?;
            by_certificate(presented)
        }
        Principal::Token(token) => {
            if let Some(key) = token.proof_key() {
                return workload::prove(admitted, token, key, connection, env);
            }
            let scheme = identified.scheme.ok_or(Reason::HostFault)?;
            let issuer = env
                .policy
                .issuers
                .get(token.issuer().0)
                .ok_or(Reason::HostFault)?;
            let demands = token
                .confirmation()
                .demands(scheme, issuer.unknown_confirmation)?;
            of_token(admitted, token, demands, connection, env, case)
        }
        Principal::Peer(_, presented) => by_certificate(presented.clone()),
        // Its proof was judged when it became the caller.
        Principal::Key(_) => Err(Reason::HostFault),
    }
}

/// Nothing but a certificate was shown.
fn by_certificate(presented: Presented) -> Result<Shown, Reason> {
    let possession = Possession::of([None, None], Some(presented));
    Ok(Shown {
        possession: possession.ok_or(Reason::HostFault)?,
        content: None,
    })
}

fn of_token(
    admitted: &Admitted,
    token: &Token,
    demands: Demands<'_>,
    connection: &Connection,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Shown, Reason> {
    if demands.a_signature() && admitted.route.signature.is_none() {
        return Err(Reason::ConfirmationUnsupported); // D25
    }
    let accepted = &admitted.route.proof.any_of;
    let is_accepted = accepted.iter().any(|method| match method {
        Method::Dpop => demands.key.is_some(),
        Method::Mtls => demands.certificate.is_some(),
        Method::HttpSignature => demands.a_signature(),
        // The proof of another credential.
        Method::Wpt | Method::WimseSignature => false,
    });
    if !is_accepted {
        return Err(Reason::TokenUnbound);
    }
    let certificate = demands
        .certificate
        .map(|bound| {
            let client = mtls::Client::of(connection, &admitted.head, &env.policy.hops)?;
            mtls::verify(&client, bound)
        })
        .transpose()?;
    let key = demands
        .key
        .map(|thumbprint| by_dpop(admitted, token, thumbprint, env, case))
        .transpose()?;
    let signed = by_signature(admitted, demands, env)?;
    let (second, content) = signed
        .map(|signed| (Some(signed.proven), signed.content))
        .unwrap_or_default();
    // A signature covers the transaction token where there is one.
    let transaction = second
        .as_ref()
        .and_then(|_| proof::transaction_of(&admitted.head));
    let possession = Possession::of([key, second], certificate).ok_or(Reason::TokenUnbound)?;
    Ok(Shown {
        possession: possession.covering(transaction),
        content,
    })
}

/// The signature over the request, where the token asks for one. `jwk` and `kid` beside each other
/// must mean the same key, as there is one signature.
fn by_signature(
    Admitted {
        head,
        route,
        target,
        ..
    }: &Admitted,
    demands: Demands<'_>,
    env: &Env<'_>,
) -> Result<Option<Signed>, Reason> {
    let named = demands
        .kid
        .map(|kid| env.policy.signature_keys.get(kid))
        .map(|key| key.ok_or(Reason::ConfirmationUnsupported)) // D25
        .transpose()?;
    let jwk = match (demands.jwk, named) {
        (None, None) => return Ok(None),
        (Some(own), Some(named)) if own.thumbprint() != named.thumbprint() => {
            return Err(Reason::ConfirmationUnsupported); // D25
        }
        (_, Some(key)) | (Some(key), None) => key,
    };
    let key = Key {
        jwk,
        id: demands.kid,
    };
    let rules = route.signature.as_ref();
    let rules = rules.ok_or(Reason::ConfirmationUnsupported)?;
    let message = Message {
        head,
        target,
        origin: &route.origin,
    };
    http_signature::verify(rules, &message, key, env.now, env.verifier).map(Some)
}

/// A JWT-SVID names no key, so that anyone who has seen it could send it. It counts only where the
/// client's certificate names the same workload.
fn of_svid(
    admitted: &Admitted,
    token: &Token,
    scheme: Option<Scheme>,
    connection: &Connection,
    env: &Env<'_>,
) -> Result<Presented, Reason> {
    if *token.confirmation() != Confirmation::default() {
        return Err(Reason::ConfirmationUnsupported);
    }
    if scheme != Some(Scheme::Bearer) || !admitted.route.proof.any_of.contains(&Method::Mtls) {
        return Err(Reason::TokenUnbound);
    }
    let client = mtls::Client::of(connection, &admitted.head, &env.policy.hops)?;
    mtls::verify_subject(&client, token.subject())
}

fn by_dpop(
    admitted: &Admitted,
    token: &Token,
    thumbprint: &Digest32,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Proven, Reason> {
    let uri = admitted
        .target
        .uri(&admitted.route.origin)
        .ok_or(Reason::TargetAmbiguous)?;
    let expected = aim(admitted, &uri, Some(token.hash()), Some(thumbprint), env)?;
    show(admitted, &expected, env, case)?.bind(thumbprint)
}

/// What a DPoP proof for this request must fit.
pub(super) fn aim<'a>(
    admitted: &'a Admitted,
    uri: &'a str,
    token_hash: Option<&'a Digest32>,
    thumbprint: Option<&'a Digest32>,
    env: &Env<'a>,
) -> Result<dpop::Expected<'a>, Reason> {
    let nonces = match admitted.route.nonce {
        None => None,
        Some(mode) => Some(dpop::Nonces {
            mode,
            origin: admitted.route.origin.as_str(),
            mint: env.nonces.ok_or(Reason::NotConfigured)?,
        }),
    };
    Ok(dpop::Expected {
        method: admitted.head.method(),
        target: uri,
        token_hash,
        thumbprint,
        nonces,
    })
}

/// Verifies the proof of a request. Whatever comes of it, the case knows the nonce to answer with.
pub(super) fn show(
    admitted: &Admitted,
    expected: &dpop::Expected<'_>,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<dpop::Shown, Reason> {
    let rules = &env.policy.dpop;
    match dpop::show(rules, &admitted.head, expected, env.now, env.verifier) {
        Ok(shown) => {
            case.note_nonce(shown.fresh_nonce().map(str::to_owned));
            Ok(shown)
        }
        Err(refused) => {
            case.note_nonce(refused.nonce);
            Err(refused.reason)
        }
    }
}
