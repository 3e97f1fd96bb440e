//! The mutation table without a host: each row's verdict, and why.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/mutations/mod.rs"]
mod mutations;
#[expect(dead_code, reason = "what the flow table needs beside")]
mod support;

use std::collections::BTreeSet;
use support::table::GOLDEN_NOW as NOW;
use support::world::{self, World};

/// So many rows there are at least.
const LEAST: usize = 150;

#[test]
fn every_row_of_the_mutation_table_holds() {
    let world = World::under(&mutations::document(), NOW);
    for row in mutations::rows(NOW) {
        world::check(&row, &world.judge(&row));
    }
}

#[test]
fn the_table_has_its_rows_and_each_a_name_of_its_own() {
    let rows = mutations::rows(NOW);
    assert!(rows.len() >= LEAST, "{} rows", rows.len());
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), rows.len());
}
