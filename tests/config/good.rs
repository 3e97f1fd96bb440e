//! What loads, and what it means.

use super::{good, policy};
use countersign::config;
use countersign::crypto::Algorithm;
use countersign::http::budget::MAX_PATH_SEGMENTS;
use countersign::policy::{
    Handing, Identity, IdentityRules, Policy, ProofHeader, Scope, Unmatched,
};
use countersign::proof::Method;
use countersign::proof::dpop::nonce::Mode;
use countersign::proof::http_signature::{Component, Presence};
use countersign::revocation::deny::Names;
use countersign::risk::Condition;
use countersign::route::Found;
use countersign::step_up::{OnSilence, ServiceId};
use countersign::token::IssuerId;
use countersign::token::issuer::{KeySource, StatusDemand, UnknownConfirmation};
use countersign::transaction::Grant;
use countersign::transaction::binding::{Comparison, Digits};
use countersign::transaction::body::Reading;
use countersign::transaction::place::Place;
use serde_json::{Value, json};
use std::time::Duration;

fn load(tree: &Value) -> Policy {
    config::load(tree.to_string().as_bytes()).unwrap()
}

#[test]
fn every_good_policy_loads() {
    for (path, tree) in good() {
        let faults = config::load(tree.to_string().as_bytes()).err();
        assert_eq!(faults, None, "{path}");
    }
}

#[test]
fn what_is_left_out_has_the_documented_value() {
    let policy = load(&policy("tests/policies/good/minimal.yaml"));
    assert_eq!(policy.revision, 1);
    assert_eq!(policy.unmatched, Unmatched::Pass);
    assert_eq!(
        (policy.replay.log, policy.replay.memory),
        (Scope::Host, 65_536)
    );
    assert_eq!(policy.dpop.max_age, Duration::from_mins(1));
    assert_eq!(policy.dpop.max_ahead, Duration::from_secs(10));
    let dpop = [Algorithm::Es256, Algorithm::Ps256, Algorithm::Ed25519];
    assert_eq!(policy.dpop.algorithms, dpop);
    assert_eq!(policy.waiting.deadline, Duration::from_secs(5));
    assert_eq!(policy.waiting.requests, 1024);
    assert_eq!(policy.upstream.identity, Identity::Headers);
    assert_eq!(policy.upstream.assertion, None);
    let issuer = &policy.issuers[0];
    assert_eq!(issuer.leeway, Duration::from_secs(5));
    assert_eq!(issuer.unknown_confirmation, UnknownConfirmation::Ignore);
    assert_eq!(policy.sources[0].authority, "as");
    assert_eq!(policy.sources[0].timeout, Duration::from_secs(2));
    assert!(policy.services.is_empty() && policy.status_lists.is_empty());
    assert_eq!(issuer.status, StatusDemand::Optional);
    let route = &policy.routes[0];
    assert_eq!(route.origin.as_str(), "https://api.example.com");
    assert_eq!(route.identity.scopes, Vec::<String>::new());
    let strip = Handing {
        proof: ProofHeader::Strip,
        consume: true,
    };
    assert_eq!(route.handing, strip);
    assert_eq!(
        (&*route.challenge_scope, &*route.challenge_algs),
        ("", "ES256 PS256 EdDSA")
    );
    assert!(route.body.is_none() && route.transaction.is_none() && route.step_up.is_none());
    assert_eq!((route.risk.step_up_at, route.risk.refuse_at), (None, None));
    assert_eq!((route.nonce, route.issuance), (None, false));
    assert_eq!(policy.dpop.nonces, None);
}

#[test]
fn streams_are_open_for_as_long_as_is_written() {
    let lives = |path| {
        let routes = load(&policy(path)).routes;
        let streams = routes.iter().map(|it| it.streams);
        let lives = streams.map(|it| (it.grace.as_secs(), it.max_life.as_secs()));
        lives.collect::<Vec<_>>()
    };
    let own = lives("tests/policies/good/streams.yaml");
    assert_eq!(own, [(0, 1800), (2, 8 * 3600), (2, 8 * 3600)]);
    let routes = load(&policy("tests/policies/good/streams.yaml")).routes;
    let renew: Vec<_> = routes.iter().map(|it| it.streams.renew).collect();
    assert_eq!(renew, [true, false, false]);
    assert_eq!(routes[2].renews.as_deref(), Some("chat"));
    let default = lives("tests/policies/good/minimal.yaml");
    assert_eq!(default, [(5, 8 * 3600)]);
}

