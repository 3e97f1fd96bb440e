//! Keys that are fetched: when, by whom in the process, how long they serve, and how often a
//! missing name may cause a fetch. Pure: the host only carries bytes.

use std::rc::Rc;
use std::time::Duration;

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
