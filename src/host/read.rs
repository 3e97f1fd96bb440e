//! Host bytes to values.

use super::abi::{self, Fault, Map};
use super::ending::Ending;
use super::pairs;
use crate::http::chosen::{Chosen, Said};
use crate::http::spiffe::SpiffeId;
use crate::http::{RequestHead, certificate_digest};
use crate::policy::Mesh;
use crate::reason::Reason;
use crate::time::UnixTime;
use std::net::{IpAddr, SocketAddr};

/// A moment, and randomness for it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moment {
    pub(super) now: UnixTime,
    pub(super) entropy: [u8; 16],
}

/// Reads the clock, and takes fresh randomness.
pub(super) fn moment() -> Result<Moment, Fault> {
    Ok(Moment {
        now: abi::now()?,
        entropy: abi::entropy()?,
    })
}

/// The header lines of the request, as bytes: any byte may stand in a value, and a line may be
/// repeated.
pub(super) fn lines() -> Result<Vec<(String, Vec<u8>)>, Reason> {
    let bytes = abi::pairs(Map::Request).map_err(|_| Reason::HostFault)?;
    pairs::read(&bytes).ok_or(Reason::HostFault)
}

/// The head of the request, from its lines, and from whether the stream ended with them.
pub(super) fn head(lines: Vec<(String, Vec<u8>)>, alone: bool) -> Result<RequestHead, Reason> {
    // A request has pseudo-headers: no line at all means that the host had no request to show.
    if lines.is_empty() {
        return Err(Reason::HostFault);
    }
    let head = RequestHead::new(lines)?;
    Ok(if alone { head.alone() } else { head })
}

/// Removes the trailers of the request. Nothing here judges them, no signature covers them, and some
/// upstreams take them for header lines; RFC 9110 section 6.5 lets an intermediary drop them.
pub(super) fn drop_trailers() -> Result<(), Reason> {
    let bytes = abi::pairs(Map::RequestTrailers).map_err(|_| Reason::HostFault)?;
    for (name, _) in pairs::read(&bytes).ok_or(Reason::HostFault)? {
        abi::remove_trailer(&name).map_err(|_| Reason::HostFault)?;
    }
    Ok(())
}

/// `traceparent`, if there is exactly one that is visible ASCII: it is passed on, never believed.
pub(super) fn traceparent(lines: &[(String, Vec<u8>)]) -> Option<String> {
    let mut found = lines.iter().filter(|(name, _)| name == "traceparent");
    let (_, value) = found.next()?;
    let fine = found.next().is_none() && value.len() <= 128;
    let text = String::from_utf8(value.clone()).ok()?;
    (fine && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(text)
}

/// The route that the proxy chose for the request, as far as a policy asks.
pub(super) fn chosen(mesh: &Mesh) -> Chosen {
    let name = || String::from_utf8(abi::property("xds\0route_name").ok()?).ok();
    let said = |namespace| match abi::property("xds\0route_metadata") {
        Ok(metadata) => Said::read(&metadata, namespace),
        Err(_) => Said::Unreadable, // V4
    };
    Chosen {
        name: mesh.is_named.then(name).flatten(),
        said: mesh.namespace.as_deref().map_or(Said::Nothing, said),
    }
}

/// The client's address, as the proxy's own rules have it.
pub(super) fn source() -> Option<IpAddr> {
    address(&abi::property("source\0address").ok()?)
}

/// SHA-256 of the certificate that the client showed on this very connection.
pub(super) fn certificate() -> Option<[u8; 32]> {
    certificate_digest(&abi::property("connection\0sha256_peer_certificate_digest").ok()?)
}

/// The workload that this certificate names, if its name is of the one spelling that such a name has.
pub(super) fn peer() -> Option<SpiffeId> {
    let name = abi::property("connection\0uri_san_peer_certificate").ok()?;
    let id = SpiffeId::parse(std::str::from_utf8(&name).ok()?).ok()?;
    id.is_workload().then_some(id)
}

/// Whether the proxy itself answered that the body is too large: of bodies that it buffers for the
/// gate it takes no more than the listener's `per_connection_buffer_limit_bytes`.
pub(super) fn was_too_large() -> bool {
    abi::property("response\0code").is_ok_and(|code| code == 413_i64.to_le_bytes())
}

/// How the request ended, as far as the proxy says it.
pub(super) fn ending() -> Ending {
    let code = abi::property("response\0code").ok();
    let details = abi::property("response\0code_details").unwrap_or_default();
    Ending::of(code.as_deref(), &details)
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(bytes).ok()?;
    let address: SocketAddr = text.parse().ok()?;
    Some(address.ip().to_canonical())
}
