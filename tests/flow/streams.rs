//! How long what was forwarded may go on, and what ends it: without a host.

use crate::NOW;
use crate::support::certificates::{CLIENT, Call, document as with_certificates};
use crate::support::plan::{CERTIFICATE, ISSUER, Plan, Wire, client_key};
use crate::support::policy;
use crate::support::revoked::{LIST, list_of, refer};
use crate::support::table::{Expected, Row, Service};
use crate::support::workload::{DOMAIN, LEDGER, Order, ledger_key};
use crate::support::world::{Lists, World};
use countersign::crypto::digest::from_base64url;
use countersign::http::Connection;
use countersign::pipeline::{Outcome, Tenure};
use countersign::reason::Reason;
use countersign::revocation::deny::{DenyList, Entries};
use countersign::revocation::{Held, ListId, ListStore};
use serde_json::{Value, json};

/// What a request rests on that must be forwarded.
fn opened(world: &World, wire: Wire, connection: Connection) -> Box<Tenure> {
    let row = Row {
        name: "",
        wire,
        connection,
        service: Service::Unasked,
        expected: Expected::Forwarded,
    };
    match world.judge(&row).outcome {
        Outcome::Forward(release, _) => release.tenure.unwrap(),
        other @ (Outcome::Refuse(..) | Outcome::Publish(..)) => panic!("{other:?}"),
    }
}

fn of_plan(world: &World, plan: &Plan) -> Box<Tenure> {
    opened(world, plan.wire(), Connection::default())
}

/// The policy of the flow table, with these streams on the cheap read and without a deny list.
fn document(streams: Value) -> Value {
    let mut document = policy::document();
    document.as_object_mut().unwrap().remove("deny");
    policy::route(&mut document, "read-accounts")["streams"] = streams;
    document
}

fn reason_of(world: &World, tenure: &Tenure, cause: Option<Reason>) -> Option<&'static str> {
    world.with(|env| tenure.end(cause, env)).1.reason
}

/// The token of `Plan::read` ends after 300 s, and the issuers have a leeway of 5 s.
#[test]
fn a_stream_is_due_with_the_first_end_of_what_it_rests_on() {
    let token = "stream_token_expired";
    for (streams, exp, seconds, reason) in [
        (json!({ "max_life": "8h" }), 300, 310, token),
        (json!({ "grace": "0s" }), 300, 305, token),
        (json!({ "grace": "1m" }), 20, 85, token),
        (json!({ "max_life": "305s" }), 301, 310, "stream_life_spent"),
        (json!({ "max_life": "1m" }), 300, 65, "stream_life_spent"),
    ] {
        let world = World::under(&document(streams.clone()), NOW);
        let mut plan = Plan::read(NOW, "due");
        plan.token_claims["exp"] = json!(NOW + exp);
        let tenure = of_plan(&world, &plan);
        let due = tenure.due().millis() - NOW * 1000;
        assert_eq!(due, seconds * 1000, "{streams}");
        assert_eq!(reason_of(&world, &tenure, None), Some(reason), "{streams}");
    }
    // The policy's own holds where a route says nothing.
    let mut policy = document(json!({ "grace": "2s" }));
    policy["streams"] = json!({ "grace": "1s", "max_life": "10s" });
    let world = World::under(&policy, NOW);
    let tenure = of_plan(&world, &Plan::read(NOW, "inherited"));
    assert_eq!(tenure.due().millis(), (NOW + 12) * 1000);
}

/// A transaction token ends what it grants: after 55 s, and 5 s of leeway.
#[test]
fn a_stream_is_due_with_its_transaction_token() {
    let world = World::under(&policy::document(), NOW);
    let tenure = opened(
        &world,
        Order::of(NOW, "chain").wire(),
        Connection::default(),
    );
    assert_eq!(tenure.due().millis(), (NOW + 65) * 1000);
    let reason = reason_of(&world, &tenure, None);
    assert_eq!(reason, Some("stream_grant_ended"));
}

