//! The policy between the parts: as an operator would write it for this issuer.

use serde_json::{Value, json};

/// The policy for this origin, this issuer, and these keys of clients.
pub(crate) fn policy(origin: &str, issuer: &str, registered: &Value) -> Value {
    json!({
        "schema": "countersign/v1",
        "revision": 1,
        "origins": [origin],
        "unmatched": "refuse",
        "waiting": { "deadline": "14s" },
        "replay": { "scope": "host", "memory": "1MiB" },
        "dpop": {
            "max_ahead": "1s",
            "algorithms": ["ES256", "EdDSA", "PS256"],
            "nonces": { "keys": ["COUNTERSIGN_NONCE_KEY"], "lifetime": "60s" },
        },
        "signature_keys": registered,
        "issuers": { "corp": {
            "issuer": issuer,
            "audiences": [origin, format!("{origin}/mcp")],
            "types": ["at+jwt"],
            "algorithms": ["ES256"],
            "keys": { "cluster": "as", "path": "/jwks", "refresh": "1s", "max_stale": "60s" },
        }},
        "opaque_issuers": { "opaque": {
            "issuer": issuer,
            "audiences": ["https://opaque.example/"],
            "introspection": {
                "cluster": "as",
                "path": "/token/introspection",
                "timeout": "2s",
                "client": { "id": "gate", "secret": "GATE_SECRET" },
                "max_cache": "30s",
                "without_subject": "client",
            },
        }},
        "transaction_token_issuers": { "chains": {
            "trust_domain": "trust.example",
            "algorithms": ["ES256"],
            "keys": { "cluster": "as", "path": "/exchanged/keys", "refresh": "1s", "max_stale": "60s" },
        }},
        "exchanges": { "chains": {
            "cluster": "as",
            "path": "/token",
            "timeout": "8s",
            "client": { "id": "gate", "secret": "GATE_SECRET" },
            "issuer": "chains",
            "revoke": { "path": "/token/revocation" },
        }},
        "services": { "pdp": {
            "protocol": "authzen",
            "cluster": "pdp",
            "path": "/access/v1/evaluation",
            "timeout": "1s",
        }, "cerbos": {
            "protocol": "authzen",
            "cluster": "cerbos",
            "path": "/access/v1/evaluation",
            "timeout": "4s",
        }},
        "routes": [
            read("read", "/accounts/{id}", &json!(["dpop"]), "off"),
            read("statements", "/statements/{id}", &json!(["mtls"]), "off"),
            read("invoices", "/invoices/{id}", &json!(["dpop", "mtls"]), "off"),
            read("offered", "/offered/{id}", &json!(["dpop"]), "offered"),
            read("required", "/required/{id}", &json!(["dpop"]), "required"),
            read("challenge", "/challenge/{id}", &json!(["dpop"]), "challenge"),
            opaque("opaque", "/opaque/{id}", "30s"),
            opaque("fresh", "/fresh/{id}", "0s"),
            signed("message", &json!(["GET"]), false),
            signed("messages", &json!(["POST", "PUT"]), true),
            transfer(),
            wire("wire", "/wires"),
            wire("recall", "/wires/recall"),
            settlement(),
            calls(),
            read_session(),
            {
                "name": "token",
                "match": { "methods": ["POST"], "path": "/token" },
                "issuance": true,
                "proof": ["dpop"],
                "risk": { "base": 10 },
            },
        ],
    })
}

fn read(name: &str, path: &str, proof: &Value, nonce: &str) -> Value {
    let mut route = json!({
        "name": name,
        "match": { "methods": ["GET"], "path": path },
        "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
        "proof": proof,
        "risk": { "base": 10 },
    });
    if nonce != "off" {
        route["nonce"] = json!(nonce);
    }
    route
}

fn opaque(name: &str, path: &str, age: &str) -> Value {
    json!({
        "name": name,
        "match": { "methods": ["GET"], "path": path },
        "identity": {
            "issuers": ["opaque"],
            "scopes": ["accounts:read"],
            "max_introspection_age": age,
        },
        "proof": ["dpop"],
        "risk": { "base": 10 },
    })
}

fn signed(name: &str, methods: &Value, body: bool) -> Value {
    let mut route = json!({
        "name": name,
        "match": { "methods": methods, "path": "/messages/{id}" },
        "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
        "proof": ["http_signature"],
        "signature": {
            "tag": "message",
            "components": ["@method", "@authority", "@path", "@query", "content-type"],
            "max_ahead": "1s",
        },
        "risk": { "base": 10 },
    });
    if body {
        route["body"] = json!("held");
    }
    route
}

/// The tools of an MCP server.
fn calls() -> Value {
    json!({
        "name": "calls",
        "match": { "methods": ["POST"], "path": "/mcp" },
        "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
        "proof": ["dpop"],
        "body": "held",
        "mcp": {
            "versions": ["2025-06-18", "2025-11-25"],
            "methods": {
                "initialize": "session",
                "ping": "session",
                "tools/list": "session",
                "notifications/*": "session",
            },
            "tools": { "balance": "reads", "pay": "payments" },
            "classes": {
                "session": { "base": 0 },
                "reads": { "base": 5 },
                "payments": {
                    "base": 40,
                    "scopes": ["payments:write"],
                    "transaction": {
                        "authorization_details": "payment_initiation",
                        "bind": [
                            { "claim": "/amount", "equals": "argument:/amount", "as": "decimal" },
                            { "claim": "/currency", "equals": "argument:/currency" },
                            { "claim": "/iban", "equals": "argument:/iban" },
                        ],
                    },
                },
            },
            "refusals": "json_rpc",
            "resource_metadata": "served",
        },
        "risk": { "base": 10 },
    })
}

/// The stream and the end of a session of it.
fn read_session() -> Value {
    json!({
        "name": "session",
        "match": { "methods": ["GET", "DELETE"], "path": "/mcp" },
        "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
        "proof": ["dpop"],
        "risk": { "base": 10 },
    })
}

fn transfer() -> Value {
    json!({
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
    })
}

/// A small one goes on as usual. Of a large one Cerbos decides, once the payer is authenticated as
/// strongly as this asks.
fn wire(name: &str, path: &str) -> Value {
    let mut route = transfer();
    route["name"] = json!(name);
    route["match"]["path"] = json!(path);
    route["risk"] = json!({
        "base": 20,
        "signals": [{ "name": "large", "add": 40, "above": {
            "claim": "/instructedAmount/amount",
            "limit": "1000",
            "currency": { "claim": "/instructedAmount/currency", "is": "EUR" },
        }}],
        "step_up_at": 60,
        "refuse_at": 100,
    });
    route["step_up"]["ask"] = json!("cerbos");
    route
}

/// What Cerbos permits goes on with a transaction token in place of the caller's own.
fn settlement() -> Value {
    let mut route = wire("settlement", "/settlements");
    route["exchange"] = json!({ "with": "chains" });
    route
}
