//! The built module in a real Envoy. `make test` builds the one and installs the other; both are
//! needed, and a test whose proxy cannot start fails.
#![expect(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "tests: what goes wrong shall fail them"
)]

mod caller;
mod config;
mod http2;
#[path = "../../src/bin/countersign/mint.rs"]
mod mint;
mod policy;
mod proxy;
mod server;
mod wire;

mod bodies;
mod decisions;
mod failing_closed;
mod vectors;
