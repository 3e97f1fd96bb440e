//! What all workers of a process must agree on, settled once by whoever comes first.

use crate::crypto::digest::MacKey;
use crate::time::UnixTime;
use crate::uses::bucket::{self, Bucket};
use crate::uses::{Buckets, Refusal, WriteFault};

/// The bucket of the root. Uses are in those from 1 on.
const NUMBER: u32 = 0;
const MAGIC: [u8; 4] = *b"CsL1";
/// Most buckets: 256 MiB.
const MOST: u32 = 65_536;

/// How many buckets a log has for uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    buckets: u32,
}

impl Geometry {
    /// As many buckets of 4 KiB as the memory, in bytes, holds: at least one, at most 65536.
    #[must_use]
    pub fn of(memory: usize) -> Self {
        let buckets = memory.checked_div(bucket::BYTES).unwrap_or(0);
        Self {
            buckets: u32::try_from(buckets).unwrap_or(MOST).clamp(1, MOST),
        }
    }

    /// The number of buckets. The log uses numbers from 0, its root, to this one, itself included.
    #[must_use]
    pub fn buckets(self) -> u32 {
        self.buckets
    }

    /// The most live uses that all buckets together hold, each with a value of `V` bytes.
    #[must_use]
    pub fn entries<const V: usize>(self) -> u64 {
        let each = u64::try_from(Bucket::<V>::CAPACITY).unwrap_or(0);
        u64::from(self.buckets).saturating_mul(each)
    }

    /// The bucket that a uniform number falls into.
    pub(super) fn bucket(self, number: u32) -> u32 {
        number
            .checked_rem(self.buckets)
            .unwrap_or(0)
            .saturating_add(1)
    }
}

/// When the log began and how it is laid out. Workers that disagreed on the layout or the key would
/// look for one use in two places, and both would find nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Root {
    /// The layout.
    pub(super) geometry: Geometry,
    /// When the log was born.
    pub(super) born: UnixTime,
}

impl Root {
    /// The root that is held, or else a new one.
    ///
    /// # Errors
    /// [`Refusal::Fault`] where the memory fails, or holds something else or the root of a
    /// log under another key.
    pub(super) fn settle<B: Buckets>(
        buckets: &B,
        geometry: Geometry,
        key: &MacKey,
        now: UnixTime,
    ) -> Result<Self, Refusal> {
        let own = Self {
            geometry,
            born: now,
        };
        match buckets.read(NUMBER).map_err(|_| Refusal::Fault)? {
            (None, None) => match buckets.write(NUMBER, &own.bytes(key), None) {
                Ok(()) => return Ok(own),
                Err(WriteFault::Conflict) => {}
                Err(WriteFault::Failed) => return Err(Refusal::Fault),
            },
            (bytes, _) => return Self::read(bytes, key),
        }
        // Another worker was first.
        let (bytes, _) = buckets.read(NUMBER).map_err(|_| Refusal::Fault)?;
        Self::read(bytes, key)
    }

    fn read(bytes: Option<Vec<u8>>, key: &MacKey) -> Result<Self, Refusal> {
        bytes
            .and_then(|bytes| Self::parse(&bytes, key))
            .ok_or(Refusal::Fault)
    }

    fn bytes(self, key: &MacKey) -> Vec<u8> {
        let buckets = self.geometry.buckets.to_be_bytes();
        let born = self.born.millis().to_be_bytes();
        let tag = key.tag(&[&MAGIC, &buckets, &born]);
        [&MAGIC[..], &buckets, &born, &tag].concat()
    }

    fn parse(bytes: &[u8], key: &MacKey) -> Option<Self> {
        let rest = bytes.strip_prefix(&MAGIC)?;
        let (buckets, rest) = rest.split_first_chunk()?;
        let (born, tag) = rest.split_first_chunk()?;
        key.holds(&[&MAGIC, buckets, born], tag).then(|| Self {
            geometry: Geometry {
                buckets: u32::from_be_bytes(*buckets),
            },
            born: UnixTime::from_millis(i64::from_be_bytes(*born)),
        })
    }
}
