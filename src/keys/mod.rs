//! Keys that are fetched: when, by whom in the process, how long they serve, and how often a
//! missing name may cause a fetch. Pure: the host only carries bytes.
//!
//! The workers of a process share a [`board::Board`]. For each source it holds a [`lease::Lease`], which
//! says who fetches and when the next fetch is due, and the last good keys. Another plugin may
//! write to the same board, so both carry a tag under the gate's secret.

pub mod board;
pub mod lease;
mod missing;
pub mod roster;
pub mod store;

use std::rc::Rc;
use std::time::Duration;

/// Largest key set that is read, in bytes.
pub const MAX_SET_BYTES: usize = 256 * 1024;

/// Where an issuer publishes its keys, and how they are kept fresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name of the issuer in the policy.
    pub name: Rc<str>,
    /// The Envoy cluster.
    pub cluster: String,
    /// `:authority` of the request.
    pub authority: String,
    /// `:path` of the request.
    pub path: String,
    /// How often they are fetched.
    pub refresh: Duration,
    /// How long the last good ones serve while no fetch succeeds.
    pub max_stale: Duration,
    /// How long one fetch may take.
    pub timeout: Duration,
}

#[cfg(test)]
mod tests;
