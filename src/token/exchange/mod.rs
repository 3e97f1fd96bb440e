//! Exchanges (RFC 8693): for the caller's access token a transaction token that is good for one
//! request, for seconds, and that is revoked (RFC 7009) once that request has ended.
//!
//! Pure: the host carries bytes. [`request`] writes a call, [`answer`] reads what came of it, and
//! [`verify()`] holds the token that came to what was asked for. A [`desk::Desk`] has those who ask for
//! the very same thing at once share one call; a [`Minted`] token is shared by reference count, and
//! whoever drops it last leaves it to the [`revocation::Queue`].

pub mod answer;
pub mod desk;
mod minted;
pub mod request;
pub mod revocation;
#[cfg(test)]
mod tests;
mod verify;

pub use minted::Minted;
pub use verify::{Expected, verify};

use crate::crypto::digest::Digest32;
use crate::token::IssuerId;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

/// The type of a transaction token, asked for and issued.
pub const TRANSACTION_TOKEN: &str = "urn:ietf:params:oauth:token-type:txn_token";

/// The place of a server in the policy's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExchangeId(pub usize);

/// A server that exchanges tokens, and on what terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name in the policy.
    pub name: Rc<str>,
    /// The Envoy cluster.
    pub cluster: String,
    /// `:authority` of its calls.
    pub authority: String,
    /// `:path` of an exchange.
    pub path: String,
    /// How long one call may take. Never zero: a host reads zero as no limit.
    pub timeout: Duration,
    /// `client_id` of the gate there.
    pub client: String,
    /// The environment variable that holds the gate's client secret.
    pub secret: String,
    /// `audience` of an exchange: the name of the trust domain.
    pub audience: String,
    /// Whose keys verify what it issues.
    pub issuer: IssuerId,
    /// Longest time from `iat` to `exp` of what it issues.
    pub max_lifetime: Duration,
    /// `:path` of a revocation, where it revokes.
    pub revoke: Option<String>,
}

/// Whether and how a route exchanges its callers' tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// With whom.
    pub with: ExchangeId,
    /// Which requests.
    pub when: When,
    /// How the token goes upstream.
    pub hand: Hand,
    /// The scopes that are asked for besides those that a call needs. Never empty.
    pub scopes: Vec<String>,
}

/// Whose tokens are exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Those of requests that a low score alone does not let pass.
    Permitted,
    /// Those of all requests.
    Always,
}

/// How a transaction token goes upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// In place of the caller's own token and proofs.
    InPlace,
    /// Beside them.
    Beside,
}

/// One exchange that is wanted.
#[derive(Clone, PartialEq, Eq)]
pub struct Order {
    /// With whom.
    pub with: ExchangeId,
    /// What it is for, and with whose token: who wants the same at the same time shares the call.
    pub key: Digest32,
    /// The body of the call.
    pub body: Rc<str>,
}

// The caller's token is in the body, so it is never shown.
impl fmt::Debug for Order {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Order")
            .field("with", &self.with)
            .finish_non_exhaustive()
    }
}
