//! A bounded table by hash, in which what was used longest ago makes room.

use crate::crypto::digest::Digest32;

/// How many places one hash may go to. The one used longest ago makes room.
const WAYS: usize = 8;

/// Things by their hash. The table is allocated once and never grows.
#[derive(Debug)]
pub(super) struct Memory<T> {
    places: Vec<Option<Place<T>>>,
    uses: u64,
}

#[derive(Debug)]
struct Place<T> {
    hash: Digest32,
    last_use: u64,
    what: T,
}

impl<T> Memory<T> {
    /// A table of at most this many, rounded up to a multiple of eight.
    pub(super) fn holding(entries: usize) -> Self {
        let sets = entries.div_ceil(WAYS).max(1);
        let mut places = Vec::new();
        places.resize_with(sets.saturating_mul(WAYS), || None);
        Self { places, uses: 0 }
    }

    /// What is held of this hash.
    pub(super) fn find(&mut self, hash: &Digest32) -> Option<&T> {
        self.uses = self.uses.saturating_add(1);
        let now = self.uses;
        let held = self
            .set(hash)?
            .iter_mut()
            .flatten()
            .find(|place| place.hash == *hash)?;
        held.last_use = now;
        Some(&held.what)
    }

    /// Holds something, in the place of an older state of itself, or a free one, or the one of its
    /// set that was used longest ago.
    pub(super) fn keep(&mut self, hash: Digest32, what: T) {
        self.uses = self.uses.saturating_add(1);
        let last_use = self.uses;
        let age = |place: &Option<Place<T>>| match place {
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
                what,
            });
        }
    }

    /// Frees the place of this hash.
    pub(super) fn forget(&mut self, hash: &Digest32) {
        let places = self.set(hash).into_iter().flatten();
        let is_it = |place: &Option<Place<T>>| place.as_ref().is_some_and(|it| it.hash == *hash);
        places
            .filter(|place| is_it(place))
            .for_each(|place| *place = None);
    }

    /// The places that this hash may go to.
    fn set(&mut self, hash: &Digest32) -> Option<&mut [Option<Place<T>>]> {
        let number = u32::from_be_bytes(*hash.first_chunk()?);
        let sets = self.places.len().checked_div(WAYS)?;
        let set = usize::try_from(number).ok()?.checked_rem(sets)?;
        self.places.chunks_exact_mut(WAYS).nth(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn the_table_has_its_size_from_the_start() {
        for (entries, places) in [(0, 8), (1, 8), (8, 8), (9, 16), (1024, 1024)] {
            assert_eq!(Memory::<()>::holding(entries).places.len(), places);
        }
    }

    #[test]
    fn every_hash_has_a_set() {
        let mut memory = Memory::<()>::holding(24);
        let mut seen = [0_usize; 3];
        for number in 0..=u8::MAX {
            let mut hash = Digest32::default();
            hash[3] = number;
            assert_eq!(memory.set(&hash).map(|set| set.len()), Some(WAYS));
            assert!(memory.find(&hash).is_none());
            seen[usize::from(number) % 3] += 1;
        }
        assert_eq!(seen, [86, 85, 85]);
    }

    #[test]
    fn what_is_forgotten_is_gone_and_nothing_else() {
        let mut memory = Memory::holding(8);
        memory.keep([1; 32], "one");
        memory.keep([2; 32], "two");
        memory.forget(&[1; 32]);
        assert_eq!(memory.find(&[1; 32]), None);
        assert_eq!(memory.find(&[2; 32]), Some(&"two"));
        memory.forget(&[3; 32]);
        assert_eq!(memory.find(&[2; 32]), Some(&"two"));
    }
}
