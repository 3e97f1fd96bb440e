//! Decision services.

use super::{At, Faults, MILLISECOND, MINUTE, Part, span, text};
use crate::config::units;
use crate::config::wire::issuer::{Protocol, Service as Written};
use crate::step_up::Service;
use std::collections::BTreeMap;
use std::time::Duration;

/// The services in the order of their names.
pub(super) fn compile(
    written: BTreeMap<String, Part<Written>>,
    deadline: Option<Duration>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<Service>> {
    let mut services = Vec::new();
    let mut whole = true;
    for (name, part) in written {
        let at = at.member(&name);
        let named = text::name(&name, &at, faults);
        let service = part
            .open(&at, faults)
            .and_then(|it| service(&name, it, deadline, &at, faults));
        whole &= named.is_some() && service.is_some();
        services.extend(service);
    }
    whole.then_some(services)
}

fn service(
    name: &str,
    written: Written,
    deadline: Option<Duration>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Service> {
    let protocol = written.protocol.open(&at.member("protocol"), faults);
    let cluster_at = at.member("cluster");
    let cluster = written.cluster.open(&cluster_at, faults);
    let cluster = cluster.and_then(|it| text::visible(it, &cluster_at, faults));
    let path_at = at.member("path");
    let path = written.path.open(&path_at, faults);
    let path = path.and_then(|it| text::path(it, &path_at, faults));
    let authority_at = at.member("authority");
    let authority = Part::open_if_there(written.authority, &authority_at, faults).flatten();
    let authority = authority.and_then(|it| text::visible(it, &authority_at, faults));
    let timeout_at = at.member("timeout");
    let timeout = written.timeout.open(&timeout_at, faults);
    let bounds = MILLISECOND..=MINUTE;
    let timeout = timeout.and_then(|it| span(&it, bounds, &timeout_at, faults))?;
    if let Some(deadline) = deadline {
        let limit = units::show_duration(deadline);
        let problem = format!("is longer than `waiting.deadline`, {limit}, which would end it");
        faults.check(timeout <= deadline, &timeout_at, problem);
    }
    let cluster = cluster?;
    match protocol? {
        Protocol::Authzen => Some(Service {
            name: name.into(),
            authority: authority.unwrap_or_else(|| cluster.clone()),
            cluster,
            path: path?,
            timeout,
        }),
    }
}
