//! `envoy/examples/dpop-nonce.yaml` and `envoy/examples/issuance.yaml`: from the answer that asks for
//! a nonce to the request that passes by it, over restarts and at replicas.

use super::{NOW, document, judge, world};
use crate::support::plan::{self, Plan, thief_key};
use crate::support::policy::{self, SECRETS};
use crate::support::table::{Expected, Row, Service};
use crate::support::world::World;
use countersign::http::Connection;
use countersign::pipeline::Outcome;
use countersign::respond::Reply;
use serde_json::{Value, json};

/// The headers that its response gets. None where it is refused.
fn forwarded(world: &World, plan: &Plan) -> Option<Vec<(&'static str, String)>> {
    match judge(world, plan) {
        Outcome::Forward(release, _) => Some(release.response),
        Outcome::Refuse(..) | Outcome::Publish(..) => None,
    }
}

fn refused(world: &World, plan: &Plan) -> Reply {
    match judge(world, plan) {
        Outcome::Refuse(reply, _) => reply,
        Outcome::Forward(..) | Outcome::Publish(..) => panic!("not refused"),
    }
}

fn header<'r>(reply: &'r Reply, name: &str) -> Option<&'r str> {
    let mut headers = reply.headers.iter();
    let (_, value) = headers.find(|(own, _)| *own == name)?;
    Some(value)
}

/// The nonce that an answer asks to be used, which asks for it as RFC 9449 section 9 has it.
fn asked(reply: &Reply) -> String {
    assert_eq!(reply.status, 401);
    let challenge = header(reply, "www-authenticate").unwrap();
    let start = r#"DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof""#;
    assert!(challenge.starts_with(start), "{challenge}");
    assert_eq!(header(reply, "cache-control"), Some("no-store"));
    let exposed = "DPoP-Nonce, WWW-Authenticate";
    assert_eq!(
        header(reply, "access-control-expose-headers"),
        Some(exposed)
    );
    header(reply, "dpop-nonce").unwrap().to_owned()
}

fn read(jti: &str, path: &str, nonce: Option<&str>) -> Plan {
    holding(Plan::read(NOW, jti).to("GET", path), nonce)
}

fn holding(mut plan: Plan, nonce: Option<&str>) -> Plan {
    if let Some(nonce) = nonce {
        plan.proof_claims["nonce"] = json!(nonce);
    }
    plan
}

#[test]
fn a_client_is_given_a_nonce_and_passes_with_it() {
    let world = world("dpop-nonce");
    let payments = "/accounts/7/payments";
    let nonce = asked(&refused(&world, &read("a", payments, None)));
    let fresh = forwarded(&world, &read("b", payments, Some(&nonce))).unwrap();
    // What goes out with the response is good as well, here and where one is merely offered.
    let [("dpop-nonce", fresh)] = &fresh[..] else {
        panic!("{fresh:?}")
    };
    assert!(forwarded(&world, &read("c", payments, Some(fresh))).is_some());
    assert!(forwarded(&world, &read("d", "/accounts/7", Some(fresh))).is_some());
    // Where one is offered, none is no fault, and the response brings the first.
    let first = forwarded(&world, &read("e", "/accounts/7", None)).unwrap();
    assert_eq!(first, [("dpop-nonce", fresh.clone())]);
    // A mutation: the same nonce in a proof by another key.
    let mut stolen = read("f", payments, Some(&nonce));
    stolen.proof_signer = Some(thief_key());
    stolen.proof_header["jwk"] = thief_key().jwk();
    stolen.token_claims["cnf"]["jkt"] = json!(thief_key().jkt());
    asked(&refused(&world, &stolen));
    // A refusal for anything else says nothing of nonces.
    let twice = refused(&world, &read("b", payments, Some(&nonce)));
    assert_eq!(twice.reason.code(), "proof_replayed");
    assert_eq!(header(&twice, "dpop-nonce"), None);
}

#[test]
fn a_challenge_is_answered_for_one_request() {
    let world = world("dpop-nonce");
    let close = |jti: &str, account: &str, nonce: Option<&str>| {
        let plan = Plan::read(NOW, "one token").to("DELETE", &format!("/accounts/{account}"));
        let mut plan = holding(plan, nonce);
        plan.proof_claims["jti"] = json!(jti);
        plan
    };
    let challenge = asked(&refused(&world, &close("a", "7", None)));
    let other = asked(&refused(&world, &close("b", "8", Some(&challenge))));
    assert_ne!(other, challenge);
    let response = forwarded(&world, &close("c", "7", Some(&challenge))).unwrap();
    // From here the client goes on with a nonce for the other routes.
    let plain = &response[0].1;
    assert!(forwarded(&world, &read("d", "/accounts/7/payments", Some(plain))).is_some());
    asked(&refused(&world, &close("e", "7", Some(plain))));
    // Reading with the answer to a challenge is not closing.
    asked(&refused(
        &world,
        &read("f", "/accounts/7", Some(&challenge)),
    ));
}

/// Gates that share a key accept what each other makes, and so do those that are one step ahead or
/// behind while keys change.
#[test]
fn replicas_accept_each_others_nonces_also_while_keys_change() {
    let [new, old] = SECRETS.map(|(name, _)| name);
    let steps: [&[&str]; 4] = [&[old], &[old, new], &[new, old], &[new]];
    let worlds = steps.map(|keys| {
        let mut policy = document("dpop-nonce");
        policy["dpop"]["nonces"]["keys"] = json!(keys);
        World::under(&policy, NOW)
    });
    let payments = "/accounts/7/payments";
    for (made, maker) in worlds.iter().enumerate() {
        let nonce = asked(&refused(maker, &read(&format!("{made}"), payments, None)));
        for (used, user) in worlds.iter().enumerate() {
            let plan = read(&format!("{made} {used}"), payments, Some(&nonce));
            let passes = forwarded(user, &plan).is_some();
            let is_known = steps[used].contains(&steps[made][0]);
            assert_eq!(passes, is_known, "made at step {made}, used at step {used}");
            assert!(passes || made.abs_diff(used) > 1);
        }
    }
}

