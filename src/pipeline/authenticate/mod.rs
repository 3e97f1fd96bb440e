//! Second stage: whose credential is this, and does the sender hold its key?
//!
//! The order is cheap, expensive, stateful: shape and budget, times, the token's signature, the
//! proof's fit, its signature, what denies or revokes the token, and only then the replay log, so that a
//! forged proof cannot fill it.
//! The log is written before any decision service is asked, so that two copies cannot both wait.

mod credential;
mod issuance;
mod opaque;
mod possession;
mod standing;
mod transaction_token;
mod workload;

pub(super) use standing::{entry, keys_stand, names, names_without_token, stands_by_itself};
pub(super) use transaction_token::own as of_transaction_token;

use crate::http::Connection;
use crate::pipeline::admit::Admitted;
use crate::pipeline::case::Case;
use crate::pipeline::known::Known;
use crate::pipeline::principal::Principal;
use crate::pipeline::{Env, Halt};
use crate::proof::http_signature::ContentDigest;
use crate::proof::replay::Use;
use crate::proof::{Method, Possession, Proven};
use crate::reason::Reason;
use crate::token::Token;
use credential::identify;
use possession::{Shown, aim, prove};
use standing::{stands, token_stands};
use std::rc::Rc;

/// A request whose credential is verified and fresh, and whose sender proved possession, once.
#[derive(Debug)]
pub(super) struct Authenticated {
    pub(super) admitted: Admitted,
    pub(super) principal: Principal,
    pub(super) possession: Possession,
    /// The transaction token, where the route asks for one. The sender is bound to it.
    pub(super) transaction: Option<Rc<Token>>,
    /// The digest that the body must have.
    pub(super) content: Option<ContentDigest>,
}

impl Authenticated {
    /// Whose quota its uses take from.
    pub(super) fn owner(&self) -> [&str; 3] {
        owner(&self.principal, &self.admitted)
    }

    /// Whether a signature over the request is how its sender showed possession.
    pub(super) fn is_signed(&self) -> bool {
        let mut methods = self.possession.methods();
        methods.any(|method| match method {
            Method::HttpSignature | Method::WimseSignature => true,
            Method::Dpop | Method::Mtls | Method::Wpt => false,
        })
    }
}

pub(super) fn authenticate(
    admitted: Admitted,
    connection: &Connection,
    known: &Known,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Authenticated, Halt> {
    let (principal, shown, transaction) = if admitted.route.issuance {
        let (principal, shown) = issuance::by_key(&admitted, env, case)?;
        match transaction_token::read(&admitted, env, case) {
            Ok(transaction) => (principal, shown, transaction),
            Err(stop) => return Err(stop.halt(admitted)),
        }
    } else {
        let tokens = identify(&admitted, connection, known, env, case).and_then(|identified| {
            let transaction = transaction_token::read(&admitted, env, case)?;
            Ok((identified, transaction))
        });
        let (identified, transaction) = match tokens {
            Ok(tokens) => tokens,
            Err(stop) => return Err(stop.halt(admitted)),
        };
        let shown = prove(&admitted, &identified, connection, env, case)?;
        // Only its holder learns what has become of a token, or has anything fetched for it.
        if let Err(stop) = stands(&identified.principal, env, case) {
            return Err(stop.halt(admitted));
        }
        (identified.principal, shown, transaction)
    };
    let Shown {
        possession,
        content,
    } = shown;
    if let (Some(token), Some(rules)) = (&transaction, &admitted.route.transaction_token) {
        let caller = (&principal, &possession);
        transaction_token::bind(token, &admitted, rules, caller, connection, env)?;
        if let Err(stop) = token_stands(token, env, case) {
            return Err(stop.halt(admitted));
        }
    }
    let is_consumed = admitted.route.handing.consume;
    case.note_possession(&possession);
    keys_stand(&possession, &env.policy.deny)?;
    for proven in possession.keys().filter(|_| is_consumed) {
        case.note_scope(env.policy.replay.log);
        let consumed = consume(proven, &principal, &admitted, env);
        if consumed == Err(Reason::ProofPredatesLog) {
            case.note_nonce(retry(proven, &principal, &admitted, env)?);
        }
        consumed?;
    }
    Ok(Authenticated {
        admitted,
        principal,
        possession,
        transaction,
        content,
    })
}

/// Whose quota a use takes from. Keys without a token cost nothing, so all callers of a route that
/// issues tokens share one quota: that of the route.
fn owner<'c>(principal: &'c Principal, admitted: &'c Admitted) -> [&'c str; 3] {
    match principal {
        Principal::Token(_) | Principal::Peer(..) => {
            [principal.issuer(), principal.subject(), principal.client()]
                .map(Option::unwrap_or_default)
        }
        Principal::Key(_) => ["", &*admitted.route.name, ""],
    }
}

/// Has the replay log take one proof, for good. It takes from the quota of its caller.
fn consume(
    proven: &Proven,
    principal: &Principal,
    admitted: &Admitted,
    env: &Env<'_>,
) -> Result<(), Reason> {
    let owner = owner(principal, admitted);
    let used = Use {
        thumbprint: proven.thumbprint(),
        id: proven.id(),
        issued_at: proven.issued_at(),
        kept_from: proven.kept_from(),
        owner,
    };
    env.replay.consume(&used, env.now)
}

/// The nonce with which a log that does not reach back to this proof would take the next one: the
/// time in it says that it was made since.
fn retry(
    proven: &Proven,
    principal: &Principal,
    admitted: &Admitted,
    env: &Env<'_>,
) -> Result<Option<String>, Reason> {
    let uri = admitted
        .target
        .uri(&admitted.route.origin)
        .ok_or(Reason::TargetAmbiguous)?;
    let token_hash = principal.token().map(Token::hash);
    let expected = aim(admitted, &uri, token_hash, None, env)?;
    Ok(match proven.method() {
        Method::Dpop => expected.nonce_for(proven.thumbprint(), env.now),
        Method::Mtls | Method::HttpSignature | Method::Wpt | Method::WimseSignature => None,
    })
}
