//! A transaction is used once: what consumes it, what does not, and what a second use comes to.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::panic, reason = "tests")]

mod fleet;
#[expect(dead_code, reason = "shared with the tests of everything else")]
#[path = "../support/mod.rs"]
mod support;

use countersign::pipeline::{Answer, Outcome, Question, Step};
use countersign::step_up::Silence;
use countersign::uses::Memory;
use serde_json::json;
use support::once::{document, done, keyed, payment, send};
use support::plan::{Plan, thief_key};
use support::table::GOLDEN_NOW as NOW;
use support::world::{self, World};
use support::{plan, policy};

/// Why a request was refused, what its use of the transaction was, and how far that is remembered.
type Told = (
    Option<&'static str>,
    Option<&'static str>,
    Option<&'static str>,
);

fn told(outcome: &Outcome) -> Told {
    let record = outcome.record();
    let told = (
        record.reason,
        record.transaction_use,
        record.transaction_scope,
    );
    // The client is told of what was used up, and the host watches what becomes of it.
    if let Outcome::Forward(release, _) = outcome {
        let says = [("x-countersign-transaction", "consumed".to_owned())];
        assert_eq!(release.single_use, told.1.is_some());
        assert_eq!(
            release.response,
            if release.single_use { &says[..] } else { &[] }
        );
    }
    told
}

fn tell(world: &World, plan: &Plan) -> Told {
    told(&done(send(world, plan)))
}

fn first(scope: &'static str) -> Told {
    (None, Some("first"), Some(scope))
}

fn retry(scope: &'static str) -> Told {
    (None, Some("retry"), Some(scope))
}

fn consumed(scope: &'static str) -> Told {
    (Some("transaction_consumed"), None, Some(scope))
}

#[test]
fn a_copy_with_a_fresh_proof_is_refused() {
    for scope in ["worker", "host"] {
        let world = World::under(&document(scope), NOW);
        assert_eq!(tell(&world, &payment("t1", "1")), first(scope));
        assert_eq!(tell(&world, &payment("t1", "2")), consumed(scope));
        assert_eq!(tell(&world, &payment("t2", "3")), first(scope));
    }
    // Where the policy does not say it, a token grants as long as it passes.
    let world = World::at(NOW);
    for proof in ["1", "2"] {
        assert_eq!(tell(&world, &payment("t1", proof)), (None, None, None));
    }
}

#[test]
fn two_details_of_one_token_are_two_transactions() {
    let mut document = document("host");
    policy::route(&mut document, "risky")["transaction"]["authorization_details"] = json!("other");
    policy::route(&mut document, "risky")["risk"] = json!({ "base": 1 });
    policy::route(&mut document, "risky")
        .as_object_mut()
        .unwrap()
        .remove("step_up");
    let world = World::under(&document, NOW);
    let of = |path: &str, proof: &str| {
        let mut plan = payment("two", proof);
        let mut other = plan.token_claims["authorization_details"][0].clone();
        other["type"] = json!("other");
        plan.token_claims["authorization_details"]
            .as_array_mut()
            .unwrap()
            .push(other);
        plan.to("POST", path)
    };
    assert_eq!(
        tell(&world, &of("/accounts/7/transfers", "1")),
        first("host")
    );
    assert_eq!(tell(&world, &of("/accounts/7/risky", "2")), first("host"));
    assert_eq!(
        tell(&world, &of("/accounts/7/transfers", "3")),
        consumed("host")
    );
    assert_eq!(
        tell(&world, &of("/accounts/7/risky", "4")),
        consumed("host")
    );
}

#[test]
fn one_detail_is_used_once_on_all_routes() {
    let mut document = document("host");
    policy::route(&mut document, "risky")["risk"] = json!({ "base": 1 });
    policy::route(&mut document, "risky")
        .as_object_mut()
        .unwrap()
        .remove("step_up");
    let world = World::under(&document, NOW);
    assert_eq!(tell(&world, &payment("one", "1")), first("host"));
    let elsewhere = payment("one", "2").to("POST", "/accounts/7/risky");
    assert_eq!(tell(&world, &elsewhere), consumed("host"));
}

#[test]
fn what_is_refused_uses_nothing_up() {
    let world = World::under(&document("host"), NOW);
    let mut other = payment("kept", "1");
    other.edit_body(|body| body["amount"] = json!("1.00"));
    assert_eq!(tell(&world, &other).0, Some("value_mismatch"));
    // A thief has the token, and not its key.
    let mut stolen = payment("kept", "2");
    stolen.proof_header["jwk"] = thief_key().jwk();
    stolen.proof_signer = Some(thief_key());
    assert_eq!(tell(&world, &stolen).0, Some("proof_key_mismatch"));
    let mut weak = payment("kept", "3").to("POST", "/accounts/7/risky");
    weak.token_claims["acr"] = json!("weak");
    assert_eq!(tell(&world, &weak).0, Some("step_up_required"));
    for (answer, reason) in [
        (Err(Silence::Timeout), "decision_timeout"),
        (
            world::answer(support::table::Service::Denies, "?"),
            "decision_mismatched",
        ),
    ] {
        let strong = payment("kept", reason)
            .stepped_up(NOW)
            .to("POST", "/accounts/7/risky");
        let Step::Ask(Question::Decision(_), waiting) = send(&world, &strong) else {
            panic!("not asked")
        };
        let step = world.with(|env| waiting.resume(answer.map(Answer::Decision), env));
        assert_eq!(told(&done(step)).0, Some(reason));
    }
    assert_eq!(tell(&world, &payment("kept", "4")), first("host"));
}

