//! The flow table's revoked and denied: one change each of a valid `GET /accounts/7`, and the status
//! list that they refer to.

use crate::support::plan::{Plan, Signer, issuer_key};
use crate::support::table::{Change, Expected};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// The URI of the one list of the policy.
pub(crate) const LIST: &str = "https://as.example.com/statuslists/1";

/// The list as its issuer publishes it: four tokens, and every status of two bits.
pub(crate) fn list(now: i64) -> String {
    // The zlib stream of one byte, 0b11_10_01_00.
    list_of(now, "eNp7AgAA5QDl")
}

/// A list of this content.
pub(crate) fn list_of(now: i64, lst: &str) -> String {
    let issuer = issuer_key();
    issuer.sign(
        &json!({ "typ": "statuslist+jwt", "alg": "ES256", "kid": issuer.kid }),
        &json!({
            "sub": LIST,
            "iat": now - 5,
            "exp": now + 3600,
            "ttl": 3600,
            "status_list": { "bits": 2, "lst": lst },
        }),
    )
}

/// A key that the policy denies.
pub(crate) fn denied_key() -> Signer {
    Signer::of(240, "denied")
}

/// What the policy denies.
pub(crate) fn denied() -> Value {
    json!({
        "jti": ["a denied token"],
        "sub": [{ "issuer": "corp", "subject": "mallory" }],
        "key": [denied_key().jkt()],
        "txn": ["a denied transaction"],
    })
}

/// Has the token refer to an entry of a list.
pub(crate) fn refer(plan: &mut Plan, index: u64, uri: &str) {
    plan.token_claims["status"] = json!({ "status_list": { "idx": index, "uri": uri } });
}

pub(crate) const REVOKED: &[Change] = &[
    (
        "a token with a valid status",
        &|p| refer(p, 0, LIST),
        Expected::Forwarded,
    ),
    (
        "a revoked token",
        &|p| refer(p, 1, LIST),
        Expected::Refused(Reason::TokenRevoked),
    ),
    (
        "a suspended token",
        &|p| refer(p, 2, LIST),
        Expected::Refused(Reason::TokenSuspended),
    ),
    (
        "a token with a status that nobody knows",
        &|p| refer(p, 3, LIST),
        Expected::Refused(Reason::StatusUnknown),
    ),
    (
        "a token beyond the list",
        &|p| refer(p, 4, LIST),
        Expected::Refused(Reason::StatusOutOfRange),
    ),
    (
        "a token of another list",
        &|p| refer(p, 0, "https://as.example.com/statuslists/2"),
        Expected::Refused(Reason::StatusListUnknown),
    ),
    (
        "a token with a status of another kind",
        &|p| p.token_claims["status"] = json!({ "identifier_list": { "id": "1" } }),
        Expected::Refused(Reason::StatusMalformed),
    ),
    (
        "a denied token",
        &|p| p.token_claims["jti"] = json!("a denied token"),
        Expected::Refused(Reason::TokenDenied),
    ),
    (
        "a denied token that is revoked too",
        &|p| {
            p.token_claims["jti"] = json!("a denied token");
            refer(p, 1, LIST);
        },
        Expected::Refused(Reason::TokenDenied),
    ),
    (
        "a denied subject",
        &|p| p.token_claims["sub"] = json!("mallory"),
        Expected::Refused(Reason::SubjectDenied),
    ),
    (
        "a denied actor",
        &|p| p.token_claims["act"] = json!({ "sub": "mallory" }),
        Expected::Refused(Reason::SubjectDenied),
    ),
    (
        "an actor of the past who is denied now",
        &|p| p.token_claims["act"] = json!({ "sub": "agent", "act": { "sub": "mallory" } }),
        Expected::Forwarded,
    ),
    (
        "a denied transaction",
        &|p| p.token_claims["txn"] = json!("a denied transaction"),
        Expected::Refused(Reason::TransactionDenied),
    ),
    (
        "a denied key",
        &|p| {
            p.token_claims["cnf"]["jkt"] = json!(denied_key().jkt());
            p.proof_header["jwk"] = denied_key().jwk();
            p.proof_signer = Some(denied_key());
        },
        Expected::Refused(Reason::KeyDenied),
    ),
];
