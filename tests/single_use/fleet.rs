//! In a fleet the store decides, and the log of each replica is asked first.

use crate::support::once::{document, done, keyed, payment, send};
use crate::support::table::GOLDEN_NOW as NOW;
use crate::support::world::{self, World};
use crate::{consumed, first, retry, tell, told};
use countersign::pipeline::{self, Answer, Question, Step};
use countersign::reason::Reason;
use countersign::step_up::Silence;
use countersign::uses::Memory;
use countersign::uses::fleet::{Call, Response};
use serde_json::{Value, json};
use std::rc::Rc;

/// What silences of the store mean to a transaction.
const SILENCES: [(Silence, Reason); 5] = [
    (Silence::Timeout, Reason::StoreTimeout),
    (Silence::Unreachable, Reason::StoreUnreachable),
    (Silence::ClusterUnknown, Reason::StoreClusterUnknown),
    (Silence::Oversized, Reason::StoreMalformed),
    (Silence::Deadline, Reason::DeadlineExceeded),
];

/// The question for the store, and what waits for its answer.
fn asked(step: Step) -> (Call, pipeline::Waiting) {
    match step {
        Step::Ask(Question::Consume(call), waiting) => (call, waiting),
        other @ (Step::Ask(..) | Step::Read(_) | Step::Done(_)) => panic!("not asked: {other:?}"),
    }
}

/// Goes on with what the store of this world answers.
fn stored(world: &World, step: Step) -> Step {
    let (call, waiting) = asked(step);
    world.with(|env| {
        let answer = Answer::Consumed(world.fleet.answer(&call, env.now));
        waiting.resume(Ok(answer), env)
    })
}

/// Two replicas, each with a log of its own, and one store.
fn replicas() -> [World; 2] {
    let first = World::under(&document("fleet"), NOW);
    let mut second = World::under(&document("fleet"), NOW);
    second.fleet = Rc::clone(&first.fleet);
    [first, second]
}

#[test]
fn in_a_fleet_a_transaction_passes_once() {
    let [one, two] = replicas();
    let step = send(&one, &payment("f", "1"));
    assert_eq!(told(&done(stored(&one, step))), first("fleet"));
    // Where it passed, the store is not asked again.
    assert_eq!(tell(&one, &payment("f", "2")), consumed("host"));
    // Elsewhere it is, each time.
    let step = send(&two, &payment("f", "3"));
    assert_eq!(told(&done(stored(&two, step))), consumed("fleet"));
}

#[test]
fn a_retry_may_come_to_another_replica() {
    let [one, two] = replicas();
    let step = send(&one, &keyed("f", "1", "k"));
    assert_eq!(told(&done(stored(&one, step))), first("fleet"));
    let step = send(&two, &keyed("f", "2", "k"));
    assert_eq!(told(&done(stored(&two, step))), retry("fleet"));
    assert_eq!(tell(&two, &keyed("f", "3", "k")), retry("fleet"));
    assert_eq!(tell(&two, &keyed("f", "4", "other")), consumed("host"));
    let step = send(&two, &payment("f2", "5"));
    assert_eq!(told(&done(stored(&two, step))), first("fleet"));
}

#[test]
fn the_store_decides_between_copies_and_the_log_against_the_store() {
    let [one, two] = replicas();
    let (at_one, at_two) = (
        send(&one, &payment("race", "1")),
        send(&two, &payment("race", "2")),
    );
    assert_eq!(told(&done(stored(&two, at_two))), first("fleet"));
    assert_eq!(told(&done(stored(&one, at_one))), consumed("fleet"));

    // A store that forgets, or lies: what passed here does not pass here again.
    let [one, _] = replicas();
    let waiting = [
        send(&one, &payment("lie", "1")),
        send(&one, &payment("lie", "2")),
    ];
    let [a, b] = waiting.map(asked);
    let yes = |world: &World, call| {
        let fresh = World::under(&document("fleet"), NOW);
        Answer::Consumed(world.with(|env| fresh.fleet.answer(call, env.now)))
    };
    let answer = yes(&one, &a.0);
    let found = told(&done(one.with(|env| a.1.resume(Ok(answer), env))));
    assert_eq!(found, first("fleet"));
    let answer = yes(&one, &b.0);
    let found = told(&done(one.with(|env| b.1.resume(Ok(answer), env))));
    assert_eq!(found, consumed("fleet"));
}

