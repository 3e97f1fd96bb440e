//! What the cache saves, and what it never decides.

use super::*;
use crate::testing::{Signer, key_set, stranger_key, test, token};
use serde_json::json;

#[test]
fn a_signature_is_checked_once() {
    let world = World::default();
    let text = token();
    let first = world.verify(&text).unwrap();
    let second = world.verify(&text).unwrap();
    assert!(Rc::ptr_eq(&first, &second));
    assert_eq!(world.verifier.calls.get(), 1);
    world.verify(&lacking("scope")).unwrap();
    assert_eq!(world.verifier.calls.get(), 2, "another token is another");
}

#[test]
fn a_token_is_forgotten_with_the_key_that_verified_it() {
    let text = token();
    let key = |number, kid| Held::Set(key_set(&[Signer::of(number, kid)]));
    let twins = [Signer::of(1, "issuer-1"), Signer::of(4, "issuer-1")];
    for (what, held, expected) in [
        ("no such name", key(4, "issuer-2"), Reason::TokenKeyUnknown),
        (
            "another key of its name",
            key(4, "issuer-1"),
            Reason::TokenSignature,
        ),
        (
            "its key, renamed",
            key(1, "issuer-2"),
            Reason::TokenKeyUnknown,
        ),
        (
            "two of its name",
            Held::Set(key_set(&twins)),
            Reason::TokenKeyUnknown,
        ),
        ("no keys", Held::Missing, Reason::KeysUnavailable),
        ("old keys", Held::TooOld, Reason::KeysUnavailable),
    ] {
        let world = World::default();
        world.verify(&text).unwrap();
        world.keys.hold(held);
        assert_eq!(world.refusal(&text), Refused::Reason(expected), "{what}");
    }
    // More keys, its own among them: nothing to do anew.
    let world = World::default();
    world.verify(&text).unwrap();
    let more = [Signer::of(1, "issuer-1"), Signer::of(4, "issuer-2")];
    world.keys.hold(Held::Set(key_set(&more)));
    world.verify(&text).unwrap();
    assert_eq!(world.verifier.calls.get(), 1);
}

#[test]
fn a_route_that_does_not_accept_the_issuer_does_not_get_the_token() {
    let mut world = World::default();
    let text = token();
    world.verify(&text).unwrap();
    let mut other = testing::issuer();
    other.uri = "https://other.example.com".into();
    world.issuers.push(other);
    world.accepted = vec![IssuerId(1)];
    assert_eq!(world.refusal(&text), Refused::Reason(Reason::TokenIssuer));
}

#[test]
fn another_policy_looks_at_every_token_anew() {
    let mut world = World::default();
    let text = token();
    world.verify(&text).unwrap();
    // The same issuer in the same place, written into a later policy.
    world.issuers = vec![testing::issuer()];
    world.verify(&text).unwrap();
    assert_eq!(world.verifier.calls.get(), 2);
    let mut stricter = testing::issuer();
    stricter.audiences = vec!["https://elsewhere.example.com".to_owned()];
    world.issuers = vec![stricter];
    assert_eq!(world.refusal(&text), Refused::Reason(Reason::TokenAudience));
}

#[test]
fn refusals_are_not_remembered() {
    let forged = stranger_key().sign(&token_header(), &token_claims());
    let strange = claiming("aud", json!("https://elsewhere.example.com"));
    for text in [forged, strange] {
        let world = World::default();
        let first = world.refusal(&text);
        assert_eq!(world.refusal(&text), first);
        assert_eq!(world.verifier.calls.get(), 2);
    }
    // A token that came too early passes in its time.
    let text = claiming("nbf", json!(testing::NOW_SECS + 60));
    let world = World::default();
    assert_eq!(world.refusal(&text), Refused::Reason(Reason::TokenEarly));
    assert!(world.at(testing::NOW_SECS + 60).verify(&text).is_ok());
}

#[test]
fn a_cache_in_use_is_done_without() {
    let world = World::default();
    let text = token();
    let _in_use = world.tokens.borrow_mut();
    assert!(world.verify(&text).is_ok());
    assert!(world.verify(&text).is_ok());
    assert_eq!(world.verifier.calls.get(), 2);
}

#[test]
fn a_full_cache_forgets_what_was_used_longest_ago() {
    let numbered = |number: usize| claiming("jti", json!(number.to_string()));
    let world = World {
        tokens: RefCell::new(Cache::holding(8)),
        ..World::default()
    };
    for number in 0..8 {
        world.verify(&numbered(number)).unwrap();
    }
    world.verify(&numbered(0)).unwrap();
    assert_eq!(world.verifier.calls.get(), 8, "all eight are held");
    world.verify(&numbered(8)).unwrap();
    assert_eq!(world.verifier.calls.get(), 9);
    world.verify(&numbered(0)).unwrap();
    assert_eq!(world.verifier.calls.get(), 9, "used just now, so kept");
    world.verify(&numbered(1)).unwrap();
    assert_eq!(world.verifier.calls.get(), 10, "used longest ago, so gone");
}
