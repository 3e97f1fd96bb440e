//! Calls of MCP: what is answered, what is recorded, what a decision service is told, and what the
//! gate serves.

use crate::NOW;
use crate::support::calls::REVISION;
use crate::support::plan::Plan;
use crate::support::policy;
use crate::support::table::{Expected, Row, Service};
use crate::support::world::{Verdict, World};
use countersign::http::Connection;
use countersign::pipeline::Outcome;
use countersign::reason::Reason;
use countersign::respond::Reply;
use serde_json::{Value, json};

fn judge(world: &World, plan: &Plan) -> Verdict {
    world.judge(&Row {
        name: "a call",
        wire: plan.wire(),
        connection: Connection::default(),
        service: Service::Permits,
        expected: Expected::Forwarded,
    })
}

fn refused(world: &World, plan: &Plan) -> Reply {
    match judge(world, plan).outcome {
        Outcome::Refuse(reply, _) => reply,
        other @ (Outcome::Forward(..) | Outcome::Publish(..)) => panic!("{other:?}"),
    }
}

fn header<'r>(reply: &'r Reply, name: &str) -> &'r str {
    let mut headers = reply.headers.iter();
    headers.find(|(own, _)| *own == name).unwrap().1.as_str()
}

/// The call on the route that answers in JSON-RPC.
fn agent(name: &str) -> Plan {
    Plan::call(NOW, name).to("POST", "/agents")
}

#[test]
fn a_refusal_in_json_rpc_repeats_the_id() {
    let world = World::at(NOW);
    for (name, id) in [
        ("a number", json!(7)),
        ("below nothing", json!(-1)),
        ("a text", json!("a\"\\\u{1}\u{2028}é")),
    ] {
        let mut plan = agent(name);
        plan.edit_body(|body| body["id"] = id.clone());
        plan.params(|it| it["arguments"]["amount"] = json!("1"));
        let reply = refused(&world, &plan);
        assert_eq!(reply.reason, Reason::ValueMismatch);
        assert_eq!(
            (reply.status, header(&reply, "content-type")),
            (200, "application/json")
        );
        let body: Value = serde_json::from_str(&reply.body).unwrap();
        let data = json!({ "type": "urn:countersign:value_mismatch", "code": "value_mismatch" });
        let title = "The token does not grant this transaction";
        let error = json!({ "code": 403, "message": title, "data": data });
        assert_eq!(body, json!({ "jsonrpc": "2.0", "id": id, "error": error }));
    }
}

