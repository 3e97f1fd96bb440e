//! What comes of what is said.

use super::{NOW, certified, world};
use crate::opaque::{self, Server};
use crate::support::plan::{CERTIFICATE, ORIGIN, thief_key};
use crate::support::world::World;
use countersign::http::Connection;
use countersign::pipeline::Outcome;
use countersign::reason::Reason;
use countersign::time::UnixTime;
use countersign::token::IssuerId;
use countersign::token::introspection::{Inquiry, answer};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::time::Duration;

type Change<'c> = (&'c str, &'c dyn Fn(&mut Value), Option<Reason>);

#[test]
fn a_good_token_passes_and_the_record_says_how() {
    let world = world();
    let mut server = Server::saying(&opaque::said(NOW));
    let first = server.judge(&world, &opaque::read(NOW, "1"), &Connection::default());
    let Outcome::Forward(release, found) = &first else {
        panic!("{first:?}")
    };
    assert!(
        release
            .set
            .iter()
            .any(|(name, value)| *name == "x-countersign-subject" && value == "alice")
    );
    assert_eq!(found.introspection, Some("asked"));
    assert_eq!(
        (found.engine.token, found.engine.proof.is_some()),
        (None, true)
    );
    assert_eq!(found.client.as_deref(), Some("app"));
    let line = found.to_json();
    assert!(
        !line.contains(opaque::TOKEN) && !line.contains("gxU"),
        "{line}"
    );
    let second = server.judge(&world, &opaque::read(NOW, "2"), &Connection::default());
    assert_eq!(second.record().introspection, Some("cached"));
    assert_eq!(server.calls, 1);
}

#[test]
fn what_is_said_decides() {
    use Reason as R;
    let bare = |said: &mut Value| {
        let said = said.as_object_mut().unwrap();
        said.remove("cnf");
        said.remove("token_type");
    };
    let rows: &[Change<'_>] = &[
        ("as it is", &|_| {}, None),
        (
            "not active",
            &|said| said["active"] = json!(false),
            Some(R::TokenInactive),
        ),
        (
            "active as text",
            &|said| said["active"] = json!("true"),
            Some(R::IntrospectionMalformed),
        ),
        (
            "another issuer",
            &|said| said["iss"] = json!("https://x.example.com"),
            Some(R::TokenIssuer),
        ),
        (
            "another audience",
            &|said| said["aud"] = json!("https://x.example.com"),
            Some(R::TokenAudience),
        ),
        (
            "expired",
            &|said| said["exp"] = json!(NOW - 5),
            Some(R::TokenExpired),
        ),
        (
            "early",
            &|said| said["nbf"] = json!(NOW + 6),
            Some(R::TokenEarly),
        ),
        (
            "a scope less",
            &|said| said["scope"] = json!("payments:write"),
            Some(R::ScopeInsufficient),
        ),
        (
            "a bearer token",
            &|said| said["token_type"] = json!("Bearer"),
            Some(R::TokenType),
        ),
        ("bound to nothing", &bare, Some(R::TokenUnbound)),
        (
            "cnf out of place",
            &|said| {
                let cnf = said["cnf"].clone();
                bare(said);
                said["ext"] = json!({ "cnf": cnf });
            },
            Some(R::TokenUnbound),
        ),
        (
            "another key",
            &|said| said["cnf"]["jkt"] = json!(thief_key().jkt()),
            Some(R::ProofKeyMismatch),
        ),
        (
            "a certificate besides",
            &|said| said["cnf"]["x5t#S256"] = json!(CERTIFICATE),
            Some(R::CertificateMissing),
        ),
        (
            "a method nobody checks",
            &|said| said["cnf"]["jwe"] = json!("x"),
            Some(R::ConfirmationUnsupported),
        ),
        (
            "Keycloak's member",
            &|said| said["cnf"]["kc-jkt-type"] = json!("x"),
            None,
        ),
    ];
    for (name, change, expected) in rows {
        let world = world();
        let mut said = opaque::said(NOW);
        change(&mut said);
        let mut server = Server::saying(&said);
        let plan = opaque::read(NOW, name);
        assert_eq!(
            server.refusal(&world, &plan),
            expected.map(Reason::code),
            "{name}"
        );
        assert_eq!(server.calls, 1, "{name}");
    }
}

