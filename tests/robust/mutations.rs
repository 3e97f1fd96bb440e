//! Valid requests with one to three things changed. Whatever goes upstream, the oracle would have
//! let through; and nothing that comes out shows a credential.

use super::cases;
use super::changes::{apply, change, damage};
use super::oracle::{self, Grant};
use super::support::plan::{Plan, Wire};
use super::support::table::{GOLDEN_NOW as NOW, Service};
use super::support::world::{self, World};
use countersign::http::Connection;
use countersign::pipeline::{self, Answer, Outcome, Question, Step};
use proptest::collection::vec;
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;

/// Judges to the end. Says whether the decision service was asked, which permits.
fn judge(world: &World, wire: &Wire, shown: &mut Vec<String>) -> (Outcome, bool) {
    let mut asked = false;
    let mut step = world.with(|env| match world::head(wire) {
        Ok(head) => {
            shown.push(format!("{head:?}"));
            pipeline::run(head, &Connection::default(), env)
        }
        Err(reason) => Step::Done(pipeline::refuse(reason, env)),
    });
    loop {
        shown.push(format!("{step:?}"));
        step = match step {
            Step::Done(outcome) => return (outcome, asked),
            Step::Read(listening) => {
                let body = wire.body.clone().unwrap_or_default();
                world.with(|env| listening.hear(Ok(&body), env))
            }
            Step::Ask(question, waiting) => {
                let answer = match question {
                    Question::Keys(..) => Answer::Keys,
                    Question::Decision(call) => {
                        asked = true;
                        let answer = world::answer(Service::Permits, &call.request_id);
                        Answer::Decision(answer.unwrap())
                    }
                };
                world.with(|env| waiting.resume(Ok(answer), env))
            }
        };
    }
}

/// Every token and proof of a request, and their parts that are long enough to be secrets.
fn secrets(wire: &Wire) -> Vec<String> {
    let lines = wire.fields.iter();
    lines
        .filter(|(name, _)| matches!(name.as_str(), "authorization" | "dpop"))
        .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
        .flat_map(|line| {
            line.split([' ', '.'])
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|part| part.len() >= 20)
        .collect()
}

#[test]
fn only_what_the_oracle_grants_is_forwarded() {
    let world = World::at(NOW);
    let number = Cell::new(0);
    let used = RefCell::new(HashSet::new());
    let forwarded = Cell::new(0);
    proptest!(cases(600), |(
        kind in 0..3,
        changes in vec(change(), 0..4),
        again in any::<bool>(),
    )| {
        number.set(number.get() + 1);
        world.now.set(NOW * 1000);
        let jti = number.get().to_string();
        let mut plan = match kind {
            0 => Plan::read(NOW, &jti),
            1 => Plan::transfer(NOW, &jti, "1.00"),
            _ => Plan::transfer(NOW, &jti, "12500.00").stepped_up(NOW),
        };
        for change in &changes {
            apply(&mut plan, change);
        }
        let mut wire = plan.wire();
        for change in &changes {
            damage(&mut wire, change);
        }
        let granted = oracle::judge(&wire, NOW);
        let proof = wire.fields.iter().find(|(name, _)| name == "dpop").cloned();
        let mut shown = Vec::new();
        for time in 0..=u8::from(again) {
            let (outcome, asked) = judge(&world, &wire, &mut shown);
            match &outcome {
                Outcome::Forward(release, record) => {
                    forwarded.set(forwarded.get() + 1);
                    prop_assert!(granted.is_some(), "forwarded: {:?}", record);
                    prop_assert!(asked || granted == Some(Grant::Freely), "not asked: {:?}", record);
                    prop_assert!(used.borrow_mut().insert(proof.clone()), "twice: {:?}", record);
                    prop_assert_eq!(time, 0);
                    let set = release.set.iter().filter(|(name, _)| *name == "x-countersign-subject");
                    prop_assert_eq!(set.count(), 1);
                    prop_assert!(release.remove.iter().any(|name| name == "dpop"));
                    shown.push(record.to_json());
                }
                Outcome::Refuse(reply, record) => {
                    prop_assert_eq!(record.reason, Some(reply.reason.code()));
                    prop_assert!((400..600).contains(&reply.status));
                    shown.push(record.to_json());
                }
            }
            shown.push(format!("{outcome:?}"));
        }
        for secret in secrets(&wire) {
            let leak = shown.iter().find(|text| text.contains(&secret));
            prop_assert!(leak.is_none(), "{} in {:?}", secret, leak);
        }
    });
    assert!(
        forwarded.get() > 20,
        "the changes leave nothing valid: {}",
        forwarded.get()
    );
}
