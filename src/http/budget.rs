//! What one request may cost before anything is known about its sender.

use crate::reason::Reason;

/// Most header lines that are read. Envoy's own default is 100 (`max_headers_count`).
pub const MAX_HEADER_LINES: usize = 128;
/// Most bytes of names and values together. Envoy's own default is 60 KiB (`max_request_headers_kb`).
pub const MAX_HEADER_BYTES: usize = 64 * 1024;
/// Longest target with its query.
pub const MAX_TARGET_BYTES: usize = 8 * 1024;
/// Most segments of a path that is matched.
pub const MAX_PATH_SEGMENTS: usize = 32;

/// Holds the header map to its budget.
///
/// # Errors
/// [`Reason::HeadersTooLarge`].
pub fn headers(pairs: &[(String, Vec<u8>)]) -> Result<(), Reason> {
    let bytes = pairs.iter().fold(0_usize, |sum, (name, value)| {
        sum.saturating_add(name.len()).saturating_add(value.len())
    });
    if pairs.len() > MAX_HEADER_LINES || bytes > MAX_HEADER_BYTES {
        return Err(Reason::HeadersTooLarge);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn lines_and_bytes_are_bounded() {
        let line = |size: usize| ("a".to_owned(), vec![b'x'; size]);
        assert_eq!(headers(&vec![line(1); MAX_HEADER_LINES]), Ok(()));
        assert_eq!(
            headers(&vec![line(1); MAX_HEADER_LINES + 1]),
            Err(Reason::HeadersTooLarge)
        );
        assert_eq!(headers(&[line(MAX_HEADER_BYTES - 1)]), Ok(()));
        assert_eq!(
            headers(&[line(MAX_HEADER_BYTES)]),
            Err(Reason::HeadersTooLarge)
        );
    }
}
