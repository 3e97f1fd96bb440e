//! What carries streams on: without a host.

use crate::NOW;
use crate::support::plan::{ORIGIN, Plan, Wire, thief_key};
use crate::support::policy;
use crate::support::revoked::{LIST, list_of, refer};
use crate::support::table::{Expected, Row, Service};
use crate::support::workload::Order;
use crate::support::world::{Lists, World};
use countersign::http::Connection;
use countersign::pipeline::{Outcome, Tenure};
use countersign::reason::Reason;
use countersign::respond::Document;
use countersign::revocation::deny::{DenyList, Entries};
use serde_json::{Value, json};

/// The policy of the flow table, in which posts to `/renewals` carry the cheap read on.
fn document() -> Value {
    let mut document = policy::document();
    document.as_object_mut().unwrap().remove("deny");
    let read = policy::route(&mut document, "read-accounts");
    read["streams"] = json!({ "grace": "0s", "max_life": "20m", "renew": true });
    let mut renew = read.clone();
    renew["name"] = json!("renew");
    renew["match"] = json!({ "methods": ["POST"], "path": "/renewals" });
    renew["renews"] = json!("read-accounts");
    renew.as_object_mut().unwrap().remove("streams");
    let routes = document["routes"].as_array_mut().unwrap();
    routes.push(renew);
    document
}

/// A request for a stream whose token ends in a minute.
fn read(jti: &str) -> Plan {
    let mut plan = Plan::read(NOW, jti);
    plan.token_claims["exp"] = json!(NOW + 60);
    plan.token_claims["txn"] = json!("a transaction");
    plan
}

/// A renewal of it, whose token ends in this many seconds.
fn renewal(jti: &str, seconds: i64) -> Plan {
    let mut plan = read(jti).to("POST", "/renewals");
    plan.token_claims["exp"] = json!(NOW.saturating_add(seconds));
    plan
}

fn judge(world: &World, plan: &Plan) -> Outcome {
    judge_wire(world, plan.wire())
}

fn judge_wire(world: &World, wire: Wire) -> Outcome {
    let row = Row {
        name: "",
        wire,
        connection: Connection::default(),
        service: Service::Unasked,
        expected: Expected::Forwarded,
    };
    world.judge(&row).outcome
}

fn opened(world: &World, plan: &Plan) -> Box<Tenure> {
    match judge(world, plan) {
        Outcome::Forward(release, _) => release.tenure.unwrap(),
        other @ (Outcome::Refuse(..) | Outcome::Publish(..)) => panic!("{other:?}"),
    }
}

/// Whether the renewal carries it on, and until when, in seconds from now.
fn carried(world: &World, tenure: &mut Tenure) -> Option<i64> {
    let is_renewed = world.with(|env| tenure.renew(env));
    is_renewed.then(|| tenure.due().secs().saturating_sub(NOW))
}

#[test]
fn a_fresh_token_of_the_same_caller_and_transaction_carries_a_stream_on() {
    let world = World::under(&document(), NOW);
    let mut stream = opened(&world, &read("stream"));
    assert_eq!(carried(&world, &mut stream), None, "nothing was renewed");
    for (seconds, until) in [
        (300, Some(305)),
        (600, Some(605)),
        (400, None),
        (3600, Some(1200)),
    ] {
        let outcome = judge(&world, &renewal(&format!("for {seconds}"), seconds));
        let Outcome::Publish(published, record) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(published.document, Document::Renewed);
        assert_eq!((published.document.status(), &*published.text), (204, ""));
        let record: Value = serde_json::from_str(&record.to_json()).unwrap();
        assert_eq!(
            (&record["verdict"], &record["reason"]),
            (&json!("renew"), &Value::Null)
        );
        assert_eq!(record["route"], "renew");
        assert_eq!(carried(&world, &mut stream), until, "{seconds}");
    }
    // Its life is spent, whatever follows.
    let _ = judge(&world, &renewal("again", 7200));
    assert_eq!(carried(&world, &mut stream), None);
    let end = world.with(|env| stream.end(None, env)).1;
    assert_eq!(end.reason, Some("stream_life_spent"));
    assert_eq!(end.stream.unwrap().renewals, 3);
}

type Change = fn(&mut Plan);

#[test]
fn nobody_else_carries_it_on() {
    let by_thief: Change = |plan| {
        plan.token_claims["cnf"] = json!({ "jkt": thief_key().jkt() });
        plan.proof_header["jwk"] = thief_key().jwk();
        plan.proof_signer = Some(thief_key());
    };
    let changes: [(&str, Change); 4] = [
        ("another key", by_thief),
        ("another subject", |plan| {
            plan.token_claims["sub"] = json!("bob");
        }),
        ("another transaction", |plan| {
            plan.token_claims["txn"] = json!("another");
        }),
        ("an actor", |plan| {
            plan.token_claims["act"] = json!({ "sub": "agent" });
        }),
    ];
    for (what, change) in changes {
        let world = World::under(&document(), NOW);
        let mut stream = opened(&world, &read("stream"));
        let mut plan = renewal("fresh", 600);
        change(&mut plan);
        let outcome = judge(&world, &plan);
        assert!(
            matches!(outcome, Outcome::Publish(..)),
            "{what}: {outcome:?}"
        );
        assert_eq!(carried(&world, &mut stream), None, "{what}");
        let mut own = read("of the other");
        change(&mut own);
        let mut other = opened(&world, &own);
        assert_eq!(carried(&world, &mut other), Some(605), "{what}");
    }
    // A route that does not let its streams be renewed has none that are.
    let mut policy = document();
    let mut plain = policy::route(&mut policy, "read-accounts").clone();
    plain["name"] = json!("plain");
    plain["match"]["path"] = json!("/plain/{id}");
    plain["streams"] = json!({ "grace": "0s" });
    policy["routes"].as_array_mut().unwrap().push(plain);
    let world = World::under(&policy, NOW);
    let mut stream = opened(&world, &read("plain").to("GET", "/plain/7"));
    let _ = judge(&world, &renewal("fresh", 600));
    assert_eq!(carried(&world, &mut stream), None);
}