#[test]
fn a_stream_is_due_with_the_first_instant_of_what_was_granted() {
    let mut policy = document(json!({ "grace": "0s" }));
    policy::route(&mut policy, "read-accounts")["transaction"] = json!({
        "authorization_details": "watch",
        "bind": [
            { "claim": "/until", "outlasts": "now" },
            { "claim": "/window/end", "outlasts": "now" },
            { "claim": "/from", "equals": "query:from" },
            { "claim": "/last", "outlasts": "query:last" },
        ],
    });
    let world = World::under(&policy, NOW);
    let at = |seconds: i64| {
        let moment = jiff::Timestamp::from_second(NOW + seconds).unwrap();
        moment.to_string()
    };
    for (until, end, seconds) in [(30, 40, 30), (50, 40, 40), (900, 900, 305)] {
        let mut plan = Plan::read(NOW, &format!("until {until}"));
        plan.path = format!("/accounts/7?from=a&last={}", at(1).replace(':', "%3A"));
        plan.token_claims["authorization_details"] = json!([{
            "type": "watch",
            "until": at(until),
            "window": { "end": at(end) },
            "from": "a",
            "last": at(2),
        }]);
        let tenure = of_plan(&world, &plan);
        let due = tenure.due().millis() - NOW * 1000;
        assert_eq!(due, seconds * 1000, "{until} {end}");
    }
}

fn named(name: &str) -> Vec<String> {
    vec![name.to_owned()]
}

fn key(text: &str) -> Entries {
    Entries {
        keys: vec![from_base64url(text).unwrap()],
        ..Entries::default()
    }
}

fn subject(issuer: &str, name: &str) -> Entries {
    Entries {
        subjects: vec![(issuer.to_owned(), name.to_owned())],
        ..Entries::default()
    }
}

#[test]
fn what_a_policy_denies_by_now_is_not_let_in_any_more() {
    let world = World::under(&document(json!({ "grace": "0s" })), NOW);
    let mut plan = Plan::read(NOW, "denied");
    plan.token_claims["txn"] = json!("a transaction");
    plan.token_claims["act"] = json!({ "sub": "agent" });
    let caller = of_plan(&world, &plan);
    let chain = opened(
        &world,
        Order::of(NOW, "chain").wire(),
        Connection::default(),
    );
    let by_certificate = World::under(&with_certificates(), NOW);
    let call = Call::peer(NOW, "peer");
    let peer = opened(&by_certificate, call.plan.wire(), call.connection.clone());
    let token = |name: &str| Entries {
        tokens: named(name),
        ..Entries::default()
    };
    let txn = |name: &str| Entries {
        transactions: named(name),
        ..Entries::default()
    };
    let domain = format!("spiffe://{DOMAIN}");
    for (tenure, entries, expected) in [
        (&caller, token("token of denied"), Some(Reason::TokenDenied)),
        (&caller, token("token of another"), None),
        (
            &caller,
            subject(ISSUER, "alice"),
            Some(Reason::SubjectDenied),
        ),
        (
            &caller,
            subject(ISSUER, "agent"),
            Some(Reason::SubjectDenied),
        ),
        (&caller, subject(&domain, "alice"), None),
        (&caller, key(&client_key().jkt()), Some(Reason::KeyDenied)),
        (&caller, key(&ledger_key().jkt()), None),
        (
            &caller,
            txn("a transaction"),
            Some(Reason::TransactionDenied),
        ),
        (&chain, key(&ledger_key().jkt()), Some(Reason::KeyDenied)),
        (&chain, token("token of chain"), Some(Reason::TokenDenied)),
        (
            &chain,
            txn("transaction of chain"),
            Some(Reason::TransactionDenied),
        ),
        (&chain, txn("transaction of another"), None),
        (&peer, key(CERTIFICATE), Some(Reason::KeyDenied)),
        (
            &peer,
            subject("spiffe://example.org", CLIENT),
            Some(Reason::SubjectDenied),
        ),
        (&peer, subject("spiffe://example.org", LEDGER), None),
    ] {
        let deny = DenyList::of(&entries);
        assert_eq!(tenure.is_let_in(&deny).err(), expected, "{entries:?}");
    }
}

/// A list that is not at hand, whether or not it could be fetched.
struct Gone(bool);

