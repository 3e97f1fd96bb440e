//! One bucket: its bytes, and what one more use makes of them. Pure.

use crate::reason::Reason;

/// Size of a full bucket. Compare-and-swap of 4 KiB of shared data takes about a microsecond.
pub(super) const BYTES: usize = 4096;
/// Says what the bytes are, and in which version of the format.
const MAGIC: [u8; 4] = *b"CsR1";
/// Magic, window and floor.
const HEADER: usize = 12;
/// Identity, owner and time of issue.
const ENTRY: usize = 28;
/// Most live entries of a bucket.
pub(super) const CAPACITY: usize = (BYTES - HEADER) / ENTRY;
/// Most live entries of one owner in a bucket.
pub(super) const QUOTA: usize = CAPACITY / 4;

/// A use that shall be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// A keyed hash of the proof's key and `jti`.
    pub(super) id: [u8; 16],
    /// A keyed hash of whose quota it takes from.
    pub(super) owner: [u8; 8],
    /// `iat` of the proof, in seconds.
    pub(super) issued_at: u32,
    /// What counts as its `iat` for how long it is held, in seconds.
    pub(super) kept_from: u32,
}

/// A use that is held.
struct Held {
    id: [u8; 16],
    owner: [u8; 8],
    kept_from: u32,
}

/// The state of a bucket. It holds every use of a proof that was issued after its floor, and no
/// other: what it has forgotten, it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bucket<'a> {
    /// For how many seconds after `iat` entries are kept: the longest window of any policy so far.
    window: u32,
    /// Proofs issued in this second or before cannot be judged.
    floor: u32,
    entries: &'a [u8],
}

impl<'a> Bucket<'a> {
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
        let rest = bytes.strip_prefix(&MAGIC)?;
        let (window, rest) = rest.split_first_chunk()?;
        let (floor, entries) = rest.split_first_chunk()?;
        let whole = entries.chunks_exact(ENTRY).remainder().is_empty();
        (whole && bytes.len() <= BYTES).then_some(Self {
            window: u32::from_be_bytes(*window),
            floor: u32::from_be_bytes(*floor),
            entries,
        })
    }

    /// The bytes of the bucket with one more use, without those that have expired.
    ///
    /// An entry is kept while its proof could pass again under the longest window so far, and one
    /// second more: until `iat + window + 1`. What goes then lies at or below the floor, which
    /// rises with it. So neither a longer window in a new policy nor a clock that is set back makes
    /// a forgotten proof look new.
    ///
    /// # Errors
    /// [`Reason::ProofPredatesLog`] at or below the floor; [`Reason::ProofReplayed`] for a use that
    /// is held; [`Reason::ReplayQuota`] and [`Reason::ReplayLogFull`] where there is no room.
    pub(super) fn with(&self, entry: &Entry, window: u32, now: u32) -> Result<Vec<u8>, Reason> {
        let window = self.window.max(window);
        let lapsed = now.saturating_sub(window).saturating_sub(1);
        let floor = self.floor.max(lapsed);
        if entry.issued_at <= floor {
            return Err(Reason::ProofPredatesLog);
        }
        let most = HEADER.saturating_add(self.entries.len());
        let mut bytes = Vec::with_capacity(most.saturating_add(ENTRY));
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&window.to_be_bytes());
        bytes.extend_from_slice(&floor.to_be_bytes());
        let mut owned = 0_usize;
        for chunk in self.entries.chunks_exact(ENTRY) {
            let held = Held::parse(chunk).ok_or(Reason::ReplayLogFault)?;
            if held.kept_from <= floor {
                continue;
            }
            if held.id == entry.id {
                return Err(Reason::ProofReplayed);
            }
            owned = owned.saturating_add(usize::from(held.owner == entry.owner));
            bytes.extend_from_slice(chunk);
        }
        if owned >= QUOTA {
            return Err(Reason::ReplayQuota);
        }
        if bytes.len().saturating_add(ENTRY) > BYTES {
            return Err(Reason::ReplayLogFull);
        }
        bytes.extend_from_slice(&entry.id);
        bytes.extend_from_slice(&entry.owner);
        bytes.extend_from_slice(&entry.kept_from.to_be_bytes());
        Ok(bytes)
    }
}

impl Held {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk()?;
        let (owner, kept_from) = rest.split_first_chunk()?;
        Some(Self {
            id: *id,
            owner: *owner,
            kept_from: u32::from_be_bytes(kept_from.try_into().ok()?),
        })
    }
}
