//! Callers by certificate, and tokens that are bound to one.

use crate::support::certificates::{self, CLIENT, Call};
use crate::support::plan::Plan;
use crate::support::world::{self, World};
use crate::{NOW, done, support};
use countersign::http::Connection;
use countersign::pipeline::{Outcome, Question, Step};
use countersign::reason::Reason;
use serde_json::json;

#[test]
fn every_row_of_the_table_of_certificates_holds() {
    certificates::check(NOW);
}

/// What the upstream learns of a workload, and what the record does.
#[test]
fn a_workload_is_named_by_its_certificate() {
    let world = World::under(&certificates::document(), NOW);
    let rows = certificates::rows(NOW);
    for name in ["a peer", "a peer, forwarded", "a JWT-SVID"] {
        let (_, call, ..) = rows.iter().find(|row| row.0 == name).unwrap();
        let Outcome::Forward(release, record) = certificates::judge(&world, call) else {
            panic!("{name} is refused")
        };
        let told = |name| {
            release
                .set
                .iter()
                .find(|it| it.0 == name)
                .map(|it| it.1.as_str())
        };
        assert_eq!(told("x-countersign-subject"), Some(CLIENT), "{name}");
        assert_eq!(
            told("x-countersign-issuer"),
            Some("spiffe://example.org"),
            "{name}"
        );
        assert_eq!(record.subject.as_deref(), Some(CLIENT), "{name}");
        assert_eq!(
            record.issuer.as_deref(),
            Some("spiffe://example.org"),
            "{name}"
        );
        assert_eq!(record.token.is_some(), name == "a JWT-SVID", "{name}");
        assert_eq!(
            record.certificate.as_deref(),
            Some(support::plan::CERTIFICATE),
            "{name}"
        );
    }
}

/// Who asks about an opaque token is the client, whose hop would be all its clients together.
#[test]
fn an_authorization_server_is_asked_for_the_client_of_a_hop() {
    let mut document = certificates::document();
    let mut issuer = crate::opaque::document()["opaque_issuers"]["corp"].clone();
    issuer["issuer"] = json!("https://opaque.example.com");
    document["opaque_issuers"] = json!({ "opaque": issuer });
    let identity = json!({ "issuers": ["opaque"] });
    support::policy::route(&mut document, "read-accounts")["identity"] = identity;
    let world = World::under(&document, NOW);
    let mut call = Call::bound(NOW, "opaque");
    call.plan.opaque = Some(crate::opaque::TOKEN.to_owned());
    call.fronted("By=a");
    let mut step = |line: Option<&str>| {
        call.plan.fields.clear();
        if let Some(line) = line {
            call.forwards(line);
        }
        let head = world::head(&call.plan.wire()).unwrap();
        world.with(|env| countersign::pipeline::run(head, &call.connection, env))
    };
    let Step::Ask(Question::Introspection(inquiry), _) = step(Some(&certificates::client())) else {
        panic!("nobody is asked")
    };
    assert_eq!(inquiry.holder, support::plan::certificate());
    let Step::Done(outcome) = step(None) else {
        panic!("somebody is asked")
    };
    assert_eq!(outcome.record().reason, Some("certificate_missing"));
}

/// Where no token was verified, none is rewritten.
#[test]
fn the_token_beside_a_workload_goes_on_as_it_came() {
    let mut document = certificates::document();
    document["upstream"] = json!({ "proof": "rewrite_to_bearer" });
    let world = World::under(&document, NOW);
    for scheme in [None, Some("DPoP"), Some("Bearer")] {
        let mut call = Call::peer(NOW, "peer");
        call.plan.scheme = scheme;
        let Outcome::Forward(release, _) = certificates::judge(&world, &call) else {
            panic!("{scheme:?} is refused")
        };
        assert!(release.set.iter().all(|(name, _)| *name != "authorization"));
    }
}

/// Without hops nobody is believed, whoever the peer is.
#[test]
fn without_hops_the_field_is_never_read() {
    let mut document = certificates::document();
    document.as_object_mut().unwrap().remove("hops").unwrap();
    let world = World::under(&document, NOW);
    for (name, call, _, hop) in certificates::rows(NOW) {
        let outcome = certificates::judge(&world, &call);
        if hop.is_some() {
            assert!(matches!(outcome, Outcome::Refuse(..)), "{name}");
        }
        let record = outcome.record();
        assert_ne!(
            record.reason,
            Some("forwarded_certificate_malformed"),
            "{name}"
        );
        assert_ne!(
            record.reason,
            Some("forwarded_certificate_mismatch"),
            "{name}"
        );
    }
}

