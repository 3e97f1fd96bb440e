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
    clippy::disallowed_methods,
    reason = "tests: what goes wrong shall fail them"
)]

mod caller;
mod certificates;
mod checker;
mod config;
mod exchanging;
mod hidden;
mod http2;
#[path = "../../src/bin/countersign/mint.rs"]
mod mint;
mod opaque;
mod parity;
mod policy;
mod proxy;
mod server;
#[expect(dead_code, reason = "the golden file is another test's")]
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/mutations/mod.rs"]
mod table;
mod wire;

mod asked;
mod assertion;
mod bodies;
mod break_glass;
mod budgets;
mod calls;
mod checks;
mod circuits;
mod cost;
mod crippled;
mod decisions;
mod endings;
mod etcd;
mod exchange;
mod failing_closed;
mod fleet;
mod flow;
mod hops;
mod introspection;
mod keysets;
mod mesh;
mod metrics;
mod mutations;
mod nonces;
mod pdp;
mod repeated;
mod replay;
mod revocation;
mod signatures;
mod single_use;
mod stall;
mod streams;
mod tls;
mod updates;
mod vectors;
mod waits;
