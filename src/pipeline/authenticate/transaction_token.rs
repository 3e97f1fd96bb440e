//! The transaction token of a request, which counts only where its sender is bound to it.

use super::credential::Stop;
use crate::http::spiffe::SpiffeId;
use crate::http::{Connection, Field};
use crate::pipeline::Env;
use crate::pipeline::admit::Admitted;
use crate::pipeline::case::Case;
use crate::pipeline::known::Need;
use crate::pipeline::principal::Principal;
use crate::proof::{Possession, mtls};
use crate::reason::Reason;
use crate::token::transaction::Rules;
use crate::token::{self, Refused, Token};
use std::rc::Rc;

/// The header of the token (T1). It is read nowhere else, least of all in `Authorization`.
const FIELD: &str = "txn-token";

/// Verifies the transaction token, where the route asks for one. On other routes nothing reads it.
pub(super) fn read(
    admitted: &Admitted,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Option<Rc<Token>>, Stop> {
    let Some(rules) = &admitted.route.transaction_token else {
        return Ok(None);
    };
    let text = match admitted.head.field(FIELD) {
        Field::Absent => return Err(Reason::TransactionTokenMissing.into()),
        Field::Several => return Err(Reason::TransactionTokenInvalid.into()), // T1
        Field::One(value) => value,
    };
    let text = std::str::from_utf8(text).map_err(|_| Reason::TransactionTokenInvalid)?;
    let token = token::verify(
        text,
        &env.policy.issuers,
        &rules.issuers,
        env.keys,
        env.tokens,
        env.now,
        env.verifier,
    ); // T2, T3, T4
    let token = token.map_err(|refused| match refused {
        Refused::Reason(reason) => Stop::Refuse(own(reason)),
        Refused::NeedsKeys(issuer, kid) => Stop::Needs(Need::Keys(issuer, kid)),
    })?;
    case.note_transaction(&token);
    let is_old = |at| env.now.since(at) > rules.max_age;
    if token.issued_at().is_none_or(is_old) {
        return Err(Reason::TransactionTokenExpired.into()); // T4
    }
    Ok(Some(token))
}

/// What is wrong with a transaction token, in words that leave no doubt which token is meant.
pub(in crate::pipeline) fn own(reason: Reason) -> Reason {
    if reason == Reason::TokenExpired {
        Reason::TransactionTokenExpired
    } else if reason == Reason::KeysUnavailable {
        reason
    } else {
        Reason::TransactionTokenInvalid
    }
}

/// Whether the sender is bound to the transaction token (T6), and may send it.
///
/// A proof that names or covers it binds. So does mutual TLS, where the policy says of which
/// requesters each peer may send tokens. Where it does, that counts for every sender.
pub(super) fn bind(
    token: &Token,
    admitted: &Admitted,
    rules: &Rules,
    caller: (&Principal, &Possession),
    connection: &Connection,
    env: &Env<'_>,
) -> Result<(), Reason> {
    let (principal, possession) = caller;
    let is_named = possession.transaction() == Some(token.hash());
    let Some(requesters) = &rules.requesters else {
        let bound = is_named.then_some(());
        return bound.ok_or(Reason::TransactionTokenUnbound);
    };
    let client = mtls::Client::of(connection, &admitted.head, &env.policy.hops).ok();
    let peer = client.as_ref().and_then(mtls::Client::peer);
    let peer = peer.map(SpiffeId::as_str);
    if !is_named && peer.is_none() {
        return Err(Reason::TransactionTokenUnbound);
    }
    let sender = principal.workload().or(peer);
    let requester = token.transaction().map(|it| it.requester.as_str());
    let may_send = sender.zip(requester);
    let may_send = may_send.is_some_and(|(sender, of)| requesters.let_send(sender, of));
    may_send.then_some(()).ok_or(Reason::TransactionRequester)
}
