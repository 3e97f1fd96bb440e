//! Exchanges that wait: who shares a call, what silence means, and what comes too late or for nothing.

use super::exchanges::{forwarded, judge, judge_as, large, revocable, set};
use super::{BodyFault, done};
use crate::support::plan::Plan;
use crate::support::table::{GOLDEN_NOW as NOW, Service};
use crate::support::tts::{self, WRONG};
use crate::support::world::{self, World};
use countersign::http::Connection;
use countersign::pipeline::{self, Answer, Env, Question, Step, Waiting};
use countersign::reason::Reason;
use countersign::step_up::Silence;
use countersign::token::exchange::Order;
use countersign::token::{Held, IssuerId, KeyStore};
use serde_json::json;
use std::cell::Cell;

#[test]
fn silence_that_may_pass_passes_with_a_token_or_not_at_all() {
    let mut document = tts::document();
    let route = &mut document["routes"][0];
    route["match"]["methods"] = json!(["GET"]);
    for name in ["body", "transaction"] {
        route.as_object_mut().unwrap().remove(name);
    }
    route["risk"] = json!({ "base": 60, "step_up_at": 60, "refuse_at": 100 });
    route["step_up"] = json!({ "ask": "pdp", "on_silence": { "allow_below": 70 } });
    let read = |jti: &str| Plan::read(NOW, jti).to("GET", "/accounts/7/transfers");
    let world = World::under(&document, NOW);
    let verdict = judge_as(&world, &read("silent"), Service::Drops);
    assert_eq!(set(forwarded(&verdict), "txn-token").len(), 1);
    world.issuing.set(|it| it.status = 503);
    let verdict = judge_as(&world, &read("silent twice"), Service::Drops);
    assert_eq!(verdict.record().reason, Some("exchange_unavailable"));
}

#[test]
fn a_copy_of_what_was_used_costs_no_exchange_and_what_was_issued_for_nothing_is_revoked() {
    let world = World::under(&tts::document(), NOW);
    let plan = large("once");
    let first = judge(&world, &plan);
    assert_eq!(first.record().reason, None);
    let mut copy = large("once");
    copy.proof_claims["jti"] = json!("a copy");
    let second = judge(&world, &copy);
    assert_eq!(second.record().reason, Some("transaction_consumed"));
    assert_eq!(second.ordered.len(), 0);
    // So it is where nobody is asked before the exchange.
    let mut document = tts::document();
    document["routes"][0]["exchange"]["when"] = json!("always");
    let always = World::under(&document, NOW);
    let small = |jti: &str| {
        let mut plan = Plan::transfer(NOW, "small", "20.00");
        plan.proof_claims["jti"] = json!(jti);
        judge_as(&always, &plan, Service::Unasked)
    };
    assert_eq!(small("first").ordered.len(), 1);
    let copy = small("copy");
    assert_eq!(copy.record().reason, Some("transaction_consumed"));
    assert_eq!(copy.ordered.len(), 0);
    // Two that wait at the same time: both get a token, and the one that finds the transaction used
    // leaves its own to be revoked.
    let world = World::under(&tts::document(), NOW);
    let (one, other) = (large("both"), {
        let mut other = large("both");
        other.proof_claims["jti"] = json!("the other");
        other
    });
    let waiting: Vec<_> = [&one, &other].map(|plan| ordered(&world, plan)).into();
    assert_eq!(
        waiting[0].0.key, waiting[1].0.key,
        "the very same is wanted"
    );
    let mut outcomes = Vec::new();
    for (order, waiting) in waiting {
        let minted = world.exchange(&order);
        let answer = Ok(Answer::Exchanged(minted));
        outcomes.push(done(world.with(|env| waiting.resume(answer, env))));
    }
    let reasons: Vec<_> = outcomes.iter().map(|it| it.record().reason).collect();
    assert_eq!(reasons, [None, Some("transaction_consumed")]);
    assert_eq!(revocable(&world), 1);
}

