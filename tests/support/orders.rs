//! The flow table's requests of workloads: one change each of a valid `POST /orders`.

use crate::support::plan::{CERTIFICATE, ORIGIN, issuer_key, thief_key};
use crate::support::table::Expected;
use crate::support::workload::{GATEWAY, Order, ledger_key};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// A name, what it changes of a valid request, and what must come of it.
pub(crate) type Change = (&'static str, &'static dyn Fn(&mut Order), Expected);

fn remove(object: &mut Value, name: &str) {
    object.as_object_mut().unwrap().remove(name).unwrap();
}

pub(crate) const ORDERS: &[Change] = &[
    (
        "an order without a workload",
        &|o| o.workload = None,
        Expected::Refused(Reason::CredentialsMissing),
    ),
    (
        "an order of two workloads",
        &|o| o.field("workload-identity-token", "a.b.c"),
        Expected::Refused(Reason::CredentialsMalformed),
    ),
    (
        "an order of a list of workloads",
        &|o| o.workload().header["kid"] = json!(", "),
        Expected::Refused(Reason::TokenKeyUnknown),
    ),
    (
        "an order of a workload by an alias",
        &|o| o.field("workload_identity-token", "a.b.c"),
        Expected::Refused(Reason::CredentialsMalformed),
    ),
    (
        "an order of a workload that is no token",
        &|o| {
            o.workload = None;
            o.field("workload-identity-token", "a.b");
        },
        Expected::Refused(Reason::TokenMalformed),
    ),
    (
        "an order with the token as a bearer",
        &|o| {
            let text = o.workload().text();
            o.workload = None;
            o.proof = None;
            o.field("authorization", format!("Bearer {text}"));
        },
        Expected::Refused(Reason::CredentialsMissing),
    ),
    (
        "an order of a workload of another type",
        &|o| o.workload().header["typ"] = json!("JWT"),
        Expected::Refused(Reason::TokenType),
    ),
    (
        "an order with an access token for a workload's",
        &|o| o.workload().header["typ"] = json!("at+jwt"),
        Expected::Refused(Reason::TokenType),
    ),
    (
        "an order with a transaction token for a workload's",
        &|o| o.workload().header["typ"] = json!("txntoken+jwt"),
        Expected::Refused(Reason::TokenType),
    ),
    (
        "an order of an unsigned workload",
        &|o| o.workload().header["alg"] = json!("none"),
        Expected::Refused(Reason::TokenAlgorithm),
    ),
    (
        "an order of a workload of a forger",
        &|o| o.workload().signer = thief_key(),
        Expected::Refused(Reason::TokenSignature),
    ),
    (
        "an order of a workload that an issuer of access tokens signed",
        &|o| o.workload().signer = issuer_key(),
        Expected::Refused(Reason::TokenSignature),
    ),
    (
        "an order of a workload of another domain",
        &|o| o.workload().claims["sub"] = json!("spiffe://example.com/ledger"),
        Expected::Refused(Reason::TokenIssuer),
    ),
    (
        "an order of a workload without identifier",
        &|o| o.workload().claims["sub"] = json!("ledger"),
        Expected::Refused(Reason::TokenClaims),
    ),
    (
        "an order of a workload that the route does not list",
        &|o| o.workload().claims["sub"] = json!(GATEWAY),
        Expected::Refused(Reason::TransactionRequester),
    ),
    (
        "an order of a workload whose token ended",
        &|o| o.workload().claims["exp"] = json!(1),
        Expected::Refused(Reason::TokenClaims),
    ),
    (
        "an order of a workload without end",
        &|o| remove(&mut o.workload().claims, "exp"),
        Expected::Refused(Reason::TokenClaims),
    ),
    (
        "an order of a workload without a key",
        &|o| o.workload().claims["cnf"] = json!({}),
        Expected::Refused(Reason::TokenClaims),
    ),
    (
        "an order of a workload whose key has no algorithm",
        &|o| o.workload().claims["cnf"]["jwk"] = ledger_key().jwk(),
        Expected::Refused(Reason::TokenClaims),
    ),
    (
        "an order of a workload with a private key",
        &|o| o.workload().claims["cnf"]["jwk"]["d"] = json!("AA"),
        Expected::Refused(Reason::TokenClaims),
    ),
    (
        "an order of a workload bound by more",
        &|o| o.workload().claims["cnf"]["jku"] = json!("https://a/"),
        Expected::Refused(Reason::ConfirmationUnsupported),
    ),
    (
        "an order of a workload bound to a certificate too",
        &|o| o.workload().claims["cnf"]["x5t#S256"] = json!(CERTIFICATE),
        Expected::Refused(Reason::CertificateMissing),
    ),
    (
        "an order of a workload with an issuer that nobody reads",
        &|o| o.workload().claims["iss"] = json!("https://evil.example/"),
        Expected::Forwarded,
    ),
    (
        "an order without a proof",
        &|o| o.proof = None,
        Expected::Refused(Reason::ProofMissing),
    ),
    (
        "an order with the proof of draft 01",
        &|o| o.place = ("workload-proof-token", ""),
        Expected::Refused(Reason::ProofMissing),
    ),
    (
        "an order with the proof as a bearer",
        &|o| o.place = ("authorization", "Bearer "),
        Expected::Refused(Reason::ProofMissing),
    ),
    (
        "an order with another credential beside the proof",
        &|o| o.field("authorization", "Bearer x"),
        Expected::Refused(Reason::ProofRepeated),
    ),
    (
        "an order with a proof of another type",
        &|o| o.proof().header["typ"] = json!("dpop+jwt"),
        Expected::Refused(Reason::ProofType),
    ),
    (
        "an order with a proof by another algorithm",
        &|o| o.proof().header["alg"] = json!("EdDSA"),
        Expected::Refused(Reason::ProofAlgorithm),
    ),
    (
        "an order with the proof of a thief",
        &|o| o.proof().signer = thief_key(),
        Expected::Refused(Reason::ProofSignature),
    ),
    (
        "an order with a proof for another target",
        &|o| o.proof().claims["aud"] = json!(format!("{ORIGIN}/others")),
        Expected::Refused(Reason::ProofTarget),
    ),
    (
        "an order with a proof for another origin",
        &|o| o.proof().claims["aud"] = json!("https://evil.example/orders"),
        Expected::Refused(Reason::ProofTarget),
    ),
    (
        "an order with a proof that ended",
        &|o| o.proof().claims["exp"] = json!(1),
        Expected::Refused(Reason::ProofExpired),
    ),
    (
        "an order with a proof for long",
        &|o| o.proof().claims["exp"] = json!(8_000_000_000_i64),
        Expected::Refused(Reason::ProofLifetime),
    ),
    (
        "an order with a proof without end",
        &|o| remove(&mut o.proof().claims, "exp"),
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "an order with a proof without a name",
        &|o| remove(&mut o.proof().claims, "jti"),
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "an order with a proof for another token",
        &|o| o.proof().claims["wth"] = json!(CERTIFICATE),
        Expected::Refused(Reason::ProofToken),
    ),
    (
        "an order with a proof for an access token",
        &|o| o.proof().claims["ath"] = json!(CERTIFICATE),
        Expected::Refused(Reason::ProofToken),
    ),
    (
        "an order with a proof for another chain",
        &|o| o.proof().claims["tth"] = json!(CERTIFICATE),
        Expected::Refused(Reason::ProofContext),
    ),
    (
        "an order with a proof for a header that is not there",
        &|o| o.proof().claims["oth"] = json!({ "x-absent": CERTIFICATE }),
        Expected::Refused(Reason::ProofContext),
    ),
    (
        "an order with a proof for another header",
        &|o| {
            o.field("x-user", "alice");
            o.proof().claims["oth"] = json!({ "x-user": CERTIFICATE });
        },
        Expected::Refused(Reason::ProofContext),
    ),
    (
        "an order without a chain",
        &|o| o.transaction = None,
        Expected::Refused(Reason::TransactionTokenMissing),
    ),
    (
        "an order of two chains",
        &|o| o.field("txn-token", "a.b.c"),
        Expected::Refused(Reason::TransactionTokenInvalid),
    ),
    (
        "an order of a chain by an alias",
        &|o| o.field("txn_token", "a.b.c"),
        Expected::Refused(Reason::TransactionTokenInvalid),
    ),
    (
        "an order of a chain that is no token",
        &|o| {
            o.transaction = None;
            o.field("txn-token", "a.b");
        },
        Expected::Refused(Reason::TransactionTokenInvalid),
    ),
    (
        "an order of a chain of another type",
        &|o| o.transaction().header["typ"] = json!("JWT"),
        Expected::Refused(Reason::TransactionTokenInvalid),
    ),
    (
        "an order with a workload's token for a chain",
        &|o| o.transaction().header["typ"] = json!("wit+jwt"),
        Expected::Refused(Reason::TransactionTokenInvalid),
    ),
    (
        "an order of a forged chain",
        &|o| o.transaction().signer = thief_key(),
        Expected::Refused(Reason::TransactionTokenInvalid),
    ),
    (
        "an order of a chain of another domain",
        &|o| o.transaction().claims["aud"] = json!("example.com"),
        Expected::Refused(Reason::TransactionTokenInvalid),
    ),
    (
        "an order of a chain of an unknown key",
        &|o| o.transaction().header["kid"] = json!("another"),
        Expected::Refused(Reason::TransactionTokenInvalid),
    ),
    (
        "an order of a chain without a name",
        &|o| remove(&mut o.transaction().claims, "txn"),
        Expected::Refused(Reason::TransactionTokenInvalid),
    ),
    (
        "an order of a chain without a requester",
        &|o| remove(&mut o.transaction().claims, "req_wl"),
        Expected::Refused(Reason::TransactionTokenInvalid),
    ),
    (
        "an order of a chain by the names of older drafts",
        &|o| {
            let facts = o.transaction().claims["tctx"].take();
            remove(&mut o.transaction().claims, "tctx");
            o.transaction().claims["azd"] = facts;
        },
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "an order of a chain that ended",
        &|o| {
            let then = o.transaction().claims["iat"].as_i64().unwrap();
            o.transaction().claims["exp"] = json!(then);
        },
        Expected::Refused(Reason::TransactionTokenExpired),
    ),
    (
        "an order of an old chain",
        &|o| {
            let then = o.transaction().claims["iat"].as_i64().unwrap();
            o.transaction().claims["iat"] = json!(then - 70);
        },
        Expected::Refused(Reason::TransactionTokenExpired),
    ),
    (
        "an order of a chain of another requester",
        &|o| o.transaction().claims["req_wl"] = json!("spiffe://example.org/other"),
        Expected::Refused(Reason::TransactionRequester),
    ),
    (
        "an order of a chain with another scope",
        &|o| o.transaction().claims["scope"] = json!("orders:read"),
        Expected::Refused(Reason::TransactionScope),
    ),
    (
        "an order of a chain about another amount",
        &|o| o.transaction().claims["tctx"]["amount"] = json!("12.51"),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "an order of a chain about nothing",
        &|o| remove(&mut o.transaction().claims, "tctx"),
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "an order of a chain in another spelling of its amount",
        &|o| o.transaction().claims["tctx"]["amount"] = json!("12.5"),
        Expected::Forwarded,
    ),
    (
        "an order with more than its chain is about",
        &|o| o.body = Some(br#"{"amount":"12.50","currency":"EUR","to":"x"}"#.to_vec()),
        Expected::Refused(Reason::BodyUnlisted),
    ),
];