/// A name, a change, the status of its refusal and the code of the error.
type Refusal = (&'static str, fn(&mut Plan), u16, i64);

#[test]
fn each_refusal_has_the_code_that_clients_know() {
    let world = World::at(NOW);
    let refusals: [Refusal; 7] = [
        ("name", |p| p.header("mcp-name", None), 400, -32020),
        (
            "version",
            |p| p.header("mcp-protocol-version", Some("1")),
            400,
            -32022,
        ),
        ("tool", |p| p.tool("other"), 200, -32602),
        (
            "parameter",
            |p| p.params(|it| it["Name"] = json!("x")),
            200,
            -32602,
        ),
        (
            "arguments",
            |p| p.params(|it| it["arguments"] = json!([])),
            200,
            -32602,
        ),
        (
            "method",
            |p| {
                p.edit_body(|body| body["method"] = json!("x"));
                p.header("mcp-method", Some("x"));
                p.header("mcp-name", None);
            },
            200,
            -32601,
        ),
        (
            "argument",
            |p| p.params(|it| it["arguments"]["x"] = json!(1)),
            200,
            403,
        ),
    ];
    for (name, change, status, code) in refusals {
        let mut plan = agent(name);
        change(&mut plan);
        let reply = refused(&world, &plan);
        let body: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(
            (reply.status, &body["error"]["code"]),
            (status, &json!(code)),
            "{name}"
        );
        let supported = body["error"]["data"].get("supported");
        let expected = json!(["2025-11-25", "2026-07-28"]);
        assert_eq!(
            supported,
            (name == "version").then_some(&expected),
            "{name}"
        );
    }
}

#[test]
fn what_has_no_id_or_has_a_challenge_is_answered_over_http() {
    let world = World::at(NOW);
    let problem = "application/problem+json";
    let mut batch = agent("a batch");
    batch.edit_body(|body| *body = json!([body]));
    let mut notification = agent("a notification");
    notification.message(&json!({ "jsonrpc": "2.0", "method": "notifications/x", "params": [] }));
    let mut elsewhere = agent("another header");
    let meta = json!({ "io.modelcontextprotocol/protocolVersion": REVISION });
    elsewhere.message(&json!({
        "jsonrpc": "2.0", "method": "notifications/x", "params": { "_meta": meta },
    }));
    let mut scope = agent("another scope");
    scope.tool("wipe");
    let mut token = agent("no token");
    token.scheme = None;
    for (plan, status) in [
        (batch, 400),
        (notification, 400),
        (elsewhere, 400),
        (scope, 403),
        (token, 401),
    ] {
        let reply = refused(&world, &plan);
        assert_eq!(
            (reply.status, header(&reply, "content-type")),
            (status, problem)
        );
    }
}

#[test]
fn a_challenge_names_the_scopes_of_the_call_and_the_metadata() {
    let world = World::at(NOW);
    let metadata =
        "resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource/mcp\"";
    let mut plan = Plan::call(NOW, "another scope");
    plan.tool("wipe");
    let challenge = header(&refused(&world, &plan), "www-authenticate").to_owned();
    assert!(
        challenge.contains("error=\"insufficient_scope\""),
        "{challenge}"
    );
    assert!(
        challenge.contains("scope=\"accounts:read admin\""),
        "{challenge}"
    );
    assert!(challenge.contains(metadata), "{challenge}");
    let mut plan = Plan::call(NOW, "no token");
    plan.scheme = None;
    let challenge = header(&refused(&world, &plan), "www-authenticate").to_owned();
    assert!(challenge.contains("scope=\"accounts:read\""), "{challenge}");
    assert!(challenge.contains(metadata), "{challenge}");
    // Elsewhere challenges are what they were.
    let mut plan = Plan::read(NOW, "no token");
    plan.scheme = None;
    let challenge = header(&refused(&world, &plan), "www-authenticate").to_owned();
    assert!(
        !challenge.contains("resource_metadata") && !challenge.contains("scope"),
        "{challenge}"
    );
}

#[test]
fn the_record_and_the_service_have_the_call_and_no_argument() {
    let world = World::at(NOW);
    let mut plan = Plan::call(NOW, "a risky call");
    plan.tool("close");
    plan.params(|it| it["arguments"] = json!({ "why": "for a secret reason" }));
    let verdict = judge(&world, &plan);
    let record: Value = serde_json::from_str(&verdict.record().to_json()).unwrap();
    assert_eq!(record["verdict"], "forward");
    // SHA-256 of {"why":"for a secret reason"}.
    let digest = countersign::mcp::digest(
        &countersign::json::Json::parse(
            br#"{"why":"for a secret reason"}"#,
            countersign::json::Limits {
                bytes: 100,
                depth: 2,
            },
        )
        .unwrap(),
    );
    let digest = countersign::record::base64url(&digest.unwrap());
    let call = json!({
        "method": "tools/call", "name": "close", "class": "risky", "arguments": digest,
    });
    assert_eq!(record["mcp"], call);
    let points = json!([{ "name": "base", "add": 10 }, { "name": "class:risky", "add": 50 }]);
    assert_eq!(record["contributions"], points);
    let asked: Value = serde_json::from_slice(&verdict.asked[0].body).unwrap();
    assert_eq!(asked["action"]["properties"]["mcp"], call);
    let all = format!("{record}{asked}");
    assert!(!all.contains("secret reason"), "{all}");
}

#[test]
fn the_metadata_of_the_route_is_served() {
    let world = World::at(NOW);
    let ask = |method: &str, path: &str, authority: &str| {
        let mut plan = Plan::read(NOW, "metadata").to(method, path);
        plan.scheme = None;
        plan.proof_signer = None;
        authority.clone_into(&mut plan.authority);
        judge(&world, &plan).outcome
    };
    let path = "/.well-known/oauth-protected-resource/mcp";
    let Outcome::Publish(published, record) = ask("GET", path, "api.example.com") else {
        panic!("no metadata")
    };
    let document: Value = serde_json::from_str(&published.text).unwrap();
    assert_eq!(
        document,
        json!({
            "resource": "https://api.example.com/mcp",
            "authorization_servers": ["https://as.example.com"],
            "bearer_methods_supported": ["header"],
            "scopes_supported": ["accounts:read", "admin", "payments:write"],
            "dpop_bound_access_tokens_required": true,
            "dpop_signing_alg_values_supported": ["ES256", "PS256", "EdDSA"],
        })
    );
    assert_eq!(published.document.headers()[0].1, "application/json");
    assert_eq!(record.route.as_deref(), Some("calls"));
    assert!(matches!(
        ask("HEAD", path, "api.example.com"),
        Outcome::Publish(..)
    ));
    for (method, path, authority, expected) in [
        ("POST", path, "api.example.com", Reason::MethodUnlisted),
        ("GET", path, "evil.example", Reason::AuthorityMismatch),
        (
            "GET",
            "/.well-known/oauth-protected-resource",
            "api.example.com",
            Reason::RouteUnmatched,
        ),
        (
            "GET",
            "/.well-known/oauth-protected-resource/other",
            "api.example.com",
            Reason::RouteUnmatched,
        ),
    ] {
        let Outcome::Refuse(reply, _) = ask(method, path, authority) else {
            panic!("{method} {path} was not refused")
        };
        assert_eq!(reply.reason, expected, "{method} {path}");
    }
}

#[test]
fn unlisted_calls_may_have_a_class() {
    let mut document = policy::document();
    policy::route(&mut document, "calls")["mcp"]["unknown"] = json!("risky");
    let world = World::under(&document, NOW);
    let mut plan = Plan::call(NOW, "unlisted");
    plan.tool("other");
    let verdict = judge(&world, &plan);
    assert_eq!(verdict.record().score, Some(60));
    let mut plan = Plan::call(NOW, "another case");
    plan.tool("PAY");
    assert_eq!(refused(&world, &plan).reason, Reason::McpNameUnlisted);
}
