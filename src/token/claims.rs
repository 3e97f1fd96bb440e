//! The claims of a token, each of its type or refused.

use crate::json::Json;
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::token::actor::{self, Actor};
use crate::token::confirmation::Confirmation;
use crate::token::introspection::WithoutSubject;
use crate::token::issuer::Issuer;
use crate::token::times::{Times, moment};
use crate::token::transaction::Transaction;
use crate::token::workload::ProofKey;
use std::fmt;

/// Most members of `aud` that are looked at.
const MOST_AUDIENCES: usize = 64;

/// What a token says beside its times and its issuer.
pub(super) struct Claims {
    /// The members of `aud` that are the issuer's.
    pub(super) audiences: Vec<String>,
    pub(super) subject: String,
    pub(super) client: Option<String>,
    pub(super) id: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) acr: Option<String>,
    pub(super) authenticated_at: Option<UnixTime>,
    pub(super) actor: Option<Actor>,
    pub(super) confirmation: Confirmation,
    pub(super) own: Own,
    pub(super) all: Json,
}

// Claims are personal, so they are never shown.
impl fmt::Debug for Claims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Claims").finish_non_exhaustive()
    }
}

impl Claims {
    /// Reads the claims of an access token whose signature held (RFC 9068 section 2.2).
    ///
    /// # Errors
    /// [`Reason::TokenClaims`], [`Reason::TokenAudience`].
    pub(super) fn of_access(claims: Json, times: Times, issuer: &Issuer) -> Result<Self, Reason> {
        let audiences = audiences(&claims, &issuer.audiences)?;
        let authenticated_at = moment(&claims, "auth_time")?;
        // An authentication after the token's own issue would stay fresh for ever.
        let issued_at = times.issued_at().ok_or(Reason::TokenClaims)?;
        if authenticated_at.is_some_and(|at| at > issued_at.after(issuer.leeway)) {
            return Err(Reason::TokenClaims);
        }
        Ok(Self {
            audiences,
            subject: required(&claims, "sub")?,
            client: Some(required(&claims, "client_id")?),
            id: Some(required(&claims, "jti")?),
            scopes: scopes(&claims)?,
            acr: claims.get("acr").map(text).transpose()?,
            authenticated_at,
            actor: Actor::read(&claims, &issuer.uri)?,
            confirmation: confirmation(&claims)?,
            own: Own::Nothing,
            all: claims,
        })
    }

    /// Reads what an authorization server says of a token at this moment (RFC 7662 section 2.2).
    /// Servers leave `sub` out of answers about tokens that no person granted: what it is then, the
    /// policy says.
    ///
    /// # Errors
    /// [`Reason::TokenClaims`], [`Reason::TokenAudience`].
    pub(super) fn of_introspection(
        claims: Json,
        times: Times,
        issuer: &Issuer,
        now: UnixTime,
    ) -> Result<Self, Reason> {
        let audiences = audiences(&claims, &issuer.audiences)?;
        let authenticated_at = moment(&claims, "auth_time")?;
        let issued_at = times.issued_at().unwrap_or(now);
        if authenticated_at.is_some_and(|at| at > issued_at.after(issuer.leeway)) {
            return Err(Reason::TokenClaims);
        }
        let text_if_there = |name| claims.get(name).map(text).transpose();
        let client = text_if_there("client_id")?;
        let without = issuer.introspection.as_ref().map(|it| it.without_subject);
        let subject = match (text_if_there("sub")?, without) {
            (None, Some(WithoutSubject::Client)) => client.clone(),
            (subject, _) => subject,
        };
        Ok(Self {
            audiences,
            subject: subject.ok_or(Reason::TokenClaims)?,
            client,
            id: text_if_there("jti")?,
            scopes: scopes(&claims)?,
            acr: text_if_there("acr")?,
            authenticated_at,
            actor: Actor::read(&claims, &issuer.uri)?,
            confirmation: confirmation(&claims)?,
            own: Own::Nothing,
            all: claims,
        })
    }

    /// Reads the claims of a JWT-SVID whose signature held (JWT-SVID section 3). Whatever else it
    /// claims is nobody's word for a scope.
    ///
    /// # Errors
    /// As [`Claims::of_access`], and [`Reason::ActorUnlisted`] where it names an actor.
    pub(super) fn of_svid(claims: Json, issuer: &Issuer) -> Result<Self, Reason> {
        actor::absent(&claims)?; // A8
        Ok(Self {
            audiences: audiences(&claims, &issuer.audiences)?,
            subject: required(&claims, "sub")?,
            client: None,
            id: claims.get("jti").map(text).transpose()?,
            scopes: Vec::new(),
            acr: None,
            authenticated_at: None,
            actor: None,
            confirmation: confirmation(&claims)?,
            own: Own::Nothing,
            all: claims,
        })
    }
}

/// What only tokens of one sort have.
pub(super) enum Own {
    Nothing,
    Workload(Box<ProofKey>),
    Transaction(Box<Transaction>),
}

/// What `cnf` says.
fn confirmation(claims: &Json) -> Result<Confirmation, Reason> {
    match claims.get("cnf") {
        Some(cnf) => Confirmation::parse(cnf).map_err(|_| Reason::TokenClaims),
        None => Ok(Confirmation::default()),
    }
}

/// The audiences that are ours, byte for byte (RFC 9068 section 4): at least one.
pub(super) fn audiences(claims: &Json, ours: &[String]) -> Result<Vec<String>, Reason> {
    let several = match claims.get("aud").ok_or(Reason::TokenClaims)? {
        one @ Json::String(_) => std::slice::from_ref(one),
        Json::Array(several) if several.len() <= MOST_AUDIENCES => several,
        Json::Array(_) | Json::Object(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {
            return Err(Reason::TokenClaims);
        }
    };
    let mut found = Vec::new();
    for one in several {
        let name = one.as_str().ok_or(Reason::TokenClaims)?;
        if ours.iter().any(|own| own == name) {
            found.push(name.to_owned());
        }
    }
    if found.is_empty() {
        return Err(Reason::TokenAudience);
    }
    Ok(found)
}

pub(super) fn required(object: &Json, name: &str) -> Result<String, Reason> {
    text(object.get(name).ok_or(Reason::TokenClaims)?)
}

/// A string that says something.
pub(super) fn text(value: &Json) -> Result<String, Reason> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .ok_or(Reason::TokenClaims)
}

/// `scope`: tokens of RFC 6749 section 3.3 with one space between them. No text, no scope.
pub(super) fn scopes(claims: &Json) -> Result<Vec<String>, Reason> {
    let scope = match claims.get("scope") {
        Some(scope) => scope.as_str().ok_or(Reason::TokenClaims)?,
        None => "",
    };
    if scope.is_empty() {
        return Ok(Vec::new());
    }
    scope
        .split(' ')
        .map(|token| {
            let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
            (!token.is_empty() && token.bytes().all(plain))
                .then(|| token.to_owned())
                .ok_or(Reason::TokenClaims)
        })
        .collect()
}