/// A log that was just begun knows nothing of proofs from before. What a nonce says of their time,
/// it believes.
#[test]
fn a_proof_that_the_log_cannot_judge_is_answered_with_a_nonce() {
    for (path, method) in [("/accounts/7/payments", "GET"), ("/accounts/7", "DELETE")] {
        let world = world("dpop-nonce");
        let plan = |jti: &str, nonce: &str| {
            let mut plan = Plan::read(NOW, "a restart").to(method, path);
            plan.proof_claims["jti"] = json!(jti);
            holding(plan, Some(nonce))
        };
        let early = asked(&refused(&world, &plan("a", "x")));
        let restarted = World::born(&document("dpop-nonce"), NOW, NOW);
        restarted.now.set((NOW + 3) * 1000);
        let reply = refused(&restarted, &plan("b", &early));
        assert_eq!(reply.reason.code(), "proof_predates_log");
        let nonce = asked(&reply);
        assert!(
            forwarded(&restarted, &plan("c", &nonce)).is_some(),
            "{path}"
        );
    }
}

/// RFC 9449 sections 5 and 8: as a token endpoint's own answers.
#[test]
fn a_token_request_passes_by_its_key() {
    let world = world("issuance");
    let at = |jti: &str, nonce: Option<&str>| {
        let mut plan = holding(Plan::token_request(NOW, jti), nonce);
        plan.authority = "as.example.com".to_owned();
        plan.proof_claims["htu"] = json!("https://as.example.com/token");
        plan
    };
    // Its source is not known, so its risk is high and the service is asked: about the key.
    let row = Row {
        name: "a token request",
        wire: at("a", None).wire(),
        connection: Connection::default(),
        service: Service::Permits,
        expected: Expected::Forwarded,
    };
    let verdict = world.judge(&row);
    let body: Value = serde_json::from_slice(&verdict.asked[0].body).unwrap();
    let thumbprint = plan::client_key().jkt();
    assert_eq!(body["subject"]["type"], "key");
    assert_eq!(body["subject"]["id"], thumbprint);
    let Outcome::Forward(release, record) = verdict.outcome else {
        panic!("not forwarded")
    };
    assert_eq!(record.key.as_deref(), Some(thumbprint.as_str()));
    assert_eq!((&record.subject, &record.token), (&None, &None));
    // The client's authentication and its proof go on, and no nonce of ours comes back.
    assert_eq!(release.remove, [""; 0]);
    assert_eq!(release.response, []);
    let names: Vec<_> = release.set.iter().map(|(name, _)| *name).collect();
    let known = [
        "x-countersign-route",
        "x-countersign-score",
        "x-countersign-decision-id",
    ];
    assert_eq!(names, known);

    let mut stolen = at("b", None);
    stolen.proof_signer = Some(thief_key());
    let mut silent = at("c", None);
    silent.proof_signer = None;
    for (plan, code) in [(stolen, "proof_signature"), (silent, "proof_missing")] {
        let reply = refused(&world, &plan);
        assert_eq!(reply.status, 400);
        assert_eq!(header(&reply, "content-type"), Some("application/json"));
        assert_eq!(header(&reply, "cache-control"), Some("no-store"));
        assert_eq!(header(&reply, "www-authenticate"), None);
        let body: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(
            (&body["error"], &body["code"]),
            (&json!("invalid_dpop_proof"), &json!(code))
        );
    }
}

#[test]
fn a_token_endpoint_asks_for_a_nonce_in_its_own_words() {
    let world = World::at(NOW);
    let plan = |jti: &str, nonce: Option<&str>| {
        holding(
            Plan::token_request(NOW, jti).to("POST", "/guarded/token"),
            nonce,
        )
    };
    let reply = refused(&world, &plan("a", None));
    assert_eq!(reply.status, 400);
    assert_eq!(header(&reply, "www-authenticate"), None);
    let body: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(body["error"], "use_dpop_nonce");
    let nonce = header(&reply, "dpop-nonce").unwrap();
    let outcome = judge(&world, &plan("b", Some(nonce)));
    let Outcome::Forward(release, _) = outcome else {
        panic!("not forwarded")
    };
    assert_eq!(release.response[0].0, "dpop-nonce");
}

/// Keys without a token cost nothing: however many there are, they share one quota.
#[test]
fn token_requests_do_not_fill_the_log() {
    let mut policy = policy::document();
    policy["replay"]["memory"] = json!("64KiB");
    let world = World::under(&policy, NOW);
    let mut refusals = 0;
    for (number, key) in (0..600).zip((1..200).cycle()) {
        let key = plan::Signer::of(key, "one of many");
        let mut plan = Plan::token_request(NOW, &format!("{number}"));
        plan.proof_header["jwk"] = key.jwk();
        plan.proof_signer = Some(key);
        match judge(&world, &plan) {
            Outcome::Forward(..) => {}
            Outcome::Refuse(reply, _) => {
                assert_eq!(reply.reason.code(), "replay_quota");
                refusals += 1;
            }
            Outcome::Publish(..) => panic!("not asked for keys"),
        }
    }
    assert!(refusals > 0, "a quarter of 16 buckets of 145");
    let plan = Plan::read(NOW, "a caller with a token");
    assert!(forwarded(&world, &plan).is_some());
}
