//! Who the sender says it is, as far as somebody vouches for it.

use super::opaque;
use super::workload;
use crate::http::Connection;
use crate::pipeline::admit::Admitted;
use crate::pipeline::break_glass;
use crate::pipeline::case::Case;
use crate::pipeline::known::{Known, Need};
use crate::pipeline::principal::Principal;
use crate::pipeline::{Env, Halt};
use crate::proof::mtls;
use crate::reason::Reason;
use crate::token::credentials::{Credentials, Scheme};
use crate::token::{self, Refused, introspection};

/// A caller that somebody vouches for, and how its token was sent, if it sent one.
#[derive(Debug)]
pub(super) struct Identified {
    pub(super) principal: Principal,
    pub(super) scheme: Option<Scheme>,
}

/// Why it is not known who calls.
#[derive(Debug)]
pub(super) enum Stop {
    /// The credential is not accepted.
    Refuse(Reason),
    /// Something must be fetched first.
    Needs(Need),
}

impl Stop {
    /// Ends the way of the request here.
    pub(super) fn halt(self, admitted: Admitted) -> Halt {
        match self {
            Self::Refuse(reason) => reason.into(),
            Self::Needs(need) => Halt::Needs(Box::new(admitted.head), need),
        }
    }
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        Self::Refuse(reason)
    }
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Reason(reason) => Self::Refuse(reason),
            Refused::NeedsKeys(issuer, kid) => Self::Needs(Need::Keys(issuer, kid)),
        }
    }
}

/// Reads and verifies the credential of a request.
pub(super) fn identify(
    admitted: &Admitted,
    connection: &Connection,
    known: &Known,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Identified, Stop> {
    let rules = &admitted.route.identity;
    if !rules.peers.is_empty() {
        let client = mtls::Client::of(connection, &admitted.head, &env.policy.hops)?;
        let (peer, presented) = mtls::identify(&client, &rules.peers)?;
        case.note_peer(&peer);
        return Ok(Identified {
            principal: Principal::Peer(peer, presented),
            scheme: None,
        });
    }
    if let Some(workload) = workload::identify(admitted, env, case)? {
        return Ok(workload);
    }
    let credentials = Credentials::read(&admitted.head)?;
    case.note_scheme(credentials.scheme);
    let issuers = &env.policy.issuers;
    let token = match introspection::issuer_of(credentials.token, issuers, &rules.issuers) {
        Some(issuer) => {
            opaque::token(admitted, &credentials, issuer, connection, known, env, case)?
        }
        None => token::verify(
            credentials.token,
            issuers,
            &rules.issuers,
            env.keys,
            env.tokens,
            env.now,
            env.verifier,
        )?,
    };
    case.note_token(&token);
    if let Some(profile) = break_glass::profile_of(&token, env) {
        case.note_break_glass(profile);
    }
    let is_elsewhere = |audience| rules.elsewhere.contains(audience);
    if token.audiences().iter().all(is_elsewhere) {
        return Err(Reason::TokenAudience.into());
    }
    Ok(Identified {
        principal: Principal::Token(token),
        scheme: Some(credentials.scheme),
    })
}
