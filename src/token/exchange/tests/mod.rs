#![expect(clippy::arithmetic_side_effects, reason = "tests")]

mod answers;
mod requests;
mod revocations;
mod sharing;
mod tokens;

use super::*;
use crate::reason::Reason;
use crate::testing::{NOW_SECS, Signer};
use crate::time::UnixTime;
use crate::token::introspection::Response;
use revocation::Queue;
use serde_json::{Value, json};
use std::cell::RefCell;

/// The only server.
const TTS: ExchangeId = ExchangeId(0);
/// A moment.
const NOW: UnixTime = UnixTime::from_secs(NOW_SECS);

fn server() -> Endpoint {
    Endpoint {
        name: "tts".into(),
        cluster: "tts".to_owned(),
        authority: "tts.internal".to_owned(),
        path: "/token".to_owned(),
        timeout: Duration::from_millis(500),
        client: "gate".to_owned(),
        secret: "TTS_SECRET".to_owned(),
        audience: "trust.example".to_owned(),
        issuer: IssuerId(0),
        max_lifetime: Duration::from_mins(1),
        revoke: Some("/revoke".to_owned()),
    }
}

/// The server's key.
fn key() -> Signer {
    Signer::of(7, "tts-1")
}

fn header() -> Value {
    json!({ "typ": "txntoken+jwt", "alg": "ES256", "kid": "tts-1" })
}

/// The claims of what is issued.
fn claims() -> Value {
    json!({
        "iat": NOW_SECS,
        "exp": NOW_SECS + 60,
        "aud": "trust.example",
        "txn": "97053963-771d-49cc-a4e3-20aad399c312",
        "sub": "alice",
        "scope": "payments:write",
        "req_wl": "gate",
        "tctx": { "method": "POST", "transaction": { "amount": "12.00", "sum": 12.50, "to": ["a", "b"] } },
    })
}

fn issued(claims: &Value) -> String {
    key().sign(&header(), claims)
}

/// A good answer.
fn said() -> Value {
    json!({
        "access_token": issued(&claims()),
        "issued_token_type": TRANSACTION_TOKEN,
        "token_type": "N_A",
        "expires_in": 60,
    })
}

fn response(said: &Value) -> Response {
    Response {
        status: Some(200),
        content_type: Some("application/json".to_owned()),
        body: said.to_string().into_bytes(),
    }
}

fn queue() -> Rc<RefCell<Queue>> {
    Rc::default()
}

/// The tokens that are wanted to be revoked at this moment, as the bodies of their calls.
fn wanted(queue: &Rc<RefCell<Queue>>, now: UnixTime) -> Vec<String> {
    let begun = queue.borrow_mut().begin(now);
    begun.into_iter().map(|(_, _, body)| body).collect()
}