#[test]
fn silence_of_the_store_refuses_and_uses_up_nothing_here() {
    for (silence, reason) in SILENCES {
        let [one, _] = replicas();
        let (_, waiting) = asked(send(&one, &payment("silent", "1")));
        let found = told(&done(one.with(|env| waiting.resume(Err(silence), env))));
        assert_eq!((found.0, found.1), (Some(reason.code()), None));
        // The store never heard of it, so it may come again.
        let step = send(&one, &payment("silent", "2"));
        assert_eq!(told(&done(stored(&one, step))), first("fleet"));
    }
}

#[test]
fn only_an_answer_to_this_claim_counts() {
    type Change = fn(&mut Value, &mut Response);
    let changes: [(Change, &str); 9] = [
        (
            |body, _| body["succeeded"] = json!(false),
            "store_malformed",
        ),
        (|body, _| body["responses"] = json!([]), "store_malformed"),
        (
            |body, _| body["responses"][0] = json!({ "response_range": {} }),
            "store_malformed",
        ),
        (
            |body, _| body["responses"][0]["response_range"] = json!({}),
            "store_malformed",
        ),
        (
            |body, _| body["responses"] = json!([{ "response_put": {} }, { "response_put": {} }]),
            "store_malformed",
        ),
        (
            |body, _| drop(body.as_object_mut().unwrap().remove("succeeded")),
            "store_malformed",
        ),
        (|_, response| response.status = Some(500), "store_status"),
        (|_, response| response.date = None, "store_clock"),
        (
            |body, response| {
                response.status = Some(404);
                *body = json!({ "code": 5 });
            },
            "store_lease",
        ),
    ];
    for (place, (change, reason)) in changes.into_iter().enumerate() {
        let [one, _] = replicas();
        let (call, waiting) = asked(send(&one, &payment("answer", "1")));
        let mut response = one.with(|env| one.fleet.answer(&call, env.now));
        let mut body: Value = serde_json::from_slice(&response.body).unwrap();
        change(&mut body, &mut response);
        response.body = body.to_string().into_bytes();
        let answer = Ok(Answer::Consumed(response));
        let found = told(&done(one.with(|env| waiting.resume(answer, env))));
        assert_eq!((found.0, found.1), (Some(reason), None), "{place}");
    }
    // What is there must be an entry of this name, with a value.
    let changes: [fn(&mut Value); 5] = [
        |kv| kv["key"] = json!("b3RoZXI="),
        |kv| kv["value"] = json!("c2hvcnQ="),
        |kv| kv["value"] = json!("not base64"),
        |kv| drop(kv.as_object_mut().unwrap().remove("value")),
        |kv| *kv = json!([]),
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let [one, two] = replicas();
        let step = send(&one, &keyed("held", "1", "k"));
        assert_eq!(told(&done(stored(&one, step))), first("fleet"));
        let (call, waiting) = asked(send(&two, &keyed("held", "2", "k")));
        let mut response = two.with(|env| two.fleet.answer(&call, env.now));
        let mut body: Value = serde_json::from_slice(&response.body).unwrap();
        change(&mut body["responses"][0]["response_range"]["kvs"][0]);
        response.body = body.to_string().into_bytes();
        let answer = Ok(Answer::Consumed(response));
        let found = told(&done(two.with(|env| waiting.resume(answer, env))));
        assert_eq!(found.0, Some("store_malformed"), "{place}");
    }
}

#[test]
fn what_the_log_of_a_replica_cannot_know_the_store_knows() {
    let [one, two] = replicas();
    let step = send(&one, &payment("old", "1"));
    assert_eq!(told(&done(stored(&one, step))), first("fleet"));
    // The other starts anew: its log began after the token was issued.
    let mut young = World::under(&document("fleet"), NOW);
    young.transactions = world::transactions(
        &young.policy,
        Memory::default(),
        countersign::time::UnixTime::from_secs(NOW),
    );
    young.fleet = Rc::clone(&two.fleet);
    let step = send(&young, &payment("old", "2"));
    assert_eq!(told(&done(stored(&young, step))), consumed("fleet"));
    let step = send(&young, &payment("young", "3"));
    assert_eq!(told(&done(stored(&young, step))), first("fleet"));
}
