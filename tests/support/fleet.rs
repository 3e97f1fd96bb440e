//! The store of a fleet as a value, in the words of etcd's gateway, and what comes of its answers.

use crate::support::plan::Plan;
use crate::support::table::GOLDEN_NOW;
use crate::support::world::{self, World};
use crate::support::{plan, policy};
use countersign::http::Connection;
use countersign::pipeline::{self, Answer, Outcome, Question, Step};
use countersign::reason::Reason;
use countersign::step_up::Silence;
use countersign::time::UnixTime;
use countersign::uses::Window;
use countersign::uses::fleet::{Call, Lease, Leases, Response, Rolling, Term};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

/// A store, and the one lease that it granted.
pub(crate) struct Fleet {
    held: RefCell<BTreeMap<String, Value>>,
    lease: Cell<Option<Lease>>,
}

impl Fleet {
    /// A store without entries, whose clock says the same.
    pub(crate) fn at(now: i64) -> Self {
        let now = UnixTime::from_secs(now);
        let term = Term::of(Window::default(), Duration::from_secs(5), Duration::ZERO);
        let mut rolling = Rolling::new(term);
        rolling.begin(now).unwrap();
        let ttl = term.seconds();
        let granted = say(json!({ "ID": "7", "TTL": ttl.to_string() }), now);
        rolling.ended(Ok(&granted), now).unwrap();
        Self {
            held: RefCell::default(),
            lease: Cell::new(rolling.lease(now)),
        }
    }

    /// What it answers to a transaction.
    pub(crate) fn answer(&self, call: &Call, now: UnixTime) -> Response {
        let body: Value = serde_json::from_slice(&call.body).unwrap();
        let key = |item: &Value| item["key"].as_str().unwrap().to_owned();
        let compare = body["compare"].as_array().unwrap().iter().map(key);
        let mut held = self.held.borrow_mut();
        let mut there = compare.into_iter().filter(|key| held.contains_key(key));
        if let Some(first) = there.next() {
            let found = json!({ "key": first, "value": held[&first] });
            let range = json!({ "response_range": { "kvs": [found], "count": "1" } });
            return say(
                match body.get("failure") {
                    Some(_) => json!({ "responses": [range] }),
                    None => json!({}),
                },
                now,
            );
        }
        let puts = body["success"].as_array().unwrap();
        held.extend(puts.iter().map(|put| {
            let put = &put["requestPut"];
            (key(put), put["value"].clone())
        }));
        let put = json!({ "response_put": { "header": { "revision": "2" } } });
        let responses = vec![put; puts.len()];
        say(json!({ "succeeded": true, "responses": responses }), now)
    }
}

impl Leases for Fleet {
    fn lease(&self, _: UnixTime) -> Option<Lease> {
        self.lease.get()
    }

    fn lost(&self, lease: Lease) {
        assert_eq!(self.lease.replace(None), Some(lease));
    }
}

/// An answer with these members.
fn say(mut members: Value, now: UnixTime) -> Response {
    members["header"] = json!({ "revision": "2" });
    let date = jiff::Timestamp::from_second(now.secs()).unwrap();
    Response {
        status: Some(200),
        content_type: Some("application/json".to_owned()),
        date: Some(date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        body: members.to_string().into_bytes(),
    }
}

/// The policy of the flow table with a store, and payments used once in the fleet.
pub(crate) fn document() -> Value {
    let mut document = policy::document();
    document["stores"] = json!({
        "etcd": { "protocol": "etcd", "cluster": "etcd", "timeout": "250ms" },
    });
    document["replay"]["store"] = json!("etcd");
    policy::route(&mut document, "transfer")["replay"] = json!("fleet");
    document
}

/// A payment up to the question for the store.
pub(crate) fn ask(world: &World, plan: &Plan) -> (Call, pipeline::Waiting) {
    let head = world::head(&plan.wire()).unwrap();
    let step = world.with(|env| pipeline::run(head, &Connection::default(), env));
    let Step::Ask(Question::Consume(call), waiting) = step else {
        panic!("not asked: {step:?}")
    };
    (call, waiting)
}

/// What each answer that is not a first use comes to.
pub(crate) fn extremes() -> Vec<(Reason, Box<dyn Fn() -> Outcome>)> {
    type Change = fn(&mut Response);
    let mut list: Vec<(Reason, Box<dyn Fn() -> Outcome>)> = Vec::new();
    let silences = [
        (Silence::Timeout, Reason::StoreTimeout),
        (Silence::Unreachable, Reason::StoreUnreachable),
        (Silence::NoHost, Reason::StoreUnreachable),
        (Silence::ClusterUnknown, Reason::StoreClusterUnknown),
        (Silence::Oversized, Reason::StoreMalformed),
        (Silence::Deadline, Reason::DeadlineExceeded),
    ];
    for (silence, reason) in silences {
        list.push((reason, Box::new(move || refused(&|_, _| Err(silence)))));
    }
    let changes: [(Reason, Change); 7] = [
        (Reason::StoreStatus, |it| it.status = Some(500)),
        (Reason::StoreUnreachable, |it| it.status = Some(503)),
        (Reason::StoreTimeout, |it| it.status = Some(504)),
        (Reason::StoreMalformed, |it| it.body.clear()),
        (Reason::StoreClock, |it| it.date = None),
        (Reason::ProofReplayed, |it| {
            it.body = br#"{"header":{"revision":"2"}}"#.to_vec();
        }),
        (Reason::StoreLease, |it| {
            it.status = Some(404);
            it.body = br#"{"code":5}"#.to_vec();
        }),
    ];
    for (reason, change) in changes {
        list.push((
            reason,
            Box::new(move || {
                refused(&|world, call| {
                    let now = UnixTime::from_millis(world.now.get());
                    let mut response = world.fleet.answer(call, now);
                    change(&mut response);
                    Ok(Answer::Consumed(response))
                })
            }),
        ));
    }
    list.push((
        Reason::StoreUnreachable,
        Box::new(|| refused(&|_, _| Ok(Answer::Keys))),
    ));
    list
}

fn refused(answer: &dyn Fn(&World, &Call) -> Result<Answer, Silence>) -> Outcome {
    let world = World::under(&document(), GOLDEN_NOW);
    let (call, waiting) = ask(&world, &plan::Plan::transfer(GOLDEN_NOW, "store", "1.00"));
    let answer = answer(&world, &call);
    match world.with(|env| waiting.resume(answer, env)) {
        Step::Done(outcome) => outcome,
        other @ (Step::Read(_) | Step::Ask(..)) => panic!("not a verdict: {other:?}"),
    }
}
