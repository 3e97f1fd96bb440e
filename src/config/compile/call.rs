//! Where a call goes and how long it may take, as every section writes it that has something asked.

use super::{At, Faults, MILLISECOND, MINUTE, Part, span, text};
use crate::config::units;
use crate::config::wire::scalar::Span;
use std::time::Duration;

/// Whom a call is for.
pub(super) struct Address {
    /// The cluster of the proxy.
    pub(super) cluster: String,
    /// `:authority`: the name of the cluster unless written.
    pub(super) authority: String,
}

/// Reads `cluster` and `authority`, members of the section at `at`.
pub(super) fn address(
    cluster: Part<String>,
    authority: Option<Part<String>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Address> {
    let cluster_at = at.member("cluster");
    let cluster = cluster.open(&cluster_at, faults);
    let cluster = cluster.and_then(|it| text::visible(it, &cluster_at, faults));
    let authority_at = at.member("authority");
    let authority = match Part::open_if_there(authority, &authority_at, faults) {
        Some(Some(it)) => text::visible(it, &authority_at, faults).map(Some),
        absent_or_faulty => absent_or_faulty,
    };
    let cluster = cluster?;
    Some(Address {
        authority: authority?.unwrap_or_else(|| cluster.clone()),
        cluster,
    })
}

/// Reads `path`, a member of the section at `at`.
pub(super) fn path(part: Part<String>, at: &At<'_>, faults: &mut Faults) -> Option<String> {
    let at = at.member("path");
    let path = part.open(&at, faults);
    path.and_then(|it| text::path(it, &at, faults))
}

/// Reads `timeout`, a member of the section at `at`, of a call that a request waits for: no longer
/// than requests may wait.
pub(super) fn timeout(
    part: Part<Span>,
    deadline: Option<Duration>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Duration> {
    let at = at.member("timeout");
    let timeout = part.open(&at, faults);
    let timeout = timeout.and_then(|it| span(&it, MILLISECOND..=MINUTE, &at, faults))?;
    if let Some(deadline) = deadline {
        let limit = units::show_duration(deadline);
        let problem = format!("is longer than `waiting.deadline`, {limit}, which would end it");
        faults.check(timeout <= deadline, &at, problem);
    }
    Some(timeout)
}
