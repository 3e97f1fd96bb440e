//! What no input may do: stop the module, get past it, or have it show a credential.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::arithmetic_side_effects,
    clippy::assigning_clones,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests"
)]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "what the flow table needs beside")]
mod support;

mod anything;
mod changes;
mod mutations;
mod oracle;
mod values;

use proptest::test_runner::Config;

/// So many cases, and no file of failures: a failure prints its input.
fn cases(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}
