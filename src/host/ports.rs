//! The ports that the core asks for, on the host: shared data, and the host's signature check.

use super::abi::{self, Fault};
use super::meters::Meters;
use crate::crypto::digest::MacKey;
use crate::crypto::native::{Functions, Native};
use crate::crypto::private::SignFunction;
use crate::crypto::{Algorithm, Engine, InvalidSignature, PublicKey, Verifier};
use crate::proof::replay::{ReplayLog, Use};
use crate::reason::Reason;
use crate::supply::board::Board;
use crate::time::UnixTime;
use crate::transaction::single_use::{Passage, Spending, TransactionLog};
use crate::uses::fleet::{Lease, Leases, Rolling};
use crate::uses::{BucketFault, Buckets, Memory, WriteFault};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The shared data of the process. Every plugin with the same `vm_id` has it too.
#[derive(Clone, Copy, Debug)]
pub(super) struct SharedData;

impl SharedData {
    /// Writes a value if it is still in the state of this number; None where there must not be
    /// one yet.
    fn swap(name: &str, value: &[u8], state: Option<u32>) -> Result<bool, Fault> {
        match abi::set_shared(name, value, state.unwrap_or(abi::ABSENT)) {
            Ok(()) => Ok(true),
            Err(Fault::CAS_MISMATCH) => Ok(false),
            Err(fault) => Err(fault),
        }
    }
}

impl Board for SharedData {
    fn read(&self, name: &str) -> Option<(Vec<u8>, u32)> {
        let cell = abi::shared(name).ok()??;
        Some((cell.value, cell.version))
    }

    fn write(&self, name: &str, value: &[u8], state: Option<u32>) -> bool {
        Self::swap(name, value, state).unwrap_or(false)
    }
}

/// What buckets hold. Each has a region and a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kept {
    /// Uses of proofs.
    Proofs,
    /// Uses of transactions.
    Transactions,
    /// What was forwarded before.
    Past,
    /// What carries open streams on.
    Renewals,
}

impl Kept {
    /// What the names of its buckets are derived for, from the gate's secret.
    const fn names(self) -> &'static str {
        match self {
            Self::Proofs => "replay buckets",
            Self::Transactions => "transaction buckets",
            Self::Past => "behaviour pages",
            Self::Renewals => "renewal pages",
        }
    }

    /// The key of its log, from the gate's secret.
    pub(super) fn key(self, secret: &[u8]) -> MacKey {
        MacKey::derive(
            secret,
            match self {
                Self::Proofs => "replay",
                Self::Transactions => "transactions",
                Self::Past => "behaviour",
                Self::Renewals => "renewals",
            },
        )
    }
}

/// The buckets of a log in the shared data, under names that nobody finds without the gate's secret.
#[derive(Debug)]
pub(super) struct SharedBuckets {
    prefix: String,
}

impl SharedBuckets {
    /// The buckets of the gates with this secret, for these uses.
    pub(super) fn of(secret: &[u8], kept: Kept) -> Self {
        let name = MacKey::derive(secret, kept.names()).name(&[]);
        Self {
            prefix: format!("countersign/v1/buckets/{name}/"),
        }
    }

    fn name(&self, bucket: u32) -> String {
        format!("{}{bucket}", self.prefix)
    }
}

impl Buckets for SharedBuckets {
    fn read(&self, bucket: u32) -> Result<(Option<Vec<u8>>, Option<u32>), BucketFault> {
        match abi::shared(&self.name(bucket)) {
            Ok(Some(cell)) => Ok((Some(cell.value), Some(cell.version))),
            Ok(None) => Ok((None, None)),
            Err(_) => Err(BucketFault),
        }
    }

    fn write(&self, bucket: u32, bytes: &[u8], version: Option<u32>) -> Result<(), WriteFault> {
        match SharedData::swap(&self.name(bucket), bytes, version) {
            Ok(true) => Ok(()),
            Ok(false) => Err(WriteFault::Conflict),
            Err(_) => Err(WriteFault::Failed),
        }
    }
}

thread_local! {
    /// A new configuration is a new root in the same VM, and must not forget what the last one saw.
    static WORKER: RefCell<BTreeMap<String, Rc<Memory>>> = const { RefCell::new(BTreeMap::new()) };
}

/// The memory of this worker, for gates with this secret and these uses.
pub(super) fn worker_memory(secret: &[u8], kept: Kept) -> Rc<Memory> {
    let name = MacKey::derive(secret, kept.names()).name(&[]);
    WORKER.with_borrow_mut(|memories| Rc::clone(memories.entry(name).or_default()))
}

/// Forgets the memory of this worker, where another one takes its uses from here on: it would not know
/// of those, were it asked again. A log that is still open over it keeps it.
pub(super) fn leave_worker_memory(secret: &[u8], kept: Kept) {
    let name = MacKey::derive(secret, kept.names()).name(&[]);
    WORKER.with_borrow_mut(|memories| memories.remove(&name));
}

/// The leases of this root for uses of one sort, where its policy puts any to a store; and the call
/// that asks for the next.
#[derive(Debug, Default)]
pub(super) struct Rolled {
    pub(super) rolling: RefCell<Option<Rolling>>,
    pub(super) granting: Cell<Option<u32>>,
}

impl Rolled {
    /// No lease yet.
    pub(super) fn of(rolling: Option<Rolling>) -> Self {
        Self {
            rolling: RefCell::new(rolling),
            granting: Cell::new(None),
        }
    }
}

impl Leases for Rolled {
    fn lease(&self, now: UnixTime) -> Option<Lease> {
        self.rolling.borrow().as_ref()?.lease(now)
    }

    fn lost(&self, lease: Lease) {
        if let Some(rolling) = &mut *self.rolling.borrow_mut() {
            rolling.lost(lease);
        }
    }
}

/// The log of a gate that refuses everything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed;

impl ReplayLog for Closed {
    fn consume(&self, _proof: &Use<'_>, _now: UnixTime) -> Result<(), Reason> {
        Err(Reason::ReplayLogFault)
    }
}

impl TransactionLog for Closed {
    fn look(&self, _: &Spending, _: [&str; 3], _: UnixTime) -> Result<Passage, Reason> {
        Err(Reason::TransactionLogFault)
    }

    fn consume(&self, _: &Spending, _: [&str; 3], _: UnixTime) -> Result<Passage, Reason> {
        Err(Reason::TransactionLogFault)
    }
}

/// The host's native library.
#[derive(Clone, Copy, Debug)]
pub(super) struct Foreign;

impl Functions for Foreign {
    fn verify_signature(&self, arguments: &[u8]) -> Option<Vec<u8>> {
        abi::foreign("verify_signature", arguments).ok()
    }
}

impl SignFunction for Foreign {
    fn sign(&self, arguments: &[u8]) -> Option<Vec<u8>> {
        abi::foreign("sign", arguments).ok()
    }
}

/// Both engines, counted.
pub(super) struct Counted {
    inner: Native<Foreign>,
    meters: Rc<Meters>,
}

impl Counted {
    /// Tests what the host can do.
    pub(super) fn new(meters: Rc<Meters>) -> Self {
        let inner = Native::self_tested(Foreign);
        Self { inner, meters }
    }

    /// The algorithms that the host verifies.
    pub(super) fn native(&self) -> Vec<&'static str> {
        self.inner.algorithms().map(Algorithm::name).collect()
    }
}

impl Verifier for Counted {
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Engine, InvalidSignature> {
        let engine = self.inner.verify(algorithm, key, message, signature)?;
        self.meters.engine(engine).add(1);
        Ok(engine)
    }
}
