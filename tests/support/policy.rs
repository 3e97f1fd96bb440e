//! The policy of the flow table: that of `envoy/policy.yaml` with keys in it, hours that are always
//! open, a route whose risk is always too high, one on which silence may pass, and those of workloads.

use crate::support::plan::{ISSUER, ORIGIN, STRONG, client_key, issuer_key};
use crate::support::revoked::{LIST, denied};
use crate::support::signing::{KEY_NAME, TAG};
use crate::support::workload;
use serde_json::{Value, json};

/// The secrets that it names, by their names.
pub(crate) const SECRETS: [(&str, &str); 2] = [
    (
        "COUNTERSIGN_NONCE_KEY",
        "a key for nonces of at least thirty-two bytes",
    ),
    (
        "COUNTERSIGN_OLD_NONCE_KEY",
        "the key before it, of at least thirty-two bytes",
    ),
];

#[expect(clippy::too_many_lines, reason = "a document")]
pub(crate) fn document() -> Value {
    let bind = json!([
        { "claim": "/instructedAmount/amount", "equals": "body:/amount", "as": "decimal" },
        { "claim": "/instructedAmount/currency", "equals": "body:/currency" },
        { "claim": "/creditorAccount/iban", "equals": "body:/creditor/iban" },
    ]);
    let transaction = json!({ "authorization_details": "payment_initiation", "bind": bind });
    let large = json!({
        "name": "large",
        "add": 30,
        "above": {
            "claim": "/instructedAmount/amount",
            "limit": "10000",
            "currency": { "claim": "/instructedAmount/currency", "is": "EUR" },
        },
    });
    let hours = json!({ "name": "off-hours", "add": 20, "outside": "daily 00:00-24:00 UTC" });
    let step_up = json!({
        "challenge": { "acr_values": [STRONG], "max_age": "300s" },
        "ask": "pdp",
        "on_silence": "refuse",
    });
    let identity = json!({ "issuers": ["corp"], "scopes": ["payments:write"] });
    let mut document = json!({
        "schema": "countersign/v1",
        "revision": 42,
        "origins": [ORIGIN],
        "unmatched": "refuse",
        "replay": { "scope": "host", "memory": "8MiB" },
        "dpop": {
            "max_age": "60s",
            "max_ahead": "1s",
            "nonces": { "keys": ["COUNTERSIGN_NONCE_KEY", "COUNTERSIGN_OLD_NONCE_KEY"] },
        },
        "signature_keys": { KEY_NAME: client_key().jwk() },
        "issuers": {
            "corp": {
                "issuer": ISSUER,
                "audiences": [ORIGIN],
                "types": ["at+jwt"],
                "algorithms": ["ES256", "PS256", "EdDSA"],
                "keys": { "inline": { "keys": [issuer_key().published()] } },
            },
        },
        "status_lists": {
            "corp-list": {
                "uri": LIST,
                "issuer": "corp",
                "cluster": "as",
                "path": "/statuslists/1",
                "refresh": "1h",
                "max_stale": "2h",
            },
        },
        "deny": denied(),
        "services": {
            "pdp": {
                "protocol": "authzen",
                "cluster": "pdp",
                "path": "/access/v1/evaluation",
                "timeout": "250ms",
            },
        },
        "routes": [
            {
                "name": "read-accounts",
                "match": { "methods": ["GET"], "path": "/accounts/{id}" },
                "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
                "delegation": {
                    "max_depth": 2,
                    "actors": [{ "issuer": ISSUER, "subject": "agent", "kind": "agent" }],
                },
                "proof": ["dpop"],
                "risk": { "base": 10 },
            },
            {
                "name": "statement",
                "match": { "methods": ["GET"], "path": "/accounts/{id}/statement" },
                "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
                "proof": ["dpop"],
                "risk": { "base": 60, "step_up_at": 60, "refuse_at": 100 },
                "step_up": { "ask": "pdp", "on_silence": { "allow_below": 80 } },
            },
            {
                "name": "transfer",
                "match": { "methods": ["POST"], "path": "/accounts/{account}/transfers" },
                "identity": identity,
                "proof": ["dpop"],
                "body": "held",
                "transaction": transaction,
                "risk": { "base": 30, "signals": [hours, large], "step_up_at": 60, "refuse_at": 100 },
                "step_up": step_up,
            },
            signed_route("GET"),
            signed_route("POST"),
            {
                "name": "risky",
                "match": { "methods": ["POST"], "path": "/accounts/{account}/risky" },
                "identity": identity,
                "proof": ["dpop"],
                "body": "held",
                "transaction": transaction,
                "risk": { "base": 80, "signals": [large], "step_up_at": 60, "refuse_at": 100 },
                "step_up": step_up,
            },
            calls("calls", "/mcp", "http"),
            calls("agents", "/agents", "json_rpc"),
            nonces("offering", "offered"),
            nonces("requiring", "required"),
            nonces("challenging", "challenge"),
            {
                "name": "token",
                "match": { "methods": ["POST"], "path": "/token" },
                "issuance": true,
                "proof": ["dpop"],
                "risk": { "base": 10 },
            },
            {
                "name": "guarded-token",
                "match": { "methods": ["POST"], "path": "/guarded/token" },
                "issuance": true,
                "proof": ["dpop"],
                "nonce": "required",
                "risk": { "base": 60, "step_up_at": 60 },
                "step_up": { "ask": "pdp", "on_silence": "refuse" },
            },
        ],
    });
    workload::extend(&mut document);
    document
}

