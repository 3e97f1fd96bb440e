//! Tokens: who issued them, to whom, for what, until when, bound to which key.

pub mod actor;
pub mod cache;
mod claims;
pub mod confirmation;
pub mod credentials;
pub mod exchange;
pub mod introspection;
pub mod issuer;
mod memory;
pub mod subject;
pub mod svid;
#[cfg(test)]
mod tests;
mod times;
pub mod transaction;
mod verify;
pub mod workload;

pub use verify::verify;

use crate::crypto::Engine;
use crate::crypto::digest::Digest32;
use crate::jose::KeySet;
use crate::json::Json;
use crate::reason::Reason;
use crate::time::UnixTime;
use actor::Actor;
use claims::{Claims, Own};
use confirmation::Confirmation;
use std::rc::Rc;
use subject::SubjectKind;
use times::Times;
use transaction::Transaction;
use workload::ProofKey;

/// The place of an issuer in the policy's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IssuerId(pub usize);

/// What sort of token it is. No two sorts are ever taken for one another (RFC 8725 section 3.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An access token in the form of RFC 9068.
    Access,
    /// An access token of any form, of which its authorization server tells (RFC 7662).
    Opaque,
    /// A JWT-SVID: the identity of a workload, bound to no key.
    Svid,
    /// A workload identity token: a name and a key, never without a proof.
    Workload,
    /// A transaction token: what a chain of calls is about. It is nobody's credential.
    Transaction,
}

/// A token whose signature held, or of which its issuer told, and whose claims passed, at the moment
/// it was read. Only this layer makes one.
#[derive(Debug)]
pub struct Token {
    kind: Kind,
    issuer: IssuerId,
    issuer_uri: Rc<str>,
    hash: Digest32,
    engine: Option<Engine>,
    times: Times,
    subject_kind: Option<SubjectKind>,
    claims: Claims,
}

impl Token {
    /// What sort of token it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }
    /// The issuer, by its place in the policy.
    #[must_use]
    pub fn issuer(&self) -> IssuerId {
        self.issuer
    }
    /// `iss`, or the trust domain of an issuer that is known by that.
    #[must_use]
    pub fn issuer_uri(&self) -> &str {
        &self.issuer_uri
    }
    /// `sub`. An identity only together with [`Self::issuer_uri`].
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.claims.subject
    }
    /// The members of `aud` that are the issuer's in the policy. Never empty.
    #[must_use]
    pub fn audiences(&self) -> &[String] {
        &self.claims.audiences
    }
    /// `client_id`.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.claims.client.as_deref()
    }
    /// `jti`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.claims.id.as_deref()
    }
    /// `iat`. Access tokens always have it.
    #[must_use]
    pub fn issued_at(&self) -> Option<UnixTime> {
        self.times.issued_at()
    }
    /// `exp`. An opaque token without one has the last second of the year 9999.
    #[must_use]
    pub fn expires(&self) -> UnixTime {
        self.times.expires()
    }
    /// When it ends, where it says so.
    #[must_use]
    pub fn end(&self) -> Option<UnixTime> {
        self.times.has_end().then(|| self.times.expires())
    }
    /// The members of `scope`.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.claims.scopes
    }
    /// `acr`.
    #[must_use]
    pub fn acr(&self) -> Option<&str> {
        self.claims.acr.as_deref()
    }
    /// `auth_time`.
    #[must_use]
    pub fn authenticated_at(&self) -> Option<UnixTime> {
        self.claims.authenticated_at
    }
    /// What sort of subject it speaks of, as the policy tells it.
    #[must_use]
    pub fn subject_kind(&self) -> Option<SubjectKind> {
        self.subject_kind
    }
    /// The outermost `act` (RFC 8693 section 4.1): the only actor that decides anything.
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        self.claims.actor.as_ref()
    }
    /// `cnf`.
    #[must_use]
    pub fn confirmation(&self) -> &Confirmation {
        &self.claims.confirmation
    }
    /// SHA-256 of the token as it was sent. The token itself is kept nowhere.
    #[must_use]
    pub fn hash(&self) -> &Digest32 {
        &self.hash
    }
    /// The key of the workload, where this is a workload identity token.
    #[must_use]
    pub fn proof_key(&self) -> Option<&ProofKey> {
        match &self.claims.own {
            Own::Workload(key) => Some(key),
            Own::Nothing | Own::Transaction(_) => None,
        }
    }
    /// The transaction, where this is a transaction token.
    #[must_use]
    pub fn transaction(&self) -> Option<&Transaction> {
        match &self.claims.own {
            Own::Transaction(transaction) => Some(transaction),
            Own::Nothing | Own::Workload(_) => None,
        }
    }
    /// All claims.
    #[must_use]
    pub fn claims(&self) -> &Json {
        &self.claims.all
    }
    /// What verified the signature. Nothing verified an opaque token's.
    #[must_use]
    pub fn engine(&self) -> Option<Engine> {
        self.engine
    }
}

/// What is at hand of an issuer's keys.
#[derive(Clone, Debug)]
pub enum Held {
    /// Keys that may be used.
    Set(Rc<KeySet>),
    /// None was ever fetched.
    Missing,
    /// The last good ones are older than `max_stale`.
    TooOld,
}

/// The keys of the issuers: a port, answered at once.
pub trait KeyStore {
    /// What is held for this issuer.
    fn held(&self, issuer: IssuerId) -> Held;
    /// Whether asking the issuer's source again could bring a key of this name now: the issuer's
    /// keys are fetched, the name is not known to be missing, and the budget allows a fetch.
    fn may_fetch(&self, issuer: IssuerId, kid: Option<&str>) -> bool;
}

/// Why a token was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// For good.
    Reason(Reason),
    /// A fetch of the issuer's keys may change it.
    NeedsKeys(IssuerId, Option<String>),
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self::Reason(reason)
    }
}
