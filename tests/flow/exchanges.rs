//! Exchanges without a host: what is asked, what goes upstream, and that nothing else ever does.

use crate::support::plan::{ORIGIN, Plan};
use crate::support::table::{Expected, GOLDEN_NOW as NOW, Row, Service};
use crate::support::tts::{self, WRONG};
use crate::support::world::{Verdict, World};
use countersign::http::Connection;
use countersign::pipeline::{Outcome, Release};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// A payment that the decision service is asked about.
pub(super) fn large(jti: &str) -> Plan {
    Plan::transfer(NOW, jti, "12500.00").stepped_up(NOW)
}

pub(super) fn judge(world: &World, plan: &Plan) -> Verdict {
    judge_as(world, plan, Service::Permits)
}

pub(super) fn judge_as(world: &World, plan: &Plan, service: Service) -> Verdict {
    world.judge(&Row {
        name: "",
        wire: plan.wire(),
        connection: Connection::default(),
        service,
        expected: Expected::Forwarded,
    })
}

pub(super) fn forwarded(verdict: &Verdict) -> &Release {
    match &verdict.outcome {
        Outcome::Forward(release, _) => release,
        other @ (Outcome::Refuse(..) | Outcome::Publish(..)) => panic!("{other:?}"),
    }
}

pub(super) fn set<'r>(release: &'r Release, name: &str) -> Vec<&'r str> {
    let lines = release.set.iter().filter(|(own, _)| *own == name);
    lines.map(|(_, value)| value.as_str()).collect()
}

pub(super) fn revocable(world: &World) -> usize {
    world.queue.borrow().len()
}

#[test]
fn what_was_permitted_goes_upstream_with_a_token_of_its_own() {
    let world = World::under(&tts::document(), NOW);
    let mut plan = large("exchanged");
    for name in ["txn-token", "txn_token"] {
        plan.field(name, "the caller's own");
    }
    let verdict = judge(&world, &plan);
    let [order] = verdict.ordered.as_slice() else {
        panic!("{:?}", verdict.record().reason)
    };
    let asked = tts::members(&order.body);
    let expected = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("requested_token_type", tts::TRANSACTION_TOKEN),
        ("audience", "trust.example"),
        ("scope", "payments:write"),
        ("subject_token", &plan.token()),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
    ];
    for (name, value) in expected {
        assert_eq!(asked[name], value, "{name}");
    }
    let json = |name: &str| serde_json::from_str::<Value>(&asked[name]).unwrap();
    let details = json("request_details");
    assert_eq!(details["method"], "POST");
    assert_eq!(
        details["resource"],
        format!("{ORIGIN}/accounts/7/transfers")
    );
    assert_eq!(details["body_digest"].as_str().unwrap().len(), 43);
    assert_eq!(
        details["transaction"],
        plan.token_claims["authorization_details"][0]
    );
    let context = json("request_context");
    let expected = json!({
        "route": "transfer", "score": 70, "proof": ["dpop"], "client_id": "app",
        "acr": "urn:example:loa:3",
    });
    assert_eq!(context, expected);

    let release = forwarded(&verdict);
    let [token] = set(release, "txn-token")[..] else {
        panic!("{release:?}")
    };
    assert_eq!(token.split('.').count(), 3);
    for name in ["txn-token", "txn_token", "authorization", "dpop"] {
        assert!(release.remove.iter().any(|own| own == name), "{name}");
    }
    assert!(set(release, "authorization").is_empty());
    let shown = format!("{release:?}");
    assert!(
        !shown.contains(token) && shown.contains("txn-token"),
        "{shown}"
    );
    let record: Value = serde_json::from_str(&verdict.record().to_json()).unwrap();
    let expected = json!({ "with": "tts", "txn": "97053963-771d", "until": NOW + 60 });
    assert_eq!(record["exchanged"], expected);
    assert_eq!(record["service"]["answer"], "permit");
    assert!(!record.to_string().contains(token));
    // Once the response has ended nobody holds it.
    assert_eq!(revocable(&world), 0);
    drop(verdict);
    assert_eq!(revocable(&world), 1);
}

#[test]
fn what_its_score_lets_pass_keeps_its_own_token_and_brings_no_other() {
    let world = World::under(&tts::document(), NOW);
    let mut plan = Plan::transfer(NOW, "small", "12.00");
    plan.field("Txn-Token".to_lowercase().as_str(), "a.b.c");
    let verdict = judge_as(&world, &plan, Service::Unasked);
    let release = forwarded(&verdict);
    assert_eq!(verdict.ordered.len(), 0);
    assert!(set(release, "txn-token").is_empty());
    assert!(release.remove.iter().any(|own| own == "txn-token"));
    assert!(!release.remove.iter().any(|own| own == "authorization"));
    assert!(verdict.record().exchanged.is_none());

    let mut document = tts::document();
    document["routes"][0]["exchange"]["when"] = json!("always");
    let world = World::under(&document, NOW);
    let verdict = judge_as(
        &world,
        &Plan::transfer(NOW, "always", "12.00"),
        Service::Unasked,
    );
    assert_eq!(set(forwarded(&verdict), "txn-token").len(), 1);
    assert_eq!(verdict.ordered.len(), 1);
}

