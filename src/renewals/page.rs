//! One page: its bytes, and what one more note makes of them. Pure.

use crate::crypto::digest::Digest32;
use crate::renewals::Renewal;
use crate::time::UnixTime;
use std::time::Duration;

/// Size of a full page.
pub(super) const BYTES: usize = 4096;
const MAGIC: [u8; 4] = *b"CsN1";
/// Identity, owner and end; then of the token and of the transaction token identity, list and index.
const ENTRY: usize = 16 + 8 + 8 + 2 * (32 + 32 + 8);
/// Most notes of a page.
pub(super) const CAPACITY: usize = (BYTES - MAGIC.len()) / ENTRY;
/// Most notes of one owner in a page.
pub(super) const QUOTA: usize = CAPACITY / 4;
/// How long after its end a note may still be asked for: the longest grace of any policy.
pub(super) const GRACE: Duration = Duration::from_mins(5);

/// What stands in place of a digest that there is none of. No digest is this.
const NONE: Digest32 = [0; 32];

/// A note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// A keyed hash of the name.
    pub(super) id: [u8; 16],
    /// A keyed hash of whose quota it takes from.
    pub(super) owner: [u8; 8],
    /// What it says.
    pub(super) renewal: Renewal,
}

/// Why a page has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// For this owner.
    Quota,
    /// For anyone.
    Full,
}

/// The notes of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page(Vec<Entry>);

impl Page {
    /// Reads a page. None where the bytes are not one.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let entries = bytes.strip_prefix(&MAGIC)?.chunks_exact(ENTRY);
        let is_whole = entries.remainder().is_empty() && bytes.len() <= BYTES;
        let entries: Option<Vec<Entry>> = entries.map(Entry::parse).collect();
        entries.filter(|_| is_whole).map(Self)
    }

    /// What is noted under this name.
    pub(super) fn find(&self, id: &[u8; 16]) -> Option<Renewal> {
        let found = self.0.iter().find(|entry| entry.id == *id)?;
        Some(found.renewal)
    }

    /// The bytes of the page with one more note, without those that nobody can need any more.
    ///
    /// # Errors
    /// [`Refusal`] where there is no room.
    pub(super) fn with(&self, entry: &Entry, now: UnixTime) -> Result<Vec<u8>, Refusal> {
        let is_needed = |held: &&Entry| held.renewal.until.after(GRACE) > now;
        let others: Vec<&Entry> = self.0.iter().filter(is_needed).collect();
        let held = others.iter().find(|held| held.id == entry.id);
        let entry = match held {
            Some(held) if held.renewal.until >= entry.renewal.until => held,
            Some(_) | None => entry,
        };
        let others = || others.iter().filter(|held| held.id != entry.id);
        if others().filter(|held| held.owner == entry.owner).count() >= QUOTA {
            return Err(Refusal::Quota);
        }
        if others().count() >= CAPACITY {
            return Err(Refusal::Full);
        }
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.extend_from_slice(&MAGIC);
        for held in others().copied().chain([entry]) {
            held.write(&mut bytes);
        }
        Ok(bytes)
    }
}

impl Entry {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk()?;
        let (owner, rest) = rest.split_first_chunk()?;
        let (until, rest) = rest.split_first_chunk()?;
        let (token, rest) = rest.split_first_chunk::<32>()?;
        let (list, rest) = rest.split_first_chunk::<32>()?;
        let (index, rest) = rest.split_first_chunk()?;
        let (chain, rest) = rest.split_first_chunk::<32>()?;
        let (chain_list, rest) = rest.split_first_chunk::<32>()?;
        let index = u64::from_be_bytes(*index);
        let chain_index = u64::from_be_bytes(*rest.first_chunk()?);
        let there = |digest: &Digest32| (*digest != NONE).then_some(*digest);
        Some(Self {
            id: *id,
            owner: *owner,
            renewal: Renewal {
                until: UnixTime::from_millis(i64::from_be_bytes(*until)),
                token: there(token),
                status: there(list).map(|list| (list, index)),
                chain: there(chain),
                chain_status: there(chain_list).map(|list| (list, chain_index)),
            },
        })
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        let renewal = &self.renewal;
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(&self.owner);
        bytes.extend_from_slice(&renewal.until.millis().to_be_bytes());
        for (token, status) in [
            (renewal.token, renewal.status),
            (renewal.chain, renewal.chain_status),
        ] {
            let (list, index) = status.unwrap_or((NONE, 0));
            bytes.extend_from_slice(&token.unwrap_or(NONE));
            bytes.extend_from_slice(&list);
            bytes.extend_from_slice(&index.to_be_bytes());
        }
    }
}
