//! One use of a proof across all replicas, kept by a store that they share.
//!
//! The log of the process comes first and answers at once; what passes there is put to the store,
//! which creates one entry for each proof, in one atomic step, if it has none. Of any number of
//! copies at any number of replicas, one creates it.

mod etcd;
mod lease;
#[cfg(test)]
mod tests;

pub use etcd::{GRANT_PATH, TXN_PATH};
pub use lease::{Lease, Rolling, Term};

use crate::crypto::digest::{Digest32, sha256};
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::uses::Found;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Duration;

/// A store that all replicas share: etcd, through its gRPC-JSON gateway.
///
/// # Does not check
/// Who the store is: the proxy's cluster names it and its TLS settings authenticate it. Whoever can
/// delete from the store, or restores an old state of it, makes used proofs look new to the fleet;
/// each process's own log still knows what passed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Its name in the policy.
    pub name: Rc<str>,
    /// The Envoy cluster.
    pub cluster: String,
    /// `:authority` of the calls.
    pub authority: String,
    /// What the names of its entries begin with. Replicas with the same prefix share their uses.
    pub prefix: String,
    /// How long a call may take. Never zero: a host reads zero as no limit.
    pub timeout: Duration,
    /// How far the clock of a replica may be from the store's.
    pub clock_skew: Duration,
}

/// The largest answer that is read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 4 * 1024;

/// What a store answered, as it came.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Response {
    /// `:status`, if it was one.
    pub status: Option<u16>,
    /// `content-type`, if there was exactly one.
    pub content_type: Option<String>,
    /// `date`, if there was exactly one.
    pub date: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// The entry of one proof, or of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry(String);

impl Entry {
    /// The entry of the proof that this key made with this id (SHA-256 of its `jti`). Its name is
    /// the prefix and a plain hash of both, each preceded by its length. Not keyed: replicas whose
    /// secrets differ must meet in it. The key is part of it, so that no caller can use up the ids
    /// of another.
    #[must_use]
    pub fn of(prefix: &str, thumbprint: &Digest32, id: &Digest32) -> Self {
        let length =
            |piece: &Digest32| u64::try_from(piece.len()).unwrap_or(u64::MAX).to_be_bytes();
        let digest = sha256(&[&length(thumbprint), thumbprint, &length(id), id]);
        Self::named(prefix.to_owned(), &digest)
    }

    /// The entry of what has this name, which is no proof.
    #[must_use]
    pub fn of_transaction(prefix: &str, name: &Digest32) -> Self {
        Self::named([prefix, "transaction/"].concat(), name)
    }

    fn named(mut prefix: String, digest: &Digest32) -> Self {
        prefix.reserve(64);
        for byte in digest {
            // Writing to a String cannot fail.
            let _ = write!(prefix, "{byte:02x}");
        }
        Self(prefix)
    }

    /// Its name in the store.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// The transaction of one request: it creates the entries of all its proofs, or none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What the entries live by.
    pub lease: Lease,
    /// How many there are.
    pub entries: usize,
    /// The body, for [`TXN_PATH`].
    pub body: Vec<u8>,
}

impl Call {
    /// The transaction that creates these entries if none of them is there, to live as long as this
    /// lease.
    #[must_use]
    pub fn creating(entries: &[Entry], lease: Lease) -> Self {
        Self {
            lease,
            entries: entries.len(),
            body: etcd::create(entries, lease),
        }
    }
}

impl Call {
    /// The question that creates this entry with this value if it is not there, to live as long as
    /// this lease, and is answered with what is there if it is.
    #[must_use]
    pub fn claiming(entry: &Entry, value: &Digest32, lease: Lease) -> Self {
        Self {
            lease,
            entries: 1,
            body: etcd::claim(entry, value, lease),
        }
    }
}

/// The leases of this worker: a port, answered at once.
pub trait Leases {
    /// The lease that entries may hang on now. None while the store has granted none.
    fn lease(&self, now: UnixTime) -> Option<Lease>;

    /// The store does not know this lease any more.
    fn lost(&self, lease: Lease);
}

/// Evidence that a proof was used for the first time in the fleet. Only [`settle`] makes one.
#[derive(Debug)]
pub struct Spent(());

/// Turns the answer to a call into evidence.
///
/// # Errors
/// [`Reason::ProofReplayed`] where an entry was there; [`Reason::StoreClock`] where the store's clock
/// is further from `now` than its `clock_skew`: then entries could lapse while their proofs still
/// pass somewhere; [`Reason::StoreUnreachable`], [`Reason::StoreTimeout`], [`Reason::StoreStatus`],
/// [`Reason::StoreLease`], [`Reason::StoreMalformed`] for an answer that is not one to this call.
pub fn settle(
    store: &Store,
    entries: usize,
    response: &Response,
    now: UnixTime,
) -> Result<Spent, Reason> {
    if !etcd::created(response, entries)? {
        return Err(Reason::ProofReplayed);
    }
    lease::agree(response, store.clock_skew, now)?;
    Ok(Spent(()))
}

/// What the store had of an entry that was claimed. Nothing: it is there now.
///
/// # Errors
/// As [`settle`], but for [`Reason::ProofReplayed`].
pub fn claimed(
    store: &Store,
    entry: &Entry,
    response: &Response,
    now: UnixTime,
) -> Result<Found<32>, Reason> {
    let found = etcd::claimed(response, entry)?;
    lease::agree(response, store.clock_skew, now)?;
    Ok(found)
}
