//! Opaque tokens without a host: one change to a valid request or to what is said of its token, one
//! reason, and how often the authorization server is asked.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

#[expect(dead_code, reason = "what other tests share")]
#[path = "../support/opaque.rs"]
mod opaque;
#[expect(dead_code, reason = "what other tests share")]
#[path = "../support/mod.rs"]
mod support;

mod asked;
mod said;

use countersign::http::Connection;
use support::plan::certificate;
use support::table::GOLDEN_NOW;
use support::world::World;

/// Now, in seconds.
const NOW: i64 = GOLDEN_NOW;

fn world() -> World {
    World::under(&opaque::document(), NOW)
}

/// A connection with the client certificate of RFC 8705 appendix A.
fn certified() -> Connection {
    Connection {
        certificate: Some(certificate()),
        ..Connection::default()
    }
}
