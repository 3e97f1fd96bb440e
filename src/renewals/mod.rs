//! What carries open streams on: of each that was renewed, until when, and by which token. The worker
//! that has the stream finds it when its stream is due.

mod page;
#[cfg(test)]
mod tests;

use crate::crypto::digest::{Digest32, MacKey};
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::uses::{Buckets, WriteFault};
use page::{Entry, Page, Refusal};

/// How often a note is tried anew because another worker wrote the same page in between.
const TRIES: usize = 16;
/// How many pages there are, of 4 KiB each. They are begun as they are needed.
const PAGES: u32 = 1024;

/// What names the streams of one caller on one route. All of it must agree for one to carry on another.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// The origin that the streams are for.
    pub origin: &'a str,
    /// The route of the streams.
    pub route: &'a str,
    /// Who vouches for the subject.
    pub issuer: &'a str,
    /// The subject.
    pub subject: &'a str,
    /// Issuer and subject of whoever acts for it.
    pub actor: Option<(&'a str, &'a str)>,
    /// Who vouches for the transaction: the issuer of the transaction token. None for that of the
    /// caller's own token.
    pub chain: Option<&'a str>,
    /// `txn`.
    pub transaction: &'a str,
    /// What was shown: thumbprints of keys, digests of certificates, in order.
    pub keys: &'a [&'a Digest32],
}

/// What a stream rests on that was renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// When it ends, the leeway in it.
    pub until: UnixTime,
    /// The digest of the `jti` of the token, if it has one.
    pub token: Option<Digest32>,
    /// Its entry in a status list: the digest of the list's URI, and the index. None where it has none.
    pub status: Option<(Digest32, u64)>,
    /// The digest of the `jti` of the transaction token beside it, if there is one that has it.
    pub chain: Option<Digest32>,
    /// The entry of that token in a status list, as `status`.
    pub chain_status: Option<(Digest32, u64)>,
}

/// Remembers renewals: a port, answered at once.
pub trait Renewals {
    /// Notes a renewal. One that reaches further stays.
    ///
    /// # Errors
    /// [`Reason::RenewalQuota`], [`Reason::RenewalsFull`], [`Reason::RenewalsFault`], where nothing was
    /// noted.
    fn note(&self, name: &Name<'_>, renewal: &Renewal, now: UnixTime) -> Result<(), Reason>;

    /// The renewal of this name that reaches furthest. None where there is none, or the memory fails.
    fn find(&self, name: &Name<'_>) -> Option<Renewal>;
}

/// Renewals in memory that all workers share.
///
/// A name goes to one page of 4 KiB, chosen by a keyed hash, which holds 23 of them; one owner has at
/// most five of a page. A note is kept for as long as a stream could need it: until what it says has
/// ended, and the longest grace after that. A full page refuses.
#[derive(Debug)]
pub struct Shared<B> {
    buckets: B,
    key: MacKey,
}

impl<B: Buckets> Shared<B> {
    /// The renewals in these buckets. `key` must be the same in all workers.
    pub fn open(buckets: B, key: MacKey) -> Self {
        Self { buckets, key }
    }

    /// The page of a name, and what it is called there.
    fn place(&self, name: &Name<'_>) -> Option<(u32, [u8; 16])> {
        let (actor_issuer, actor) = name.actor.unwrap_or_default();
        let kind: &[u8] = match (name.actor, name.chain) {
            (None, None) => b"own",
            (None, Some(_)) => b"chain",
            (Some(_), None) => b"own, acting",
            (Some(_), Some(_)) => b"chain, acting",
        };
        let mut pieces: Vec<&[u8]> = vec![
            b"renewal",
            kind,
            name.origin.as_bytes(),
            name.route.as_bytes(),
            name.issuer.as_bytes(),
            name.subject.as_bytes(),
            actor_issuer.as_bytes(),
            actor.as_bytes(),
            name.chain.unwrap_or_default().as_bytes(),
            name.transaction.as_bytes(),
        ];
        pieces.extend(name.keys.iter().map(|key| &key[..]));
        let tag = self.key.tag(&pieces);
        let (id, rest) = tag.split_first_chunk()?;
        let number = u32::from_be_bytes(*rest.first_chunk()?);
        Some((number.checked_rem(PAGES)?, *id))
    }

    /// Whose quota a note takes from.
    fn owner(&self, name: &Name<'_>) -> Option<[u8; 8]> {
        let [issuer, subject] = [name.issuer.as_bytes(), name.subject.as_bytes()];
        let tag = self.key.tag(&[b"owner", issuer, subject]);
        tag.first_chunk().copied()
    }

    /// A page and its version.
    fn page(&self, number: u32) -> Option<(Page, Option<u32>)> {
        let (bytes, version) = self.buckets.read(number).ok()?;
        let page = match (bytes, version) {
            (None, None) => Page::default(),
            // To some hosts 0 means: write, whatever is there.
            (Some(bytes), Some(1..)) => Page::parse(&bytes)?,
            (None, Some(_)) | (Some(_), None | Some(0)) => return None,
        };
        Some((page, version))
    }
}

impl<B: Buckets> Renewals for Shared<B> {
    fn note(&self, name: &Name<'_>, renewal: &Renewal, now: UnixTime) -> Result<(), Reason> {
        let (number, id) = self.place(name).ok_or(Reason::RenewalsFault)?;
        let entry = Entry {
            id,
            owner: self.owner(name).ok_or(Reason::RenewalsFault)?,
            renewal: *renewal,
        };
        for _ in 0..TRIES {
            let (page, version) = self.page(number).ok_or(Reason::RenewalsFault)?;
            let bytes = page.with(&entry, now).map_err(|refusal| match refusal {
                Refusal::Quota => Reason::RenewalQuota,
                Refusal::Full => Reason::RenewalsFull,
            })?;
            match self.buckets.write(number, &bytes, version) {
                Ok(()) => return Ok(()),
                Err(WriteFault::Conflict) => {}
                Err(WriteFault::Failed) => return Err(Reason::RenewalsFault),
            }
        }
        Err(Reason::RenewalsFault)
    }

    fn find(&self, name: &Name<'_>) -> Option<Renewal> {
        let (number, id) = self.place(name)?;
        let (page, _) = self.page(number)?;
        page.find(&id)
    }
}

/// Renewals of a policy without any.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Renewals for Nothing {
    fn note(&self, _: &Name<'_>, _: &Renewal, _: UnixTime) -> Result<(), Reason> {
        Err(Reason::RenewalsFault)
    }

    fn find(&self, _: &Name<'_>) -> Option<Renewal> {
        None
    }
}