#[test]
fn nonces_and_issuance_are_what_is_written() {
    let policy = load(&policy("tests/policies/good/nonces.yaml"));
    let nonces = policy.dpop.nonces.as_ref().unwrap();
    assert_eq!(nonces.secrets, ["NONCE_KEY", "_OLD_KEY_2"]);
    assert_eq!(nonces.lifetime, Duration::from_mins(2));
    // Proofs with nonces may pass for longer than those without.
    assert_eq!(policy.window().max_age, Duration::from_mins(2));
    let [read, token] = policy.routes.as_slice() else {
        panic!("two routes")
    };
    assert_eq!((read.nonce, read.issuance), (Some(Mode::Offered), false));
    assert_eq!((token.nonce, token.issuance), (Some(Mode::Challenge), true));
    assert_eq!(token.identity, IdentityRules::default());
}

#[test]
fn what_is_written_is_what_is_meant() {
    let policy = load(&policy("tests/policies/good/complete.yaml"));
    assert_eq!(policy.revision, 9_007_199_254_740_991);
    assert_eq!(policy.unmatched, Unmatched::Refuse);
    assert_eq!(policy.replay.memory, 256 << 20);
    assert_eq!(policy.dpop.max_age, Duration::from_mins(5));
    assert_eq!(
        policy.dpop.algorithms,
        [Algorithm::Es256, Algorithm::Ed25519]
    );
    assert_eq!(policy.upstream.identity, Identity::FilterState);
    let rules = policy.upstream.assertion.as_ref().unwrap();
    assert_eq!(rules.keys, ["COUNTERSIGN_ASSERTION_KEY", "NEXT_KEY"]);
    assert_eq!(rules.issuer, "https://gate.example.com");
    assert_eq!(rules.audience.as_deref(), Some("ledger"));
    assert_eq!(rules.lifetime, Duration::from_secs(10));
    assert_eq!(rules.keys_path, "/.well-known/countersign/keys");
    let handed: Vec<_> = policy.routes.iter().map(|it| it.handing).collect();
    let keep = Handing {
        proof: ProofHeader::Keep,
        consume: true,
    };
    let rewrite = Handing {
        proof: ProofHeader::RewriteToBearer,
        consume: true,
    };
    let unconsumed = Handing {
        consume: false,
        ..keep
    };
    assert_eq!(handed, [rewrite, unconsumed]);

    let [corp, partner] = policy.issuers.as_slice() else {
        panic!("two issuers")
    };
    assert_eq!(
        (&*corp.name, &*corp.uri),
        ("corp", "https://as.example.com")
    );
    assert_eq!(corp.types, ["at+jwt", "jwt"]);
    assert!(matches!(corp.keys, KeySource::Fetched(0)));
    assert_eq!(corp.unknown_confirmation, UnknownConfirmation::Refuse);
    let KeySource::Inline(keys) = &partner.keys else {
        panic!("inline keys")
    };
    assert_eq!(keys.keys()[0].id(), Some("2026"));
    let source = &policy.sources[0];
    assert_eq!((&*source.name, &*source.path), ("corp", "/jwks?v=1"));
    assert_eq!(source.authority, "as.example.com");
    assert_eq!(source.max_stale, Duration::from_hours(24));
    assert_eq!(policy.services[1].authority, "pdp.example.com");

    let [search, transfer] = policy.routes.as_slice() else {
        panic!("two routes")
    };
    assert_eq!(search.origin.as_str(), "http://127.0.0.1:8080");
    assert_eq!(search.identity.issuers, [IssuerId(0), IssuerId(1)]);
    assert_eq!(&*search.challenge_scope, "accounts:read payments:read");
    assert_eq!(&*search.challenge_algs, "ES256 EdDSA");
    assert_eq!(search.proof.any_of, [Method::Dpop]);
    assert!(
        matches!(search.risk.signals[0].when, Condition::OutsideNetworks(ref it) if it.len() == 2)
    );
    let asked = search.step_up.as_ref().unwrap();
    assert_eq!(asked.service, ServiceId(1));
    assert_eq!(asked.on_silence, OnSilence::AllowBelow(60));
    assert_eq!(asked.challenge, None);

    assert_eq!(transfer.body.unwrap().limits.bytes, 1 << 20);
    let rules = transfer.transaction.as_ref().unwrap();
    assert!(matches!(rules.grant(), Grant::Detail(it) if it.kind == "payment_initiation"));
    let places: Vec<&Place> = rules.bindings().iter().map(|it| &it.place).collect();
    assert!(matches!(places[0], Place::Body(_)));
    assert_eq!(*places[1], Place::Path("account".to_owned()));
    assert_eq!(*places[2], Place::Query("purpose".to_owned()));
    assert_eq!(*places[3], Place::Header("x-tenant".to_owned()));
    assert_eq!(
        rules.bindings()[0].comparison,
        Comparison::Decimal(Digits::Any)
    );
    assert_eq!(rules.bindings()[1].comparison, Comparison::Exact);
    // The allow-lists have no face of their own: what they hold shows in the rules as a whole.
    let shown = format!("{rules:?}");
    assert!(shown.contains("\"a/b\"") && shown.contains("\"memo\"") && shown.contains("\"trace\""));
    let challenge = transfer
        .step_up
        .as_ref()
        .unwrap()
        .challenge
        .as_ref()
        .unwrap();
    assert_eq!(
        (challenge.acr_values[0].as_str(), challenge.max_age),
        ("urn:example:loa:3", None)
    );
    assert_eq!(
        policy.index.find("PUT", "/accounts/1/transfers"),
        Found::Route(1)
    );
    assert_eq!(
        policy.index.find("GET", "/accounts/1/transfers"),
        Found::OtherMethod
    );
}