/// A request that waits for its exchange.
fn ordered(world: &World, plan: &Plan) -> (Order, Waiting) {
    let head = world::head(&plan.wire()).unwrap();
    let body = plan.body.clone().unwrap_or_default();
    let mut step = world.with(|env| pipeline::run(head, &Connection::default(), env));
    loop {
        step = match step {
            Step::Read(listening) => world.with(|env| listening.hear(Ok(&body), env)),
            Step::Ask(Question::Decision(call), waiting) => {
                let answer = world::answer(Service::Permits, &call.request_id);
                world.with(|env| waiting.resume(answer.map(Answer::Decision), env))
            }
            Step::Ask(Question::Exchange(order), waiting) => return (order, waiting),
            other @ (Step::Ask(..) | Step::Done(_)) => panic!("{other:?}"),
        };
    }
}

#[test]
fn what_differs_shares_no_call() {
    let mut document = tts::document();
    // Whatever is not bound may differ too.
    document["routes"][0]["transaction"]["allow_body"] = json!(["/note"]);
    document["routes"][0]["transaction"]["allow_query"] = json!(["page"]);
    let world = World::under(&document, NOW);
    let key = |plan: &Plan| ordered(&world, plan).0.key;
    let named = |jti: &str| {
        let mut plan = large("a token");
        plan.proof_claims["jti"] = json!(jti);
        plan
    };
    let base = key(&named("one"));
    assert_eq!(key(&named("two")), base);
    let mut another_token = named("three");
    another_token.token_claims["jti"] = json!("another token");
    let mut another_account = named("four").to("POST", "/accounts/8/transfers");
    another_account.proof_claims["jti"] = json!("four");
    let mut another_body = named("five");
    another_body.edit_body(|body| body["note"] = json!("x"));
    let mut another_query = named("six");
    another_query.path += "?page=2";
    for (name, plan) in [
        ("token", another_token),
        ("path", another_account),
        ("body", another_body),
        ("query", another_query),
    ] {
        assert_ne!(key(&plan), base, "{name}");
    }
}

#[test]
fn no_silence_and_no_other_answer_is_a_token() {
    let world = World::under(&tts::document(), NOW);
    let answers: [(Result<Answer, Silence>, Reason); 5] = [
        (Err(Silence::Deadline), Reason::DeadlineExceeded),
        (Err(Silence::Timeout), Reason::ExchangeUnavailable),
        (Ok(Answer::Keys), Reason::ExchangeUnavailable),
        (
            world::answer(Service::Permits, "").map(Answer::Decision),
            Reason::ExchangeUnavailable,
        ),
        (
            Ok(Answer::Exchanged(Err(Reason::ExchangeRejected))),
            Reason::ExchangeRejected,
        ),
    ];
    for (place, (answer, reason)) in answers.into_iter().enumerate() {
        let (_, waiting) = ordered(&world, &large(&format!("silence {place}")));
        assert!(waiting.is_vouched_for());
        let outcome = done(world.with(|env| waiting.resume(answer, env)));
        assert_eq!(outcome.record().reason, Some(reason.code()));
    }
    // Who leaves while it waits leaves a record, and no token behind.
    let (order, waiting) = ordered(&world, &large("left"));
    let minted = world.exchange(&order).unwrap();
    let outcome = waiting.leave(Reason::RequestEnded, &world.circuits);
    let service = outcome.record().service.as_ref().unwrap();
    assert_eq!(service.answer, Some("permit"));
    drop(minted);
    assert_eq!(revocable(&world), 1);
}

/// Keys that a fetch may bring.
struct Later<'a> {
    keys: &'a dyn KeyStore,
    /// The issuer whose keys are not there yet.
    without: Cell<Option<IssuerId>>,
    then: Held,
}

impl KeyStore for Later<'_> {
    fn held(&self, issuer: IssuerId) -> Held {
        if self.without.get() == Some(issuer) {
            return self.then.clone();
        }
        self.keys.held(issuer)
    }
    fn may_fetch(&self, issuer: IssuerId, _: Option<&str>) -> bool {
        self.without.get() == Some(issuer)
    }
}

