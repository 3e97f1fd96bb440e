//! A server that exchanges tokens, as a value; and the example policy that asks it.

use crate::support::plan::{Signer, issuer_key};
use crate::support::world::World;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
#[cfg(not(target_arch = "wasm32"))]
use countersign::config;
use countersign::reason::Reason;
use countersign::token::exchange::{self, Minted, Order};
use countersign::token::introspection::Response;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The type that is asked for, and issued.
pub(crate) const TRANSACTION_TOKEN: &str = "urn:ietf:params:oauth:token-type:txn_token";

/// The server's key.
pub(crate) fn key() -> Signer {
    Signer::of(41, "tts-1")
}

/// The policy of `envoy/examples/exchange.yaml`, with the keys of the tests in it.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn document() -> Value {
    let text = include_str!("../../envoy/examples/exchange.yaml");
    let mut document: Value = serde_json::from_slice(&config::from_yaml(text).unwrap()).unwrap();
    for (section, name, key) in [
        ("issuers", "corp", issuer_key()),
        ("transaction_token_issuers", "trust", key()),
    ] {
        document[section][name]["keys"] = json!({ "inline": { "keys": [key.published()] } });
    }
    document
}

/// The members of a form.
pub(crate) fn members(body: &str) -> BTreeMap<String, String> {
    let members = countersign::http::form::members(body.as_bytes()).unwrap();
    members
        .into_iter()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// What is issued, before it is signed.
pub(crate) struct Issued {
    pub(crate) signer: Signer,
    pub(crate) header: Value,
    pub(crate) claims: Value,
    /// The answer but for the token, which is put in where there is none.
    pub(crate) said: Value,
    pub(crate) status: u16,
}

/// Something that is changed of it.
pub(crate) type Change = fn(&mut Issued);

/// What a server that does as it is asked answers at this moment, in seconds, but for this change.
pub(crate) fn answer(body: &str, now: i64, change: Change) -> Response {
    let asked = members(body);
    let claims = asked["subject_token"].split('.').nth(1).unwrap_or_default();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
    let caller: Value = serde_json::from_slice(&claims).unwrap_or_default();
    let context: Value = serde_json::from_str(&asked["request_context"]).unwrap();
    let details: Value = serde_json::from_str(&asked["request_details"]).unwrap();
    let mut claims = json!({
        "iat": now,
        "exp": now + 60,
        "aud": asked["audience"],
        "txn": caller.get("txn").cloned().unwrap_or_else(|| json!("97053963-771d")),
        "sub": caller.get("sub").cloned().unwrap_or_else(|| json!("alice")),
        "scope": asked["scope"],
        "req_wl": "gate",
        "tctx": details,
        "rctx": context,
    });
    if let Some(act) = caller.get("act") {
        claims["act"] = act.clone();
    }
    let mut issued = Issued {
        signer: key(),
        header: json!({ "typ": "txntoken+jwt", "alg": "ES256", "kid": "tts-1" }),
        claims,
        said: json!({
            "issued_token_type": TRANSACTION_TOKEN,
            "token_type": "N_A",
            "expires_in": 60,
        }),
        status: 200,
    };
    change(&mut issued);
    let token = issued.signer.sign(&issued.header, &issued.claims);
    if issued.said.is_object() && issued.said.get("access_token").is_none() {
        issued.said["access_token"] = json!(token);
    }
    Response {
        status: Some(issued.status),
        content_type: Some("application/json".to_owned()),
        body: issued.said.to_string().into_bytes(),
    }
}

/// What may be wrong with an answer, each by one change, and why the request is refused then.
pub(crate) const WRONG: &[(&str, Change, Reason)] = &[
    (
        "no connection",
        |it| it.status = 503,
        Reason::ExchangeUnavailable,
    ),
    (
        "no answer in time",
        |it| it.status = 504,
        Reason::ExchangeUnavailable,
    ),
    ("an error", |it| it.status = 400, Reason::ExchangeRejected),
    ("created", |it| it.status = 201, Reason::ExchangeRejected),
    (
        "an array",
        |it| it.said = json!([]),
        Reason::ExchangeMalformed,
    ),
    (
        "no token",
        |it| it.said["access_token"] = json!(null),
        Reason::ExchangeMalformed,
    ),
    (
        "an access token by type",
        |it| {
            it.said["issued_token_type"] = json!("urn:ietf:params:oauth:token-type:access_token");
        },
        Reason::ExchangeMalformed,
    ),
    (
        "a bearer token",
        |it| it.said["token_type"] = json!("Bearer"),
        Reason::ExchangeMalformed,
    ),
    (
        "a refresh token beside it",
        |it| it.said["refresh_token"] = json!("r"),
        Reason::ExchangeMalformed,
    ),
    (
        "an access token by its header",
        |it| it.header["typ"] = json!("at+jwt"),
        Reason::ExchangeTokenInvalid,
    ),
    (
        "signed by the issuer of access tokens",
        |it| it.signer = issuer_key(),
        Reason::ExchangeTokenInvalid,
    ),
    (
        "for another trust domain",
        |it| it.claims["aud"] = json!("other.example"),
        Reason::ExchangeTokenInvalid,
    ),
    (
        "ended",
        |it| {
            it.claims["iat"] = json!(1);
            it.claims["exp"] = json!(2);
        },
        Reason::ExchangeTokenInvalid,
    ),
    (
        "by a key that nobody knows",
        |it| it.header["kid"] = json!("tts-2"),
        Reason::ExchangeKeyUnknown,
    ),
    (
        "for a second too long",
        |it| it.claims["exp"] = json!(it.claims["exp"].as_i64().unwrap() + 1),
        Reason::ExchangeLifetime,
    ),
    (
        "of another subject",
        |it| it.claims["sub"] = json!("bob"),
        Reason::ExchangeSubject,
    ),
    (
        "of an actor",
        |it| it.claims["act"] = json!({ "sub": "agent-7" }),
        Reason::ExchangeSubject,
    ),
    (
        "with a scope that the caller has and the route does not need",
        |it| it.claims["scope"] = json!("payments:write accounts:read"),
        Reason::ExchangeScope,
    ),
    (
        "of another amount",
        |it| {
            it.claims["tctx"]["transaction"]["instructedAmount"]["amount"] = json!("1.00");
        },
        Reason::ExchangeTransaction,
    ),
    (
        "of another method",
        |it| it.claims["tctx"]["method"] = json!("GET"),
        Reason::ExchangeTransaction,
    ),
];

impl World {
    /// What comes of an exchange.
    pub(crate) fn exchange(&self, order: &Order) -> Result<Rc<Minted>, Reason> {
        let issued = self.issued.borrow().clone();
        let issue = || answer(&order.body, self.now.get() / 1000, self.issuing.get());
        let response = issued.unwrap_or_else(issue);
        let server = &self.policy.exchanges[order.with.0];
        exchange::answer::read(&response, order.with, server, &self.queue)
    }
}
