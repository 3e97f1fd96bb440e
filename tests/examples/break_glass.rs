//! `envoy/examples/break-glass.yaml`.

use super::{NOW, document, judge, reason};
use crate::support::emergency::{break_glass, emergency_key};
use crate::support::plan::Plan;
use crate::support::world::World;
use countersign::http::Connection;
use countersign::pipeline::{self, Outcome, Question, Step};
use serde_json::{Value, json};

fn world() -> World {
    World::under(&policy(), NOW)
}

fn policy() -> Value {
    let mut document = document("break-glass");
    let keys = json!({ "inline": { "keys": [emergency_key().published()] } });
    document["issuers"]["emergency"]["keys"] = keys;
    document
}

fn payment(name: &str) -> Plan {
    break_glass(Plan::transfer(NOW, name, "12500.00"), NOW)
}

/// What a request needs of others; none where it is judged at once.
fn asks(world: &World, plan: &Plan) -> Option<&'static str> {
    let Ok(head) = crate::support::world::head(&plan.wire()) else {
        return Some("reader");
    };
    let mut step = world.with(|env| pipeline::run(head, &Connection::default(), env));
    loop {
        step = match step {
            Step::Done(_) => return None,
            Step::Read(listening) => {
                let body = plan.body.clone().unwrap_or_default();
                world.with(|env| listening.hear(Ok(&body), env))
            }
            Step::Ask(question, _) => {
                return Some(match question {
                    Question::Consume(_) => "store",
                    Question::Decision(_) => "service",
                    Question::Exchange(_) => "exchange",
                    Question::Keys(..) | Question::Introspection(_) | Question::StatusList(_) => {
                        "issuer"
                    }
                });
            }
        };
    }
}

#[test]
fn a_person_pays_while_nobody_answers() {
    let world = world();
    let ordinary = Plan::transfer(NOW, "ordinary", "12500.00").stepped_up(NOW);
    assert_eq!(asks(&world, &ordinary), Some("store"));
    assert_eq!(asks(&world, &payment("nobody is asked")), None);

    let outcome = judge(&world, &payment("valid"));
    let Outcome::Forward(release, record) = &outcome else {
        panic!("{outcome:?}")
    };
    assert!(record.break_glass && record.service.is_none());
    assert_eq!(record.replay_scope, Some("host"));
    assert_eq!(record.subject_kind, Some("human"));
    let told = ("x-countersign-break-glass", "true".to_owned());
    assert!(release.set.contains(&told));
    // Once. And whatever becomes of it, the record says that the glass was broken.
    for (plan, code) in [
        (payment("valid"), "proof_replayed"),
        (
            {
                let mut plan = payment("a cent more");
                plan.edit_body(|body| body["amount"] = json!("12500.01"));
                plan
            },
            "value_mismatch",
        ),
        (
            {
                let mut plan = payment("weak");
                plan.token_claims["acr"] = json!("urn:example:loa:1");
                plan
            },
            "step_up_required",
        ),
    ] {
        let outcome = judge(&world, &plan);
        assert_eq!(reason(&outcome), Some(code));
        assert!(outcome.record().break_glass);
    }
    // Nobody else is told so.
    let ordinary = Plan::transfer(NOW, "another", "12500.00").stepped_up(NOW);
    let outcome = judge(&world, &ordinary);
    assert!(!outcome.record().break_glass);
    let Outcome::Forward(release, _) = &outcome else {
        panic!("{outcome:?}")
    };
    assert!(release.set.iter().all(|(name, _)| *name != told.0));
}

/// The log of the process takes the transaction, where the store would.
#[test]
fn a_transaction_is_used_once_here_while_no_store_answers() {
    let mut document = policy();
    document["routes"][0]["transaction"]["single_use"] = json!("fleet");
    let world = World::under(&document, NOW);
    assert_eq!(asks(&world, &payment("nobody is asked")), None);
    let first = payment("first");
    let mut again = payment("again");
    again.token_claims = first.token_claims.clone();
    assert_eq!(reason(&judge(&world, &first)), None);
    let outcome = judge(&world, &again);
    assert_eq!(reason(&outcome), Some("transaction_consumed"));
    assert!(outcome.record().break_glass);
}

#[test]
fn what_the_profile_asks_for_is_said_in_its_challenge() {
    let world = world();
    let mut plan = payment("weak");
    plan.token_claims["acr"] = json!("urn:example:loa:1");
    let Outcome::Refuse(reply, _) = judge(&world, &plan) else {
        panic!("forwarded")
    };
    let challenges = reply
        .headers
        .iter()
        .filter(|(name, _)| *name == "www-authenticate");
    let challenges: Vec<&str> = challenges.map(|(_, value)| value.as_str()).collect();
    assert!(
        challenges
            .iter()
            .any(|it| it.contains("insufficient_user_authentication")
                && it.contains("acr_values=\"urn:example:loa:3\"")
                && it.contains("max_age=\"300\"")),
        "{challenges:?}"
    );
}
