//! What was forwarded before counts: budgets to the last request, habits up to their cap; and only
//! what was forwarded.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

#[expect(dead_code, reason = "shared with the tests of everything else")]
#[path = "../support/mod.rs"]
mod support;

mod faulty;
mod once;

use countersign::http::Connection;
use countersign::pipeline::{self, Answer, Question, Step, Waiting};
use countersign::record::Record;
use countersign::time::UnixTime;
use serde_json::{Value, json};
use support::plan::Plan;
use support::policy;
use support::table::{Expected, GOLDEN_NOW as NOW, Row, Service};
use support::world::{self, World};

/// A world in which transfers have these signals too, and what else a change makes of the policy.
fn world(signals: &Value, change: impl FnOnce(&mut Value)) -> World {
    let mut document = policy::document();
    let route = policy::route(&mut document, "transfer");
    let own = route["risk"]["signals"].as_array_mut().unwrap();
    own.extend(signals.as_array().unwrap().iter().cloned());
    change(&mut document);
    World::under(&document, NOW)
}

fn risk<'d>(document: &'d mut Value, route: &str) -> &'d mut Value {
    &mut policy::route(document, route)["risk"]
}

/// Ten payments a day.
fn ten() -> Value {
    json!([{ "name": "many", "add": 30, "budget": { "within": "24h", "count": 10 } }])
}

fn transfer(number: usize, amount: &str) -> Plan {
    Plan::transfer(NOW, &format!("payment {number}"), amount)
}

/// What becomes of a request: its record.
fn send(world: &World, plan: &Plan, service: Service) -> Record {
    let row = Row {
        name: "a request",
        wire: plan.wire(),
        connection: Connection::default(),
        service,
        expected: Expected::Forwarded,
    };
    world.judge(&row).record().clone()
}

/// Name and points of what a score is made of, but for the base.
fn parts(record: &Record) -> Vec<(&str, u32)> {
    let parts = record.contributions.iter();
    parts.skip(1).map(|it| (&*it.name, it.add)).collect()
}

/// Goes on to the question to the decision service. Tells its id too.
fn ask(world: &World, plan: &Plan) -> (Waiting, String) {
    let wire = plan.wire();
    let head = world::head(&wire).unwrap();
    let step = world.with(|env| pipeline::run(head, &Connection::default(), env));
    let id = Record::opened(UnixTime::from_secs(NOW), world.entropy.get()).id;
    let step = match step {
        Step::Read(listening) => {
            world.with(|env| listening.hear(Ok(wire.body.as_deref().unwrap()), env))
        }
        other @ (Step::Ask(..) | Step::Done(_)) => other,
    };
    match step {
        Step::Ask(Question::Decision(_), waiting) => (waiting, id),
        other @ (Step::Read(_) | Step::Ask(..) | Step::Done(_)) => {
            panic!("nobody is asked: {other:?}")
        }
    }
}

/// Permits what waits.
fn permit(world: &World, (waiting, id): (Waiting, String)) -> Record {
    let answer = world::answer(Service::Permits, &id).unwrap();
    let answer = Ok(Answer::Decision(answer));
    match world.with(|env| waiting.resume(answer, env)) {
        Step::Done(outcome) => outcome.record().clone(),
        other @ (Step::Read(_) | Step::Ask(..)) => panic!("no verdict: {other:?}"),
    }
}

#[test]
fn the_eleventh_payment_steps_up_as_a_large_one_does() {
    for signal in [
        json!({ "within": "24h", "count": 10 }),
        json!({ "within": "24h", "sum": {
            "claim": "/instructedAmount/amount",
            "currency": "/instructedAmount/currency",
            "limits": { "EUR": "99999.90" },
        } }),
    ] {
        let signal = json!([{ "name": "budget", "add": 30, "budget": signal }]);
        let world = world(&signal, |_| {});
        for number in 1..=10 {
            let record = send(&world, &transfer(number, "9999.99"), Service::Unasked);
            assert_eq!(record.reason, None, "{number}");
            assert_eq!(record.score, Some(30));
        }
        let record = send(&world, &transfer(11, "9999.99"), Service::Unasked);
        assert_eq!(record.reason, Some("step_up_required"));
        assert_eq!(parts(&record), [("budget", 30)]);
        let large = send(&world, &transfer(12, "10000.01"), Service::Unasked);
        assert_eq!(large.reason, record.reason);
        // Stepped up, it is asked for and goes on, and counts.
        let again = transfer(13, "9999.99").stepped_up(NOW);
        let record = send(&world, &again, Service::Permits);
        assert_eq!((record.reason, record.score), (None, Some(60)));
    }
}

