//! Transaction tokens (draft-ietf-oauth-transaction-tokens-10): what a chain of calls is about.

#[cfg(test)]
mod tests;

use crate::json::Json;
use crate::reason::Reason;
use crate::token::IssuerId;
use crate::token::actor::Actor;
use crate::token::claims::{Claims, Own, audiences, required, scopes, text};
use crate::token::confirmation::Confirmation;
use crate::token::issuer::Issuer;
use std::fmt;
use std::time::Duration;

/// Longest `txn` and `req_wl`, in bytes.
const LONGEST: usize = 2048;

/// What a route asks of transaction tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Accepted issuers. Never empty.
    pub issuers: Vec<IssuerId>,
    /// Scopes that the token must hold, all of them.
    pub scopes: Vec<String>,
    /// How long ago it may have been issued.
    pub max_age: Duration,
    /// Who may send tokens of which requesters. None: whoever is bound to one.
    pub requesters: Option<Requesters>,
}

/// For which requesters each sender may speak.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requesters {
    /// Sorted by sender.
    senders: Vec<(String, Vec<String>)>,
}

impl Requesters {
    /// The senders, by their workload identifiers, each with the `req_wl` that its tokens may have.
    #[must_use]
    pub fn of(mut senders: Vec<(String, Vec<String>)>) -> Self {
        senders.sort();
        Self { senders }
    }

    /// Whether this sender may send a token that this workload asked for.
    #[must_use]
    pub fn let_send(&self, sender: &str, requester: &str) -> bool {
        let place = self
            .senders
            .binary_search_by(|(known, _)| known.as_str().cmp(sender));
        let listed = place.ok().and_then(|place| self.senders.get(place));
        listed.is_some_and(|(_, requesters)| requesters.iter().any(|it| it == requester))
    }
}

/// What a transaction token says beside its times, its audience and its scope.
#[derive(Clone, PartialEq, Eq)]
pub struct Transaction {
    /// `txn`: the identifier of the transaction, the same in every token of its chain.
    pub txn: String,
    /// `req_wl`: the workload that asked for the token, which need not be the one that sends it.
    pub requester: String,
    /// Whether there is a `tctx`.
    pub has_details: bool,
}

// Transactions are personal, so they are never shown.
impl fmt::Debug for Transaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Transaction")
            .finish_non_exhaustive()
    }
}

impl Transaction {
    /// Reads the claims of a token whose signature held.
    ///
    /// - T3: `txn` and `req_wl` are strings that say something; `tctx` and `rctx` are objects, if
    ///   they are there. The names of older drafts (`azd`, `purp`, `sub_id`) are claims like any
    ///   other: nothing reads them.
    ///
    /// # Errors
    /// [`Reason::TokenClaims`].
    ///
    /// # Does not check
    /// `iat`, `exp`, `aud`, `sub` and `scope`, which every token of its kind has. Who sends it: a
    /// transaction token is bound to nobody.
    pub fn read(claims: &Json) -> Result<Self, Reason> {
        let text = |name| {
            let text = claims.get(name).and_then(Json::as_str);
            text.filter(|text| (1..=LONGEST).contains(&text.len()))
                .map(str::to_owned)
                .ok_or(Reason::TokenClaims) // T3
        };
        let object = |name| match claims.get(name) {
            Some(value) => value.as_object().map(|_| true).ok_or(Reason::TokenClaims), // T3
            None => Ok(false),
        };
        object("rctx")?;
        Ok(Self {
            txn: text("txn")?,
            requester: text("req_wl")?,
            has_details: object("tctx")?,
        })
    }
}

impl Claims {
    /// Reads the claims of a transaction token whose signature held: those of
    /// [`Transaction::read`], `sub`, `scope`, `act`, if it is there, and `aud`, which names the trust
    /// domain (T3, T4).
    ///
    /// # Errors
    /// [`Reason::TokenClaims`], [`Reason::TokenAudience`].
    pub(super) fn of_transaction(claims: Json, issuer: &Issuer) -> Result<Self, Reason> {
        let transaction = Transaction::read(&claims)?; // T3
        claims.get("scope").ok_or(Reason::TokenClaims)?; // T3
        Ok(Self {
            audiences: audiences(&claims, &issuer.audiences)?, // T3, T4
            subject: required(&claims, "sub")?,                // T3
            client: None,
            id: claims.get("jti").map(text).transpose()?,
            scopes: scopes(&claims)?, // T3
            acr: None,
            authenticated_at: None,
            actor: Actor::read(&claims, &issuer.uri)?, // T3
            // It is bound to no key, whatever it says.
            confirmation: Confirmation::default(),
            own: Own::Transaction(Box::new(transaction)),
            all: claims,
        })
    }
}

/// The member of `aud` that names this trust domain, or else the first.
pub(super) fn trust_domain<'c>(claims: &'c Json, own: &str) -> Option<&'c str> {
    let audience = claims.get("aud")?;
    let mut several = audience.as_array().unwrap_or_default().iter();
    let mut names = several.clone().filter_map(Json::as_str);
    let found = names.find(|name| *name == own);
    found
        .or_else(|| several.find_map(Json::as_str))
        .or_else(|| audience.as_str())
}
