//! What goes upstream beside the request: proofs as each route says, and what the gate asserts.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

#[expect(dead_code, reason = "the flow tests use all of it")]
mod support;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::crypto::digest::sha256;
use countersign::crypto::{Algorithm, Pure};
use countersign::jose::{KeySet, Limits, Selection, Untrusted};
use countersign::pipeline::{Outcome, Release};
use countersign::reason::Reason;
use serde_json::{Value, json};
use support::plan::{ORIGIN, Plan};
use support::policy;
use support::table::{Expected, GOLDEN_NOW as NOW, Row, Service};
use support::world::World;

const KEYS_PATH: &str = "/.well-known/countersign/keys";

fn judge(world: &World, plan: &Plan) -> Outcome {
    let row = Row {
        name: "",
        wire: plan.wire(),
        connection: countersign::http::Connection::default(),
        service: Service::Permits,
        expected: Expected::Forwarded,
    };
    world.judge(&row).outcome
}

fn released(outcome: Outcome) -> Release {
    match outcome {
        Outcome::Forward(release, _) => release,
        Outcome::Refuse(reply, _) => panic!("refused: {:?}", reply.reason),
        Outcome::Publish(..) => panic!("keys"),
    }
}

fn set<'r>(release: &'r Release, name: &str) -> Option<&'r str> {
    let found = release.set.iter().find(|(own, _)| *own == name);
    found.map(|(_, value)| value.as_str())
}

fn removes(release: &Release, name: &str) -> bool {
    release.remove.iter().any(|own| own == name)
}

#[test]
fn each_route_hands_its_proofs_on_as_it_says() {
    for (mode, strips, bearer) in [
        (json!(null), true, false),
        (json!("strip"), true, false),
        (json!("keep"), false, false),
        (json!("rewrite_to_bearer"), true, true),
    ] {
        let mut document = policy::document();
        if !mode.is_null() {
            // A route's word goes before the policy's.
            document["upstream"] = json!({ "proof": "keep" });
            policy::route(&mut document, "read-accounts")["upstream"] = json!({ "proof": mode });
        }
        let world = World::under(&document, NOW);
        let plan = Plan::read(NOW, "handed on");
        let release = released(judge(&world, &plan));
        assert_eq!(removes(&release, "dpop"), strips, "{mode}");
        let authorization = set(&release, "authorization").map(str::to_owned);
        let expected = bearer.then(|| format!("Bearer {}", plan.token()));
        assert_eq!(authorization, expected, "{mode}");
        assert!(
            !format!("{release:?}").contains(&plan.token()),
            "a token is shown"
        );
    }
}

#[test]
fn a_token_that_came_as_bearer_goes_on_as_it_came() {
    let mut document = policy::document();
    let route = policy::route(&mut document, "read-accounts");
    route["proof"] = json!(["dpop", "mtls"]);
    route["upstream"] = json!({ "proof": "rewrite_to_bearer" });
    let world = World::under(&document, NOW);
    let mut plan = Plan::read(NOW, "bearer");
    plan.scheme = Some("Bearer");
    plan.proof_signer = None;
    plan.token_claims["cnf"] = json!({ "x5t#S256": support::plan::CERTIFICATE });
    let connection = countersign::http::Connection {
        certificate: Some(support::plan::certificate()),
        ..countersign::http::Connection::default()
    };
    let head = support::world::head(&plan.wire()).unwrap();
    let step = world.with(|env| countersign::pipeline::run(head, &connection, env));
    let countersign::pipeline::Step::Done(outcome) = step else {
        panic!("no verdict")
    };
    assert_eq!(set(&released(outcome), "authorization"), None);
}

#[test]
fn a_gate_before_another_verifier_leaves_the_proof_to_it() {
    let mut document = policy::document();
    policy::route(&mut document, "read-accounts")["upstream"] =
        json!({ "proof": "keep", "consume_jti": false });
    let world = World::under(&document, NOW);
    for _ in 0..2 {
        let outcome = judge(&world, &Plan::read(NOW, "twice"));
        assert_eq!(outcome.record().replay_scope, None);
        assert!(!removes(&released(outcome), "dpop"));
    }
    // Other routes are as they were.
    let payment = Plan::transfer(NOW, "once", "1.00");
    assert_eq!(judge(&world, &payment).record().replay_scope, Some("host"));
    let again = judge(&world, &payment);
    assert_eq!(again.record().reason, Some(Reason::ProofReplayed.code()));
}

#[test]
fn signatures_that_nobody_checked_go_no_further_where_others_are_checked() {
    let mut document = policy::document();
    policy::route(&mut document, "read-accounts")["proof"] = json!(["dpop", "http_signature"]);
    let mut plan = Plan::read(NOW, "beside a signature");
    plan.field("signature", "sig=:AA==:");
    plan.field("signature-input", "sig=()");
    for (world, removed) in [
        (World::under(&document, NOW), true),
        (World::at(NOW), false),
    ] {
        let release = released(judge(&world, &plan));
        for name in ["signature", "signature-input"] {
            assert_eq!(removes(&release, name), removed, "{name}");
        }
    }
}

