//! The encoding of a header map that host and module share: a count, the sizes, then names and
//! values, each with a NUL after it. All numbers are 32 bits, little-endian.

/// Reads a map. The host is believed to have written it, and yet nothing here relies on that.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    let (count, mut sizes) = number(bytes)?;
    let (_, mut rest) = sizes.split_at_checked(count.checked_mul(8)?)?;
    let mut map = Vec::with_capacity(count);
    for _ in 0..count {
        let (name_size, after) = number(sizes)?;
        let (value_size, after) = number(after)?;
        sizes = after;
        let (name, after) = text(rest, name_size)?;
        let (value, after) = text(after, value_size)?;
        rest = after;
        map.push((String::from_utf8(name.to_vec()).ok()?, value.to_vec()));
    }
    rest.is_empty().then_some(map)
}

/// Writes a map.
pub(super) fn write(map: &[(&str, &str)]) -> Vec<u8> {
    let size = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&u32::try_from(map.len()).unwrap_or(u32::MAX).to_le_bytes());
    for (name, value) in map {
        bytes.extend_from_slice(&size(name));
        bytes.extend_from_slice(&size(value));
    }
    for text in map.iter().flat_map(|(name, value)| [*name, *value]) {
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
    }
    bytes
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((usize::try_from(u32::from_le_bytes(*number)).ok()?, rest))
}

fn text(bytes: &[u8], size: usize) -> Option<(&[u8], &[u8])> {
    let (text, rest) = bytes.split_at_checked(size)?;
    match rest.split_first() {
        Some((0, rest)) => Some((text, rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    fn sample() -> Vec<u8> {
        write(&[(":method", "GET"), ("a", ""), ("a", "2")])
    }

    #[test]
    fn what_is_written_is_read() {
        let map = read(&sample()).expect("a map");
        assert_eq!(map.len(), 3);
        assert_eq!(map[0], (":method".to_owned(), b"GET".to_vec()));
        assert_eq!(map[1], ("a".to_owned(), Vec::new()));
        assert_eq!(map[2], ("a".to_owned(), b"2".to_vec()));
        assert_eq!(read(&[]), Some(Vec::new()));
        assert_eq!(read(&write(&[])), Some(Vec::new()));
    }

    #[test]
    fn values_may_hold_any_byte_and_names_only_text() {
        let mut bytes = sample();
        let last = bytes.len() - 2;
        bytes[last] = 0xff;
        assert_eq!(read(&bytes).expect("a map")[2].1, [0xff]);
        let name = bytes.len() - 4;
        bytes[name] = 0xff;
        assert_eq!(read(&bytes), None);
    }

    #[test]
    fn nothing_but_a_whole_map_is_read() {
        let bytes = sample();
        for end in 1..bytes.len() {
            assert_eq!(read(&bytes[..end]), None, "cut at {end}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(read(&longer), None, "a byte too many");
        for at in 0..bytes.len().min(28) {
            let mut huge = bytes.clone();
            huge[at] = 0xff;
            let _ = read(&huge);
        }
    }
}