#[test]
fn of_two_copies_that_wait_for_a_decision_one_passes() {
    let world = World::under(&document("host"), NOW);
    let risky = |proof: &str| {
        let plan = payment("both", proof).stepped_up(NOW);
        send(&world, &plan.to("POST", "/accounts/7/risky"))
    };
    let permit = |step: Step| {
        let Step::Ask(Question::Decision(call), waiting) = step else {
            panic!("not asked: {step:?}")
        };
        let answer = world::answer(support::table::Service::Permits, &call.request_id);
        told(&done(world.with(|env| {
            waiting.resume(answer.map(Answer::Decision), env)
        })))
    };
    let (one, two) = (risky("1"), risky("2"));
    assert_eq!(permit(two), first("host"));
    assert_eq!(permit(one), consumed("host"));
    // From now on nobody is asked for a copy's sake.
    let outcome = done(risky("3"));
    assert_eq!(told(&outcome), consumed("host"));
    assert!(outcome.record().service.is_none());
}

#[test]
fn a_retry_is_what_the_first_use_was() {
    type Change = fn(&mut Plan);
    let changes: [(&str, Change, bool); 9] = [
        ("nothing", |_| {}, true),
        (
            "another key",
            |p| p.fields.last_mut().unwrap().1 = b"k2".to_vec(),
            false,
        ),
        ("no key", |p| drop(p.fields.pop()), false),
        (
            "the spelling of the body",
            |p| p.body.as_mut().unwrap().push(b' '),
            false,
        ),
        (
            "another account",
            |p| {
                p.path = "/accounts/8/transfers".to_owned();
                p.proof_claims["htu"] = json!(format!("{}/accounts/8/transfers", plan::ORIGIN));
            },
            false,
        ),
        (
            "a second key of the client",
            |p| {
                p.proof_header["jwk"] = thief_key().jwk();
                p.proof_signer = Some(thief_key());
                p.token_claims["cnf"]["jkt"] = json!(thief_key().jkt());
            },
            false,
        ),
        (
            "a token that was issued anew under its name",
            |p| {
                p.token_claims["iat"] = json!(NOW - 10);
            },
            true,
        ),
        (
            "the order of the details\' members",
            |p| {
                let detail = &mut p.token_claims["authorization_details"][0];
                let text = r#"{"creditorAccount":{"iban":"DE02100100109307118603"},"instructedAmount":{"amount":"123.50","currency":"EUR"},"type":"payment_initiation"}"#;
                *detail = serde_json::from_str(text).unwrap();
            },
            true,
        ),
        ("a trailing query", |p| p.path.push('?'), false),
    ];
    for (what, change, passes) in changes {
        let world = World::under(&document("host"), NOW);
        assert_eq!(tell(&world, &keyed("r", "1", "k1")), first("host"));
        let mut again = keyed("r", "2", "k1");
        change(&mut again);
        let expected = if passes {
            retry("host")
        } else {
            consumed("host")
        };
        assert_eq!(tell(&world, &again), expected, "{what}");
        // Whatever was tried in between.
        assert_eq!(tell(&world, &keyed("r", "3", "k1")), retry("host"));
    }
    // Without a key at first nothing can be retried.
    let world = World::under(&document("host"), NOW);
    assert_eq!(tell(&world, &payment("r", "1")), first("host"));
    assert_eq!(tell(&world, &keyed("r", "2", "k1")), consumed("host"));
    // Nor where the policy names no header.
    let mut document = document("host");
    policy::route(&mut document, "transfer")["transaction"]["single_use"] = json!("host");
    let world = World::under(&document, NOW);
    assert_eq!(tell(&world, &keyed("r", "1", "k1")), first("host"));
    assert_eq!(tell(&world, &keyed("r", "2", "k1")), consumed("host"));
}

#[test]
fn after_a_restart_what_was_issued_before_is_refused() {
    let mut world = World::under(&document("host"), NOW);
    let born = |world: &World, began| {
        let began = countersign::time::UnixTime::from_secs(began);
        world::transactions(&world.policy, Memory::default(), began)
    };
    // The token is 30 s old, and may be dated ahead by the leeway of its issuer, 5 s.
    world.transactions = born(&world, NOW - 35);
    let predates = (Some("transaction_predates_log"), None, Some("host"));
    assert_eq!(tell(&world, &payment("before", "1")), predates);
    world.transactions = born(&world, NOW - 36);
    assert_eq!(tell(&world, &payment("before", "2")), first("host"));
}