#[test]
fn each_subject_has_a_budget_of_its_own() {
    let world = world(&ten(), |_| {});
    for number in 0..10 {
        let _ = send(&world, &transfer(number, "1.00"), Service::Unasked);
    }
    let mut other = transfer(10, "1.00");
    other.token_claims["sub"] = json!("bob");
    assert_eq!(send(&world, &other, Service::Unasked).reason, None);
    let own = send(&world, &transfer(11, "1.00"), Service::Unasked);
    assert_eq!(own.reason, Some("step_up_required"));
}

#[test]
fn payees_and_currencies_are_told_apart() {
    let signals = json!([
        { "name": "payees", "add": 31, "budget": { "within": "24h", "distinct": {
            "claim": "/creditorAccount/iban", "limit": 2,
        } } },
        { "name": "sum", "add": 30, "budget": { "within": "24h", "sum": {
            "claim": "/instructedAmount/amount",
            "currency": "/instructedAmount/currency",
            "limits": { "EUR": "10", "JPY": "1000" },
        } } },
    ]);
    let world = world(&signals, |_| {});
    let pay = |number: usize, payee: &str, currency: &str, amount: &str| {
        let mut plan = transfer(number, amount);
        let detail = &mut plan.token_claims["authorization_details"][0];
        detail["creditorAccount"]["iban"] = json!(payee);
        detail["instructedAmount"]["currency"] = json!(currency);
        plan.edit_body(|body| {
            body["currency"] = json!(currency);
            body["creditor"]["iban"] = json!(payee);
        });
        send(&world, &plan, Service::Unasked)
    };
    assert_eq!(pay(1, "DE1", "EUR", "10").reason, None);
    assert_eq!(
        pay(2, "DE2", "JPY", "1000").reason,
        Some("step_up_required")
    );
    let mut plan = transfer(9, "0");
    plan.token_claims["authorization_details"][0]["creditorAccount"]["iban"] = json!("DE3");
    plan.edit_body(|body| body["creditor"]["iban"] = json!("DE3"));
    assert_eq!(send(&world, &plan, Service::Unasked).reason, None);
    let third = pay(3, "DE4", "EUR", "0");
    assert_eq!(parts(&third), [("payees", 31)]);
    let more = pay(4, "DE1", "EUR", "0.01");
    assert_eq!(parts(&more), [("sum", 30)]);
    assert_eq!(more.reason, Some("step_up_required"));
}

#[test]
fn what_was_not_forwarded_does_not_count() {
    let world = world(&ten(), |_| {});
    for number in 0..30 {
        let mut bad = transfer(number, "1.00");
        bad.edit_body(|body| body["amount"] = json!("2.00"));
        let record = send(&world, &bad, Service::Unasked);
        assert_eq!(record.reason, Some("value_mismatch"));
    }
    let large = |number| transfer(number, "20000").stepped_up(NOW);
    for (number, service) in [Service::Denies, Service::Obliges, Service::Stalls]
        .into_iter()
        .enumerate()
        .flat_map(|(number, service)| (0..10).map(move |it| (100 + 10 * number + it, service)))
    {
        assert!(send(&world, &large(number), service).reason.is_some());
    }
    for number in 200..210 {
        drop(ask(&world, &large(number)));
    }
    for number in 300..310 {
        let record = send(&world, &transfer(number, "1.00"), Service::Unasked);
        assert_eq!(record.reason, None, "{number}");
    }
    let last = send(&world, &transfer(310, "1.00"), Service::Unasked);
    assert_eq!(last.reason, Some("step_up_required"));
}

#[test]
fn what_waited_is_held_against_what_went_on_meanwhile() {
    let world = world(&ten(), |document| {
        risk(document, "transfer")["refuse_at"] = json!(90);
    });
    let large = |number| transfer(number, "20000").stepped_up(NOW);
    let [early, late] = [1, 2].map(|number| ask(&world, &large(number)));
    for number in 10..19 {
        let _ = send(&world, &transfer(number, "1.00"), Service::Unasked);
    }
    let tenth = permit(&world, early);
    assert_eq!((tenth.reason, tenth.score), (None, Some(60)));
    let eleventh = permit(&world, late);
    assert_eq!(eleventh.reason, Some("risk_refused"));
    assert_eq!(parts(&eleventh), [("large", 30), ("many", 30)]);
    assert_eq!(eleventh.service.unwrap().answer, Some("permit"));
}

