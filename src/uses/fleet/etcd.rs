//! etcd's gRPC-JSON gateway: two questions and their answers. The gateway follows the JSON mapping
//! of proto3: bytes in base64, 64-bit numbers as strings, and fields of the default value left out,
//! so that "no" is an absence. What is taken for an answer is therefore only what has every other
//! mark of one. Facts of etcd 3.4.23 are in the tests.

use crate::crypto::digest::Digest32;
use crate::json::{Json, Limits};
use crate::reason::Reason;
use crate::uses::Found;
use crate::uses::fleet::{Entry, Lease, MAX_ANSWER_BYTES, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

/// `:path` of a transaction.
pub const TXN_PATH: &str = "/v3/kv/txn";
/// `:path` of the grant of a lease.
pub const GRANT_PATH: &str = "/v3/lease/grant";

/// gRPC's number for "not found". Of a transaction that only creates, the lease alone can be missing.
const NOT_FOUND: &str = "5";

/// The body that creates empty entries under a lease, if none of their names exists.
pub(super) fn create(entries: &[Entry], Lease(lease): Lease) -> Vec<u8> {
    let mut compare = String::new();
    let mut success = String::new();
    for (place, entry) in entries.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let key = STANDARD.encode(entry.name());
        // Writing to a String cannot fail.
        let _ = write!(
            compare,
            r#"{comma}{{"key":"{key}","target":"CREATE","result":"EQUAL","createRevision":"0"}}"#
        );
        let _ = write!(
            success,
            r#"{comma}{{"requestPut":{{"key":"{key}","lease":"{lease}"}}}}"#
        );
    }
    format!(r#"{{"compare":[{compare}],"success":[{success}]}}"#).into_bytes()
}

/// The body that creates an entry with this value under a lease, if its name does not exist, and asks
/// for what is there if it does.
pub(super) fn claim(entry: &Entry, value: &Digest32, Lease(lease): Lease) -> Vec<u8> {
    let key = STANDARD.encode(entry.name());
    let value = STANDARD.encode(value);
    format!(
        r#"{{"compare":[{{"key":"{key}","target":"CREATE","result":"EQUAL","createRevision":"0"}}],"success":[{{"requestPut":{{"key":"{key}","value":"{value}","lease":"{lease}"}}}}],"failure":[{{"requestRange":{{"key":"{key}"}}}}]}}"#
    )
    .into_bytes()
}

/// What a [`claim`] of this entry found.
///
/// # Errors
/// As [`created`]; [`Reason::StoreMalformed`] where what was there is not an entry of this name.
pub(super) fn claimed(response: &Response, entry: &Entry) -> Result<Found<32>, Reason> {
    if is_missing_lease(response) {
        return Err(Reason::StoreLease);
    }
    let answer = read(response)?;
    let responses = answer.get("responses").and_then(Json::as_array);
    let [only] = responses.ok_or(Reason::StoreMalformed)? else {
        return Err(Reason::StoreMalformed);
    };
    let put = matches!(only.get("response_put"), Some(Json::Object(_)));
    let range = only.get("response_range");
    match (answer.get("succeeded"), range) {
        (Some(Json::Bool(true)), None) if put => Ok(Found::Nothing),
        (None | Some(Json::Bool(false)), Some(range)) if !put => held(range, entry)
            .map(Found::Use)
            .ok_or(Reason::StoreMalformed),
        _ => Err(Reason::StoreMalformed),
    }
}

/// The value of the one entry of a range, if it has this name.
fn held(range: &Json, entry: &Entry) -> Option<Digest32> {
    let [only] = range.get("kvs")?.as_array()? else {
        return None;
    };
    let bytes = |name| STANDARD.decode(only.get(name)?.as_str()?).ok();
    let is_ours = bytes("key")? == entry.name().as_bytes();
    is_ours.then(|| bytes("value")?.try_into().ok()).flatten()
}

/// The body that asks for a lease of this many seconds. The store chooses its number.
pub(super) fn grant(seconds: i64) -> Vec<u8> {
    format!(r#"{{"TTL":"{seconds}"}}"#).into_bytes()
}

/// Whether the transaction created its entries, so many.
///
/// An empty transaction succeeds too: so does ours where its body is lost on the way. A success
/// counts only with the answer to each put in it.
///
/// # Errors
/// [`Reason::StoreLease`] where the store does not know the lease; else as [`read`].
pub(super) fn created(response: &Response, entries: usize) -> Result<bool, Reason> {
    if is_missing_lease(response) {
        return Err(Reason::StoreLease);
    }
    let answer = read(response)?;
    let responses = match answer.get("responses") {
        None => &[][..],
        Some(responses) => responses.as_array().ok_or(Reason::StoreMalformed)?,
    };
    let is_put = |response: &Json| matches!(response.get("response_put"), Some(Json::Object(_)));
    let are_puts = responses.len() == entries && responses.iter().all(is_put);
    match answer.get("succeeded") {
        Some(Json::Bool(true)) if are_puts && entries > 0 => Ok(true),
        None | Some(Json::Bool(false)) if responses.is_empty() => Ok(false),
        _ => Err(Reason::StoreMalformed),
    }
}

/// The number of the lease that was granted, for at least this many seconds.
///
/// # Errors
/// As [`read`]; [`Reason::StoreMalformed`] for a lease without a number, or a shorter one.
pub(super) fn granted(response: &Response, seconds: i64) -> Result<i64, Reason> {
    let answer = read(response)?;
    let number = |name| {
        let text = answer.get(name).and_then(Json::as_str)?;
        text.parse::<i64>().ok().filter(|number| *number > 0)
    };
    match (number("ID"), number("TTL")) {
        (Some(id), Some(ttl)) if ttl >= seconds => Ok(id),
        _ => Err(Reason::StoreMalformed),
    }
}

/// An answer of the store: status `200`, JSON, and the header that all answers carry.
///
/// A proxy answers `503` in the place of a store that it cannot reach, and `504` where the time is
/// up.
///
/// # Errors
/// [`Reason::StoreUnreachable`] for `503`, [`Reason::StoreTimeout`] for `504`,
/// [`Reason::StoreStatus`] for any other status, [`Reason::StoreMalformed`].
fn read(response: &Response) -> Result<Json, Reason> {
    match response.status {
        Some(200) => {}
        Some(503) => return Err(Reason::StoreUnreachable),
        Some(504) => return Err(Reason::StoreTimeout),
        Some(_) | None => return Err(Reason::StoreStatus),
    }
    let answer = json(response).ok_or(Reason::StoreMalformed)?;
    let header = answer.get("header");
    let revision = header.and_then(|header| header.get("revision"));
    if matches!(revision, Some(Json::String(_))) {
        Ok(answer)
    } else {
        Err(Reason::StoreMalformed)
    }
}

fn is_missing_lease(response: &Response) -> bool {
    response.status == Some(404)
        && json(response).is_some_and(
            |answer| matches!(answer.get("code"), Some(Json::Number(code)) if code == NOT_FOUND),
        )
}

fn json(response: &Response) -> Option<Json> {
    let media_type = response.content_type.as_deref().unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return None;
    }
    let limits = Limits {
        bytes: MAX_ANSWER_BYTES,
        depth: 8,
    };
    Json::parse(&response.body, limits).ok()
}
