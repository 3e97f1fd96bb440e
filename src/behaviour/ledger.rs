//! What a whole process remembers, over memory that its workers share.

use crate::behaviour::look::{Finding, Look, Place, holds, named, seconds, whole_seconds};
use crate::behaviour::page::{Owner, Page};
use crate::behaviour::recalled::Recalled;
use crate::behaviour::root::Root;
use crate::behaviour::rules::{Cell, What, Who};
use crate::behaviour::{
    Added, Change, Learnt, Lessons, Limits, Memory, Recollection, Rules, Sight,
};
use crate::crypto::digest::{Digest32, MacKey};
use crate::time::UnixTime;
use crate::uses::{Buckets, WriteFault};
use std::sync::OnceLock;

/// How often a sum is tried to be taken back because another worker wrote the page in between.
const TRIES: usize = 16;

/// A memory of fixed size.
///
/// All that is remembered of a subject stands in one page of 4 KiB, chosen by a keyed hash, so that
/// nobody can aim at one; what is remembered of a key, whoever brings it, in a page of the key's.
/// What was seen takes 23 bytes, and goes when room is needed, the oldest first, so that later it
/// counts as never seen. What is counted stays until its time is over. Where a page has no room for
/// more of it, the budget counts as exceeded; and where such a request is forwarded all the same, so
/// do all budgets on that page, until none of them reaches back to it.
///
/// # Does not check
/// That nobody else wrote a page: others may have the memory too, though they do not find the pages
/// without the secret. Bytes that are no page count as one from which everything is missing that
/// was ever counted.
#[derive(Debug)]
pub struct Ledger<B> {
    buckets: B,
    own: Root,
    key: MacKey,
    after: u32,
    keep: u32,
    root: OnceLock<Root>,
}

impl<B: Buckets> Ledger<B> {
    /// Opens the memory, or begins it where this process has none yet. Its size counts for the one
    /// who begins it; a later policy with another takes effect with the next process. `key` must be
    /// the same in all workers.
    ///
    /// Where the shared memory fails now, nothing is known until it does not.
    pub fn open(buckets: B, limits: Limits, key: MacKey) -> Self {
        let ledger = Self {
            buckets,
            own: Root::of(limits.memory),
            key,
            after: whole_seconds(limits.after),
            keep: whole_seconds(limits.keep),
            root: OnceLock::new(),
        };
        // A fault is met again by the first request.
        let _ = ledger.root();
        ledger
    }

    fn root(&self) -> Option<Root> {
        if let Some(root) = self.root.get() {
            return Some(*root);
        }
        let root = self.own.settle(&self.buckets, &self.key)?;
        Some(*self.root.get_or_init(|| root))
    }

    /// The tag of these pieces, and the bucket of the page of what they name.
    fn bucket(&self, pieces: &[&[u8]]) -> Option<(Digest32, u32)> {
        let tag = self.key.tag(pieces);
        let (_, rest) = tag.split_at_checked(8)?;
        let number = u32::from_be_bytes(*rest.first_chunk()?);
        Some((tag, self.root()?.bucket(number)))
    }

    /// The page in a bucket, and the number of its version. None where the memory fails.
    fn page(&self, bucket: u32, now: u32) -> Option<(Page, Option<u32>)> {
        let (bytes, version) = self.buckets.read(bucket).ok()?;
        let page = match (bytes, version) {
            (None, None) => Page::empty(),
            (Some(bytes), Some(1..)) => Page::parse(bytes, now).unwrap_or_else(|| Page::torn(now)),
            (None, Some(1..)) => Page::torn(now),
            // To some hosts 0 means: write, whatever is there.
            (None, Some(0)) | (Some(_), None | Some(0)) => return None,
        };
        Some((page, version))
    }

    /// The page of the subject.
    fn subject(&self, sight: &Sight<'_>, now: u32) -> Option<Place> {
        let pieces = [sight.issuer.as_bytes(), sight.subject.as_bytes()];
        let [issuer, subject] = pieces;
        let (tag, bucket) = self.bucket(&[b"subject", issuer, subject])?;
        let (page, version) = self.page(bucket, now)?;
        Some(Place {
            bucket,
            version,
            page,
            owner: Owner::of(&tag),
            tag,
            added: Vec::new(),
            is_short: false,
        })
    }