fn asserting() -> World {
    let mut document = policy::document();
    document["upstream"] = json!({ "assertion": {
        "keys": ["COUNTERSIGN_ASSERTION_KEY"],
        "issuer": "https://gate.example.com",
        "keys_path": KEYS_PATH,
    }});
    policy::route(&mut document, "transfer")["delegation"] =
        json!({ "actors": [{ "issuer": support::plan::ISSUER, "subject": "agent" }] });
    World::under(&document, NOW)
}

fn keys(world: &World) -> KeySet {
    let mut plan = Plan::read(NOW, "keys");
    KEYS_PATH.clone_into(&mut plan.path);
    plan.scheme = None;
    plan.proof_signer = None;
    let Outcome::Publish(keys, record) = judge(world, &plan) else {
        panic!("no keys")
    };
    assert!(
        record
            .to_json()
            .contains(r#""verdict":"publish","reason":null"#)
    );
    KeySet::parse(keys.text.as_bytes()).unwrap()
}

/// What an upstream reads that checks the assertion with the keys that the gate serves.
fn asserted(world: &World, release: &Release) -> Value {
    let text = set(release, "x-countersign-assertion").unwrap();
    assert!(!format!("{release:?}").contains(text), "it is not shown");
    let limits = Limits {
        bytes: 4096,
        depth: 4,
    };
    let jws = Untrusted::parse(text, limits).unwrap();
    assert_eq!(jws.media_type(), Some("countersign-assertion+jwt"));
    let keys = keys(world);
    let Selection::One(key) = keys.select(jws.key_id(), Algorithm::Es256) else {
        panic!("no key")
    };
    jws.verify(Algorithm::Es256, key.key(), &Pure).unwrap();
    let claims = text.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[test]
fn an_upstream_can_tell_what_passed_the_gate() {
    let world = asserting();
    let mut plan = Plan::transfer(NOW, "asserted", "123.50");
    plan.token_claims["act"] = json!({ "sub": "agent" });
    plan.token_claims["txn"] = json!("t-7");
    let outcome = judge(&world, &plan);
    let id = outcome.record().id.clone();
    let claims = asserted(&world, &released(outcome));
    let body = sha256(&[plan.body.as_deref().unwrap()]);
    assert_eq!(
        claims,
        json!({
            "iss": "https://gate.example.com",
            "aud": ORIGIN,
            "iat": NOW,
            "exp": NOW + 30,
            "jti": id,
            "route": "transfer",
            "htm": "POST",
            "htu": format!("{ORIGIN}/accounts/7/transfers"),
            "body_sha256": URL_SAFE_NO_PAD.encode(body),
            "sub": "alice",
            "sub_iss": support::plan::ISSUER,
            "client_id": "app",
            "act": { "iss": support::plan::ISSUER, "sub": "agent" },
            "txn": "t-7",
        })
    );
    let mut plan = Plan::read(NOW, "asked");
    plan.path.push_str("?all=1");
    let claims = asserted(&world, &released(judge(&world, &plan)));
    let query = URL_SAFE_NO_PAD.encode(sha256(&[b"all=1"]));
    assert_eq!(claims["query_sha256"], query);
    assert_eq!(claims.get("body_sha256"), None);
}

#[test]
fn an_assertion_of_the_callers_own_goes_no_further() {
    let mut plan = Plan::read(NOW, "forged");
    plan.field("x-countersign-assertion", "forged");
    for world in [asserting(), World::at(NOW)] {
        let release = released(judge(&world, &plan));
        assert!(removes(&release, "x-countersign-assertion"));
    }
}

#[test]
fn keys_are_served_to_who_asks_for_them_and_nothing_else_is() {
    let world = asserting();
    assert_eq!(keys(&world).keys().len(), 1);
    for (method, path, reason) in [
        ("POST", KEYS_PATH, Reason::MethodUnlisted),
        (
            "GET",
            "/.well-known/countersign/keys/",
            Reason::TargetAmbiguous,
        ),
        (
            "GET",
            "/.well-known/countersign/Keys",
            Reason::RouteUnmatched,
        ),
        ("GET", "/.well-known/countersign", Reason::RouteUnmatched),
    ] {
        let mut plan = Plan::read(NOW, path);
        method.clone_into(&mut plan.method);
        path.clone_into(&mut plan.path);
        let outcome = judge(&world, &plan);
        let said = outcome.record().reason;
        assert_eq!(said, Some(reason.code()), "{method} {path}");
    }
    // Where the policy asserts nothing, there are no keys.
    let mut plan = Plan::read(NOW, "none");
    KEYS_PATH.clone_into(&mut plan.path);
    let outcome = judge(&World::at(NOW), &plan);
    assert_eq!(outcome.record().reason, Some(Reason::RouteUnmatched.code()));
}

#[test]
fn without_its_key_a_gate_that_must_assert_forwards_nothing() {
    let mut world = asserting();
    world.asserter = None;
    let outcome = judge(&world, &Plan::read(NOW, "no key"));
    assert_eq!(outcome.record().reason, Some(Reason::HostFault.code()));
}