impl ListStore for Gone {
    fn held(&self, _: ListId) -> Held {
        Held::TooOld
    }

    fn may_fetch(&self, _: ListId) -> bool {
        self.0
    }
}

#[test]
fn what_an_issuer_revoked_by_now_is_not_valid_any_more() {
    let world = World::under(&document(json!({ "grace": "0s" })), NOW);
    let mut plan = Plan::read(NOW, "listed");
    refer(&mut plan, 0, LIST);
    let listed = of_plan(&world, &plan);
    let free = of_plan(&world, &Plan::read(NOW, "free"));
    let policy = &world.policy;
    let says = |lst: &str| {
        let text = list_of(NOW, lst);
        Lists(vec![Lists::read(
            policy,
            &policy.status_lists[0],
            &text,
            NOW,
        )])
    };
    // One byte each, whose lowest two bits are the status.
    for (lst, expected) in [
        ("eNp7AgAA5QDl", None),
        ("eNpjBAAAAgAC", Some(Reason::TokenRevoked)),
        ("eNpjAgAAAwAD", Some(Reason::TokenSuspended)),
        ("eNpjBgAABAAE", Some(Reason::StatusUnknown)),
    ] {
        let lists = says(lst);
        assert_eq!(listed.is_valid(policy, &lists).err(), expected, "{lst}");
        assert_eq!(free.is_valid(policy, &lists), Ok(()));
    }
    for may_fetch in [false, true] {
        let gone = Gone(may_fetch);
        let found = listed.is_valid(policy, &gone);
        assert_eq!(found, Err(Reason::StatusUnavailable));
        assert_eq!(free.is_valid(policy, &gone), Ok(()));
    }
}

#[test]
fn the_record_of_an_end_names_the_decision_that_it_ends() {
    let world = World::under(&document(json!({ "grace": "0s" })), NOW);
    let mut plan = Plan::read(NOW, "told");
    plan.field(
        "traceparent",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    );
    let row = Row {
        name: "",
        wire: plan.wire(),
        connection: Connection::default(),
        service: Service::Unasked,
        expected: Expected::Forwarded,
    };
    let Outcome::Forward(release, begun) = world.judge(&row).outcome else {
        panic!("refused")
    };
    world.now.set(world.now.get() + 1234);
    let tenure = release.tenure.unwrap();
    let (reply, end) = world.with(|env| tenure.end(Some(Reason::KeyDenied), env));
    assert_eq!((reply.status, reply.reason), (504, Reason::StreamRevoked));
    let is_challenge = |(name, _): &(&str, String)| *name == "www-authenticate";
    assert!(!reply.headers.iter().any(is_challenge));
    let read = |record: &countersign::record::Record| {
        serde_json::from_str::<Value>(&record.to_json()).unwrap()
    };
    let (begun, end) = (read(&begun), read(&end));
    assert_eq!(end["verdict"], "end");
    assert_eq!(end["reason"], "stream_revoked");
    let stream =
        json!({ "decision": begun["id"], "open_ms": 1234, "renewals": 0, "cause": "key_denied" });
    assert_eq!(end["stream"], stream);
    assert!(begun.get("stream").is_none());
    for member in [
        "revision", "policy", "route", "trace", "proof", "key", "token", "issuer", "subject",
        "client",
    ] {
        assert_eq!(begun[member], end[member], "{member}");
        assert_ne!(begun[member], Value::Null, "{member}");
    }
    assert_ne!(begun["id"], end["id"]);
}

/// Nobody knows who sent what no route governs, so nothing ends it.
#[test]
fn what_no_route_governs_has_no_end() {
    let mut policy = document(json!({ "grace": "0s" }));
    policy["unmatched"] = json!("pass");
    let world = World::under(&policy, NOW);
    let row = Row {
        name: "",
        wire: Plan::read(NOW, "any").to("GET", "/nowhere").wire(),
        connection: Connection::default(),
        service: Service::Unasked,
        expected: Expected::Forwarded,
    };
    let Outcome::Forward(release, _) = world.judge(&row).outcome else {
        panic!("refused")
    };
    assert!(release.tenure.is_none());
}
