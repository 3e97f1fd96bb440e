//! The values that were used last, each once: as many as are needed to tell whether there are more
//! than so many. Pure.

/// Bytes of a value and the second of its last use.
const VALUE: usize = 12;

/// Hashes of values and the second in which each was used last, the latest last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recent {
    values: Vec<([u8; 8], u32)>,
}

/// Most bytes that so many values take.
pub(super) const fn most_bytes(values: usize) -> usize {
    values.saturating_mul(VALUE)
}

impl Recent {
    /// No values.
    pub(super) fn empty() -> Self {
        Self { values: Vec::new() }
    }

    /// Reads the values that were used within so many seconds, and the second that has begun. What
    /// is dated ahead counts as of now. None where the bytes are not such values.
    pub(super) fn parse(bytes: &[u8], within: u32, now: u32) -> Option<Self> {
        let chunks = bytes.chunks_exact(VALUE);
        if !chunks.remainder().is_empty() {
            return None;
        }
        let mut values = Vec::with_capacity(chunks.len().saturating_add(1));
        for chunk in chunks {
            let (hash, used) = chunk.split_first_chunk()?;
            let used = u32::from_be_bytes(used.try_into().ok()?).min(now);
            if now.saturating_sub(used) <= within.saturating_add(1) {
                values.push((*hash, used));
            }
        }
        Some(Self { values })
    }

    /// How many there are with this one.
    pub(super) fn count_with(&self, hash: [u8; 8]) -> usize {
        let others = self.values.iter().filter(|(own, _)| *own != hash);
        others.count().saturating_add(1)
    }

    /// Uses a value, and forgets all but the last so many. Those tell whether one more is more than
    /// so many: while fewer of them are in time, none that was forgotten is.
    pub(super) fn push(&mut self, hash: [u8; 8], now: u32, most: usize) {
        self.values.retain(|(own, _)| *own != hash);
        self.values.push((hash, now));
        let over = self.values.len().saturating_sub(most);
        self.values.drain(..over);
    }

    /// The bytes of the values.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(most_bytes(self.values.len()));
        for (hash, used) in &self.values {
            bytes.extend_from_slice(hash);
            bytes.extend_from_slice(&used.to_be_bytes());
        }
        bytes
    }
}