    /// Whether each key was seen long enough ago, whoever brought it.
    fn keys(
        &self,
        look: &Look<'_>,
        cell: &Cell,
        place: &mut Place,
        changes: &mut Vec<Change>,
    ) -> bool {
        let mut all_old = !look.sight.keys.is_empty();
        for key in look.sight.keys {
            let Some((tag, bucket)) = self.bucket(&[b"key", &key[..]]) else {
                return false;
            };
            let name = named(&tag, cell, &[]);
            if bucket == place.bucket {
                all_old &= look.is_old(place, name).unwrap_or(false);
                continue;
            }
            let Some((page, version)) = self.page(bucket, seconds(look.now)) else {
                return false;
            };
            let mut own = Place {
                bucket,
                version,
                page,
                owner: place.owner,
                tag,
                added: Vec::new(),
                is_short: false,
            };
            all_old &= look.is_old(&mut own, name).unwrap_or(false);
            changes.extend(own.change(false));
        }
        all_old
    }

    fn look<'a>(&self, sight: &'a Sight<'a>, lessons: Lessons, now: UnixTime) -> Look<'a> {
        Look {
            sight,
            lessons,
            now,
            after: self.after,
            keep: self.keep,
        }
    }

    fn write(&self, change: &Change) -> Result<(), WriteFault> {
        self.buckets
            .write(change.bucket, &change.bytes, change.version)
    }
}

impl<B: Buckets> Memory for Ledger<B> {
    fn recall(
        &self,
        rules: &Rules,
        sight: &Sight<'_>,
        lessons: Lessons,
        now: UnixTime,
    ) -> Recollection {
        let look = self.look(sight, lessons, now);
        let Some(mut place) = self.subject(sight, seconds(now)) else {
            return Recollection::blank();
        };
        let found = look.all(rules, &mut place).or_else(|| {
            place.page = Page::torn(seconds(now));
            place.added.clear();
            look.all(rules, &mut place)
        });
        let Some(mut found) = found else {
            return Recollection::blank();
        };
        let mut changes = Vec::new();
        for (cell, finding) in rules.cells.iter().zip(&mut found) {
            if cell.what == What::Seen(Who::Key) {
                let all_old = self.keys(&look, cell, &mut place, &mut changes);
                *finding = Finding::Holds(!all_old);
            }
        }
        let numbered = rules.conditions.iter().enumerate();
        let holding = numbered.filter(|(_, (cell, condition))| {
            let finding = found.get(*cell);
            finding.is_none_or(|finding| holds(condition, *finding, sight))
        });
        let recalled = holding.fold(Recalled::NONE, |all, (number, _)| all.with(number));
        let counts = rules.cells.iter().any(|cell| cell.what.is_counted());
        if place.is_short {
            place.page.lose(seconds(now));
        }
        changes.extend(place.change(counts && lessons != Lessons::Sights));
        // The page that a race could break goes first.
        changes.reverse();
        Recollection {
            recalled,
            changes,
            added: place.added,
        }
    }

    fn learn(&self, recollection: Recollection) -> Learnt {
        for change in &recollection.changes {
            match self.write(change) {
                Ok(()) => {}
                // What was seen is seen again, or stays unseen.
                Err(_) if !change.is_counted => {}
                Err(WriteFault::Conflict) => return Learnt::Raced,
                Err(WriteFault::Failed) => return Learnt::Lost,
            }
        }
        Learnt::Kept
    }

    fn unlearn(&self, rules: &Rules, sight: &Sight<'_>, added: &Added, now: UnixTime) {
        if added.names.is_empty() {
            return;
        }
        let look = self.look(sight, Lessons::Counts, now);
        for _ in 0..TRIES {
            let Some(mut place) = self.subject(sight, seconds(now)) else {
                return;
            };
            if look.take_back(rules, &mut place, added).is_none() {
                return;
            }
            let Some(change) = place.change(true) else {
                return;
            };
            match self.write(&change) {
                Err(WriteFault::Conflict) => {}
                Ok(()) | Err(WriteFault::Failed) => return,
            }
        }
    }
}
