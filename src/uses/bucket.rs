//! One bucket: its bytes, and what one more use makes of them. Pure.

use crate::uses::Refusal;

/// Size of a full bucket. Compare-and-swap of 4 KiB of shared data takes about a microsecond.
pub(super) const BYTES: usize = 4096;
/// Magic, window and floor.
const HEADER: usize = 12;
/// Identity, owner and time of issue, without the value.
const BARE: usize = 28;

/// A use that shall be held, with a value of so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry<const V: usize> {
    /// A keyed hash of what names it.
    pub(super) id: [u8; 16],
    /// A keyed hash of whose quota it takes from.
    pub(super) owner: [u8; 8],
    /// When what is used was issued, in seconds.
    pub(super) issued_at: u32,
    /// What counts as that for how long it is held, in seconds.
    pub(super) kept_from: u32,
    /// What it was used for.
    pub(super) value: [u8; V],
}

/// A use that is held.
struct Held<const V: usize> {
    id: [u8; 16],
    owner: [u8; 8],
    kept_from: u32,
    value: [u8; V],
}

/// What one more use makes of a bucket.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<const V: usize> {
    /// It is the first: these bytes hold it.
    Bytes(Vec<u8>),
    /// It was used before, for this.
    Held([u8; V]),
}

/// The state of a bucket. It holds every use of what was issued after its floor, and no other: what
/// it has forgotten, it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bucket<'a, const V: usize> {
    /// For how many seconds after its issue a use is kept: the longest window of any policy so far.
    window: u32,
    /// What was issued in this second or before cannot be judged.
    floor: u32,
    entries: &'a [u8],
}

impl<'a, const V: usize> Bucket<'a, V> {
    /// Says what the bytes are, and in which version of the format.
    const MAGIC: [u8; 4] = if V == 0 { *b"CsR1" } else { *b"CsT1" };
    const ENTRY: usize = BARE + V;
    /// Most live entries of a bucket.
    pub(super) const CAPACITY: usize = (BYTES - HEADER) / Self::ENTRY;
    /// Most live entries of one owner in a bucket.
    pub(super) const QUOTA: usize = Self::CAPACITY / 4;

    /// A bucket that nobody has written yet.
    pub(super) fn empty(floor: u32) -> Self {
        Self {
            window: 0,
            floor,
            entries: &[],
        }
    }

    /// Reads a bucket. None where the bytes are not one.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&Self::MAGIC)?;
        let (window, rest) = rest.split_first_chunk()?;
        let (floor, entries) = rest.split_first_chunk()?;
        let whole = entries.chunks_exact(Self::ENTRY).remainder().is_empty();
        (whole && bytes.len() <= BYTES).then_some(Self {
            window: u32::from_be_bytes(*window),
            floor: u32::from_be_bytes(*floor),
            entries,
        })
    }

    /// The bucket with one more use, without those that have expired.
    ///
    /// An entry is kept while what it names could pass again under the longest window so far, and one
    /// second more: until `issued_at + window + 1`. What goes then lies at or below the floor, which
    /// rises with it. So neither a longer window in a new policy nor a clock that is set back makes
    /// something forgotten look new.
    ///
    /// # Errors
    /// [`Refusal::Predates`] at or below the floor; [`Refusal::Quota`] and [`Refusal::Full`] where
    /// there is no room.
    pub(super) fn with(&self, entry: &Entry<V>, window: u32, now: u32) -> Result<Next<V>, Refusal> {
        let window = self.window.max(window);
        let lapsed = now.saturating_sub(window).saturating_sub(1);
        let floor = self.floor.max(lapsed);
        if entry.issued_at <= floor {
            return Err(Refusal::Predates);
        }
        let most = HEADER.saturating_add(self.entries.len());
        let mut bytes = Vec::with_capacity(most.saturating_add(Self::ENTRY));
        bytes.extend_from_slice(&Self::MAGIC);
        bytes.extend_from_slice(&window.to_be_bytes());
        bytes.extend_from_slice(&floor.to_be_bytes());
        let mut owned = 0_usize;
        for chunk in self.entries.chunks_exact(Self::ENTRY) {
            let held = Held::parse(chunk).ok_or(Refusal::Fault)?;
            if held.kept_from <= floor {
                continue;
            }
            if held.id == entry.id {
                return Ok(Next::Held(held.value));
            }
            owned = owned.saturating_add(usize::from(held.owner == entry.owner));
            bytes.extend_from_slice(chunk);
        }
        if owned >= Self::QUOTA {
            return Err(Refusal::Quota);
        }
        if bytes.len().saturating_add(Self::ENTRY) > BYTES {
            return Err(Refusal::Full);
        }
        bytes.extend_from_slice(&entry.id);
        bytes.extend_from_slice(&entry.owner);
        bytes.extend_from_slice(&entry.kept_from.to_be_bytes());
        bytes.extend_from_slice(&entry.value);
        Ok(Next::Bytes(bytes))
    }
}

impl<const V: usize> Held<V> {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk()?;
        let (owner, rest) = rest.split_first_chunk()?;
        let (kept_from, value) = rest.split_first_chunk()?;
        Some(Self {
            id: *id,
            owner: *owner,
            kept_from: u32::from_be_bytes(*kept_from),
            value: value.try_into().ok()?,
        })
    }
}