#[test]
fn a_certificate_is_a_key_too() {
    let world = world();
    let bearer = |jti: &str| {
        let mut plan = opaque::read(NOW, jti);
        plan.scheme = Some("Bearer");
        plan.proof_signer = None;
        plan
    };
    let mut said = opaque::said(NOW);
    said["token_type"] = json!("Bearer");
    said["cnf"] = json!({ "x5t#S256": CERTIFICATE });
    let mut server = Server::saying(&said);
    let outcome = server.judge(&world, &bearer("1"), &certified());
    assert_eq!(outcome.record().reason, None);
    // The same answer does for another sender, who holds another certificate, or none.
    let other = Connection {
        certificate: Some([7; 32]),
        ..Connection::default()
    };
    let outcome = server.judge(&world, &bearer("2"), &other);
    assert_eq!(
        outcome.record().reason,
        Some(Reason::CertificateMismatch.code())
    );
    assert_eq!(
        server.refusal(&world, &bearer("3")),
        Some(Reason::CertificateMissing.code())
    );
    assert_eq!(server.calls, 1);
    // A token that is bound to a DPoP key is no bearer token.
    let world = super::world();
    let mut server = Server::saying(&opaque::said(NOW));
    let outcome = server.judge(&world, &bearer("4"), &certified());
    assert_eq!(
        outcome.record().reason,
        Some(Reason::BoundTokenAsBearer.code())
    );
}

#[test]
fn what_is_said_of_the_transaction_binds() {
    let world = world();
    let mut said = opaque::said(NOW);
    said["authorization_details"][0]["instructedAmount"]["amount"] = json!("123.51");
    let mut server = Server::saying(&said);
    let plan = opaque::transfer(NOW, "1");
    assert_eq!(
        server.refusal(&world, &plan),
        Some(Reason::ValueMismatch.code())
    );
    said.as_object_mut()
        .unwrap()
        .remove("authorization_details");
    let mut server = Server::saying(&said);
    let plan = opaque::transfer(NOW, "2");
    assert_eq!(
        server.refusal(&world, &plan),
        Some(Reason::DetailMissing.code())
    );
}

#[test]
fn a_token_that_can_be_spelled_anew_names_no_transaction() {
    let mut document = opaque::document();
    let routes = document["routes"].as_array_mut().unwrap();
    for route in routes {
        if let Some(transaction) = route.get_mut("transaction") {
            transaction["single_use"] = json!("host");
        }
    }
    let world = World::under(&document, NOW);
    let unnamed = Some(Reason::TransactionUnnamed.code());
    let consumed = Some(Reason::TransactionConsumed.code());
    let mut said = opaque::said(NOW);
    for (what, token, jti, expected) in [
        ("random", opaque::TOKEN, None, None),
        ("of two parts", "ory_at_abc.def", None, None),
        ("signed", "abc.def.ghi", None, unnamed),
        ("encrypted", "abc..def.ghi.jkl", None, unnamed),
        ("signed, with a name", "abc.def.ghi", Some("j-1"), None),
        ("spelled anew", "abc.def.ghj", Some("j-1"), consumed),
    ] {
        said["jti"] = json!(jti);
        if jti.is_none() {
            said.as_object_mut().unwrap().remove("jti");
        }
        let mut plan = opaque::transfer(NOW, what);
        plan.opaque = Some(token.to_owned());
        let refusal = Server::saying(&said).refusal(&world, &plan);
        assert_eq!(refusal, expected, "{what}");
    }
}

#[test]
fn a_server_that_does_not_answer_lets_nothing_pass() {
    for reason in [
        Reason::IntrospectionUnavailable,
        Reason::IntrospectionMalformed,
        Reason::IntrospectionRejected,
    ] {
        let world = world();
        let mut server = Server::saying(&opaque::said(NOW));
        server.answer = Err(reason);
        assert_eq!(
            server.refusal(&world, &opaque::read(NOW, "1")),
            Some(reason.code())
        );
        // It is asked again, and what it said is no older than that.
        server.answer = Ok(opaque::response(&opaque::said(NOW)));
        assert_eq!(server.refusal(&world, &opaque::read(NOW, "2")), None);
        assert_eq!(server.calls, 2);
    }
}

#[test]
fn whatever_becomes_of_an_answer_only_what_it_says_passes() {
    let issuers = &world().policy.issuers;
    let inquiry = Inquiry {
        issuer: IssuerId(0),
        hash: [0; 32],
        token: "".into(),
        holder: [0; 32],
        max_age: Duration::ZERO,
    };
    let damage = (any::<Index>(), 0..12_usize, vec(any::<u8>(), 0..6));
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(2000)
    });
    let ran = runner.run(&damage, |(at, length, new)| {
        let mut answer = opaque::response(&opaque::said(NOW));
        let from = at.index(answer.body.len());
        let to = answer.body.len().min(from + length);
        answer.body.splice(from..to, new);
        let now = UnixTime::from_secs(NOW);
        if let Ok(token) = answer::read(&answer, &inquiry, &issuers[0], now) {
            let said: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(said["active"], true);
            let subject = said.get("sub").unwrap_or(&said["client_id"]);
            assert_eq!(subject, token.subject());
            assert_eq!(said["aud"], ORIGIN);
            let is_bound = said["cnf"].get("jkt").is_some();
            assert_eq!(is_bound, token.confirmation().jkt.is_some());
        }
        Ok(())
    });
    ran.unwrap();
}
