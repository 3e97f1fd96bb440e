//! What the flow tests share: valid requests, the table of what is done to them, and a world without
//! a proxy.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::assigning_clones,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

pub(crate) mod answers;
pub(crate) mod batches;
pub(crate) mod calls;
pub(crate) mod certificates;
pub(crate) mod emergency;
pub(crate) mod fleet;
pub(crate) mod nonces;
pub(crate) mod once;
pub(crate) mod orders;
pub(crate) mod past;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod reads;
pub(crate) mod revoked;
pub(crate) mod signed;
pub(crate) mod signed_orders;
pub(crate) mod signing;
pub(crate) mod table;
pub(crate) mod transfers;
pub(crate) mod tts;
pub(crate) mod workload;
pub(crate) mod world;
