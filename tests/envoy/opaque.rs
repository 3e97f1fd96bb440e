//! An authorization server that tells of opaque tokens, and a policy that asks it.

use crate::caller::Caller;
use crate::config::Setup;
use crate::hidden;
use crate::policy::{ISSUER, ORIGIN, policy};
use crate::server::{Reply, Seen, Server};
use serde_json::{Value, json};
use std::thread;
use std::time::Duration;

/// The gate's secret at the authorization server.
pub(crate) const SECRET: &str = "the gate's secret: not/one+of=ours";
/// How long an answer serves, in milliseconds.
pub(crate) const CACHED: u64 = 1500;

/// A policy of one issuer, whose tokens are opaque, and of a route that always asks.
pub(crate) fn document() -> Value {
    let mut document = policy(&json!({}));
    document.as_object_mut().unwrap().remove("issuers");
    document["waiting"] = json!({ "deadline": "2s", "requests": 256 });
    document["opaque_issuers"] = json!({ "corp": {
        "issuer": ISSUER,
        "audiences": [ORIGIN],
        "introspection": {
            "cluster": "as",
            "path": "/introspect",
            "authority": "as.internal",
            "timeout": "1s",
            "client": { "id": "gate:1", "secret": "INTROSPECTION_SECRET" },
            "max_cache": format!("{CACHED}ms"),
        },
    }});
    let always = json!({
        "name": "always",
        "match": { "methods": ["GET"], "path": "/always/{id}" },
        "identity": {
            "issuers": ["corp"],
            "scopes": ["accounts:read"],
            "max_introspection_age": "0s",
        },
        "proof": ["dpop"],
        "risk": { "base": 10 },
    });
    document["routes"].as_array_mut().unwrap().push(always);
    document
}

pub(crate) fn setup(server: &Server, upstream: &Server, workers: u32) -> Setup {
    hidden::keep(SECRET);
    let mut setup = Setup::of(&document())
        .with("upstream", upstream.port)
        .with("as", server.port);
    setup.workers = workers;
    setup.environment = vec![("INTROSPECTION_SECRET", SECRET.to_owned())];
    setup
}

/// What is said of a caller's token.
pub(crate) fn said(caller: &Caller) -> Value {
    json!({
        "active": true,
        "iss": ISSUER,
        "aud": ORIGIN,
        "sub": "alice",
        "client_id": "wallet",
        "exp": 4_000_000_000_i64,
        "scope": "accounts:read",
        "token_type": "DPoP",
        "cnf": { "jkt": caller.jkt() },
        "authorization_details": [{ "type": "payment_initiation", "amount": "10.00" }],
    })
}

/// A server that knows this caller's token alone.
pub(crate) fn knowing(caller: &Caller) -> Server {
    Server::start(answering(caller, Duration::ZERO))
}

pub(crate) fn answering(caller: &Caller, after: Duration) -> impl FnMut(&Seen) -> Reply + use<> {
    let (said, expected) = (said(caller), body(&caller.token));
    move |seen| {
        thread::sleep(after);
        let known = seen.body == expected.as_bytes();
        Reply::json(&if known {
            said.clone()
        } else {
            json!({ "active": false })
        })
    }
}

pub(crate) fn body(token: &str) -> String {
    format!("token={token}&token_type_hint=access_token")
}

pub(crate) fn caller() -> Caller {
    Caller::opaque("an-opaque-token.of-the-server_s-own-making")
}
