//! The log of a whole process, over memory that its workers share.

use crate::crypto::digest::MacKey;
use crate::time::UnixTime;
use crate::uses::bucket::{Bucket, Entry, Next};
use crate::uses::root::Root;
use crate::uses::{Buckets, Found, Geometry, Refusal, Use, Window, WriteFault};
use std::sync::OnceLock;
use std::time::Duration;

/// How often a use is tried anew because another worker wrote the same bucket in between.
const TRIES: usize = 16;

/// A log of fixed size, which holds a value of `V` bytes with each use.
///
/// A use goes to one bucket of 4 KiB, chosen by a keyed hash, so that nobody can aim at one. An
/// entry takes 28 bytes and its value; that of a proof has none, so a bucket holds 145 and 8 MiB hold
/// 2048 * 145 = 296960. An entry lives for `max_age + max_ahead + 1` seconds, which makes the most uses a second that a log can take
/// `entries / (max_age + max_ahead + 1)`: with 60 s and 10 s about 4180 for 8 MiB. Buckets fill
/// unevenly: at two thirds of that rate three uses in a million find their bucket full, at four
/// fifths one in 200. A proof that holds a nonce is held for up to 62 s more. One owner may hold a
/// quarter of a bucket, so at most a quarter of the log; up to a tenth of the log's rate, about 430
/// uses a second, three in a million meet the quota.
///
/// A full bucket refuses. Nothing is forgotten before it has expired, and what was forgotten is
/// refused by its age.
///
/// # Does not check
/// Uses at other processes. A process that ends while this one begins, or that ran with a larger
/// `max_ahead`, may have seen a proof that bears a later time than this log looks out for.
#[derive(Debug)]
pub struct Log<B, const V: usize> {
    buckets: B,
    geometry: Geometry,
    key: MacKey,
    window: u32,
    ahead: Duration,
    root: OnceLock<Root>,
}

impl<B: Buckets, const V: usize> Log<B, V> {
    /// Opens the log, or begins it where this process has none yet. `geometry` counts for the one
    /// who begins it; a later policy with another memory takes effect with the next process. `key`
    /// must be the same in all workers; where it is not, the log faults.
    ///
    /// Where the memory fails now, the log faults until it does not.
    pub fn open(
        buckets: B,
        geometry: Geometry,
        key: MacKey,
        window: Window,
        now: UnixTime,
    ) -> Self {
        let log = Self {
            buckets,
            geometry,
            key,
            window: whole_seconds(window.max_age.saturating_add(window.max_ahead)),
            ahead: window.max_ahead,
            root: OnceLock::new(),
        };
        // A fault is met again, and told, by the first use.
        let _ = log.root(now);
        log
    }

    /// The layout in force. None while the memory fails.
    #[must_use]
    pub fn geometry(&self) -> Option<Geometry> {
        self.root.get().map(|root| root.geometry)
    }

    fn root(&self, now: UnixTime) -> Result<&Root, Refusal> {
        if let Some(root) = self.root.get() {
            return Ok(root);
        }
        let root = Root::settle(&self.buckets, self.geometry, &self.key, now)?;
        Ok(self.root.get_or_init(|| root))
    }

    /// The last second of issue that a log born then knows nothing of. What is used may be dated
    /// ahead by `max_ahead`, so what was used just before the log was born may bear a later time
    /// than that.
    fn floor(&self, root: &Root) -> Result<u32, Refusal> {
        seconds(root.born.after(self.ahead))
    }

    /// The bucket of a use and what is held of it.
    fn entry(&self, root: &Root, used: &Use<'_, V>) -> Result<(u32, Entry<V>), Refusal> {
        let [issuer, subject, client] = used.owner.map(str::as_bytes);
        let owner = self.key.tag(&[b"owner", issuer, subject, client]);
        let [first, second] = used.name;
        let tag = self.key.tag(&[b"use", first, second]);
        let parts = || {
            let (id, rest) = tag.split_first_chunk()?;
            let entry = Entry {
                id: *id,
                owner: *owner.first_chunk()?,
                issued_at: seconds(used.issued_at).ok()?,
                kept_from: seconds(used.kept_from.max(used.issued_at)).ok()?,
                value: used.value,
            };
            Some((u32::from_be_bytes(*rest.first_chunk()?), entry))
        };
        let (number, entry) = parts().ok_or(Refusal::Fault)?;
        Ok((root.geometry.bucket(number), entry))
    }

    /// What a bucket would hold after a use, and the version that it is of now.
    fn next(
        &self,
        root: &Root,
        (bucket, entry): &(u32, Entry<V>),
        now: UnixTime,
    ) -> Result<(Next<V>, Option<u32>), Refusal> {
        let (bytes, version) = self.buckets.read(*bucket).map_err(|_| Refusal::Fault)?;
        let held = match (&bytes, version) {
            (None, None) => Bucket::empty(self.floor(root)?),
            // To some hosts 0 means: write, whatever is there.
            (Some(bytes), Some(1..)) => Bucket::parse(bytes).ok_or(Refusal::Fault)?,
            (None, Some(_)) | (Some(_), None | Some(0)) => return Err(Refusal::Fault),
        };
        Ok((held.with(entry, self.window, seconds(now)?)?, version))
    }

    /// What [`take`](Self::take) would say now. Nothing is written.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub fn find(&self, used: &Use<'_, V>, now: UnixTime) -> Result<Found<V>, Refusal> {
        let root = self.root(now)?;
        let place = self.entry(root, used)?;
        Ok(match self.next(root, &place, now)? {
            (Next::Bytes(_), _) => Found::Nothing,
            (Next::Held(value), _) => Found::Use(value),
        })
    }

    /// Records the use if it is the first. One atomic step: of any number of copies, on any number
    /// of workers, one finds nothing before it.
    ///
    /// # Errors
    /// [`Refusal`], where nothing was written.
    pub fn take(&self, used: &Use<'_, V>, now: UnixTime) -> Result<Found<V>, Refusal> {
        let root = self.root(now)?;
        let place = self.entry(root, used)?;
        for _ in 0..TRIES {
            let (bytes, version) = match self.next(root, &place, now)? {
                (Next::Held(value), _) => return Ok(Found::Use(value)),
                (Next::Bytes(bytes), version) => (bytes, version),
            };
            match self.buckets.write(place.0, &bytes, version) {
                Ok(()) => return Ok(Found::Nothing),
                Err(WriteFault::Conflict) => {}
                Err(WriteFault::Failed) => return Err(Refusal::Fault),
            }
        }
        Err(Refusal::Fault)
    }
}

/// Whole seconds, as a bucket holds them.
fn seconds(moment: UnixTime) -> Result<u32, Refusal> {
    u32::try_from(moment.secs()).map_err(|_| Refusal::Fault)
}

/// A duration in seconds, rounded up. One that does not fit becomes the longest, which forgets
/// nothing.
fn whole_seconds(duration: Duration) -> u32 {
    let begun = u64::from(duration.subsec_nanos() > 0);
    u32::try_from(duration.as_secs().saturating_add(begun)).unwrap_or(u32::MAX)
}