#[test]
fn the_keys_for_what_was_issued_may_be_fetched_after_it() {
    let world = World::under(&tts::document(), NOW);
    let inline = world::Inline(std::rc::Rc::clone(&world.policy));
    let tts = world.policy.exchanges[0].issuer;
    for (jti, comes, reason) in [
        ("they come", true, None),
        ("they do not", false, Some(Reason::KeysUnavailable)),
    ] {
        let keys = Later {
            keys: &inline,
            without: Cell::new(Some(tts)),
            then: Held::Missing,
        };
        let (order, waiting) = ordered(&world, &large(jti));
        let answer = Answer::Exchanged(world.exchange(&order));
        let step = world.with(|env| {
            waiting.resume(
                Ok(answer),
                &Env {
                    keys: &keys,
                    ..*env
                },
            )
        });
        let Step::Ask(Question::Keys(issuer, kid), waiting) = step else {
            panic!("{step:?}")
        };
        assert_eq!((issuer, kid.as_deref()), (tts, Some("tts-1")));
        assert_eq!(revocable(&world), 0, "it is still to be verified");
        if comes {
            keys.without.set(None);
        }
        let step = world.with(|env| {
            waiting.resume(
                Ok(Answer::Keys),
                &Env {
                    keys: &keys,
                    ..*env
                },
            )
        });
        let outcome = done(step);
        assert_eq!(outcome.record().reason, reason.map(Reason::code));
        drop(outcome);
        assert_eq!(revocable(&world), 1);
        world.queue.take();
    }
}

#[test]
fn what_the_policy_denies_is_not_handed_on() {
    let mut document = tts::document();
    document["deny"] = json!({ "txn": ["97053963-771d"] });
    let world = World::under(&document, NOW);
    let verdict = judge(&world, &large("denied"));
    assert_eq!(verdict.record().reason, Some("transaction_denied"));
    drop(verdict);
    assert_eq!(revocable(&world), 1);
}

#[test]
fn the_body_is_still_read_first() {
    let world = World::under(&tts::document(), NOW);
    let head = world::head(&large("late").wire()).unwrap();
    let step = world.with(|env| pipeline::run(head, &Connection::default(), env));
    let Step::Read(listening) = step else {
        panic!("{step:?}")
    };
    let outcome = done(world.with(|env| listening.hear(Err(BodyFault::Late), env)));
    assert_eq!(outcome.record().reason, Some("deadline_exceeded"));
}

#[test]
fn who_got_no_token_for_the_upstream_is_not_known_there() {
    for (change, is_new) in [(WRONG[0].1, true), (|_: &mut tts::Issued| {}, false)] {
        let mut document = tts::document();
        let route = &mut document["routes"][0];
        route["transaction"]
            .as_object_mut()
            .unwrap()
            .remove("single_use");
        let signals = route["risk"]["signals"].as_array_mut().unwrap();
        signals.push(json!({ "name": "new", "add": 15, "first_seen": "pair" }));
        route["risk"]["behaviour_cap"] = json!(15);
        let world = World::under(&document, NOW);
        world.issuing.set(change);
        let first = judge(&world, &large("first"));
        assert_eq!(first.record().reason.is_some(), is_new);
        let later = NOW + 700;
        world.next(later * 1000, [7; 16]);
        let again = Plan::transfer(later, "again", "12500.00").stepped_up(later);
        let verdict = judge(&world, &again);
        let mut parts = verdict.record().contributions.iter();
        assert_eq!(parts.any(|part| &*part.name == "new"), is_new);
    }
}

#[test]
fn what_got_no_token_is_not_counted() {
    let mut document = tts::document();
    let signals = &mut document["routes"][0]["risk"]["signals"];
    let many = json!({ "name": "many", "add": 1, "budget": { "within": "24h", "count": 1 } });
    signals.as_array_mut().unwrap().push(many);
    let world = World::under(&document, NOW);
    let is_many = |name: &str| {
        let verdict = judge(&world, &large(name));
        let mut parts = verdict.record().contributions.iter();
        parts.any(|part| &*part.name == "many")
    };
    world.issuing.set(WRONG[0].1);
    assert!(!is_many("in vain"));
    world.issuing.set(|_| {});
    assert!(!is_many("first"));
    assert!(is_many("second"));
}
