//! Valid requests with one to three things changed. Whatever goes upstream, the oracle would have
//! let through; and nothing that comes out shows a credential.

use super::cases;
use super::changes::{Change, apply, change, damage};
use super::oracle::{self, Grant};
use super::support::plan::{Plan, Wire};
use super::support::table::{GOLDEN_NOW as NOW, Service};
use super::support::world::{self, World};
use super::values::all;
use countersign::http::Connection;
use countersign::pipeline::{self, Answer, Outcome, Question, Step};
use countersign::reason::Reason;
use countersign::time::UnixTime;
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
                    Question::Consume(call) => {
                        let now = UnixTime::from_millis(world.now.get());
                        Answer::Consumed(world.fleet.answer(&call, now))
                    }
                    Question::StatusList(_) => Answer::StatusList,
                    Question::Introspection(_) => {
                        Answer::Introspection(Err(Reason::IntrospectionUnavailable))
                    }
                    Question::Exchange(order) => Answer::Exchanged(world.exchange(&order)),
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

/// What one run of requests has seen.
struct Trial {
    world: World,
    number: Cell<u32>,
    used: RefCell<HashSet<Vec<u8>>>,
}

impl Trial {
    fn begin() -> Self {
        Self {
            world: World::at(NOW),
            number: Cell::new(0),
            used: RefCell::default(),
        }
    }

    /// The wire of a valid request of a kind, with these changes.
    fn request(&self, kind: u8, changes: &[Change]) -> Wire {
        self.number.set(self.number.get() + 1);
        let jti = self.number.get().to_string();
        let mut plan = match kind {
            0 => Plan::read(NOW, &jti),
            1 => Plan::transfer(NOW, &jti, "1.00"),
            _ => Plan::transfer(NOW, &jti, "12500.00").stepped_up(NOW),
        };
        for change in changes {
            apply(&mut plan, change);
        }
        let mut wire = plan.wire();
        for change in changes {
            damage(&mut wire, change);
        }
        wire
    }

    /// Judges a request. Says whether it was forwarded, or what is wrong with the verdict.
    fn hold(&self, wire: &Wire) -> Result<bool, String> {
        self.world.now.set(NOW * 1000);
        let mut shown = Vec::new();
        let (outcome, asked) = judge(&self.world, wire, &mut shown);
        let forwarded = match &outcome {
            Outcome::Forward(release, record) => {
                shown.push(record.to_json());
                let granted = oracle::judge(wire, NOW).ok_or("the oracle refuses")?;
                if granted == Grant::IfPermitted && !asked {
                    return Err("nobody was asked".to_owned());
                }
                let proof = wire.fields.iter().find(|(name, _)| name == "dpop");
                if !self.used.borrow_mut().insert(proof.unwrap().1.clone()) {
                    return Err("the proof was used before".to_owned());
                }
                let subjects = release.set.iter();
                let subjects = subjects.filter(|(name, _)| *name == "x-countersign-subject");
                let stripped = release.remove.iter().any(|name| name == "dpop");
                if subjects.count() != 1 || !stripped {
                    return Err("the release is not whole".to_owned());
                }
                true
            }
            Outcome::Publish(..) => return Err("keys were published".to_owned()),
            Outcome::Refuse(reply, record) => {
                shown.push(record.to_json());
                if record.reason != Some(reply.reason.code()) || !(400..600).contains(&reply.status)
                {
                    return Err("reply and record differ".to_owned());
                }
                false
            }
        };
        shown.push(format!("{outcome:?}"));
        for secret in secrets(wire) {
            if let Some(leak) = shown.iter().find(|text| text.contains(&secret)) {
                return Err(format!("{secret} in {leak}"));
            }
        }
        Ok(forwarded)
    }
}

#[test]
fn no_single_change_leads_past_the_gate() {
    let trial = Trial::begin();
    let mut forwarded = 0;
    for change in all() {
        for kind in (0..3).filter(|kind| change.concerns(*kind)) {
            let wire = trial.request(kind, std::slice::from_ref(&change));
            match trial.hold(&wire) {
                Ok(passed) => forwarded += usize::from(passed),
                Err(fault) => panic!("{fault}: {change:?} of kind {kind}"),
            }
        }
    }
    assert!(forwarded > 100, "the changes leave little: {forwarded}");
}

#[test]
fn no_changes_together_lead_past_the_gate() {
    let trial = Trial::begin();
    proptest!(cases(400), |(
        kind in 0..3_u8,
        changes in vec(change(), 0..4),
        again in any::<bool>(),
    )| {
        let wire = trial.request(kind, &changes);
        for _ in 0..=u8::from(again) {
            if let Err(fault) = trial.hold(&wire) {
                prop_assert!(false, "{}", fault);
            }
        }
    });
}