#[test]
fn what_is_not_permitted_or_not_named_renews_nothing() {
    let world = World::under(&document(), NOW);
    let mut stream = opened(&world, &read("stream"));
    let changes: [(Reason, Change); 3] = [
        (Reason::ScopeInsufficient, |plan| {
            plan.token_claims["scope"] = json!("other");
        }),
        (Reason::TokenExpired, |plan| {
            plan.token_claims["exp"] = json!(NOW - 10);
        }),
        (Reason::RenewalUnnamed, |plan| {
            plan.token_claims.as_object_mut().unwrap().remove("txn");
        }),
    ];
    for (reason, change) in changes {
        let mut plan = renewal(reason.code(), 600);
        change(&mut plan);
        let outcome = judge(&world, &plan);
        assert_eq!(outcome.record().reason, Some(reason.code()));
        assert!(matches!(outcome, Outcome::Refuse(..)), "{outcome:?}");
        assert_eq!(carried(&world, &mut stream), None, "{reason:?}");
    }
}

/// From then on it rests on the fresh token, and no longer on the first.
#[test]
fn a_stream_that_was_renewed_is_judged_by_its_fresh_token() {
    let world = World::under(&document(), NOW);
    let mut first = read("first");
    refer(&mut first, 0, LIST);
    let mut stream = opened(&world, &first);
    let mut fresh = renewal("fresh", 600);
    refer(&mut fresh, 0, LIST);
    let _ = judge(&world, &fresh);
    assert_eq!(carried(&world, &mut stream), Some(605));
    let deny = |name: &str| {
        DenyList::of(&Entries {
            tokens: vec![name.to_owned()],
            ..Entries::default()
        })
    };
    assert_eq!(stream.is_let_in(&deny("token of first")), Ok(()));
    let denied = stream.is_let_in(&deny("token of fresh"));
    assert_eq!(denied, Err(Reason::TokenDenied));
    // What its tokens have in common counts as before.
    for entries in [
        Entries {
            transactions: vec!["a transaction".to_owned()],
            ..Entries::default()
        },
        Entries {
            subjects: vec![("https://as.example.com".to_owned(), "alice".to_owned())],
            ..Entries::default()
        },
    ] {
        assert!(stream.is_let_in(&DenyList::of(&entries)).is_err());
    }
    let policy = &world.policy;
    let says = |lst: &str| {
        let text = list_of(NOW, lst);
        let list = &policy.status_lists[0];
        Lists(vec![Lists::read(policy, list, &text, NOW)])
    };
    assert_eq!(stream.is_valid(policy, &says("eNp7AgAA5QDl")), Ok(()));
    let revoked = stream.is_valid(policy, &says("eNpjBAAAAgAC"));
    assert_eq!(revoked, Err(Reason::TokenRevoked));
}

#[test]
fn a_stream_of_a_chain_is_judged_by_its_fresh_transaction_token() {
    let mut document = policy::document();
    document.as_object_mut().unwrap().remove("deny");
    let order = policy::route(&mut document, "order");
    let mut renew = order.clone();
    order["streams"] = json!({ "grace": "0s", "max_life": "20m", "renew": true });
    renew["name"] = json!("renew-orders");
    renew["match"]["path"] = json!("/order-renewals");
    renew["renews"] = json!("order");
    document["routes"].as_array_mut().unwrap().push(renew);
    let world = World::under(&document, NOW);
    let of_chain = |jti: &str, seconds: i64| {
        let mut order = Order::of(NOW, jti);
        let claims = &mut order.transaction().claims;
        claims["txn"] = json!("a transaction");
        claims["jti"] = json!(format!("chain of {jti}"));
        claims["exp"] = json!(NOW.saturating_add(seconds));
        order
    };
    let judge = |order: &Order| judge_wire(&world, order.wire());
    let mut stream = match judge(&of_chain("first", 30)) {
        Outcome::Forward(release, _) => release.tenure.unwrap(),
        other @ (Outcome::Refuse(..) | Outcome::Publish(..)) => panic!("{other:?}"),
    };
    let mut fresh = of_chain("fresh", 600);
    fresh.path = "/order-renewals".to_owned();
    fresh.proof().claims["aud"] = json!(format!("{ORIGIN}/order-renewals"));
    let renewed = judge(&fresh);
    assert!(matches!(renewed, Outcome::Publish(..)), "{renewed:?}");
    assert!(carried(&world, &mut stream).is_some());
    for (name, expected) in [
        ("chain of first", Ok(())),
        ("token of first", Ok(())),
        ("chain of fresh", Err(Reason::TokenDenied)),
        ("token of fresh", Err(Reason::TokenDenied)),
    ] {
        let denied = DenyList::of(&Entries {
            tokens: vec![name.to_owned()],
            ..Entries::default()
        });
        assert_eq!(stream.is_let_in(&denied), expected, "{name}");
    }
}
