//! Signatures of tokens repeat: what was verified once is kept, bounded, by the token's hash.

use crate::crypto::digest::Digest32;
use crate::token::memory::Memory;
use crate::token::times::Signed;

/// How many tokens [`Cache::default`] holds.
const ENTRIES: usize = 1024;

/// Verified tokens of one worker. Only tokens whose signature held get in, and a token that does
/// not fit today's policy and keys exactly counts as absent, so it goes the whole way again: times,
/// policy and binding are checked on every request, and only parsing and the signature are saved.
#[derive(Debug)]
pub struct Cache(Memory<Signed>);

impl Default for Cache {
    fn default() -> Self {
        Self::holding(ENTRIES)
    }
}

impl Cache {
    /// A cache of at most this many tokens, rounded up to a multiple of eight. Its table is
    /// allocated here and never grows.
    #[must_use]
    pub fn holding(entries: usize) -> Self {
        Self(Memory::holding(entries))
    }

    /// The token of this hash, if it is held.
    pub(super) fn find(&mut self, hash: &Digest32) -> Option<&Signed> {
        self.0.find(hash)
    }

    /// Holds a token.
    pub(super) fn keep(&mut self, hash: Digest32, token: Signed) {
        self.0.keep(hash, token);
    }
}
