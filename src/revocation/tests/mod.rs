mod checks;
mod lookup;
#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod store;
mod vectors;

use super::status_list::{Expected, ListFault, Status, StatusList, verify};
use crate::crypto::Pure;
use crate::supply::Source;
use crate::testing::{NOW, NOW_SECS, issuer, issuer_key, key_set};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::{Value, json};
use std::time::Duration;

/// The URI of the list that [`claims`] are of.
const LIST: &str = "https://as.example.com/statuslists/1";
const MAX_SIZE: usize = 1024 * 1024;

fn source() -> Source {
    Source {
        name: "corp-list".into(),
        cluster: "as".to_owned(),
        authority: "as.example.com".to_owned(),
        path: "/statuslists/1".to_owned(),
        refresh: Duration::from_mins(1),
        max_stale: Duration::from_mins(10),
        timeout: Duration::from_secs(2),
    }
}

fn header() -> Value {
    json!({ "typ": "statuslist+jwt", "alg": "ES256", "kid": "issuer-1" })
}

fn claims() -> Value {
    json!({
        "sub": LIST,
        "iat": NOW_SECS - 60,
        "exp": NOW_SECS + 600,
        "ttl": 300,
        "status_list": { "bits": 1, "lst": "eNrbuRgAAhcBXQ" },
    })
}

/// The claims of a list with this content.
fn list(bits: u8, lst: &str) -> Value {
    let mut claims = claims();
    claims["status_list"] = json!({ "bits": bits, "lst": lst });
    claims
}

fn pack(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(bytes, 6))
}

fn read(text: &str) -> Result<StatusList, ListFault> {
    let expected = Expected {
        uri: LIST,
        issuer: &issuer(),
        keys: &key_set(&[issuer_key()]),
        max_size: MAX_SIZE,
    };
    verify(text, &expected, NOW, &Pure)
}

fn signed(claims: &Value) -> String {
    issuer_key().sign(&header(), claims)
}

fn verified(claims: &Value) -> StatusList {
    read(&signed(claims)).unwrap()
}

fn value(status: Status) -> u8 {
    match status {
        Status::Valid => 0,
        Status::Invalid => 1,
        Status::Suspended => 2,
        Status::Other(value) => value,
    }
}

fn statuses(list: &StatusList) -> Vec<u8> {
    (0..).map_while(|at| list.status(at)).map(value).collect()
}
