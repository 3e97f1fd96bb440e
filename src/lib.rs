//! Countersign: a credential is not enough. This crate is the sentry that asks for the countersign.
//!
//! The core is pure: it takes bytes, time and keys as values and returns what to do. `host` puts it
//! into a proxy-wasm host, the native command puts it on a desk; neither knows the other.
//! `ARCHITECTURE.md` has the picture and the order of the layers.
#![cfg_attr(
    all(test, target_os = "unknown"),
    expect(
        clippy::arithmetic_side_effects,
        reason = "tests may compute, and Clippy knows only the native `#[test]` for one"
    )
)]

pub mod assertion;
pub mod behaviour;
pub mod config;
pub mod crypto;
#[cfg(any(target_os = "wasi", test))]
pub mod host;
pub mod http;
pub mod jose;
pub mod json;
pub mod keys;
pub mod mcp;
pub mod pipeline;
pub mod policy;
pub mod proof;
pub mod reason;
pub mod record;
pub mod renewals;
pub mod respond;
pub mod revocation;
pub mod risk;
pub mod route;
pub mod step_up;
pub mod supply;
#[cfg(test)]
pub(crate) mod testing;
pub mod time;
pub mod token;
pub mod transaction;
pub mod uses;
