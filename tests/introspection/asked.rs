//! Who is asked about, and how often.

use super::{NOW, certified, world};
use crate::opaque::{self, Server};
use crate::support::plan::{CERTIFICATE, ISSUER, ORIGIN, Plan, client_key, issuer_key, thief_key};
use crate::support::world::World;
use countersign::reason::Reason;
use serde_json::json;

type Change<'c> = (&'c str, &'c dyn Fn(&mut Plan), Option<Reason>);

#[test]
fn nobody_is_asked_before_a_key_is_shown() {
    let no: &[Change<'_>] = &[
        (
            "no proof",
            &|plan| plan.proof_signer = None,
            Some(Reason::ProofMissing),
        ),
        (
            "a repeated proof",
            &|plan| plan.field("dpop", "x"),
            Some(Reason::ProofRepeated),
        ),
        (
            "another type",
            &|plan| plan.proof_header["typ"] = json!("JWT"),
            Some(Reason::ProofType),
        ),
        (
            "another key's signature",
            &|plan| plan.proof_signer = Some(thief_key()),
            Some(Reason::ProofSignature),
        ),
        (
            "another method",
            &|plan| plan.proof_claims["htm"] = json!("PUT"),
            Some(Reason::ProofMethod),
        ),
        (
            "another target",
            &|plan| plan.proof_claims["htu"] = json!("https://api.example.com/accounts/8"),
            Some(Reason::ProofTarget),
        ),
        (
            "an old proof",
            &|plan| plan.proof_claims["iat"] = json!(NOW - 61),
            Some(Reason::ProofExpired),
        ),
        (
            "a proof to come",
            &|plan| plan.proof_claims["iat"] = json!(NOW + 11),
            Some(Reason::ProofEarly),
        ),
        (
            "another token's proof",
            &|plan| plan.proof_claims["ath"] = json!(CERTIFICATE),
            Some(Reason::ProofToken),
        ),
        (
            "a long token",
            &|plan| plan.opaque = Some("x".repeat(8193)),
            Some(Reason::TokenMalformed),
        ),
        (
            "a bearer token",
            &|plan| plan.scheme = Some("Bearer"),
            Some(Reason::CertificateMissing),
        ),
    ];
    for (name, change, expected) in no {
        let world = world();
        let mut server = Server::saying(&opaque::said(NOW));
        let mut plan = opaque::read(NOW, name);
        change(&mut plan);
        assert_eq!(
            server.refusal(&world, &plan),
            expected.map(Reason::code),
            "{name}"
        );
        assert_eq!(server.calls, 0, "{name}");
    }
    // A route that takes no certificate asks nobody for one either.
    let world = world();
    let mut server = Server::saying(&opaque::said(NOW));
    let mut plan = opaque::transfer(NOW, "bearer");
    plan.scheme = Some("Bearer");
    let outcome = server.judge(&world, &plan, &certified());
    assert_eq!(outcome.record().reason, Some(Reason::TokenUnbound.code()));
    assert_eq!(server.calls, 0);
}

#[test]
fn a_proof_passes_once_however_its_token_is_known() {
    let world = world();
    let mut server = Server::saying(&opaque::said(NOW));
    let plan = opaque::read(NOW, "1");
    assert_eq!(server.refusal(&world, &plan), None);
    assert_eq!(
        server.refusal(&world, &plan),
        Some(Reason::ProofReplayed.code())
    );
    let plan = opaque::transfer(NOW, "2");
    assert_eq!(server.refusal(&world, &plan), None);
    assert_eq!(
        server.refusal(&world, &plan),
        Some(Reason::ProofReplayed.code())
    );
}

#[test]
fn what_is_revoked_passes_no_longer_than_an_answer_serves() {
    let world = world();
    let mut server = Server::saying(&opaque::said(NOW));
    assert_eq!(server.refusal(&world, &opaque::read(NOW, "1")), None);
    server.answer = Ok(opaque::response(&json!({ "active": false })));
    world.next((NOW + 29) * 1000, [1; 16]);
    assert_eq!(server.refusal(&world, &opaque::read(NOW + 29, "2")), None);
    world.next((NOW + 30) * 1000, [2; 16]);
    let refused = Some(Reason::TokenInactive.code());
    assert_eq!(
        server.refusal(&world, &opaque::read(NOW + 30, "3")),
        refused
    );
    assert_eq!(server.calls, 2);
    assert_eq!(
        server.refusal(&world, &opaque::read(NOW + 30, "4")),
        refused
    );
    assert_eq!(server.calls, 2, "a no is known for a while");
}

#[test]
fn a_route_that_always_asks_knows_of_a_revocation_at_once() {
    let world = world();
    let mut server = Server::saying(&opaque::said(NOW));
    for jti in ["1", "2", "3"] {
        assert_eq!(server.refusal(&world, &opaque::transfer(NOW, jti)), None);
    }
    assert_eq!(server.calls, 3);
    server.answer = Ok(opaque::response(&json!({ "active": false })));
    let refused = Some(Reason::TokenInactive.code());
    assert_eq!(server.refusal(&world, &opaque::transfer(NOW, "4")), refused);
    // And so do the others of its worker.
    assert_eq!(server.refusal(&world, &opaque::read(NOW, "5")), refused);
    assert_eq!(server.calls, 4);
}

#[test]
fn a_worker_asks_only_so_often() {
    let world = world();
    let mut server = Server::saying(&json!({ "active": false }));
    let mut refusals = (0..60).map(|number| {
        let mut plan = opaque::read(NOW, &format!("proof {number}"));
        plan.opaque = Some(format!("junk-{number}"));
        server.refusal(&world, &plan).unwrap()
    });
    let inactive = refusals.by_ref().take(50);
    assert!(
        inactive
            .into_iter()
            .all(|code| code == Reason::TokenInactive.code())
    );
    assert!(refusals.all(|code| code == Reason::IntrospectionBudget.code()));
    assert_eq!(server.calls, 50);
}

#[test]
fn signed_and_opaque_tokens_live_side_by_side() {
    let mut document = opaque::document();
    document["issuers"] = json!({ "signed": {
        "issuer": ISSUER,
        "audiences": [ORIGIN],
        "types": ["at+jwt"],
        "algorithms": ["ES256"],
        "keys": { "inline": { "keys": [issuer_key().published()] } },
    }});
    document["routes"][0]["identity"]["issuers"] = json!(["corp", "signed"]);
    let world = World::under(&document, NOW);
    let mut server = Server::saying(&opaque::said(NOW));
    assert_eq!(server.refusal(&world, &Plan::read(NOW, "1")), None);
    assert_eq!(server.calls, 0, "a signed token tells its issuer");
    assert_eq!(server.refusal(&world, &opaque::read(NOW, "2")), None);
    assert_eq!(server.calls, 1);
    // What looks signed and is not is nobody's.
    let mut plan = opaque::read(NOW, "3");
    plan.opaque = Some("a.b.c".to_owned());
    assert_eq!(
        server.refusal(&world, &plan),
        Some(Reason::TokenMalformed.code())
    );
    assert_eq!(server.calls, 1);
    // On a route of opaque tokens alone, a signed one is as good as any.
    let mut plan = Plan::transfer(NOW, "4", "123.50");
    plan.token_claims["cnf"] = json!({ "jkt": client_key().jkt() });
    assert_eq!(server.refusal(&world, &plan), None);
    assert_eq!(server.calls, 2);
}
