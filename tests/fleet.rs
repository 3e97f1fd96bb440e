//! A proof is used once in a fleet: on routes that say so, after everything that needs no store.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "shared with the tests of everything else")]
mod support;

use countersign::http::Connection;
use countersign::pipeline::{self, Answer, Step};
use countersign::reason::Reason;
use serde_json::json;
use std::rc::Rc;
use support::fleet::{ask, document};
use support::plan::Plan;
use support::table::GOLDEN_NOW as NOW;
use support::world::{self, World};
use support::{plan, policy};

/// Two replicas, each with a log of its own, and one store.
fn replicas() -> [World; 2] {
    let first = World::under(&document(), NOW);
    let mut second = World::under(&document(), NOW);
    second.fleet = Rc::clone(&first.fleet);
    [first, second]
}

fn begin(world: &World, plan: &Plan) -> Step {
    let head = world::head(&plan.wire()).unwrap();
    world.with(|env| pipeline::run(head, &Connection::default(), env))
}

/// Why a request was refused, and how far its use is remembered.
type Told = (Option<&'static str>, Option<&'static str>);

/// What is told of a verdict that needed no store.
fn unasked(step: Step) -> Told {
    match step {
        Step::Done(outcome) => {
            let record = outcome.record();
            (record.reason, record.replay_scope)
        }
        other @ (Step::Read(_) | Step::Ask(..)) => panic!("not a verdict: {other:?}"),
    }
}

/// Goes on with the store's answer, and the body.
fn finish(world: &World, plan: &Plan, answer: Answer, waiting: pipeline::Waiting) -> Told {
    let mut step = world.with(|env| waiting.resume(Ok(answer), env));
    if let Step::Read(listening) = step {
        let body = plan.wire().body.unwrap();
        step = world.with(|env| listening.hear(Ok(&body), env));
    }
    unasked(step)
}

fn refused(reason: Reason, scope: &'static str) -> Told {
    (Some(reason.code()), Some(scope))
}

fn answer(world: &World, call: &countersign::uses::fleet::Call) -> Answer {
    Answer::Consumed(world.with(|env| world.fleet.answer(call, env.now)))
}

#[test]
fn what_one_replica_used_is_used_at_the_other() {
    let [first, second] = replicas();
    let plan = Plan::transfer(NOW, "once", "1.00");
    let (call, waiting) = ask(&first, &plan);
    let told = finish(&first, &plan, answer(&first, &call), waiting);
    assert_eq!(told, (None, Some("fleet")));

    let (call, waiting) = ask(&second, &plan);
    let told = finish(&second, &plan, answer(&second, &call), waiting);
    assert_eq!(told, refused(Reason::ProofReplayed, "fleet"));
}

#[test]
fn of_copies_at_both_replicas_the_one_that_the_store_takes_first_passes() {
    let [first, second] = replicas();
    let plan = Plan::transfer(NOW, "race", "1.00");
    let (early, waits_first) = ask(&first, &plan);
    let (late, waits_second) = ask(&second, &plan);
    assert_eq!(early, late, "an entry has one name in the whole fleet");
    let taken = answer(&second, &late);
    let there = answer(&first, &early);
    let told = finish(&first, &plan, there, waits_first);
    assert_eq!(told, refused(Reason::ProofReplayed, "fleet"));
    let told = finish(&second, &plan, taken, waits_second);
    assert_eq!(told, (None, Some("fleet")));
}

#[test]
fn other_routes_do_not_ask() {
    let [first, second] = replicas();
    let plan = Plan::read(NOW, "a read");
    for world in [&first, &second] {
        let told = unasked(begin(world, &plan));
        assert_eq!(told, (None, Some("host")));
    }
}

