//! Reading and checking an access token.

use crate::crypto::Verifier;
use crate::time::UnixTime;
use crate::token::cache::Cache;
use crate::token::issuer::Issuer;
use crate::token::{AccessToken, IssuerId, KeyStore, Refused};
use std::cell::RefCell;
use std::rc::Rc;

/// Verifies a token.
///
/// # Errors
/// [`Refused`].
pub fn verify(
    text: &str,
    issuers: &[Issuer],
    accepted: &[IssuerId],
    keys: &dyn KeyStore,
    tokens: &RefCell<Cache>,
    now: UnixTime,
    verifier: &dyn Verifier,
) -> Result<Rc<AccessToken>, Refused> {
    let _ = (text, issuers, accepted, keys, tokens, now, verifier);
    todo!()
}
