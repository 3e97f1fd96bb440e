//! Calls to other services, and what came of them.

use super::abi::{self, Buffer, Map};
use super::pairs;
use crate::reason::Reason;
use crate::step_up::{Call, MAX_ANSWER_BYTES, Protocol, Response, Service, Silence, ext_authz};
use crate::supply::Source;
use crate::token::exchange;
use crate::token::introspection::request::{self, Client};
use crate::token::introspection::{self, Endpoint};
use crate::uses::fleet;
use proxy_wasm::hostcalls::{dispatch_grpc_call, dispatch_http_call};
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
    let path = match &service.protocol {
        Protocol::Authzen(path) | Protocol::Opa(path) => path.as_str(),
        Protocol::ExtAuthz(rules) => return check(service, rules, call, traceparent),
    };
    let mut headers = vec![
        (":method", "POST"),
        (":path", path),
        (":authority", service.authority.as_str()),
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("x-request-id", call.request_id.as_str()),
    ];
    headers.extend(traceparent.map(|value| ("traceparent", value)));
    dispatch(&service.cluster, headers, Some(&call.body), service.timeout)
}

/// Asks a decision service over gRPC. The SDK ends in a panic if the host finds the target at fault,
/// which is one of ours, made when the policy was loaded.
fn check(
    service: &Service,
    rules: &ext_authz::Rules,
    call: &Call,
    traceparent: Option<&str>,
) -> Result<u32, Silence> {
    let mut metadata = vec![("x-request-id", call.request_id.as_bytes())];
    metadata.extend(traceparent.map(|value| ("traceparent", value.as_bytes())));
    let timeout = service.timeout.max(SHORTEST);
    let (name, method) = (ext_authz::SERVICE, ext_authz::METHOD);
    let body = Some(call.body.as_slice());
    match dispatch_grpc_call(&rules.target, name, method, metadata, body, timeout) {
        Ok(call) => Ok(call),
        Err(Status::ParseFailure) => Err(Silence::ClusterUnknown),
        // No such cluster, no host, or no room: the host does not say which.
        Err(_) => Err(Silence::Unreachable),
    }
}

/// The message that a decision service answered with over gRPC, or why there is none. Must be read in
/// the callback that tells of it.
pub(super) fn checked(status: u32, size: usize) -> Result<Response, Silence> {
    if status != 0 {
        let message = abi::grpc_message().unwrap_or_default();
        return Err(Silence::of_grpc(status, &message));
    }
    if size > MAX_ANSWER_BYTES {
        return Err(Silence::Oversized);
    }
    let message = if size == 0 {
        Vec::new()
    } else {
        abi::buffer(Buffer::GrpcMessage, size).map_err(|_| Silence::Unreachable)?
    };
    if message.len() == size {
        Ok(Response::message(message))
    } else {
        Err(Silence::Unreachable)
    }
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

/// Puts a form to a path of a server that exchanges tokens, as this client of its.
pub(super) fn exchange(
    server: &exchange::Endpoint,
    path: &str,
    client: &Client,
    body: &[u8],
) -> Result<u32, Silence> {
    let headers = vec![
        (":method", "POST"),
        (":path", path),
        (":authority", server.authority.as_str()),
        ("authorization", client.authorization()),
        ("content-type", request::CONTENT_TYPE),
        ("accept", "application/json"),
    ];
    dispatch(&server.cluster, headers, Some(body), server.timeout)
}

/// What it answered. Must be read in the callback that tells of it.
pub(super) fn exchanged(headers: usize, body: usize) -> Result<introspection::Response, Reason> {
    let lines = lines(headers, body, exchange::answer::MAX_ANSWER_BYTES).map_err(|silence| {
        if silence == Silence::Oversized {
            Reason::ExchangeMalformed
        } else {
            Reason::ExchangeUnavailable
        }
    })?;
    Ok(introspection::Response {
        status: status(&lines),
        content_type: one(&lines, "content-type").map(str::to_owned),
        body: read(body).ok_or(Reason::ExchangeUnavailable)?,
    })
}

/// The status of an answer whose body nobody reads. None where there is none.
pub(super) fn status_alone(headers: usize) -> Option<u16> {
    status(&lines(headers, 0, 0).ok()?)
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
        Err(Status::InternalFailure) => Err(Silence::NoHost),
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
        is_overload: one(&lines, "x-envoy-overloaded").is_some(),
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