/// A token that is bound to a key and a certificate needs both, and the hop vouches for one alone.
#[test]
fn a_hop_vouches_for_the_certificate_alone() {
    let world = World::under(&certificates::document(), NOW);
    let rows = certificates::rows(NOW);
    let (_, call, ..) = rows.iter().find(|row| row.0 == "forwarded").unwrap();
    for (bound, reason) in [(true, None), (false, Some(Reason::ProofMissing))] {
        let mut plan = Plan::read(NOW, if bound { "both" } else { "one of both" });
        plan.token_claims["cnf"]["x5t#S256"] = json!(support::plan::CERTIFICATE);
        plan.fields = call.plan.fields.clone();
        if !bound {
            plan.proof_signer = None;
        }
        let connection = call.connection.clone();
        let outcome = certificates::judge(&world, &Call { plan, connection });
        let record = outcome.record();
        assert_eq!(record.reason, reason.map(Reason::code));
    }
}

/// Certificate-bound tokens: what each binding and each certificate of the connection come to, on a
/// route that accepts both proofs and on one that accepts DPoP alone.
#[test]
fn every_binding_of_a_token_is_enforced() {
    const OTHER: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    let own = support::plan::certificate();
    let mut document = support::policy::document();
    support::policy::route(&mut document, "read-accounts")["proof"] = json!(["dpop", "mtls"]);
    let either = World::under(&document, NOW);
    let dpop_alone = World::at(NOW);
    let (unbound, missing, mismatch) = (
        Some(Reason::TokenUnbound),
        Some(Reason::CertificateMissing),
        Some(Reason::CertificateMismatch),
    );
    let rows: &[(&str, &World, &str, &str, Option<Reason>)] = &[
        // scheme and proof, world, what `cnf` has beside or instead, the connection, the outcome
        ("Bearer", &either, "x5t", "own", None),
        ("Bearer", &either, "x5t", "none", missing),
        ("Bearer", &either, "x5t", "other", mismatch),
        (
            "Bearer",
            &either,
            "both",
            "own",
            Some(Reason::BoundTokenAsBearer),
        ),
        ("Bearer", &either, "nothing", "own", unbound),
        ("Bearer", &dpop_alone, "x5t", "own", unbound),
        ("DPoP", &either, "x5t", "own", unbound),
        ("DPoP", &either, "both", "own", None),
        ("DPoP", &either, "both", "none", missing),
        ("DPoP", &either, "both", "other", mismatch),
        ("DPoP", &dpop_alone, "both", "own", None),
        ("DPoP", &dpop_alone, "both", "none", missing),
    ];
    for (number, (scheme, world, binding, shown, expected)) in rows.iter().enumerate() {
        let mut plan = Plan::read(NOW, &format!("binding {number}"));
        plan.scheme = Some(scheme);
        if *scheme == "Bearer" {
            plan.proof_signer = None;
        }
        let x5t = json!(support::plan::CERTIFICATE);
        match *binding {
            "both" => plan.token_claims["cnf"]["x5t#S256"] = x5t,
            "x5t" => plan.token_claims["cnf"] = json!({ "x5t#S256": x5t }),
            _ => plan.token_claims["cnf"] = json!({}),
        }
        let connection = Connection {
            certificate: match *shown {
                "own" => Some(own),
                "other" => countersign::crypto::digest::from_base64url(OTHER),
                _ => None,
            },
            ..Connection::default()
        };
        let head = world::head(&plan.wire()).unwrap();
        let outcome = done(world.with(|env| countersign::pipeline::run(head, &connection, env)));
        let record = outcome.record();
        let code = expected.map(Reason::code);
        assert_eq!(record.reason, code, "{scheme} {binding} {shown}");
        if code.is_none() {
            let has_key = *scheme == "DPoP";
            assert_eq!(
                record.certificate.as_deref(),
                Some(support::plan::CERTIFICATE)
            );
            assert_eq!(record.proof.contains(&"dpop"), has_key);
            assert!(record.proof.contains(&"mtls"));
            assert_eq!(
                record.replay_scope.is_some(),
                has_key,
                "only proofs are consumed"
            );
        }
    }
}
