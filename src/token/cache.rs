//! Signatures of access tokens repeat: what was verified once is kept, bounded, by the token's hash.

use crate::crypto::digest::Digest32;
use crate::token::AccessToken;
use std::rc::Rc;

/// Verified tokens of one worker under one policy. Times, policy and binding are checked anew on
/// every request; only the signature and the parsing are saved.
#[derive(Debug, Default)]
pub struct Cache {
    held: Option<(Digest32, Rc<AccessToken>)>,
}

impl Cache {
    /// A cache of at most this many tokens.
    #[must_use]
    pub fn holding(entries: usize) -> Self {
        let _ = entries;
        Self::default()
    }
}
