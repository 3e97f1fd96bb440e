//! People who come in while what the gate relies on elsewhere is down: judged here, at once, by a
//! profile of their own, and always recorded as such.
//!
//! Everything that the gate checks itself still holds: possession, scopes, the transaction, the deny
//! list, the replay log of the process, and the score up to `refuse_at`. The profile takes the place
//! of the route's kinds, actors and decision service. A fleet's store is not asked.
//!
//! # Does not check
//! A second person's approval. Whether anything is down.

use crate::pipeline::Env;
use crate::policy::BreakGlass;
use crate::reason::Reason;
use crate::token::Token;
use crate::token::subject::SubjectKind;
use std::rc::Rc;

/// Evidence that a person breaks the glass, lately and strongly authenticated. Only [`admit`] makes
/// one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glass(());

/// The profile that this token is held to: it is of a break-glass issuer (G1). None for all others.
pub(super) fn profile_of<'p>(token: &Token, env: &'p Env<'_>) -> Option<&'p Rc<BreakGlass>> {
    let profile = env.policy.break_glass.as_ref()?;
    profile.issuers.contains(&token.issuer()).then_some(profile)
}

/// Holds the verified token of a break-glass issuer to the profile.
///
/// - G2: nobody acts for the person.
/// - G3: it is a person.
/// - G4: from `iat` to `exp` the token is no longer valid than the profile allows.
/// - G5: `acr` is one of the profile's, and `auth_time` lies no longer back than it allows.
///
/// # Errors
/// [`Reason::ActorUnlisted`], [`Reason::SubjectKind`], [`Reason::BreakGlassLifetime`],
/// [`Reason::StepUpRequired`].
pub(super) fn admit(profile: &BreakGlass, token: &Token, env: &Env<'_>) -> Result<Glass, Reason> {
    if token.actor().is_some() {
        return Err(Reason::ActorUnlisted); // G2
    }
    if token.subject_kind() != Some(SubjectKind::Human) {
        return Err(Reason::SubjectKind); // G3
    }
    let issued_at = token.issued_at().ok_or(Reason::TokenClaims)?;
    if token.expires().since(issued_at) > profile.max_token_age {
        return Err(Reason::BreakGlassLifetime); // G4
    }
    let challenge = &profile.challenge;
    if !challenge.is_met(token.acr(), token.authenticated_at(), env.now) {
        return Err(Reason::StepUpRequired); // G5
    }
    Ok(Glass(()))
}
