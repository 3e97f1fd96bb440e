//! Whether what was vouched for still stands: the policy may deny it, its issuer may have revoked it.

use super::credential::Stop;
use crate::json::Json;
use crate::pipeline::Env;
use crate::pipeline::case::Case;
use crate::pipeline::known::Need;
use crate::pipeline::principal::Principal;
use crate::policy::Policy;
use crate::proof::{Possession, Proven, mtls::Presented};
use crate::reason::Reason;
use crate::revocation::deny::{DenyList, Names};
use crate::revocation::reference::Reference;
use crate::revocation::{self, Entry, Refused};
use crate::token::Token;

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Reason(reason) => Self::Refuse(reason),
            Refused::NeedsList(list) => Self::Needs(Need::StatusList(list)),
        }
    }
}

/// Holds a caller's credential against the policy's deny list and its issuer's status list. On every
/// request: what is remembered of a token says nothing of either.
pub(super) fn stands(principal: &Principal, env: &Env<'_>, case: &mut Case) -> Result<(), Stop> {
    match principal.token() {
        Some(token) => token_stands(token, env, case),
        None => Ok(env
            .policy
            .deny
            .check_token(&names_without_token(principal))?),
    }
}

/// What a caller is called by who brings no token. One whom its certificate names is denied by that
/// name; of a bare key there is none.
pub(in crate::pipeline) fn names_without_token(principal: &Principal) -> Names<'_> {
    Names {
        issuer: principal.issuer().unwrap_or_default(),
        subject: principal.subject(),
        actor: None,
        id: None,
        transaction: None,
    }
}

/// What a token is called by.
pub(in crate::pipeline) fn names(token: &Token) -> Names<'_> {
    Names {
        issuer: token.issuer_uri(),
        subject: Some(token.subject()),
        actor: token.actor().map(|actor| (actor.issuer(), actor.subject())),
        id: token.id(),
        transaction: token.claims().get("txn").and_then(Json::as_str),
    }
}

/// The same for one token. A request may carry several.
pub(super) fn token_stands(token: &Token, env: &Env<'_>, case: &mut Case) -> Result<(), Stop> {
    env.policy.deny.check_token(&names(token))?;
    if let Some(entry) = entry(token, env.policy)? {
        case.note_status_list(&entry.list.name);
        entry.check(env.lists)?;
    }
    Ok(())
}

/// The entry of a token in a status list of this policy, if it has one.
pub(in crate::pipeline) fn entry<'p>(
    token: &Token,
    policy: &'p Policy,
) -> Result<Option<Entry<'p>>, Reason> {
    let reference = Reference::of(token.claims());
    let issuer = policy.issuers.get(token.issuer().0);
    let demand = issuer.ok_or(Reason::HostFault)?.status;
    revocation::find(reference, token.issuer(), demand, &policy.status_lists)
}

/// The same for a token that was issued to the gate itself, which waits for nothing more.
pub(in crate::pipeline) fn stands_by_itself(
    token: &Token,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<(), Reason> {
    token_stands(token, env, case).map_err(|stop| match stop {
        Stop::Refuse(reason) => reason,
        Stop::Needs(_) => Reason::StatusUnavailable,
    })
}

/// Holds every key and certificate whose possession was shown against the policy's deny list.
pub(in crate::pipeline) fn keys_stand(
    possession: &Possession,
    deny: &DenyList,
) -> Result<(), Reason> {
    let keys = possession.keys().map(Proven::thumbprint);
    let certificate = possession.certificate().map(Presented::digest);
    keys.chain(certificate)
        .try_for_each(|digest| deny.check_key(digest))
}
