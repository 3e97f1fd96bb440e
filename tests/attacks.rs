//! Requests that would get past the gate, or past the upstream behind it, if one check were missing.
//! Each is an attack that the flow table cannot say, mostly because it needs a policy of its own.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::assigning_clones, clippy::panic, reason = "tests")]

#[expect(dead_code, reason = "what the flow table needs beside")]
mod support;

use countersign::http::Connection;
use countersign::pipeline::{self, Outcome, Release, Step};
use countersign::reason::Reason;
use serde_json::{Value, json};
use support::plan::Plan;
use support::world::{self, World};

const NOW: i64 = support::table::GOLDEN_NOW;

/// The policy of the flow table, changed.
fn policy(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = support::policy::document();
    change(&mut document);
    document
}

/// Judges a request that nothing is asked for.
fn judge(world: &World, plan: &Plan) -> Outcome {
    let wire = plan.wire();
    let head = world::head(&wire);
    let mut step = world.with(|env| match head {
        Ok(head) => pipeline::run(head, &Connection::default(), env),
        Err(reason) => Step::Done(pipeline::refuse(reason, env)),
    });
    if let Step::Read(listening) = step {
        let body = wire.body.unwrap_or_default();
        step = world.with(|env| listening.hear(Ok(&body), env));
    }
    match step {
        Step::Done(outcome) => outcome,
        other @ (Step::Read(_) | Step::Ask(..)) => panic!("not a verdict: {other:?}"),
    }
}

fn reason(outcome: &Outcome) -> Option<Reason> {
    match outcome {
        Outcome::Forward(..) | Outcome::Publish(..) => None,
        Outcome::Refuse(reply, _) => Some(reply.reason),
    }
}

fn released(outcome: Outcome) -> Release {
    match outcome {
        Outcome::Forward(release, _) => release,
        Outcome::Refuse(reply, _) => panic!("refused: {:?}", reply.reason),
        Outcome::Publish(..) => panic!("not forwarded"),
    }
}

/// A request to a path that no route lists.
fn elsewhere(change: impl FnOnce(&mut Plan)) -> Plan {
    let mut plan = Plan::read(NOW, "elsewhere");
    plan.path = "/public".to_owned();
    plan.scheme = None;
    plan.proof_signer = None;
    change(&mut plan);
    plan
}

/// Frameworks route by these headers in place of the path, so a path that passes unlisted would be
/// the way to every listed one.
#[test]
fn no_unlisted_path_carries_a_listed_one_in_a_header() {
    let world = World::under(&policy(|it| it["unmatched"] = json!("pass")), NOW);
    assert_eq!(reason(&judge(&world, &elsewhere(|_| {}))), None);
    for name in [
        "x-original-url",
        "x-original-uri",
        "x-rewrite-url",
        "path_info",
        "script_name",
        "x-script-name",
    ] {
        let plan = elsewhere(|plan| plan.field(name, "/accounts/7"));
        let outcome = judge(&world, &plan);
        assert_eq!(reason(&outcome), Some(Reason::OverrideRefused), "{name}");
    }
    // What is not governed under its own method is not governed under another.
    for name in [
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
    ] {
        let plan = elsewhere(|plan| plan.field(name, "DELETE"));
        assert_eq!(reason(&judge(&world, &plan)), None, "{name}");
    }
}

/// To CGI and its heirs `_` and `-` are one in a header name, so what poses as ours with the other
/// one goes as well, whether a route governs the request or not.
#[test]
fn no_inbound_header_poses_as_ours() {
    let forged = [
        "x-countersign-subject",
        "x_countersign_subject",
        "x-countersign_actor",
        "x_countersign-score",
    ]
    .map(str::to_owned);
    let world = World::under(&policy(|it| it["unmatched"] = json!("pass")), NOW);
    let mut governed = Plan::read(NOW, "forged");
    for name in &forged {
        governed.field(name, "root");
    }
    let release = released(judge(&world, &governed));
    let lost = |name: &String| release.remove.contains(name);
    assert!(forged.iter().all(lost), "{:?}", release.remove);

    let ungoverned = elsewhere(|plan| forged.iter().for_each(|name| plan.field(name, "root")));
    assert_eq!(released(judge(&world, &ungoverned)).remove, forged);
}

