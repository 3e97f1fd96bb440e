//! Calls to other services, and what came of them.

use super::abi::{self, Buffer, Map};
use super::pairs;
use crate::reason::Reason;
use crate::step_up::{Call, MAX_ANSWER_BYTES, Response, Service, Silence};
use crate::supply::Source;
use crate::token::introspection::request::{self, Client};
use crate::token::introspection::{self, Endpoint};
use crate::uses::fleet;
use proxy_wasm::hostcalls::dispatch_http_call;
use proxy_wasm::types::Status;
use std::time::Duration;

type Lines = Vec<(String, Vec<u8>)>;

/// The host takes less for no limit at all.
const SHORTEST: Duration = Duration::from_millis(1);

/// Asks a decision service.
pub(super) fn decide(
    service: &Service,
    call: &Call,
    traceparent: Option<&str>,
) -> Result<u32, Silence> {
    let mut headers = vec![
        (":method", "POST"),
        (":path", service.path.as_str()),
        (":authority", service.authority.as_str()),
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("x-request-id", call.request_id.as_str()),
    ];
    headers.extend(traceparent.map(|value| ("traceparent", value)));
    dispatch(&service.cluster, headers, Some(&call.body), service.timeout)
}

/// Puts a question to the store of the fleet, at this path.
pub(super) fn store(store: &fleet::Store, path: &str, body: &[u8]) -> Result<u32, Silence> {
    let headers = vec![
        (":method", "POST"),
        (":path", path),
        (":authority", store.authority.as_str()),
        ("content-type", "application/json"),
        ("accept", "application/json"),
    ];
    dispatch(&store.cluster, headers, Some(body), store.timeout)
}

/// Fetches the document of a source.
pub(super) fn fetch(source: &Source, accept: &str) -> Result<u32, Silence> {
    let headers = vec![
        (":method", "GET"),
        (":path", source.path.as_str()),
        (":authority", source.authority.as_str()),
        ("accept", accept),
    ];
    dispatch(&source.cluster, headers, None, source.timeout)
}

/// Asks an authorization server about a token, as this client of its.
pub(super) fn introspect(endpoint: &Endpoint, client: &Client, token: &str) -> Result<u32, Reason> {
    let headers = vec![
        (":method", "POST"),
        (":path", endpoint.path.as_str()),
        (":authority", endpoint.authority.as_str()),
        ("authorization", client.authorization()),
        ("content-type", request::CONTENT_TYPE),
        ("accept", "application/json"),
    ];
    let body = request::body(token);
    let body = Some(body.as_bytes());
    dispatch(&endpoint.cluster, headers, body, endpoint.timeout)
        .map_err(|_| Reason::IntrospectionUnavailable)
}

/// What an authorization server answered. Must be read in the callback that tells of it.
pub(super) fn introspected(headers: usize, body: usize) -> Result<introspection::Response, Reason> {
    if headers == 0 {
        return Err(Reason::IntrospectionUnavailable);
    }
    if body > introspection::MAX_ANSWER_BYTES {
        return Err(Reason::IntrospectionMalformed);
    }
    let lines = abi::pairs(Map::CallResponse)
        .ok()
        .and_then(|bytes| pairs::read(&bytes))
        .ok_or(Reason::IntrospectionUnavailable)?;
    Ok(introspection::Response {
        status: one(&lines, ":status").and_then(|status| status.parse().ok()),
        content_type: one(&lines, "content-type").map(str::to_owned),
        body: read(body).ok_or(Reason::IntrospectionUnavailable)?,
    })
}

/// The SDK must know each call, or it panics on the answer. It gives the answer to the context
/// whose callback made the call.
fn dispatch(
    cluster: &str,
    headers: Vec<(&str, &str)>,
    body: Option<&[u8]>,
    timeout: Duration,
) -> Result<u32, Silence> {
    match dispatch_http_call(cluster, headers, body, Vec::new(), timeout.max(SHORTEST)) {
        Ok(call) => Ok(call),
        Err(Status::BadArgument) => Err(Silence::ClusterUnknown),
        Err(_) => Err(Silence::Unreachable),
    }
}

/// The answer of a decision service. Must be read in the callback that tells of it.
pub(super) fn answer(headers: usize, body: usize) -> Result<Response, Silence> {
    let lines = lines(headers, body, MAX_ANSWER_BYTES)?;
    Ok(Response {
        status: status(&lines),
        content_type: one(&lines, "content-type").map(str::to_owned),
        // Several are none of ours.
        request_id: lines
            .iter()
            .any(|(name, _)| name == "x-request-id")
            .then(|| one(&lines, "x-request-id").unwrap_or_default().to_owned()),
        body: read(body).ok_or(Silence::Unreachable)?,
    })
}

/// The answer of the store of the fleet, under the same rule.
pub(super) fn stored(headers: usize, body: usize) -> Result<fleet::Response, Silence> {
    let lines = lines(headers, body, fleet::MAX_ANSWER_BYTES)?;
    Ok(fleet::Response {
        status: status(&lines),
        content_type: one(&lines, "content-type").map(str::to_owned),
        date: one(&lines, "date").map(str::to_owned),
        body: read(body).ok_or(Silence::Unreachable)?,
    })
}

/// The header lines of an answer whose body has this size, of which so much is read.
fn lines(headers: usize, body: usize, most: usize) -> Result<Lines, Silence> {
    if headers == 0 {
        return Err(Silence::Unreachable);
    }
    if body > most {
        return Err(Silence::Oversized);
    }
    abi::pairs(Map::CallResponse)
        .ok()
        .and_then(|bytes| pairs::read(&bytes))
        .ok_or(Silence::Unreachable)
}

fn status(lines: &Lines) -> Option<u16> {
    one(lines, ":status").and_then(|status| status.parse().ok())
}

/// The document that a source answered with, if it has at most this many bytes.
pub(super) fn document(headers: usize, body: usize, most: usize) -> Option<Vec<u8>> {
    if headers == 0 || body > most {
        return None;
    }
    let lines = pairs::read(&abi::pairs(Map::CallResponse).ok()?)?;
    (one(&lines, ":status") == Some("200"))
        .then(|| read(body))
        .flatten()
}

fn one<'l>(lines: &'l [(String, Vec<u8>)], name: &str) -> Option<&'l str> {
    let mut found = lines.iter().filter(|(other, _)| other == name);
    match (found.next(), found.next()) {
        (Some((_, value)), None) => std::str::from_utf8(value).ok(),
        _ => None,
    }
}

/// The whole body, of which the host said that it has this size.
fn read(size: usize) -> Option<Vec<u8>> {
    if size == 0 {
        return Some(Vec::new());
    }
    let body = abi::buffer(Buffer::CallResponseBody, size).ok()?;
    (body.len() == size).then_some(body)
}
