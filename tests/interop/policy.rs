//! The policy between the parts: as an operator would write it for this issuer.

use serde_json::{Value, json};

/// The policy for this origin and this issuer.
pub(crate) fn policy(origin: &str, issuer: &str) -> Value {
    json!({
        "schema": "countersign/v1",
        "revision": 1,
        "origins": [origin],
        "unmatched": "refuse",
        "replay": { "scope": "host", "memory": "1MiB" },
        "dpop": { "max_ahead": "1s", "algorithms": ["ES256", "EdDSA", "PS256"] },
        "issuers": { "corp": {
            "issuer": issuer,
            "audiences": [origin],
            "types": ["at+jwt"],
            "algorithms": ["ES256"],
            "keys": { "cluster": "as", "path": "/jwks", "refresh": "1s", "max_stale": "60s" },
        }},
        "services": { "pdp": {
            "protocol": "authzen",
            "cluster": "pdp",
            "path": "/access/v1/evaluation",
            "timeout": "1s",
        }},
        "routes": [
            {
                "name": "read",
                "match": { "methods": ["GET"], "path": "/accounts/{id}" },
                "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
                "proof": ["dpop"],
                "risk": { "base": 10 },
            },
            {
                "name": "statements",
                "match": { "methods": ["GET"], "path": "/statements/{id}" },
                "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
                "proof": ["mtls"],
                "risk": { "base": 10 },
            },
            {
                "name": "invoices",
                "match": { "methods": ["GET"], "path": "/invoices/{id}" },
                "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
                "proof": ["dpop", "mtls"],
                "risk": { "base": 10 },
            },
            {
                "name": "transfer",
                "match": { "methods": ["POST"], "path": "/accounts/{account}/transfers" },
                "identity": { "issuers": ["corp"], "scopes": ["payments:write"] },
                "proof": ["dpop"],
                "body": "held",
                "transaction": {
                    "authorization_details": "payment_initiation",
                    "bind": [
                        { "claim": "/instructedAmount/amount", "equals": "body:/amount", "as": "decimal" },
                        { "claim": "/instructedAmount/currency", "equals": "body:/currency" },
                        { "claim": "/creditorAccount/iban", "equals": "body:/creditor/iban" },
                    ],
                },
                "risk": { "base": 60, "step_up_at": 60, "refuse_at": 100 },
                "step_up": {
                    "challenge": { "acr_values": ["urn:example:loa:3"], "max_age": "300s" },
                    "ask": "pdp",
                    "on_silence": "refuse",
                },
            },
        ],
    })
}
