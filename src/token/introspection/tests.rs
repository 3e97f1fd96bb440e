mod answers;
mod asking;

use super::desk::{Desk, Ticket};
use super::*;
use crate::crypto::digest::sha256;
use crate::testing::{self, AUDIENCE, ISSUER, NOW, NOW_SECS, client_key};
use crate::token::issuer::KeySource;
use serde_json::{Value, json};

/// The opaque issuer of these tests.
const OPAQUE: IssuerId = IssuerId(0);
/// The opaque token of RFC 9449 section 7.1.
const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

fn issuer() -> Issuer {
    Issuer {
        kind: Kind::Opaque,
        types: Vec::new(),
        algorithms: Vec::new(),
        keys: KeySource::Absent,
        introspection: Some(Rc::new(endpoint())),
        ..testing::issuer()
    }
}

fn endpoint() -> Endpoint {
    Endpoint {
        cluster: "as".to_owned(),
        authority: "as.example.com".to_owned(),
        path: "/introspect".to_owned(),
        timeout: Duration::from_secs(1),
        client: "gate".to_owned(),
        secret: "COUNTERSIGN_INTROSPECTION_SECRET".to_owned(),
        max_cache: Duration::from_secs(30),
        max_calls: 100,
        without_subject: WithoutSubject::Refuse,
    }
}

fn inquiry() -> Inquiry {
    Inquiry {
        issuer: OPAQUE,
        hash: sha256(&[TOKEN.as_bytes()]),
        token: TOKEN.into(),
        holder: client_key().thumbprint(),
        max_age: Duration::from_secs(30),
    }
}

/// What is said of a good token.
fn said() -> Value {
    json!({
        "active": true,
        "iss": ISSUER,
        "sub": "alice",
        "aud": AUDIENCE,
        "client_id": "wallet",
        "exp": NOW_SECS + 240,
        "iat": NOW_SECS - 60,
        "scope": "accounts:read payments:write",
        "token_type": "DPoP",
        "cnf": { "jkt": client_key().jkt() },
    })
}

fn response(said: &Value) -> Response {
    Response {
        status: Some(200),
        content_type: Some("application/json".to_owned()),
        body: said.to_string().into_bytes(),
    }
}

fn read(said: &Value) -> Verdict {
    answer::read(&response(said), &inquiry(), &issuer(), NOW)
}
