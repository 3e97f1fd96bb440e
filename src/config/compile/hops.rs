//! Proxies in front of this one.

use super::{At, Faults, Part};
use crate::config::wire::hop::{Certificates, Hop as Written};
use crate::http::forwarded_certificate::{Hop, Mode};
use crate::http::spiffe::SpiffeId;

pub(super) fn compile(
    part: Option<Part<Vec<Part<Written>>>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<Hop>> {
    let written = Part::open_if_there(part, at, faults)?.unwrap_or_default();
    let mut hops: Vec<Hop> = Vec::with_capacity(written.len());
    let mut whole = true;
    for (place, part) in written.into_iter().enumerate() {
        let at = at.item(place);
        let hop = part.open(&at, faults).and_then(|it| hop(it, &at, faults));
        whole &= hop.is_some();
        let Some(hop) = hop else { continue };
        let again = hops.iter().any(|other| other.peer == hop.peer);
        faults.check(
            !again,
            &at.member("peer"),
            format!("{} is listed already", hop.peer),
        );
        hops.push(hop);
    }
    whole.then_some(hops)
}

fn hop(written: Written, at: &At<'_>, faults: &mut Faults) -> Option<Hop> {
    let peer_at = at.member("peer");
    let peer = written.peer.open(&peer_at, faults);
    let peer = peer.and_then(|it| workload(&it, &peer_at, faults));
    let certificates = written
        .certificates
        .open(&at.member("certificates"), faults);
    Some(Hop {
        peer: peer?,
        mode: match certificates? {
            Certificates::Appended => Mode::Appended,
            Certificates::Forwarded => Mode::Forwarded,
        },
    })
}

/// The SPIFFE ID of a workload.
pub(super) fn workload(text: &str, at: &At<'_>, faults: &mut Faults) -> Option<SpiffeId> {
    let id = SpiffeId::parse(text).ok().filter(SpiffeId::is_workload);
    let how = "write spiffe://trust-domain/path";
    faults.keep(
        id.ok_or(format!(
            "{text:?} is not the SPIFFE ID of a workload: {how}"
        )),
        at,
    )
}
