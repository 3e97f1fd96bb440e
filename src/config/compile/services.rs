//! Decision services.

use super::{At, Faults, Part, call, text};
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
    let address = call::address(written.cluster, written.authority, at, faults);
    let path = call::path(written.path, at, faults);
    let timeout = call::timeout(written.timeout, deadline, at, faults);
    let address = address?;
    match protocol? {
        Protocol::Authzen => Some(Service {
            name: name.into(),
            cluster: address.cluster,
            authority: address.authority,
            path: path?,
            timeout: timeout?,
        }),
    }
}
