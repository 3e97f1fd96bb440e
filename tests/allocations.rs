//! What a request may ask of the allocator. `make bench` prints the same numbers, and times.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/load.rs"]
mod load;
#[expect(dead_code, reason = "the flow tests use all of it")]
mod support;

use counting::count;
use load::{KINDS, NOW, Request, Yes, document, judge};
use support::world::World;

#[test]
fn no_kind_of_request_allocates_more_than_its_ceiling() {
    for kind in KINDS {
        let world = World::under(&document(), NOW);
        // The first use of a place may cost once what no later one does.
        for number in 0..3 {
            let wire = kind.wire(number);
            kind.prepare(&world, &wire);
            let request = Request::of(&wire);
            let ((outcome, _), memory) = count(|| judge(&world, request, &Yes));
            kind.check(&outcome);
            assert!(
                number == 0
                    || (memory.allocations <= kind.allocations && memory.bytes <= kind.bytes),
                "{}: {memory:?}",
                kind.name
            );
        }
    }
}