#[test]
fn no_header_is_repeated_in_another_spelling() {
    let world = World::at(NOW);
    let mut overridden = Plan::read(NOW, "an underscore");
    overridden.field("x_http_method_override", "DELETE");
    let outcome = judge(&world, &overridden);
    assert_eq!(reason(&outcome), Some(Reason::OverrideRefused));

    let mut coded = Plan::transfer(NOW, "a coding", "1.00");
    coded.field("content_encoding", "gzip");
    assert_eq!(reason(&judge(&world, &coded)), Some(Reason::BodyEncoding));

    let bound = policy(|it| {
        let bind = support::policy::route(it, "transfer")["transaction"]["bind"]
            .as_array_mut()
            .unwrap();
        bind.push(json!({ "claim": "/tenant", "equals": "header:x-tenant" }));
    });
    let world = World::under(&bound, NOW);
    let plan = |jti, names: &[&str]| {
        let mut plan = Plan::transfer(NOW, jti, "1.00");
        plan.token_claims["authorization_details"][0]["tenant"] = json!("a");
        for name in names {
            plan.field(name, "a");
        }
        plan
    };
    assert_eq!(reason(&judge(&world, &plan("one", &["x-tenant"]))), None);
    for (jti, names) in [
        ("two", &["x-tenant", "x_tenant"][..]),
        ("other", &["x_tenant"]),
    ] {
        let outcome = judge(&world, &plan(jti, names));
        assert_eq!(reason(&outcome), Some(Reason::ValueMalformed), "{names:?}");
    }
}

/// Two origins behind one gate: a token for one is no token for the other.
#[test]
fn a_token_for_another_origin_is_refused() {
    const OTHER: &str = "https://b.example.com";
    let two = policy(|it| {
        it["origins"] = json!([support::plan::ORIGIN, OTHER]);
        it["issuers"]["corp"]["audiences"] =
            json!([support::plan::ORIGIN, format!("{OTHER}/api"), "api"]);
        let mut route = it["routes"][0].clone();
        route["name"] = json!("other");
        route["origin"] = json!(OTHER);
        route["match"]["path"] = json!("/other/{id}");
        it["routes"].as_array_mut().unwrap().push(route);
    });
    let world = World::under(&two, NOW);
    let at = |jti: &str, other: bool, audience: Value| {
        let mut plan = Plan::read(NOW, jti);
        // One token for both origins, so that it is remembered on the second.
        plan.token_claims["jti"] = json!("one token");
        plan.token_claims["aud"] = audience;
        if other {
            plan.authority = "b.example.com".to_owned();
            plan.path = "/other/7".to_owned();
            plan.proof_claims["htu"] = json!(format!("{OTHER}/other/7"));
        }
        reason(&judge(&world, &plan))
    };
    let refused = Some(Reason::TokenAudience);
    let first = json!(support::plan::ORIGIN);
    assert_eq!(at("1", false, first.clone()), None);
    assert_eq!(at("2", true, first.clone()), refused);
    let second = json!([format!("{OTHER}/api")]);
    assert_eq!(at("3", true, second.clone()), None);
    assert_eq!(at("4", false, second.clone()), refused);
    for other in [false, true] {
        assert_eq!(at(&format!("5{other}"), other, json!(["api", first])), None);
        let both = json!([first, second[0]]);
        assert_eq!(at(&format!("6{other}"), other, both), None);
    }
}

/// A subject is an identity only together with its issuer.
#[test]
fn the_upstream_learns_whose_subject_it_is() {
    let release = released(judge(&World::at(NOW), &Plan::read(NOW, "whose")));
    let issuer = ("x-countersign-issuer", support::plan::ISSUER.to_owned());
    assert!(release.set.contains(&issuer), "{:?}", release.set);
}

/// The proxy's own router would send what was permitted once a second time.
#[test]
fn no_caller_has_the_proxy_repeat_a_request() {
    let world = World::at(NOW);
    let mut plan = Plan::transfer(NOW, "repeated", "1.00");
    let names = [
        "x-envoy-retry-on",
        "x-envoy-retry-grpc-on",
        "x-envoy-max-retries",
        "x-envoy-hedge-on-per-try-timeout",
    ];
    for name in names {
        plan.field(name, "5");
    }
    let release = released(judge(&world, &plan));
    for name in names {
        assert!(release.remove.iter().any(|it| it == name), "{name}");
    }
}

