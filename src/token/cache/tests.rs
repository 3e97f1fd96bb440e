use super::*;
use crate::testing::test;

#[test]
fn the_table_has_its_size_from_the_start() {
    for (entries, places) in [(0, 8), (1, 8), (8, 8), (9, 16), (1024, 1024)] {
        assert_eq!(Cache::holding(entries).places.len(), places);
    }
    assert_eq!(Cache::default().places.len(), ENTRIES);
}

#[test]
fn every_hash_has_a_set() {
    let mut cache = Cache::holding(24);
    let mut seen = [0_usize; 3];
    for number in 0..=u8::MAX {
        let mut hash = Digest32::default();
        hash[3] = number;
        assert_eq!(cache.set(&hash).map(|set| set.len()), Some(WAYS));
        assert!(cache.find(&hash).is_none());
        seen[usize::from(number) % 3] += 1;
    }
    assert_eq!(seen, [86, 85, 85]);
}
