//! The policy of the tests: one issuer, and one route of each kind.

use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "https://api.example.com";
pub(crate) const ISSUER: &str = "https://as.example.com";

/// A policy whose issuer has these keys, in the form that the policy takes: `inline`, or a cluster.
pub(crate) fn policy(keys: &Value) -> Value {
    let identity = json!({ "issuers": ["corp"], "scopes": ["accounts:read"] });
    json!({
        "schema": "countersign/v1",
        "revision": 7,
        "origins": [ORIGIN],
        "unmatched": "refuse",
        "replay": { "scope": "host", "memory": "1MiB" },
        // A log that was just begun knows nothing of proofs that may be dated as far ahead as this.
        "dpop": { "max_ahead": "1s" },
        "waiting": { "deadline": "2s", "requests": 64 },
        "issuers": { "corp": {
            "issuer": ISSUER,
            "audiences": [ORIGIN],
            "types": ["at+jwt"],
            "algorithms": ["ES256"],
            "keys": keys,
        }},
        "services": { "pdp": {
            "protocol": "authzen",
            "cluster": "pdp",
            "path": "/access/v1/evaluation",
            "timeout": "500ms",
        }},
        "routes": [
            {
                "name": "read",
                "match": { "methods": ["GET", "POST"], "path": "/accounts/{id}" },
                "identity": identity,
                "proof": ["dpop"],
                "risk": { "base": 10 },
            },
            {
                "name": "ask",
                "match": { "methods": ["GET", "POST"], "path": "/asked/{id}" },
                "identity": identity,
                "proof": ["dpop"],
                "risk": { "base": 50, "step_up_at": 50, "refuse_at": 100 },
                "step_up": { "ask": "pdp", "on_silence": "refuse" },
            },
            {
                "name": "transfer",
                "match": { "methods": ["POST"], "path": "/accounts/{account}/transfers" },
                "identity": identity,
                "proof": ["dpop"],
                "body": "held",
                "max_body": "64KiB",
                "transaction": {
                    "authorization_details": "payment_initiation",
                    "bind": [{ "claim": "/amount", "equals": "body:/amount", "as": "decimal" }],
                    "allow_body": ["/note"],
                },
                "risk": { "base": 10 },
            },
        ],
    })
}

/// The keys of an issuer that stand in the policy.
pub(crate) fn inline(set: &Value) -> Value {
    json!({ "inline": set })
}

/// The keys of an issuer that are fetched from cluster `as`.
pub(crate) fn fetched() -> Value {
    json!({ "cluster": "as", "path": "/jwks", "refresh": "300s", "max_stale": "3600s" })
}