/// What holds a request on its way says nothing of its credentials, nor of its claims.
#[test]
fn no_debug_output_shows_a_credential() {
    let world = World::at(NOW);
    let plan = Plan::transfer(NOW, "debug", "12500.00").stepped_up(NOW);
    let wire = plan.wire();
    let head = world::head(&wire).unwrap();
    let credentials = countersign::token::credentials::Credentials::read(&head).unwrap();
    let mut shown = vec![format!("{head:?} {credentials:?}")];
    let step = world.with(|env| pipeline::run(head.clone(), &Connection::default(), env));
    shown.push(format!("{step:?}"));
    let Step::Read(listening) = step else {
        panic!("not held")
    };
    let step = world.with(|env| listening.hear(Ok(&wire.body.unwrap()), env));
    shown.push(format!("{step:?}"));
    let proof = wire.fields.iter().find(|(name, _)| name == "dpop").unwrap();
    let bytes = |bytes: &[u8]| format!("{bytes:?}").trim_matches(['[', ']']).to_owned();
    for secret in [
        plan.token(),
        bytes(plan.token().as_bytes()),
        String::from_utf8(proof.1.clone()).unwrap(),
        bytes(&proof.1),
        "DE02100100109307118603".to_owned(),
        "accounts:read payments:write".to_owned(),
    ] {
        for text in &shown {
            assert!(!text.contains(&secret), "{secret} in {text}");
        }
    }
}

/// Where there is no room to wait, nobody was asked, and the record does not say so. Who left while the
/// service was asked was asked about.
#[test]
fn a_record_names_no_service_that_was_not_asked() {
    let world = World::at(NOW);
    for (is_asked, expected) in [(false, None), (true, Some("pdp"))] {
        let name = format!("asked: {is_asked}");
        let plan = Plan::transfer(NOW, &name, "12500.00").stepped_up(NOW);
        let wire = plan.wire();
        let head = world::head(&wire).unwrap();
        let step = world.with(|env| pipeline::run(head, &Connection::default(), env));
        let Step::Read(listening) = step else {
            panic!("not held")
        };
        let body = wire.body.as_ref().unwrap();
        let step = world.with(|env| listening.hear(Ok(body), env));
        let Step::Ask(_, waiting) = step else {
            panic!("not asked")
        };
        let outcome = world.with(|env| {
            if is_asked {
                waiting.leave(Reason::RequestEnded, env.circuits)
            } else {
                waiting.abandon(Reason::Overloaded, env.circuits)
            }
        });
        let Outcome::Refuse(_, record) = outcome else {
            panic!("forwarded")
        };
        let service = record.service.as_ref();
        assert_eq!(record.score, Some(60));
        assert_eq!(service.map(|it| &*it.name), expected);
        assert!(service.is_none_or(|it| it.answer.is_none()));
    }
}

/// Keys without a token cost nothing: whoever only showed one waits among those whom nobody knows, so
/// that invented keys cannot take all the room to wait.
#[test]
fn a_key_alone_vouches_for_nobody() {
    let world = World::at(NOW);
    let mut token = Plan::token_request(NOW, "any key").to("POST", "/guarded/token");
    let [(_, secret), _] = support::policy::SECRETS;
    let nonce = support::nonces::plain(support::plan::ORIGIN, secret, NOW);
    token.proof_claims["nonce"] = json!(nonce);
    let transfer = Plan::transfer(NOW, "a token", "12500.00").stepped_up(NOW);
    for (plan, vouched) in [(token, false), (transfer, true)] {
        let wire = plan.wire();
        let head = world::head(&wire).unwrap();
        let mut step = world.with(|env| pipeline::run(head, &Connection::default(), env));
        if let Step::Read(listening) = step {
            step = world.with(|env| listening.hear(Ok(&wire.body.unwrap()), env));
        }
        let Step::Ask(_, waiting) = step else {
            panic!("not asked")
        };
        assert_eq!(waiting.is_vouched_for(), vouched);
    }
}
