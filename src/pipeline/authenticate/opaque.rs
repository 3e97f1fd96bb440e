//! What an opaque token says: its authorization server's word.
//!
//! Nobody is asked for whoever sends some text. The sender first shows that it holds a key: a proof
//! over this very token and request, whose signature holds, or its client certificate.
//! Whether the token is bound to that key is seen once the answer is there.

use super::credential::Stop;
use super::possession;
use crate::crypto::digest::{Digest32, sha256};
use crate::http::Connection;
use crate::pipeline::Env;
use crate::pipeline::admit::Admitted;
use crate::pipeline::case::{Case, Introspected};
use crate::pipeline::known::{Known, Need};
use crate::proof::{Method, mtls};
use crate::reason::Reason;
use crate::token::credentials::{Credentials, Scheme};
use crate::token::introspection::{Inquiry, LONGEST_TOKEN};
use crate::token::{IssuerId, Token};
use std::rc::Rc;

/// The token that the issuer's authorization server knows, from what it said for this request or
/// lately.
pub(super) fn token(
    admitted: &Admitted,
    credentials: &Credentials<'_>,
    issuer: IssuerId,
    connection: &Connection,
    known: &Known,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Rc<Token>, Stop> {
    if credentials.token.len() > LONGEST_TOKEN {
        return Err(Reason::TokenMalformed.into());
    }
    if let Some(verdict) = known.introspected() {
        case.note_introspection(Introspected::Asked);
        return verdict.clone().map_err(Stop::Refuse);
    }
    let max_age = admitted.route.identity.introspection.unwrap_or_default();
    let hash = sha256(&[credentials.token.as_bytes()]);
    let entry = env.policy.issuers.get(issuer.0).ok_or(Reason::HostFault)?;
    let recalled = env.introspections.try_borrow_mut().ok();
    let recalled = recalled.and_then(|mut desk| desk.recall(&hash, entry, max_age, env.now));
    if let Some(verdict) = recalled {
        case.note_introspection(Introspected::Cached);
        return verdict.map_err(Stop::Refuse);
    }
    let holder = shown(admitted, credentials.scheme, &hash, connection, env, case)?;
    Err(Stop::Needs(Need::Introspection(Inquiry {
        issuer,
        hash,
        token: credentials.token.into(),
        holder,
        max_age,
    })))
}

/// The key that the sender shows that it holds.
fn shown(
    admitted: &Admitted,
    scheme: Scheme,
    token_hash: &Digest32,
    connection: &Connection,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Digest32, Reason> {
    match scheme {
        Scheme::Dpop => {
            let uri = admitted.target.uri(&admitted.route.origin);
            let uri = uri.ok_or(Reason::TargetAmbiguous)?;
            let expected = possession::aim(admitted, &uri, Some(token_hash), None, env)?;
            let shown = possession::show(admitted, &expected, env, case)?;
            Ok(*shown.of_any_key().thumbprint())
        }
        // A bearer token is bound to a certificate, or to a key that signs messages and that nobody
        // knows before the answer.
        Scheme::Bearer if admitted.route.proof.any_of.contains(&Method::Mtls) => {
            let client = mtls::Client::of(connection, &admitted.head, &env.policy.hops)?;
            Ok(*client.certificate())
        }
        Scheme::Bearer => Err(Reason::TokenUnbound),
    }
}
