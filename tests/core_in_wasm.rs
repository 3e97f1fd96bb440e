//! The whole gate inside a real wasm VM, where no host, clock, file or thread is: it decides as it
//! does natively, and its records are those of the same golden file, byte for byte. The unit tests
//! of `src` run there too.
#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]

#[path = "support/mutations/mod.rs"]
mod mutations;
#[expect(dead_code, reason = "the flow tests use all of it")]
mod support;

use support::certificates;
use support::table::{self, GOLDEN_NOW};
use support::world::{self, World};
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn every_row_of_the_flow_table_holds() {
    let world = World::at(GOLDEN_NOW);
    for row in table::rows(GOLDEN_NOW) {
        world::check(&row, &world.judge(&row));
    }
}

#[test]
fn the_records_are_those_of_the_golden_file() {
    assert_eq!(world::lines(), include_str!("golden/flow.txt"));
}

#[test]
fn every_row_of_the_table_of_certificates_holds() {
    certificates::check(GOLDEN_NOW);
}

#[test]
fn every_row_of_the_mutation_table_holds() {
    let world = World::under(&mutations::document(), GOLDEN_NOW);
    for row in mutations::rows(GOLDEN_NOW) {
        world::check(&row, &world.judge(&row));
    }
}
