//! The log of a whole process, over memory that its workers share.

use crate::crypto::digest::MacKey;
use crate::proof::replay::bucket::{Bucket, Entry};
use crate::proof::replay::root::Root;
use crate::proof::replay::{Buckets, Geometry, ReplayLog, Use, Window, WriteFault};
use crate::reason::Reason;
use crate::time::UnixTime;
use std::sync::OnceLock;
use std::time::Duration;

/// How often a use is tried anew because another worker wrote the same bucket in between.
const TRIES: usize = 16;

/// A replay log of fixed size.
///
/// A use goes to one bucket of 4 KiB, chosen by a keyed hash, so that nobody can aim at one. An
/// entry takes 28 bytes, so a bucket holds 145 and 8 MiB hold 2048 * 145 = 296960. An entry lives
/// for `max_age + max_ahead + 1` seconds, which makes the most uses a second that a log can take
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
pub struct Log<B> {
    buckets: B,
    geometry: Geometry,
    key: MacKey,
    window: u32,
    ahead: Duration,
    root: OnceLock<Root>,
}

impl<B: Buckets> Log<B> {
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

    fn root(&self, now: UnixTime) -> Result<&Root, Reason> {
        if let Some(root) = self.root.get() {
            return Ok(root);
        }
        let root = Root::settle(&self.buckets, self.geometry, &self.key, now)?;
        Ok(self.root.get_or_init(|| root))
    }

    /// The last second of issue that a log born then knows nothing of. A proof may be dated ahead
    /// by `max_ahead`, so one used just before the log was born may bear a later time than that.
    fn floor(&self, root: &Root) -> Result<u32, Reason> {
        seconds(root.born.after(self.ahead))
    }

    /// The bucket of a use and what is held of it.
    fn entry(&self, root: &Root, proof: &Use<'_>) -> Result<(u32, Entry), Reason> {
        let [issuer, subject, client] = proof.owner.map(str::as_bytes);
        let owner = self.key.tag(&[b"owner", issuer, subject, client]);
        let tag = self.key.tag(&[b"use", proof.thumbprint, proof.id]);
        let parts = || {
            let (id, rest) = tag.split_first_chunk()?;
            let entry = Entry {
                id: *id,
                owner: *owner.first_chunk()?,
                issued_at: seconds(proof.issued_at).ok()?,
                kept_from: seconds(proof.kept_from.max(proof.issued_at)).ok()?,
            };
            Some((u32::from_be_bytes(*rest.first_chunk()?), entry))
        };
        let (number, entry) = parts().ok_or(Reason::ReplayLogFault)?;
        Ok((root.geometry.bucket(number), entry))
    }
}

impl<B: Buckets> ReplayLog for Log<B> {
    fn consume(&self, proof: &Use<'_>, now: UnixTime) -> Result<(), Reason> {
        let root = self.root(now)?;
        let (bucket, entry) = self.entry(root, proof)?;
        for _ in 0..TRIES {
            let (bytes, version) = self
                .buckets
                .read(bucket)
                .map_err(|_| Reason::ReplayLogFault)?;
            let held = match (&bytes, version) {
                (None, None) => Bucket::empty(self.floor(root)?),
                // To some hosts 0 means: write, whatever is there.
                (Some(bytes), Some(1..)) => Bucket::parse(bytes).ok_or(Reason::ReplayLogFault)?,
                (None, Some(_)) | (Some(_), None | Some(0)) => return Err(Reason::ReplayLogFault),
            };
            let next = held.with(&entry, self.window, seconds(now)?)?;
            match self.buckets.write(bucket, &next, version) {
                Ok(()) => return Ok(()),
                Err(WriteFault::Conflict) => {}
                Err(WriteFault::Failed) => return Err(Reason::ReplayLogFault),
            }
        }
        Err(Reason::ReplayLogFault)
    }
}

/// Whole seconds, as a bucket holds them.
fn seconds(moment: UnixTime) -> Result<u32, Reason> {
    u32::try_from(moment.secs()).map_err(|_| Reason::ReplayLogFault)
}

/// A duration in seconds, rounded up. One that does not fit becomes the longest, which forgets
/// nothing.
fn whole_seconds(duration: Duration) -> u32 {
    let begun = u64::from(duration.subsec_nanos() > 0);
    u32::try_from(duration.as_secs().saturating_add(begun)).unwrap_or(u32::MAX)
}
