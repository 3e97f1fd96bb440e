//! Shared memory as a host has it: versions, compare-and-swap, and faults on demand.

#![expect(
    clippy::unwrap_in_result,
    clippy::arithmetic_side_effects,
    reason = "test support: a fault in it is a failed test"
)]

use crate::crypto::digest::MacKey;
use crate::time::UnixTime;
use crate::uses::{BucketFault, Buckets, Geometry, Log, Window, WriteFault};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Memory(Mutex<State>);

#[derive(Default)]
struct State {
    buckets: BTreeMap<u32, (Option<Vec<u8>>, Option<u32>)>,
    version: u32,
    /// So many writes meet another worker's.
    conflicts: usize,
    /// Reads or writes fail.
    fails: (bool, bool),
    reads: usize,
}

impl Memory {
    pub(crate) fn bytes(&self, bucket: u32) -> Option<Vec<u8>> {
        self.0.lock().unwrap().buckets.get(&bucket)?.0.clone()
    }

    pub(crate) fn numbers(&self) -> Vec<u32> {
        self.0.lock().unwrap().buckets.keys().copied().collect()
    }

    pub(crate) fn put(&self, bucket: u32, bytes: Option<Vec<u8>>, version: Option<u32>) {
        self.0
            .lock()
            .unwrap()
            .buckets
            .insert(bucket, (bytes, version));
    }

    pub(crate) fn conflict(&self, times: usize) {
        self.0.lock().unwrap().conflicts = times;
    }

    pub(crate) fn fail(&self, reads: bool, writes: bool) {
        self.0.lock().unwrap().fails = (reads, writes);
    }

    pub(crate) fn reads(&self) -> usize {
        self.0.lock().unwrap().reads
    }
}

impl Buckets for &Memory {
    fn read(&self, bucket: u32) -> Result<(Option<Vec<u8>>, Option<u32>), BucketFault> {
        let mut state = self.0.lock().unwrap();
        state.reads += 1;
        if state.fails.0 {
            return Err(BucketFault);
        }
        Ok(state.buckets.get(&bucket).cloned().unwrap_or_default())
    }

    fn write(&self, bucket: u32, bytes: &[u8], version: Option<u32>) -> Result<(), WriteFault> {
        let mut state = self.0.lock().unwrap();
        if state.fails.1 {
            return Err(WriteFault::Failed);
        }
        if state.conflicts > 0 {
            state.conflicts -= 1;
            return Err(WriteFault::Conflict);
        }
        let held = state.buckets.get(&bucket).and_then(|(_, version)| *version);
        if held != version {
            return Err(WriteFault::Conflict);
        }
        state.version += 1;
        let written = (Some(bytes.to_vec()), Some(state.version));
        state.buckets.insert(bucket, written);
        Ok(())
    }
}

/// A log of 8 MiB for what is at most 60 s old, and 10 s ahead.
pub(crate) fn log<const V: usize>(memory: &Memory, now: UnixTime) -> Log<&Memory, V> {
    log_of(memory, Geometry::of(8 << 20), 60, now)
}

/// A log for what is at most of this age, in seconds, and 10 s ahead.
pub(crate) fn log_of<const V: usize>(
    memory: &Memory,
    geometry: Geometry,
    max_age: u64,
    now: UnixTime,
) -> Log<&Memory, V> {
    let window = Window {
        max_age: Duration::from_secs(max_age),
        max_ahead: Duration::from_secs(10),
    };
    let key = MacKey::derive(b"a secret of this process, and of no other", "replay");
    Log::open(memory, geometry, key, window, now)
}
