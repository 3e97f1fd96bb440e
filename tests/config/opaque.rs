//! What a policy says of opaque tokens, and what it means.

use super::policy;
use countersign::config;
use countersign::token::Kind;
use countersign::token::issuer::UnknownConfirmation;
use std::time::Duration;

#[test]
fn opaque_issuers_are_what_is_written() {
    let tree = policy("tests/policies/good/opaque.yaml");
    let policy = config::load(tree.to_string().as_bytes()).unwrap();
    let kinds: Vec<_> = policy
        .issuers
        .iter()
        .map(|it| (&*it.name, it.kind))
        .collect();
    let expected = [
        ("signed", Kind::Access),
        ("opaque", Kind::Opaque),
        ("other", Kind::Opaque),
    ];
    assert_eq!(kinds, expected);
    let [signed, opaque, other] = policy.issuers.as_slice() else {
        panic!("three issuers")
    };
    assert!(signed.introspection.is_none());
    assert_eq!(opaque.uri, signed.uri, "one server may issue both");
    assert_eq!(opaque.leeway, Duration::from_secs(10));
    assert_eq!(opaque.unknown_confirmation, UnknownConfirmation::Refuse);
    let endpoint = opaque.introspection.as_ref().unwrap();
    assert_eq!(
        (&*endpoint.cluster, &*endpoint.authority),
        ("as", "as.internal")
    );
    assert_eq!(
        (&*endpoint.path, &*endpoint.client),
        ("/introspect", "gate é")
    );
    assert_eq!((&*endpoint.secret, endpoint.max_calls), ("GATE_SECRET", 7));
    assert_eq!(endpoint.timeout, Duration::from_secs(2));
    assert_eq!(endpoint.max_cache, Duration::from_mins(1));
    // What is left out has the documented value.
    assert_eq!(other.leeway, Duration::from_secs(5));
    assert_eq!(other.unknown_confirmation, UnknownConfirmation::Ignore);
    let endpoint = other.introspection.as_ref().unwrap();
    assert_eq!((&*endpoint.authority, endpoint.max_calls), ("other", 100));
    assert_eq!(endpoint.max_cache, Duration::ZERO);
    // A route has an age where one of its issuers is asked.
    let ages: Vec<_> = policy
        .routes
        .iter()
        .map(|it| it.identity.introspection)
        .collect();
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    assert_eq!(
        ages,
        [seconds(10), seconds(60), seconds(0), seconds(0), None]
    );
}