/// A read on a route that treats nonces so: `GET /accounts/{id}/<name>`.
fn nonces(name: &str, mode: &str) -> Value {
    json!({
        "name": name,
        "match": { "methods": ["GET"], "path": format!("/accounts/{{id}}/{name}") },
        "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
        "proof": ["dpop"],
        "nonce": mode,
        "risk": { "base": 10 },
    })
}

/// A route for calls of MCP: tools of three classes, and the session around them.
fn calls(name: &str, path: &str, refusals: &str) -> Value {
    let bind = json!([
        { "claim": "/instructedAmount/amount", "equals": "argument:/amount", "as": "decimal" },
        { "claim": "/instructedAmount/currency", "equals": "argument:/currency" },
        { "claim": "/creditorAccount/iban", "equals": "argument:/creditor/iban" },
    ]);
    let payments = json!({
        "base": 30,
        "scopes": ["payments:write"],
        "headers": { "Currency": "/currency" },
        "allow_params": ["inputResponses"],
        "transaction": {
            "authorization_details": "payment_initiation",
            "bind": bind,
            "allow_body": ["/note"],
        },
    });
    json!({
        "name": name,
        "match": { "methods": ["POST"], "path": path },
        "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
        "proof": ["dpop"],
        "body": "held",
        "mcp": {
            "versions": ["2025-11-25", "2026-07-28"],
            "methods": {
                "initialize": "session",
                "ping": "session",
                "tools/list": "session",
                "notifications/*": "session",
            },
            "tools": { "pay": "payments", "get_balance": "reads", "wipe": "admin", "close": "risky" },
            "prompts": { "greeting": "reads" },
            "resources": { "file:///reports/*": "reads", "file:///reports/secret/*": "admin" },
            "classes": {
                "session": { "base": 0 },
                "reads": { "base": 5 },
                "payments": payments,
                "risky": { "base": 50 },
                "admin": { "scopes": ["admin", "accounts:read"] },
            },
            "refusals": refusals,
            "resource_metadata": "served",
        },
        "risk": { "base": 10, "step_up_at": 60 },
        "step_up": { "ask": "pdp", "on_silence": "refuse" },
    })
}

/// A route whose requests are signed. On POST the body is held, and a DPoP proof will do too.
fn signed_route(method: &str) -> Value {
    let mut route = json!({
        "name": "signed-read",
        "match": { "methods": [method], "path": "/accounts/{id}/signed" },
        "identity": { "issuers": ["corp"] },
        "proof": ["http_signature"],
        "signature": { "tag": TAG, "max_ahead": "1s" },
        "risk": { "base": 10 },
    });
    if method == "POST" {
        route["name"] = json!("signed-upload");
        route["proof"] = json!(["dpop", "http_signature"]);
        route["body"] = json!("held");
    }
    route
}

/// The route of this name in a document.
pub(crate) fn route<'d>(document: &'d mut Value, name: &str) -> &'d mut Value {
    let routes = document["routes"].as_array_mut().unwrap();
    routes.iter_mut().find(|it| it["name"] == name).unwrap()
}
