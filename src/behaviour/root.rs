//! How many pages there are: settled once for the process by whoever comes first. Workers that
//! disagreed would look for one subject in two places.

use crate::behaviour::page;
use crate::crypto::digest::MacKey;
use crate::uses::{Buckets, WriteFault};

/// The bucket of the root. Pages are in those from 1 on.
const NUMBER: u32 = 0;
const MAGIC: [u8; 4] = *b"CsB0";
/// Most pages: 256 MiB.
const MOST: u32 = 65_536;

/// How many pages the memory has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Root {
    pages: u32,
}

impl Root {
    /// As many pages as the memory holds, in bytes: at least one.
    pub(super) fn of(memory: usize) -> Self {
        let pages = memory.checked_div(page::BYTES).unwrap_or(0);
        Self {
            pages: u32::try_from(pages).unwrap_or(MOST).clamp(1, MOST),
        }
    }

    /// The root that is held, or else this one. None where the memory fails, or holds something
    /// else.
    pub(super) fn settle<B: Buckets>(self, buckets: &B, key: &MacKey) -> Option<Self> {
        match buckets.read(NUMBER).ok()? {
            (None, None) => match buckets.write(NUMBER, &self.bytes(key), None) {
                Ok(()) => return Some(self),
                Err(WriteFault::Conflict) => {}
                Err(WriteFault::Failed) => return None,
            },
            (bytes, _) => return Self::parse(&bytes?, key),
        }
        // Another worker was first.
        let (bytes, _) = buckets.read(NUMBER).ok()?;
        Self::parse(&bytes?, key)
    }

    /// The bucket that a uniform number falls into.
    pub(super) fn bucket(self, number: u32) -> u32 {
        number
            .checked_rem(self.pages)
            .unwrap_or(0)
            .saturating_add(1)
    }

    fn bytes(self, key: &MacKey) -> Vec<u8> {
        let pages = self.pages.to_be_bytes();
        let tag = key.tag(&[&MAGIC, &pages]);
        [&MAGIC[..], &pages, &tag].concat()
    }

    fn parse(bytes: &[u8], key: &MacKey) -> Option<Self> {
        let rest = bytes.strip_prefix(&MAGIC)?;
        let (pages, tag) = rest.split_first_chunk()?;
        let own = key.holds(&[&MAGIC, pages], tag);
        own.then(|| Self {
            pages: u32::from_be_bytes(*pages),
        })
    }
}