#[test]
fn a_store_is_what_is_written() {
    let policy = load(&policy("tests/policies/good/complete.yaml"));
    assert_eq!(policy.replay.log, Scope::Host);
    let store = policy.replay.store.as_ref().unwrap();
    assert_eq!((&*store.name, &*store.cluster), ("etcd", "etcd"));
    assert_eq!(store.authority, "etcd.example.com");
    assert_eq!(store.prefix, "gates/");
    assert_eq!(store.timeout, Duration::from_millis(500));
    assert_eq!(store.clock_skew, Duration::from_mins(1));
    let scopes: Vec<Scope> = policy.routes.iter().map(|route| route.replay).collect();
    assert_eq!(scopes, [Scope::Fleet, Scope::Host]);
}

#[test]
fn the_log_reaches_as_far_as_a_route_asks() {
    let scopes = |scope: &str, route: Option<&str>| {
        let mut tree = policy("tests/policies/good/minimal.yaml");
        tree["replay"]["scope"] = json!(scope);
        if let Some(route) = route {
            tree["routes"][0]["replay"] = json!(route);
        }
        if scope == "fleet" || route == Some("fleet") {
            tree["replay"]["store"] = json!("etcd");
            let store = json!({ "protocol": "etcd", "cluster": "e", "timeout": "1s" });
            tree["stores"] = json!({ "etcd": store });
        }
        let policy = load(&tree);
        if let Some(store) = &policy.replay.store {
            assert_eq!(store.authority, "e");
            assert_eq!(store.prefix, "countersign/v1/replay/");
            assert_eq!(store.clock_skew, Duration::from_secs(5));
        }
        (policy.replay.log, policy.routes[0].replay)
    };
    for (scope, route, log, own) in [
        ("worker", None, Scope::Worker, Scope::Worker),
        ("worker", Some("host"), Scope::Host, Scope::Host),
        ("worker", Some("fleet"), Scope::Host, Scope::Fleet),
        ("host", None, Scope::Host, Scope::Host),
        ("fleet", None, Scope::Host, Scope::Fleet),
    ] {
        assert_eq!(scopes(scope, route), (log, own), "{scope} {route:?}");
    }
}

