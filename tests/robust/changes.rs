//! What is changed of a valid request: one thing at a time, to something that may be right elsewhere.

use crate::support::plan::{ORIGIN, Plan, STRONG, Signer, Wire, thief_key};
use crate::support::table::GOLDEN_NOW as NOW;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

/// One change of a plan, or of what goes over the wire.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A member of the token's header, its claims, the proof's header, its claims or the body.
    Set(Part, &'static str, Option<Value>),
    Field(&'static str, &'static str),
    Method(&'static str),
    Path(&'static str),
    /// The path, and the proof with it.
    Target(&'static str),
    Authority(&'static str),
    Scheme(Option<&'static str>),
    TokenBy(u8),
    ProofBy(Option<u8>),
    /// The proof by another key, which it carries.
    Stolen,
    Body(&'static str),
    /// A byte of a header line or of the body, after the signing.
    Byte(Index, Index, u8),
    Twice(Index),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    TokenHeader,
    TokenClaims,
    ProofHeader,
    ProofClaims,
    Body,
}

/// Where a member may stand.
const PLACES: &[(Part, &str)] = &[
    (Part::TokenHeader, "/typ"),
    (Part::TokenHeader, "/alg"),
    (Part::TokenHeader, "/kid"),
    (Part::TokenHeader, "/jwk"),
    (Part::TokenHeader, "/crit"),
    (Part::TokenHeader, "/x"),
    (Part::TokenClaims, "/iss"),
    (Part::TokenClaims, "/aud"),
    (Part::TokenClaims, "/sub"),
    (Part::TokenClaims, "/client_id"),
    (Part::TokenClaims, "/jti"),
    (Part::TokenClaims, "/iat"),
    (Part::TokenClaims, "/exp"),
    (Part::TokenClaims, "/nbf"),
    (Part::TokenClaims, "/scope"),
    (Part::TokenClaims, "/cnf"),
    (Part::TokenClaims, "/cnf/jkt"),
    (Part::TokenClaims, "/cnf/x5t#S256"),
    (Part::TokenClaims, "/cnf/kid"),
    (Part::TokenClaims, "/cnf/other"),
    (Part::TokenClaims, "/acr"),
    (Part::TokenClaims, "/auth_time"),
    (Part::TokenClaims, "/act"),
    (Part::TokenClaims, "/txn"),
    (Part::TokenClaims, "/authorization_details"),
    (Part::TokenClaims, "/authorization_details/0/type"),
    (Part::TokenClaims, "/authorization_details/0/locations"),
    (
        Part::TokenClaims,
        "/authorization_details/0/instructedAmount/amount",
    ),
    (
        Part::TokenClaims,
        "/authorization_details/0/instructedAmount/currency",
    ),
    (
        Part::TokenClaims,
        "/authorization_details/0/creditorAccount/iban",
    ),
    (Part::ProofHeader, "/typ"),
    (Part::ProofHeader, "/alg"),
    (Part::ProofHeader, "/jwk"),
    (Part::ProofHeader, "/jwk/x"),
    (Part::ProofHeader, "/jwk/d"),
    (Part::ProofHeader, "/crit"),
    (Part::ProofClaims, "/jti"),
    (Part::ProofClaims, "/htm"),
    (Part::ProofClaims, "/htu"),
    (Part::ProofClaims, "/iat"),
    (Part::ProofClaims, "/ath"),
    (Part::ProofClaims, "/nonce"),
    (Part::Body, "/amount"),
    (Part::Body, "/currency"),
    (Part::Body, "/creditor"),
    (Part::Body, "/creditor/iban"),
    (Part::Body, "/creditor/name"),
    (Part::Body, "/Amount"),
    (Part::Body, "/more"),
];

/// What may stand there. Some of it is right somewhere.
fn values() -> Vec<Value> {
    let texts = [
        "",
        " ",
        "x",
        "ES256",
        "none",
        "HS256",
        "at+jwt",
        "application/AT+JWT",
        "dpop+jwt",
        "JWT",
        "issuer-1",
        "issuer-2",
        ORIGIN,
        "https://api.example.com/",
        "https://as.example.com",
        "HTTPS://API.example.com:443/accounts/7",
        "https://api.example.com/accounts/7?a#b",
        "https://api.example.com:/accounts/7/transfers",
        "https://api.example.com/accounts/7/transfers/",
        "accounts:read",
        "accounts:read payments:write",
        "accounts:read,payments:write",
        STRONG,
        "payment_initiation",
        "1.00",
        "1.0",
        "1",
        "01.00",
        "1e0",
        "+1",
        "12500.00",
        "EUR",
        "eur",
        "USD",
        "DE02100100109307118603",
        "GET",
        "POST",
        "get",
    ];
    let mut values: Vec<Value> = texts.iter().map(|text| json!(text)).collect();
    for offset in [
        -100_000, -400, -301, -300, -299, -61, -60, -59, -6, -5, -4, 0, 1, 2, 4, 5, 6, 400,
    ] {
        values.push(json!(NOW + offset));
    }
    values.extend([
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1),
        json!(1.0),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!([ORIGIN]),
        json!(["x", ORIGIN]),
        json!([ORIGIN, 1]),
        json!({ "iban": "DE02100100109307118603" }),
        json!({ "sub": "agent" }),
        thief_key().jwk(),
        json!({ "jkt": thief_key().jkt() }),
        json!(thief_key().jkt()),
        json!([{ "type": "payment_initiation" }]),
    ]);
    values
}

const BODIES: &[&str] = &[
    "",
    "{}",
    "null",
    r#"{"amount":1.00,"currency":"EUR","creditor":{"iban":"DE02100100109307118603"}}"#,
    r#"{"amount":1e0,"currency":"EUR","creditor":{"iban":"DE02100100109307118603"}}"#,
    r#" {"amount":"1" ,"currency":"EUR","creditor":{"iban":"DE02100100109307118603"}} "#,
    r#"{"amount":"1.00","amount":"9","currency":"EUR","creditor":{"iban":"DE02100100109307118603"}}"#,
    r#"{"amount":"9","\u0061mount":"1.00","currency":"EUR","creditor":{"iban":"DE02100100109307118603"}}"#,
    r#"{"amount":"1.00","currency":"EUR","creditor":{"iban":"DE02100100109307118603"}}{}"#,
    r#"[{"amount":"1.00","currency":"EUR","creditor":{"iban":"DE02100100109307118603"}}]"#,
    "\u{feff}{\"amount\":\"1.00\",\"currency\":\"EUR\",\"creditor\":{\"iban\":\"DE02100100109307118603\"}}",
];

const FIELDS: &[(&str, &str)] = &[
    ("dpop", "a.b.c"),
    ("authorization", "DPoP a.b.c"),
    ("authorization", "Bearer a"),
    ("content-type", "application/json; charset=utf-8"),
    ("content-type", "text/plain"),
    ("content-encoding", "gzip"),
    ("transfer-encoding", "chunked"),
    ("x-http-method-override", "DELETE"),
    ("x-original-url", "/"),
    ("x_rewrite_url", "/"),
    ("upgrade", "websocket"),
    ("x-countersign-subject", "root"),
    (
        "traceparent",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ),
    (":path", "/accounts/8"),
    (":authority", "b.example.com"),
    ("x-any", "\u{80}"),
];

const PATHS: &[&str] = &[
    "/accounts/7",
    "/accounts/8",
    "/accounts/7/transfers",
    "/accounts/7?a=b",
    "/accounts/7/transfers?",
    "/accounts/7/transfers?amount=1.00",
    "/accounts/%37",
    "/accounts/7/",
    "//accounts/7",
    "/accounts/7;a",
    "/Accounts/7",
    "/accounts/7%2ftransfers",
    "/accounts/x/../7",
    "/%61ccounts/7",
    "/accounts/7/transfer%73",
    "/accounts/%C3%A9",
    "/accounts/%ff",
    "/accounts/7%20",
    "/elsewhere",
    "*",
    "",
];

pub(crate) fn change() -> impl Strategy<Value = Change> {
    let value = prop_oneof![
        1 => Just(None),
        4 => select(values()).prop_map(Some),
    ];
    prop_oneof![
        12 => (select(PLACES), value).prop_map(|((part, at), value)| Change::Set(part, at, value)),
        2 => select(FIELDS).prop_map(|(name, value)| Change::Field(name, value)),
        1 => select(&["GET", "POST", "get", "HEAD", "CONNECT"][..]).prop_map(Change::Method),
        1 => select(PATHS).prop_map(Change::Path),
        1 => select(PATHS).prop_map(Change::Target),
        1 => select(&["API.example.com", "api.example.com:443", "api.example.com.", "b.example.com",
            "u@api.example.com", "api.example.com:80"][..]).prop_map(Change::Authority),
        1 => select(&[None, Some("dpop"), Some("DPoP "), Some("Bearer"), Some("\tDPoP")][..])
            .prop_map(Change::Scheme),
        1 => (1..4_u8).prop_map(Change::TokenBy),
        1 => select(&[None, Some(1), Some(2), Some(3)][..]).prop_map(Change::ProofBy),
        1 => Just(Change::Stolen),
        2 => select(BODIES).prop_map(Change::Body),
        3 => (any::<Index>(), any::<Index>(), any::<u8>()).prop_map(|(a, b, c)| Change::Byte(a, b, c)),
        1 => any::<Index>().prop_map(Change::Twice),
    ]
}

/// Sets or removes a member, if there is an object for it.
fn set(tree: &mut Value, at: &str, value: Option<&Value>) {
    let (parent, name) = at.rsplit_once('/').unwrap();
    if let Some(Value::Object(members)) = tree.pointer_mut(parent) {
        match value {
            Some(value) => members.insert(name.to_owned(), value.clone()),
            None => members.remove(name),
        };
    }
}

pub(crate) fn apply(plan: &mut Plan, change: &Change) {
    match change {
        Change::Set(Part::TokenHeader, at, value) => {
            set(&mut plan.token_header, at, value.as_ref());
        }
        Change::Set(Part::TokenClaims, at, value) => {
            set(&mut plan.token_claims, at, value.as_ref());
        }
        Change::Set(Part::ProofHeader, at, value) => {
            set(&mut plan.proof_header, at, value.as_ref());
        }
        Change::Set(Part::ProofClaims, at, value) => {
            set(&mut plan.proof_claims, at, value.as_ref());
        }
        Change::Set(Part::Body, at, value) => {
            let body = plan.body.as_deref().unwrap_or_default();
            if let Ok(mut body) = serde_json::from_slice(body) {
                set(&mut body, at, value.as_ref());
                plan.body = Some(body.to_string().into_bytes());
            }
        }
        Change::Field(name, value) => plan.field(name, value),
        Change::Method(method) => plan.method = (*method).to_owned(),
        Change::Path(path) => plan.path = (*path).to_owned(),
        Change::Target(path) => {
            plan.path = (*path).to_owned();
            plan.proof_claims["htu"] = json!(format!("{ORIGIN}{path}"));
        }
        Change::Authority(authority) => plan.authority = (*authority).to_owned(),
        Change::Scheme(scheme) => plan.scheme = *scheme,
        Change::TokenBy(number) => plan.token_signer = Signer::of(*number, "any"),
        Change::ProofBy(number) => {
            plan.proof_signer = number.map(|number| Signer::of(number, "any"));
        }
        Change::Stolen => {
            plan.proof_signer = Some(thief_key());
            plan.proof_header["jwk"] = thief_key().jwk();
        }
        Change::Body(body) => plan.body = Some(body.as_bytes().to_vec()),
        Change::Byte(..) | Change::Twice(_) => {}
    }
}

pub(crate) fn damage(wire: &mut Wire, change: &Change) {
    match change {
        Change::Byte(line, at, byte) => {
            let mut texts: Vec<&mut Vec<u8>> =
                wire.fields.iter_mut().map(|(_, value)| value).collect();
            texts.extend(wire.body.as_mut());
            if !texts.is_empty() {
                let text = line.get_mut(&mut texts);
                if !text.is_empty() {
                    *at.get_mut(text) = *byte;
                }
            }
        }
        Change::Twice(line) if !wire.fields.is_empty() => {
            let line = line.get(&wire.fields).clone();
            wire.fields.push(line);
        }
        Change::Twice(_)
        | Change::Set(..)
        | Change::Field(..)
        | Change::Method(_)
        | Change::Path(_)
        | Change::Target(_)
        | Change::Authority(_)
        | Change::Scheme(_)
        | Change::TokenBy(_)
        | Change::ProofBy(_)
        | Change::Stolen
        | Change::Body(_) => {}
    }
}
