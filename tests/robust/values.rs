//! What may stand where in a request: some of it right, some of it right elsewhere.

use super::changes::{Change, Part};
use crate::support::plan::{ISSUER, ORIGIN, STRONG, thief_key};
use crate::support::table::GOLDEN_NOW as NOW;
use serde_json::{Value, json};

/// What is of no use at any place.
fn junk() -> Vec<Value> {
    [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(""),
        json!([]),
        json!({}),
    ]
    .to_vec()
}

fn texts(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| json!(text)).collect()
}

/// Moments around now.
fn times(offsets: &[i64]) -> Vec<Value> {
    let mut times: Vec<Value> = offsets.iter().map(|offset| json!(NOW + offset)).collect();
    times.extend([
        json!(NOW * 1000),
        json!(1e300),
        json!(u64::MAX),
        json!(NOW.to_string()),
    ]);
    times
}

/// The members of a request that are signed, or of its body, and what may stand there beside junk and nothing.
#[expect(clippy::too_many_lines, reason = "a table")]
fn members() -> Vec<(Part, &'static str, Vec<Value>)> {
    use Part::{Body, ProofClaims, ProofHeader, TokenClaims, TokenHeader};
    let amounts = texts(&[
        "1.00", "1.0", "1", "01.00", "1e0", "+1", "1.001", "12500.00", "12500.01",
    ]);
    let currencies = texts(&["EUR", "eur", "USD"]);
    let payees = texts(&["DE02100100109307118603", "DE02100100109307118604"]);
    let kinds = texts(&[
        "at+jwt",
        "application/AT+JWT",
        "JWT",
        "dpop+jwt",
        "DPoP+JWT",
    ]);
    let algorithms = texts(&["ES256", "ES384", "PS256", "none", "HS256", "es256"]);
    let around = times(&[-100_000, -61, -60, -59, -6, -5, -4, 0, 1, 2, 4, 5, 6, 400]);
    let thief = thief_key();
    let audiences = [
        json!(ORIGIN),
        json!("https://api.example.com/"),
        json!([ORIGIN]),
        json!(["x", ORIGIN]),
        json!([ORIGIN, 1]),
        json!(["x"]),
    ];
    let targets = texts(&[
        "HTTPS://API.example.com:443/accounts/7",
        "https://api.example.com/accounts/7?a#b",
        "https://api.example.com:/accounts/7/transfers",
        "https://api.example.com/accounts/7/transfers/",
        "https://api.example.com/accounts/8",
        "http://api.example.com/accounts/7",
        "https://b.example.com/accounts/7",
        "https://api.example.com@b.example.com/accounts/7",
        "/accounts/7",
    ]);
    let scopes = texts(&[
        "accounts:read",
        "accounts:read payments:write",
        "payments:write",
        "accounts:read,payments:write",
        "accounts:reads",
    ]);
    let methods = texts(&["GET", "POST", "get", "PUT"]);
    vec![
        (TokenHeader, "/typ", kinds.clone()),
        (TokenHeader, "/alg", algorithms.clone()),
        (
            TokenHeader,
            "/kid",
            texts(&["issuer-1", "issuer-2", "../issuer-1"]),
        ),
        (TokenHeader, "/jwk", vec![thief.jwk()]),
        (TokenHeader, "/crit", vec![json!(["exp"])]),
        (TokenHeader, "/x", vec![]),
        (
            TokenClaims,
            "/iss",
            texts(&[ISSUER, "https://as.example.com/", ORIGIN]),
        ),
        (TokenClaims, "/aud", audiences.to_vec()),
        (TokenClaims, "/sub", texts(&["root", "a b", "a\r\nb"])),
        (TokenClaims, "/client_id", texts(&["another"])),
        (TokenClaims, "/jti", texts(&["another"])),
        (TokenClaims, "/iat", around.clone()),
        (TokenClaims, "/exp", around.clone()),
        (TokenClaims, "/nbf", around.clone()),
        (TokenClaims, "/scope", scopes),
        (TokenClaims, "/cnf", vec![json!({ "jkt": thief.jkt() })]),
        (TokenClaims, "/cnf/jkt", texts(&[&thief.jkt(), "x"])),
        (TokenClaims, "/cnf/x5t#S256", texts(&[&thief.jkt()])),
        (TokenClaims, "/cnf/kid", texts(&["client"])),
        (TokenClaims, "/cnf/other", texts(&["x"])),
        (TokenClaims, "/acr", texts(&[STRONG, "urn:example:loa:2"])),
        (
            TokenClaims,
            "/auth_time",
            times(&[-400, -301, -300, -299, -30, 0, 400]),
        ),
        (TokenClaims, "/act", vec![json!({ "sub": "agent" })]),
        (TokenClaims, "/txn", texts(&["a transaction"])),
        (
            TokenClaims,
            "/authorization_details",
            vec![json!([{ "type": "payment_initiation" }])],
        ),
        (
            TokenClaims,
            "/authorization_details/0/type",
            texts(&["payment_initiation", "Payment_initiation"]),
        ),
        (
            TokenClaims,
            "/authorization_details/0/locations",
            vec![json!([ORIGIN]), json!(["https://b.example.com"])],
        ),
        (
            TokenClaims,
            "/authorization_details/0/instructedAmount/amount",
            amounts.clone(),
        ),
        (
            TokenClaims,
            "/authorization_details/0/instructedAmount/currency",
            currencies.clone(),
        ),
        (
            TokenClaims,
            "/authorization_details/0/creditorAccount/iban",
            payees.clone(),
        ),
        (ProofHeader, "/typ", kinds),
        (ProofHeader, "/alg", algorithms),
        (ProofHeader, "/jwk", vec![thief.jwk()]),
        (ProofHeader, "/jwk/x", vec![thief.jwk()["x"].clone()]),
        (ProofHeader, "/jwk/d", texts(&["AQ"])),
        (ProofHeader, "/crit", vec![json!(["exp"])]),
        (ProofClaims, "/jti", texts(&["another"])),
        (ProofClaims, "/htm", methods),
        (ProofClaims, "/htu", targets),
        (ProofClaims, "/iat", around),
        (ProofClaims, "/ath", texts(&[&thief.jkt(), "x"])),
        (ProofClaims, "/nonce", texts(&["x"])),
        (
            Body,
            "/amount",
            [amounts, vec![json!(1), json!(1.0)]].concat(),
        ),
        (Body, "/currency", currencies),
        (
            Body,
            "/creditor",
            vec![json!({ "iban": "DE02100100109307118603" })],
        ),
        (Body, "/creditor/iban", payees),
        (Body, "/creditor/name", texts(&["x"])),
        (Body, "/Amount", texts(&["9"])),
        (Body, "/more", vec![]),
    ]
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

const METHODS: &[&str] = &["GET", "POST", "get", "HEAD", "CONNECT"];

const AUTHORITIES: &[&str] = &[
    "API.example.com",
    "api.example.com:443",
    "api.example.com.",
    "b.example.com",
    "u@api.example.com",
    "api.example.com:80",
];

const SCHEMES: &[Option<&str>] = &[
    None,
    Some("dpop"),
    Some("DPoP "),
    Some("Bearer"),
    Some("\tDPoP"),
];

/// Every change that says what it changes to.
pub(crate) fn all() -> Vec<Change> {
    let mut all = Vec::new();
    for (part, at, values) in members() {
        all.push(Change::Set(part, at, None));
        let values = values.into_iter().chain(junk());
        all.extend(values.map(|value| Change::Set(part, at, Some(value))));
    }
    all.extend(
        FIELDS
            .iter()
            .map(|(name, value)| Change::Field(name, value)),
    );
    all.extend(BODIES.iter().map(|body| Change::Body(body)));
    all.extend(METHODS.iter().map(|method| Change::Method(method)));
    all.extend(
        PATHS
            .iter()
            .flat_map(|path| [Change::Path(path), Change::Target(path)]),
    );
    all.extend(
        AUTHORITIES
            .iter()
            .map(|authority| Change::Authority(authority)),
    );
    all.extend(SCHEMES.iter().map(|scheme| Change::Scheme(*scheme)));
    all.extend((2..4).map(Change::TokenBy));
    all.extend([None, Some(1), Some(3)].map(Change::ProofBy));
    all.push(Change::Stolen);
    all
}