#[test]
fn what_signatures_must_be_like_is_what_is_written() {
    let policy = load(&policy("tests/policies/good/signed.yaml"));
    assert_eq!(policy.signature_keys.len(), 2);
    let rules = |route: usize| policy.routes[route].signature.as_ref().unwrap();
    let covered = |route| {
        let components = rules(route).components.iter();
        let names: Vec<&str> = components.map(Component::as_str).collect();
        names.join(" ")
    };
    let plain = rules(0);
    assert_eq!(plain.method, Method::HttpSignature);
    assert_eq!(
        covered(0),
        r#""@method" "@authority" "@path" "@query" "authorization" "content-digest""#
    );
    assert_eq!(plain.tag, None);
    assert_eq!(plain.nonce, Presence::Required);
    let default = [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::Ed25519,
        Algorithm::Ps512,
    ];
    assert_eq!(plain.algorithms, default);
    assert_eq!(plain.window.max_age, Duration::from_mins(1));
    assert_eq!(plain.window.max_ahead, Duration::from_secs(10));
    assert_eq!(
        &*policy.routes[0].challenge_signature,
        r#"sig=("@method" "@authority" "@path" "@query" "authorization");created"#
    );

    let upload = rules(1);
    assert_eq!(
        &*policy.routes[1].challenge_signature,
        r#"sig=("@method" "@target-uri" "content-type" "@query-param";name="id" "content-digest" "authorization");created;tag="uploads""#
    );
    assert_eq!(upload.tag.as_deref(), Some("uploads"));
    assert_eq!(upload.nonce, Presence::Optional);
    assert_eq!(upload.algorithms, [Algorithm::Ed25519, Algorithm::Rs256]);
    assert_eq!(upload.window.max_ahead, Duration::from_secs(1));
    assert_eq!(policy.routes[1].body.unwrap().reading, Reading::Bytes);
    // The replay log remembers what any of them lets pass.
    assert_eq!(policy.window().max_age, Duration::from_mins(5));
    assert_eq!(policy.window().max_ahead, Duration::from_secs(10));
}

#[test]
fn what_is_revoked_and_denied_is_what_is_written() {
    let policy = load(&policy("tests/policies/good/complete.yaml"));
    assert_eq!(policy.issuers[0].status, StatusDemand::Required);
    let [first, second] = policy.status_lists.as_slice() else {
        panic!("two lists")
    };
    assert_eq!((&*first.name, first.issuer), ("corp-list", IssuerId(0)));
    assert_eq!(&*first.uri, "https://as.example.com/statuslists/1");
    assert_eq!(first.max_size, 16 << 20);
    assert_eq!(first.source.authority, "as.example.com");
    assert_eq!(first.source.refresh, Duration::from_mins(1));
    assert_eq!(first.source.max_stale, Duration::from_mins(10));
    assert_eq!(first.source.timeout, Duration::from_millis(500));
    assert_eq!(
        (&*second.source.authority, second.max_size),
        ("as", 1 << 20)
    );
    assert_eq!(second.source.timeout, Duration::from_secs(2));
    let seven = |issuer| Names {
        issuer,
        subject: Some("7"),
        ..Names::default()
    };
    let denied = |names| policy.deny.check_token(&names);
    assert!(denied(seven("https://partner.example.com/")).is_err());
    assert!(denied(seven("https://as.example.com")).is_ok());
}

#[test]
fn ten_thousand_routes_load_and_are_found() {
    let mut tree = policy("tests/policies/good/minimal.yaml");
    let route = tree["routes"][0].clone();
    let routes = (0..10_000).map(|number| {
        let mut route = route.clone();
        route["name"] = json!(format!("route-{number}"));
        route["match"]["path"] = json!(format!("/service-{number}/{{id}}"));
        route
    });
    tree["routes"] = routes.collect();
    // JSON is YAML, too.
    let json = config::from_yaml(&tree.to_string()).unwrap();
    let policy = config::load(&json).unwrap();
    for number in [0, 1, 4_999, 9_999] {
        let path = format!("/service-{number}/x");
        assert_eq!(policy.index.find("GET", &path), Found::Route(number));
    }
    let deep = "/a".repeat(MAX_PATH_SEGMENTS);
    assert_eq!(policy.index.find("GET", &deep), Found::Nothing);
}
