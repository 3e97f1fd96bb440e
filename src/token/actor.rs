//! Who acts for the subject of a token (RFC 8693 section 4.1), and whom a policy lets act.
//!
//! `act` of an access token, signed or opaque, names the actor. A transaction token's names who acted
//! when its chain began. JWT-SVIDs and workload identity tokens are never delegated: one with an
//! `act` is refused where it is read.
//!
//! # Does not check
//! That the actor sent the request: whoever holds the key that the token is bound to did. `may_act`,
//! which tells an authorization server who may become an actor, and says of no one that it is one.

use crate::json::Json;
use crate::reason::Reason;
use crate::token::claims::{required, text};
use crate::token::subject::SubjectKind;
use crate::token::{Kind, Token};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// Longest chain of actors that is read, and most that a policy may allow.
pub const LONGEST_CHAIN: usize = 8;

/// The current actor of a token, for which its issuer vouches.
#[derive(Clone, PartialEq, Eq)]
pub struct Actor {
    issuer: Rc<str>,
    subject: String,
    depth: usize,
}

// Actors may be people, so they are never shown.
impl fmt::Debug for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Actor").finish_non_exhaustive()
    }
}

impl Actor {
    /// Reads `act` of the claims of a token of this issuer.
    ///
    /// - A1: `act` is an object, and its `sub` a text.
    /// - A2: `iss` in it, if it is there, is a text. Without one the actor is the token's issuer's.
    /// - A3: the actors inside it are history and decide nothing: they are objects, and with the
    ///   outermost no more than [`LONGEST_CHAIN`].
    ///
    /// # Errors
    /// [`Reason::TokenClaims`].
    pub(super) fn read(claims: &Json, issuer: &Rc<str>) -> Result<Option<Self>, Reason> {
        let Some(outermost) = claims.get("act") else {
            return Ok(None);
        };
        let mut depth = 0_usize;
        let mut link = Some(outermost);
        while let Some(actor) = link {
            depth = depth.saturating_add(1);
            if actor.as_object().is_none() || depth > LONGEST_CHAIN {
                return Err(Reason::TokenClaims); // A1, A3
            }
            link = actor.get("act");
        }
        Ok(Some(Self {
            issuer: match outermost.get("iss") {
                Some(issuer) => text(issuer)?.into(), // A2
                None => Rc::clone(issuer),            // A2
            },
            subject: required(outermost, "sub")?, // A1
            depth,
        }))
    }

    /// Who vouches for the actor's name: `iss` of `act`, or else the token's issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// `sub` of `act`. An identity only together with the issuer.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// How many actors the chain has, this one counted.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }
}

/// Whom a route lets act for others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Longest chain, from 1 to [`LONGEST_CHAIN`].
    pub max_depth: usize,
    /// Who may act.
    pub actors: Actors,
    /// Whether nobody may call for itself.
    pub required: bool,
}

/// Actors by issuer and subject, and of which kind each is, where the policy says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actors(BTreeMap<String, BTreeMap<String, Option<SubjectKind>>>);

impl Actors {
    /// Adds one. Says whether it was new.
    pub fn add(&mut self, issuer: String, subject: String, kind: Option<SubjectKind>) -> bool {
        let subjects = self.0.entry(issuer).or_default();
        subjects.insert(subject, kind).is_none()
    }

    /// The kind of a listed actor. None for one that is not listed.
    #[expect(
        clippy::option_option,
        reason = "unlisted and of no kind are two things"
    )]
    fn find(&self, actor: &Actor) -> Option<Option<SubjectKind>> {
        let subjects = self.0.get(&*actor.issuer)?;
        subjects.get(&actor.subject).copied()
    }
}

/// Holds a verified token to what its route says of actors, and finds the kind of the actor.
///
/// - A4: without rules nobody acts for anybody.
/// - A5: the chain is no longer than the rules allow.
/// - A6: the outermost actor is listed, by issuer and subject.
///
/// # Errors
/// [`Reason::ActorUnlisted`], [`Reason::ActorDepth`].
pub fn admit(rules: Option<&Rules>, token: &Token) -> Result<Option<SubjectKind>, Reason> {
    let Some(actor) = token.actor() else {
        return Ok(None);
    };
    let rules = rules.ok_or(Reason::ActorUnlisted)?; // A4
    if actor.depth > rules.max_depth {
        return Err(Reason::ActorDepth); // A5
    }
    rules.actors.find(actor).ok_or(Reason::ActorUnlisted) // A6
}

/// A8: the token of a workload says who it is, and never that it acts for somebody, or somebody for
/// it. To ignore an `act` there would let an actor pass unseen.
pub(super) fn absent(claims: &Json) -> Result<(), Reason> {
    match claims.get("act") {
        None => Ok(()),
        Some(_) => Err(Reason::ActorUnlisted), // A8
    }
}

/// Whether tokens of this kind may name an actor.
#[must_use]
pub fn may_be_named_in(kind: Kind) -> bool {
    match kind {
        Kind::Access | Kind::Opaque | Kind::Transaction => true,
        Kind::Svid | Kind::Workload => false,
    }
}
