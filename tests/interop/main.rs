//! The built module in a real Envoy, between parts that nobody of this project wrote: an
//! authorization server, a decision service and clients. `make interop` installs what it needs; a part
//! that cannot start fails its tests.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::unwrap_in_result,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "tests: what goes wrong shall fail them"
)]
#![expect(
    dead_code,
    reason = "what is shared with the tests in tests/envoy is not used as a whole"
)]

mod cerbos;
#[path = "../envoy/config.rs"]
mod config;
#[path = "../envoy/hidden.rs"]
mod hidden;
mod part;
mod policy;
#[path = "../envoy/proxy.rs"]
mod proxy;
#[path = "../envoy/server.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;
#[path = "../envoy/wire.rs"]
mod wire;
mod world;

mod bound;
mod decisions;
mod exchanges;
mod issuance;
mod mcp;
mod nonces;
mod opaque;
mod payments;
mod proofs;
mod rotation;
mod signatures;
