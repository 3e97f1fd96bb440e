//! Whether the token that came is the one that was asked for.

use super::{Endpoint, Minted};
use crate::crypto::Verifier;
use crate::json::Json;
use crate::json::decimal::Decimal;
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::token::cache::Cache;
use crate::token::issuer::Issuer;
use crate::token::{self, KeyStore, Refused, Token};
use std::cell::RefCell;
use std::rc::Rc;

/// What a token must be.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The caller's own token, as it was sent.
    pub token: &'a str,
    /// The caller's `sub`.
    pub subject: &'a str,
    /// `sub` of who acts for the caller.
    pub actor: Option<&'a str>,
    /// The caller's `txn`, where its token has one.
    pub txn: Option<&'a str>,
    /// The scopes that were asked for.
    pub scopes: &'a [String],
    /// `request_details` as they were asked for.
    pub details: &'a Json,
}

/// Holds a token that a server issued to what it was asked for.
///
/// - Y8: It is a transaction token of the issuer that the policy names for the server: type, algorithm,
///   key, signature, trust domain, times and claims, as of any transaction token.
/// - Y9: It lives no longer than the policy lets it.
/// - Y10: It speaks of the caller, and of whoever acts for the caller, and of nobody else.
/// - Y11: Its scopes are among those that were asked for.
/// - Y12: Its `txn` is the caller's, where the caller's token has one.
/// - Y13: What of `request_details` comes back in `tctx` says what was asked.
/// - Y14: The caller's own token is nowhere in its claims.
///
/// # Errors
/// [`Refused::NeedsKeys`] where its issuer may have the key by now; [`Reason::KeysUnavailable`],
/// [`Reason::ExchangeKeyUnknown`], [`Reason::ExchangeTokenInvalid`], [`Reason::ExchangeLifetime`],
/// [`Reason::ExchangeSubject`], [`Reason::ExchangeScope`], [`Reason::ExchangeTransaction`].
///
/// # Does not check
/// The header beyond what a verifier reads: a server that hid the caller's token there would pass.
/// `req_wl`, which is whatever the server calls this gate. `rctx`, which is the server's own to say.
/// That `tctx` holds all that was asked: servers choose what of it they vouch for. Whether the policy
/// denies the token.
pub fn verify(
    minted: &Minted,
    server: &Endpoint,
    expected: &Expected<'_>,
    issuers: &[Issuer],
    keys: &dyn KeyStore,
    now: UnixTime,
    verifier: &dyn Verifier,
) -> Result<Rc<Token>, Refused> {
    // What is issued for one request is not kept among the tokens that come again.
    let tokens = RefCell::new(Cache::holding(0));
    let accepted = [server.issuer];
    let text = minted.text();
    let token = token::verify(text, issuers, &accepted, keys, &tokens, now, verifier).map_err(
        |refused| match refused {
            Refused::Reason(reason) => Refused::Reason(own(reason)),
            needs @ Refused::NeedsKeys(..) => needs,
        },
    )?; // Y8
    minted.ends(token.expires());
    let transaction = token.transaction().ok_or(Reason::ExchangeTokenInvalid)?; // Y8
    let issued_at = token.issued_at().ok_or(Reason::ExchangeTokenInvalid)?;
    if token.expires() > issued_at.after(server.max_lifetime) {
        return Err(Reason::ExchangeLifetime.into()); // Y9
    }
    let actor = token.actor().map(token::actor::Actor::subject);
    if token.subject() != expected.subject || actor != expected.actor {
        return Err(Reason::ExchangeSubject.into()); // Y10
    }
    let is_asked_for = |scope: &String| expected.scopes.contains(scope);
    if !token.scopes().iter().all(is_asked_for) {
        return Err(Reason::ExchangeScope.into()); // Y11
    }
    if expected.txn.is_some_and(|txn| txn != transaction.txn) {
        return Err(Reason::ExchangeTransaction.into()); // Y12
    }
    let context = token.claims().get("tctx");
    if context.is_some_and(|context| !agrees(context, expected.details)) {
        return Err(Reason::ExchangeTransaction.into()); // Y13
    }
    if holds(token.claims(), expected.token) {
        return Err(Reason::ExchangeTokenInvalid.into()); // Y14
    }
    Ok(token)
}

/// What is wrong with a token that was issued for this gate, in words that leave no doubt which token is
/// meant.
fn own(reason: Reason) -> Reason {
    if reason == Reason::KeysUnavailable {
        reason
    } else if reason == Reason::TokenKeyUnknown {
        Reason::ExchangeKeyUnknown
    } else {
        Reason::ExchangeTokenInvalid
    }
}

/// Whether every member that both have is the same.
fn agrees(said: &Json, asked: &Json) -> bool {
    let mut said = said.as_object().unwrap_or_default().iter();
    said.all(|(name, value)| asked.get(name).is_none_or(|asked| same(value, asked)))
}

/// Whether two values say the same: in whatever order their members stand, and however numbers of the
/// same value are written.
fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => {
            let values = Decimal::parse(one).zip(Decimal::parse(other));
            one == other || values.is_some_and(|(one, other)| one == other)
        }
        (Json::Array(one), Json::Array(other)) => {
            let mut pairs = one.iter().zip(other);
            one.len() == other.len() && pairs.all(|(one, other)| same(one, other))
        }
        (Json::Object(members), Json::Object(others)) => {
            let is_there = |(name, value): &(String, Json)| {
                let found = other.get(name);
                found.is_some_and(|found| same(value, found))
            };
            members.len() == others.len() && members.iter().all(is_there)
        }
        (one, other) => one == other,
    }
}

/// Whether a text stands anywhere in a value.
fn holds(json: &Json, secret: &str) -> bool {
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
        Json::String(text) => text.contains(secret),
        Json::Array(items) => items.iter().any(|item| holds(item, secret)),
        Json::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains(secret) || holds(value, secret)),
    }
}
