//! Of which kind a known caller is, and who acts for whom: whether the route lets them.
//!
//! # Does not check
//! That the actor sent the request. Whoever holds the key that the token is bound to sent it, and the
//! token's issuer vouches that this is the actor.

use crate::pipeline::Env;
use crate::pipeline::authenticate::Authenticated;
use crate::pipeline::break_glass::{self, Glass};
use crate::pipeline::case::Case;
use crate::reason::Reason;
use crate::token::actor;
use crate::token::subject::SubjectKind;

/// The parties of a request, which its route lets in. Only this stage makes them.
#[derive(Debug)]
pub(super) struct Parties {
    /// The kind of the actor, where there is one and the route says of which kind it is.
    pub(super) actor_kind: Option<SubjectKind>,
    /// Where a person breaks the glass.
    pub(super) glass: Option<Glass>,
}

/// Holds the parties of a request to its route.
///
/// - G1: one with a token of a break-glass issuer is held to the break-glass profile, and to nothing of
///   the following.
/// - K4: the subject is of a kind that the route accepts, where it lists kinds. One of no kind is of
///   none of them. Who acts for the subject is the route's list of actors to say.
/// - A4, A5, A6: no token of the request, the transaction token among them, names an actor whom the
///   route does not let act.
/// - A7: one of them names an actor, where the route asks for one.
///
/// # Errors
/// As [`break_glass::admit`], or
/// [`Reason::SubjectKind`], [`Reason::ActorUnlisted`], [`Reason::ActorDepth`],
/// [`Reason::ActorMissing`].
pub(super) fn admit(
    caller: &Authenticated,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Parties, Reason> {
    let own = caller.principal.token();
    if let Some(token) = own
        && let Some(profile) = break_glass::profile_of(token, env)
    {
        let glass = break_glass::admit(profile, token, env)?; // G1
        return Ok(Parties {
            actor_kind: None,
            glass: Some(glass),
        });
    }
    let route = &caller.admitted.route;
    if let Some(kinds) = &route.identity.kinds {
        let kind = caller.principal.subject_kind();
        let is_accepted = kind.is_some_and(|kind| kinds.contains(&kind));
        is_accepted.then_some(()).ok_or(Reason::SubjectKind)?; // K4
    }
    let rules = route.delegation.as_ref();
    let chain = caller.transaction.as_deref();
    let admitted = |token| actor::admit(rules, token); // A4, A5, A6
    let actor_kind = own.map(admitted).transpose()?.flatten();
    chain.map(admitted).transpose()?;
    let mut tokens = own.into_iter().chain(chain);
    if rules.is_some_and(|it| it.required) && !tokens.any(|token| token.actor().is_some()) {
        return Err(Reason::ActorMissing); // A7
    }
    case.note_actor(actor_kind);
    Ok(Parties {
        actor_kind,
        glass: None,
    })
}