#[test]
fn habits_add_up_to_their_cap() {
    let signals = json!([
        { "name": "new-key", "add": 15, "first_seen": "key" },
        { "name": "new-subject", "add": 15, "first_seen": "subject" },
        { "name": "new-pair", "add": 15, "first_seen": "pair" },
        { "name": "jump", "add": 15, "scope_jump": true },
        { "name": "fast", "add": 20, "rate_above": { "requests": 3, "within": "1m" } },
    ]);
    let world = world(&signals, |document| {
        risk(document, "transfer")["behaviour_cap"] = json!(29);
    });
    let first = send(&world, &transfer(1, "1.00"), Service::Unasked);
    let capped = [
        ("new-key", 15),
        ("new-subject", 14),
        ("new-pair", 0),
        ("jump", 0),
    ];
    assert_eq!(parts(&first), capped);
    assert_eq!((first.score, first.reason), (Some(59), None));
    // With a large amount it decides, but not alone.
    let large = send(&world, &transfer(2, "20000"), Service::Unasked);
    assert_eq!(large.score, Some(89));
    // Ten minutes later it is all known.
    world.next((NOW + 600) * 1000, [7; 16]);
    let plan = |number: usize| Plan::transfer(NOW + 600, &format!("later {number}"), "1.00");
    for number in 0..3 {
        let known = send(&world, &plan(number), Service::Unasked);
        assert_eq!(parts(&known), [("", 0); 0], "{number}");
    }
    let fast = send(&world, &plan(3), Service::Unasked);
    assert_eq!(parts(&fast), [("fast", 20)]);
    let mut wider = plan(4);
    wider.token_claims["scope"] = json!("accounts:read payments:write admin");
    let jump = send(&world, &wider, Service::Unasked);
    assert_eq!(parts(&jump), [("jump", 15), ("fast", 14)]);
}

#[test]
fn cheap_reads_do_not_make_a_caller_known_to_payments() {
    let new = json!([{ "name": "new", "add": 15, "first_seen": "pair" }]);
    let world = world(&new, |document| {
        for route in ["transfer", "read-accounts"] {
            risk(document, route)["behaviour_cap"] = json!(15);
        }
        risk(document, "read-accounts")["signals"] = new.clone();
    });
    let read = |now: i64, id: &str| Plan::read(now, id);
    for number in 0..20 {
        let record = send(&world, &read(NOW, &number.to_string()), Service::Unasked);
        assert_eq!(record.reason, None);
    }
    world.next((NOW + 700) * 1000, [7; 16]);
    let later = send(&world, &read(NOW + 700, "later"), Service::Unasked);
    assert_eq!(parts(&later), [("", 0); 0]);
    let payment = Plan::transfer(NOW + 700, "a payment", "1.00");
    let payment = send(&world, &payment, Service::Unasked);
    assert_eq!(parts(&payment), [("new", 15)]);
}

#[test]
fn routes_of_one_class_learn_together() {
    let world = world(&ten(), |document| {
        risk(document, "transfer")["learn_in"] = json!("payments");
        // It asks nothing itself, and counts all the same.
        let risky = risk(document, "risky");
        risky["learn_in"] = json!("payments");
        risky["base"] = json!(30);
    });
    for number in 0..10 {
        let path = "/accounts/7/risky";
        let plan = transfer(number, "1.00").to("POST", path);
        assert_eq!(send(&world, &plan, Service::Unasked).reason, None);
    }
    let last = send(&world, &transfer(10, "1.00"), Service::Unasked);
    assert_eq!(parts(&last), [("many", 30)]);
}

#[test]
fn a_sequence_crosses_routes() {
    let order = json!([{ "name": "looked-first", "add": 30, "budget": {
        "within": "1h", "sequence": ["read-accounts", "transfer"],
    } }]);
    let world = world(&order, |_| {});
    let before = send(&world, &transfer(1, "1.00"), Service::Unasked);
    assert_eq!(before.reason, None);
    let mut refused = Plan::read(NOW, "a refused read");
    refused.token_claims["scope"] = json!("none");
    assert!(send(&world, &refused, Service::Unasked).reason.is_some());
    let still = send(&world, &transfer(2, "1.00"), Service::Unasked);
    assert_eq!(still.reason, None);
    let _ = send(&world, &Plan::read(NOW, "a read"), Service::Unasked);
    let after = send(&world, &transfer(3, "1.00"), Service::Unasked);
    assert_eq!(parts(&after), [("looked-first", 30)]);
}
