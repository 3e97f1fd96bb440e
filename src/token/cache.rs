//! Signatures of access tokens repeat: what was verified once is kept, bounded, by the token's hash.

#[cfg(test)]
mod tests;

use crate::crypto::digest::Digest32;
use crate::token::times::Signed;

/// How many tokens [`Cache::default`] holds.
const ENTRIES: usize = 1024;
/// How many places one hash may go to. The one used longest ago makes room.
const WAYS: usize = 8;

/// Verified tokens of one worker. Only tokens whose signature held get in, and a token that does
/// not fit today's policy and keys exactly counts as absent, so it goes the whole way again: times,
/// policy and binding are checked on every request, and only parsing and the signature are saved.
#[derive(Debug)]
pub struct Cache {
    places: Vec<Option<Place>>,
    uses: u64,
}

#[derive(Debug)]
struct Place {
    hash: Digest32,
    last_use: u64,
    token: Signed,
}

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
        let sets = entries.div_ceil(WAYS).max(1);
        let mut places = Vec::new();
        places.resize_with(sets.saturating_mul(WAYS), || None);
        Self { places, uses: 0 }
    }

    /// The token of this hash, if it is held.
    pub(super) fn find(&mut self, hash: &Digest32) -> Option<&Signed> {
        self.uses = self.uses.saturating_add(1);
        let now = self.uses;
        let held = self
            .set(hash)?
            .iter_mut()
            .flatten()
            .find(|place| place.hash == *hash)?;
        held.last_use = now;
        Some(&held.token)
    }

    /// Holds a token, in the place of an older state of itself, or a free one, or the one of its set
    /// that was used longest ago.
    pub(super) fn keep(&mut self, hash: Digest32, token: Signed) {
        self.uses = self.uses.saturating_add(1);
        let last_use = self.uses;
        let age = |place: &Option<Place>| match place {
            Some(place) if place.hash == hash => (0, 0),
            None => (1, 0),
            Some(place) => (2, place.last_use),
        };
        if let Some(oldest) = self
            .set(&hash)
            .and_then(|set| set.iter_mut().min_by_key(|place| age(place)))
        {
            *oldest = Some(Place {
                hash,
                last_use,
                token,
            });
        }
    }

    /// The places that this hash may go to.
    fn set(&mut self, hash: &Digest32) -> Option<&mut [Option<Place>]> {
        let number = u32::from_be_bytes(*hash.first_chunk()?);
        let sets = self.places.len().checked_div(WAYS)?;
        let set = usize::try_from(number).ok()?.checked_rem(sets)?;
        self.places.chunks_exact_mut(WAYS).nth(set)
    }
}
