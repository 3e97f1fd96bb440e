//! Transactions that are used once: the policy of the flow table with payments of that sort, copies
//! of a payment, and what the table cannot say of them.

use crate::support::plan::Plan;
use crate::support::table::GOLDEN_NOW as NOW;
use crate::support::world::{self, World};
use crate::support::{fleet, policy};
use countersign::http::Connection;
use countersign::pipeline::{self, Env, Outcome, Step};
use countersign::reason::Reason;
use countersign::time::UnixTime;
use countersign::transaction::single_use::{Passage, Spending, TransactionLog};
use serde_json::{Value, json};

/// The header that makes a second use a retry.
pub(crate) const KEY: &str = "idempotency-key";

/// The policy of the flow table, whose payments of both routes are used once, in this scope.
pub(crate) fn document(scope: &str) -> Value {
    let mut document = match scope {
        "fleet" => fleet::document(),
        _ => policy::document(),
    };
    for name in ["transfer", "risky"] {
        policy::route(&mut document, name)["transaction"]["single_use"] =
            json!({ "scope": scope, "idempotency_key": KEY });
    }
    // Only the transaction is put to the store.
    if scope == "fleet" {
        let transfer = policy::route(&mut document, "transfer");
        transfer.as_object_mut().unwrap().remove("replay");
    }
    document
}

/// A payment with the token of this name, and with a proof of this one.
pub(crate) fn payment(token: &str, proof: &str) -> Plan {
    let mut plan = Plan::transfer(NOW, proof, "123.50");
    plan.token_claims["jti"] = json!(token);
    plan
}

/// The same under an idempotency key.
pub(crate) fn keyed(token: &str, proof: &str, key: &str) -> Plan {
    let mut plan = payment(token, proof);
    plan.field(KEY, key);
    plan
}

/// Sends a request, up to the first question for the store or a decision service, or to its verdict.
pub(crate) fn send(world: &World, plan: &Plan) -> Step {
    let wire = plan.wire();
    let head = world::head(&wire).unwrap();
    let step = world.with(|env| pipeline::run(head, &Connection::default(), env));
    hear(world, step, &wire.body.unwrap_or_default())
}

fn hear(world: &World, step: Step, body: &[u8]) -> Step {
    match step {
        Step::Read(listening) => world.with(|env| listening.hear(Ok(body), env)),
        other @ (Step::Ask(..) | Step::Done(_)) => other,
    }
}

pub(crate) fn done(step: Step) -> Outcome {
    match step {
        Step::Done(outcome) => outcome,
        other @ (Step::Read(_) | Step::Ask(..)) => panic!("not a verdict: {other:?}"),
    }
}

/// A log that answers so.
struct Refusing(Reason);

impl TransactionLog for Refusing {
    fn look(&self, _: &Spending, _: [&str; 3], _: UnixTime) -> Result<Passage, Reason> {
        Err(self.0)
    }
    fn consume(&self, _: &Spending, _: [&str; 3], _: UnixTime) -> Result<Passage, Reason> {
        Err(self.0)
    }
}

/// What each fault of a log, of a token, of a key and of a store comes to.
pub(crate) fn extremes() -> Vec<(Reason, Box<dyn Fn() -> Outcome>)> {
    let mut list: Vec<(Reason, Box<dyn Fn() -> Outcome>)> = Vec::new();
    for reason in [
        Reason::TransactionQuota,
        Reason::TransactionLogFull,
        Reason::TransactionLogFault,
        Reason::TransactionPredatesLog,
    ] {
        list.push((
            reason,
            Box::new(move || {
                let world = World::under(&document("host"), NOW);
                let plan = payment("a log", "a log");
                let wire = plan.wire();
                let head = world::head(&wire).unwrap();
                done(world.with(|env| {
                    let env = Env {
                        transactions: &Refusing(reason),
                        ..*env
                    };
                    match pipeline::run(head, &Connection::default(), &env) {
                        Step::Read(listening) => {
                            listening.hear(Ok(&wire.body.clone().unwrap()), &env)
                        }
                        other @ (Step::Ask(..) | Step::Done(_)) => other,
                    }
                }))
            }),
        ));
    }
    let alone = |change: fn(&mut Plan)| {
        move || {
            let world = World::under(&document("host"), NOW);
            let mut plan = keyed("extreme", "extreme", "k");
            change(&mut plan);
            done(send(&world, &plan))
        }
    };
    list.push((
        Reason::TransactionLifetime,
        Box::new(alone(|plan| {
            plan.token_claims["exp"] = json!(NOW - 30 + 3601);
        })),
    ));
    list.push((
        Reason::IdempotencyKeyMalformed,
        Box::new(alone(|plan| plan.field(KEY, "again"))),
    ));
    list.push((
        Reason::TransactionConsumed,
        Box::new(|| {
            let world = World::under(&document("host"), NOW);
            let first = done(send(&world, &payment("once", "1")));
            assert!(matches!(first, Outcome::Forward(..)));
            done(send(&world, &payment("once", "2")))
        }),
    ));
    list
}