/// What the process refuses by itself costs the store nothing.
#[test]
fn nothing_that_needs_no_store_asks_it() {
    let [world, _] = replicas();
    let plan = Plan::transfer(NOW, "twice", "1.00");
    let _ = ask(&world, &plan);
    let told = unasked(begin(&world, &plan));
    assert_eq!(told, refused(Reason::ProofReplayed, "host"));

    let mut narrow = Plan::transfer(NOW, "no scope", "1.00");
    narrow.token_claims["scope"] = json!("accounts:read");
    let (reason, _) = unasked(begin(&world, &narrow));
    assert_eq!(reason, Some(Reason::ScopeInsufficient.code()));

    let mut forged = Plan::transfer(NOW, "forged", "1.00");
    forged.proof_claims["htu"] = json!("https://api.example.com/other");
    let (reason, _) = unasked(begin(&world, &forged));
    assert_eq!(reason, Some(Reason::ProofTarget.code()));

    let mut text = Plan::transfer(NOW, "text", "1.00").wire();
    for (name, value) in &mut text.fields {
        if name == "content-type" {
            *value = b"text/plain".to_vec();
        }
    }
    let head = world::head(&text).unwrap();
    let step = world.with(|env| pipeline::run(head, &Connection::default(), env));
    assert_eq!(unasked(step).0, Some(Reason::BodyType.code()));
}

/// What another verifier behind the gate is to use up, the store does not hear of.
#[test]
fn proofs_that_are_left_to_another_are_not_used_up() {
    let mut document = document();
    document["replay"]["scope"] = json!("fleet");
    policy::route(&mut document, "read-accounts")["upstream"] =
        json!({ "proof": "keep", "consume_jti": false });
    let world = World::under(&document, NOW);
    let plan = Plan::read(NOW, "left");
    for _ in 0..2 {
        assert_eq!(unasked(begin(&world, &plan)), (None, None));
    }
}

#[test]
fn a_certificate_alone_is_not_used_up() {
    let mut document = document();
    let route = policy::route(&mut document, "read-accounts");
    route["proof"] = json!(["dpop", "mtls"]);
    route["replay"] = json!("fleet");
    let world = World::under(&document, NOW);
    let mut plan = Plan::read(NOW, "a certificate");
    plan.scheme = Some("Bearer");
    plan.proof_signer = None;
    plan.token_claims["cnf"] = json!({ "x5t#S256": plan::CERTIFICATE });
    let head = world::head(&plan.wire()).unwrap();
    let connection = Connection {
        certificate: Some(plan::certificate()),
        ..Connection::default()
    };
    let step = world.with(|env| pipeline::run(head, &connection, env));
    assert_eq!(unasked(step), (None, None));
}

/// A lease that the store does not know is not used again, and without one nothing is asked.
#[test]
fn without_a_lease_nothing_passes() {
    let [world, _] = replicas();
    let plan = Plan::transfer(NOW, "no lease", "1.00");
    let (call, waiting) = ask(&world, &plan);
    let Answer::Consumed(mut response) = answer(&world, &call) else {
        panic!("of the store")
    };
    response.status = Some(404);
    response.body = br#"{"code":5}"#.to_vec();
    let told = finish(&world, &plan, Answer::Consumed(response), waiting);
    assert_eq!(told, refused(Reason::StoreLease, "host"));

    let next = Plan::transfer(NOW, "next", "1.00");
    let (reason, _) = unasked(begin(&world, &next));
    assert_eq!(reason, Some(Reason::StoreLease.code()));
}

/// The whole wait is one question: a request is never judged anew after its proof is used.
#[test]
fn the_answer_leads_to_the_body_and_no_further_question() {
    let [world, _] = replicas();
    let plan = Plan::transfer(NOW, "body", "1.00");
    let (call, waiting) = ask(&world, &plan);
    let answer = answer(&world, &call);
    let step = world.with(|env| waiting.resume(Ok(answer), env));
    let Step::Read(listening) = step else {
        panic!("the body is not awaited")
    };
    let (reason, _) = unasked(world.with(|env| listening.hear(Ok(b"{}"), env)));
    assert_eq!(reason, Some(Reason::ValueMissing.code()));
}