#[test]
fn the_token_may_go_beside_the_callers() {
    let mut document = tts::document();
    document["routes"][0]["exchange"]["hand"] = json!("beside");
    document["routes"][0]["upstream"] = json!({ "proof": "rewrite_to_bearer" });
    let world = World::under(&document, NOW);
    let mut plan = large("beside");
    plan.field("txn-token", "a.b.c");
    let verdict = judge(&world, &plan);
    let release = forwarded(&verdict);
    assert_eq!(set(release, "txn-token").len(), 1);
    assert_ne!(set(release, "txn-token"), ["a.b.c"]);
    assert!(release.remove.iter().any(|own| own == "txn-token"));
    let own = format!("Bearer {}", plan.token());
    assert_eq!(set(release, "authorization"), [own]);
    assert!(!release.remove.iter().any(|own| own == "authorization"));
    // In place, nothing of the caller's goes, whatever the route does with proofs.
    document["routes"][0]["exchange"]["hand"] = json!("in_place");
    for proof in ["keep", "rewrite_to_bearer"] {
        document["routes"][0]["upstream"] = json!({ "proof": proof });
        let world = World::under(&document, NOW);
        let verdict = judge(&world, &large(proof));
        let release = forwarded(&verdict);
        assert!(set(release, "authorization").is_empty(), "{proof}");
        for name in ["authorization", "dpop"] {
            assert!(
                release.remove.iter().any(|own| own == name),
                "{proof}: {name}"
            );
        }
    }
}

#[test]
fn no_answer_but_a_good_one_lets_anything_pass() {
    for (name, change, reason) in WRONG {
        for hand in ["in_place", "beside"] {
            let mut document = tts::document();
            document["routes"][0]["exchange"]["hand"] = json!(hand);
            let world = World::under(&document, NOW);
            world.issuing.set(*change);
            let verdict = judge(&world, &large("wrong"));
            assert_eq!(verdict.ordered.len(), 1, "{name}");
            assert_eq!(verdict.record().reason, Some(reason.code()), "{name}");
            let Outcome::Refuse(reply, record) = &verdict.outcome else {
                panic!("{name}")
            };
            assert_eq!(reply.status, 503, "{name}");
            assert!(record.exchanged.is_none(), "{name}");
            // Its transaction is not used up, and its token is left to be revoked.
            let has_token = reason.code() != "exchange_unavailable"
                && *reason != Reason::ExchangeRejected
                && !["an array", "no token"].contains(name);
            drop(verdict);
            assert_eq!(revocable(&world), usize::from(has_token), "{name}");
            world.issuing.set(|_| {});
            let mut again = large("wrong");
            again.proof_claims["jti"] = json!("again");
            assert_eq!(judge(&world, &again).record().reason, None, "{name}");
        }
    }
}

#[test]
fn a_caller_of_a_transaction_and_with_an_actor_gets_a_token_of_both() {
    let mut document = tts::document();
    document["routes"][0]["delegation"] = json!({ "max_depth": 1, "actors": [{ "issuer": "https://as.example.com", "subject": "agent-7" }] });
    let world = World::under(&document, NOW);
    let mut plan = large("of both");
    plan.token_claims["txn"] = json!("a transaction");
    plan.token_claims["act"] = json!({ "sub": "agent-7" });
    let verdict = judge(&world, &plan);
    assert_eq!(verdict.record().reason, None);
    assert!(verdict.ordered[0].body.contains("agent-7"));
    let changes: [(tts::Change, Reason); 2] = [
        (
            |it| it.claims["txn"] = json!("another"),
            Reason::ExchangeTransaction,
        ),
        (
            |it| {
                it.claims.as_object_mut().unwrap().remove("act");
            },
            Reason::ExchangeSubject,
        ),
    ];
    for (change, reason) in changes {
        let world = World::under(&document, NOW);
        world.issuing.set(change);
        assert_eq!(judge(&world, &plan).record().reason, Some(reason.code()));
    }
}

/// The reasons that a wrong answer gives.
pub(super) fn extremes() -> Vec<(Reason, Box<dyn Fn() -> Outcome>)> {
    let rows = WRONG.iter().map(|(_, change, reason)| {
        let judge: Box<dyn Fn() -> Outcome> = Box::new(move || {
            let world = World::under(&tts::document(), NOW);
            world.issuing.set(*change);
            judge(&world, &large("wrong")).outcome
        });
        (*reason, judge)
    });
    rows.collect()
}
