//! What a policy says of exchanges, and what it means.

use super::{faults, policy};
use countersign::config;
use countersign::token::exchange::{ExchangeId, Hand, Rules, When};
use serde_json::json;
use std::time::Duration;

#[test]
fn exchanges_are_what_is_written() {
    let tree = policy("tests/policies/good/exchanges.yaml");
    let policy = config::load(tree.to_string().as_bytes()).unwrap();
    let [other, tts] = policy.exchanges.as_slice() else {
        panic!("two servers")
    };
    assert_eq!((&*tts.name, &*tts.cluster), ("tts", "tts"));
    assert_eq!(
        (&*tts.authority, &*tts.path),
        ("tts.internal", "/oauth/token")
    );
    assert_eq!((&*tts.client, &*tts.secret), ("gate", "TTS_SECRET"));
    assert_eq!(tts.timeout, Duration::from_millis(500));
    assert_eq!(tts.audience, "https://trust.example");
    assert_eq!(&*policy.issuers[tts.issuer.0].name, "trust");
    assert_eq!(tts.max_lifetime, Duration::from_mins(5));
    assert_eq!(tts.revoke.as_deref(), Some("/oauth/revoke"));
    // What is left out has the documented value.
    assert_eq!(
        (&*other.authority, &*other.audience),
        ("other", "trust.example")
    );
    assert_eq!(other.max_lifetime, Duration::from_mins(1));
    assert_eq!(other.revoke, None);
    let rules: Vec<_> = policy.routes.iter().map(|it| it.exchange.clone()).collect();
    let scopes = |scope: &str| vec![scope.to_owned()];
    let expected = [
        Rules {
            with: ExchangeId(1),
            when: When::Permitted,
            hand: Hand::Beside,
            scopes: scopes("payments:write"),
        },
        Rules {
            with: ExchangeId(0),
            when: When::Permitted,
            hand: Hand::InPlace,
            scopes: scopes("accounts:read"),
        },
        Rules {
            with: ExchangeId(0),
            when: When::Always,
            hand: Hand::InPlace,
            scopes: scopes("accounts:read"),
        },
    ];
    assert_eq!(rules, expected.map(Some));
}

#[test]
fn nobody_breaks_the_glass_for_a_token_of_a_service_that_is_down() {
    let exchanges = policy("tests/policies/good/exchanges.yaml");
    let mut tree = policy("tests/policies/good/break-glass.yaml");
    for section in ["transaction_token_issuers", "exchanges"] {
        tree[section] = exchanges[section].clone();
    }
    tree["exchanges"].as_object_mut().unwrap().remove("tts");
    let routes = tree["routes"].as_array().unwrap();
    let place = routes
        .iter()
        .position(|it| it["break_glass"] == json!(true));
    let place = place.unwrap();
    tree["routes"][place]["exchange"] = json!({ "with": "other", "when": "always" });
    let problem =
        "cannot stand beside `exchange`: while other services are down, no token is issued";
    let told = (format!("routes[{place}].break_glass"), problem.to_owned());
    assert!(faults(&tree).contains(&told), "{:?}", faults(&tree));
}
