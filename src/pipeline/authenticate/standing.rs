//! Whether what was vouched for still stands: the policy may deny it, its issuer may have revoked it.

use super::credential::Stop;
use crate::json::Json;
use crate::pipeline::Env;
use crate::pipeline::case::Case;
use crate::pipeline::known::Need;
use crate::pipeline::principal::Principal;
use crate::proof::{Possession, Proven, mtls::Presented};
use crate::reason::Reason;
use crate::revocation::deny::Names;
use crate::revocation::reference::Reference;
use crate::revocation::{self, Refused};
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
        // One whom its certificate names is denied by that name; of a bare key there is none.
        None => Ok(env.policy.deny.check_token(&Names {
            issuer: principal.issuer().unwrap_or_default(),
            subject: principal.subject(),
            actor: None,
            id: None,
            transaction: None,
        })?),
    }
}

/// The same for one token. A request may carry several.
pub(super) fn token_stands(token: &Token, env: &Env<'_>, case: &mut Case) -> Result<(), Stop> {
    env.policy.deny.check_token(&Names {
        issuer: token.issuer_uri(),
        subject: Some(token.subject()),
        actor: token.actor().map(|actor| (actor.issuer(), actor.subject())),
        id: token.id(),
        transaction: token.claims().get("txn").and_then(Json::as_str),
    })?;
    let reference = Reference::of(token.claims());
    let issuer = env.policy.issuers.get(token.issuer().0);
    let demand = issuer.ok_or(Reason::HostFault)?.status;
    let lists = &env.policy.status_lists;
    if let Some(entry) = revocation::find(reference, token.issuer(), demand, lists)? {
        case.note_status_list(&entry.list.name);
        entry.check(env.lists)?;
    }
    Ok(())
}

/// Holds every key and certificate whose possession was shown against the policy's deny list.
pub(super) fn keys_stand(possession: &Possession, env: &Env<'_>) -> Result<(), Reason> {
    let keys = possession.keys().map(Proven::thumbprint);
    let certificate = possession.certificate().map(Presented::digest);
    keys.chain(certificate)
        .try_for_each(|digest| env.policy.deny.check_key(digest))
}
