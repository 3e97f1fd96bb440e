use super::{authzen, opa};
use crate::crypto::digest::Digest32;
use crate::json::Json;
use crate::risk::Contribution;
use crate::step_up::{Actor, Evaluation, Told};
use crate::testing::test;
use crate::time::UnixTime;
use serde_json::{Value, json};
use std::rc::Rc;

fn ask<T>(change: impl FnOnce(&mut Evaluation<'_>), run: impl FnOnce(&Evaluation<'_>) -> T) -> T {
    let detail = Json::Object(vec![
        ("amount".to_owned(), Json::Number("12.50".to_owned())),
        ("count".to_owned(), Json::Number("3".to_owned())),
    ]);
    let part = |name: &str, add| Contribution {
        name: Rc::from(name),
        add,
        faulted: false,
    };
    let contributions = [part("base", 30), part("large", 30)];
    let mut evaluation = Evaluation {
        route: "transfer",
        method: "POST",
        origin: "https://api.example.com",
        path: "/accounts/1/transfers",
        issuer: Some("https://as.example.com"),
        subject: ("identity", "alice"),
        client: Some("app"),
        subject_kind: Some("human"),
        actor: Some(Actor {
            issuer: "https://agents.example.com",
            subject: "agent-7",
            kind: Some("agent"),
        }),
        acr: None,
        proofs: vec!["dpop"],
        transaction: Some(&detail),
        call: Some(Told {
            method: "tools/call",
            name: Some("pay"),
            class: "payments",
            arguments: None,
        }),
        score: 60,
        contributions: &contributions,
        revision: 42,
        decision: "00",
        now: UnixTime::from_millis(1_500),
    };
    change(&mut evaluation);
    run(&evaluation)
}

#[test]
fn the_question_keeps_amounts_exact() {
    let body = ask(|_| (), |it| authzen().write(it));
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let target = &body["resource"]["properties"];
    assert_eq!(target["transaction"]["amount"], "12.50");
    assert_eq!(target["transaction"]["count"], 3);
    assert_eq!(body["context"]["contributions"][1]["name"], "large");
    assert_eq!(body["context"]["score"], 60);
    assert_eq!(
        body["subject"]["properties"],
        json!({
            "issuer": "https://as.example.com",
            "client_id": "app",
            "kind": "human",
            "actor": "agent-7",
            "actor_issuer": "https://agents.example.com",
            "actor_kind": "agent",
            "proof": ["dpop"],
        })
    );
    assert_eq!(
        body["action"]["properties"]["mcp"],
        json!({ "method": "tools/call", "name": "pay", "class": "payments" })
    );
    let own = ask(|_| (), |it| opa().write(it));
    let own: Value = serde_json::from_slice(&own).expect("JSON");
    assert_eq!(own["input"], body);
}

fn named(evaluation: &Evaluation<'_>) -> Digest32 {
    evaluation.transaction()
}

/// The name of a transaction is the same for whoever comes back stronger, and for nothing else.
#[test]
fn a_transaction_keeps_its_name_while_its_caller_steps_up() {
    let name = |change: fn(&mut Evaluation<'_>)| ask(change, named);
    let own = name(|_| ());
    assert_eq!(own, name(|it| it.acr = Some("urn:stronger")));
    assert_eq!(own, name(|it| it.decision = "another"));
    assert_eq!(own, name(|it| it.score = 0));
    let others = [
        name(|it| it.subject = ("identity", "bob")),
        name(|it| it.subject = ("workload", "alice")),
        name(|it| it.issuer = Some("https://other.example.com")),
        name(|it| it.actor = None),
        name(|it| it.call = None),
        name(|it| it.method = "PUT"),
        name(|it| it.origin = "https://other.example.com"),
        name(|it| it.path = "/accounts/2/transfers"),
        name(|it| it.transaction = None),
    ];
    for (place, other) in others.iter().enumerate() {
        assert_ne!(own, *other, "{place}");
    }
}
