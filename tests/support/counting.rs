//! An allocator that counts what the current thread asks it for.
#![expect(
    unsafe_code,
    reason = "an allocator can only be written so; it hands every call on to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

/// Calls for memory, and the bytes they asked for. A block that grows counts as one more call, with
/// the bytes that it grew by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Memory {
    pub(crate) allocations: usize,
    pub(crate) bytes: usize,
}

/// What this thread asks for while this runs.
pub(crate) fn count<T>(run: impl FnOnce() -> T) -> (T, Memory) {
    let before = (CALLS.get(), BYTES.get());
    let result = run();
    let memory = Memory {
        allocations: CALLS.get().wrapping_sub(before.0),
        bytes: BYTES.get().wrapping_sub(before.1),
    };
    (result, memory)
}

fn note(bytes: usize) {
    CALLS.set(CALLS.get().wrapping_add(1));
    BYTES.set(BYTES.get().wrapping_add(bytes));
}

// SAFETY: every block is the system's own, of the layout that was asked for.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps the contract of this very method.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps the contract of this very method.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size.saturating_sub(layout.size()));
        // SAFETY: the caller keeps the contract of this very method.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of this very method.
        unsafe { System.dealloc(block, layout) }
    }
}
