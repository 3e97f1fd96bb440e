//! Checks 6, 9 and 10: times, audience, and claims of their types.

use super::*;
use crate::testing::{AUDIENCE, test, token};
use serde_json::json;
use std::time::Duration;

#[test]
fn times_are_kept_at_their_boundaries() {
    // `token_claims`: issued 60 s ago, expires 240 s from now; the leeway is 5 s.
    let (iat, exp) = (NOW_SECS - 60, NOW_SECS + 240);
    let plain = token();
    let later = claiming("nbf", json!(NOW_SECS + 20));
    let earlier = claiming("nbf", json!(iat - 100));
    for (what, text, now, expected) in [
        ("before iat", &plain, iat - 6, Err(Reason::TokenEarly)),
        ("iat, a slow clock", &plain, iat - 5, Ok(())),
        ("exp", &plain, exp, Ok(())),
        ("the end of the leeway", &plain, exp + 4, Ok(())),
        ("past it", &plain, exp + 5, Err(Reason::TokenExpired)),
        ("before nbf", &later, NOW_SECS + 14, Err(Reason::TokenEarly)),
        ("nbf, a slow clock", &later, NOW_SECS + 15, Ok(())),
        (
            "an early nbf does not undo iat",
            &earlier,
            iat - 6,
            Err(Reason::TokenEarly),
        ),
    ] {
        let world = World::default().at(now);
        let found = world.verify(text).map(|_| ());
        assert_eq!(found, expected.map_err(Refused::Reason), "{what}");
        // What is remembered is held to the same times.
        let mut world = World::default();
        world.now = if text == &later {
            world.now.after(Duration::from_secs(20))
        } else {
            world.now
        };
        assert!(world.verify(text).is_ok(), "{what}");
        let world = world.at(now);
        let found = world.verify(text).map(|_| ());
        assert_eq!(
            found,
            expected.map_err(Refused::Reason),
            "{what}, remembered"
        );
        assert_eq!(world.verifier.calls.get(), 1, "{what}, remembered");
    }
}

#[test]
fn an_expired_token_costs_no_signature() {
    let world = World::default().at(NOW_SECS + 1000);
    assert_eq!(
        world.refusal(&token()),
        Refused::Reason(Reason::TokenExpired)
    );
    assert_eq!(world.verifier.calls.get(), 0);
}

#[test]
fn audiences_are_compared_whole() {
    let world = World::default();
    let many = |count: usize| {
        let mut list = vec![json!("https://x.example.com"); count];
        list.push(json!(AUDIENCE));
        json!(list)
    };
    for aud in [
        json!(AUDIENCE),
        json!([AUDIENCE]),
        json!(["x", AUDIENCE]),
        many(63),
    ] {
        assert!(world.verify(&claiming("aud", aud.clone())).is_ok(), "{aud}");
    }
    for (aud, expected) in [
        (json!("https://api.example.com/"), Reason::TokenAudience),
        (json!("https://api.example.co"), Reason::TokenAudience),
        (json!("https://API.example.com"), Reason::TokenAudience),
        (
            json!("https://api.example.com https://x"),
            Reason::TokenAudience,
        ),
        (json!(""), Reason::TokenAudience),
        (json!([]), Reason::TokenAudience),
        (json!(["https://other.example.com"]), Reason::TokenAudience),
        (many(64), Reason::TokenClaims),
        (json!([AUDIENCE, 1]), Reason::TokenClaims),
        (json!([[AUDIENCE]]), Reason::TokenClaims),
        (json!({ AUDIENCE: true }), Reason::TokenClaims),
        (json!(1), Reason::TokenClaims),
        (json!(null), Reason::TokenClaims),
    ] {
        let found = world.refusal(&claiming("aud", aud.clone()));
        assert_eq!(found, Refused::Reason(expected), "{aud}");
    }
}

#[test]
fn required_claims_are_required() {
    let world = World::default();
    for name in ["iss", "sub", "aud", "client_id", "jti", "iat", "exp"] {
        let refused = Refused::Reason(Reason::TokenClaims);
        assert_eq!(world.refusal(&lacking(name)), refused, "without {name}");
    }
}

#[test]
fn claims_are_of_their_types() {
    let world = World::default();
    for (name, value) in [
        ("sub", json!("")),
        ("sub", json!(7)),
        ("sub", json!(["alice"])),
        ("client_id", json!("")),
        ("client_id", json!(null)),
        ("jti", json!("")),
        ("jti", json!(1)),
        ("iat", json!(1.5)),
        ("iat", json!(-1)),
        ("iat", json!(NOW_SECS + 241)),
        ("exp", json!(253_402_300_800_i64)),
        ("exp", json!(1.0e9)),
        ("nbf", json!(-1)),
        ("nbf", json!(NOW_SECS + 241)),
        ("scope", json!(["accounts:read"])),
        ("scope", json!(" ")),
        ("scope", json!("a  b")),
        ("scope", json!("a b ")),
        ("scope", json!("a\tb")),
        ("scope", json!("a\"b")),
        ("scope", json!("a\\b")),
        ("scope", json!("é")),
        ("acr", json!(2)),
        ("acr", json!("")),
        ("acr", json!(null)),
        ("auth_time", json!("1700000000")),
        ("auth_time", json!(0.5)),
        ("auth_time", json!(-1)),
        ("auth_time", json!(NOW_SECS - 54)),
        ("act", json!("agent")),
        ("cnf", json!(null)),
        ("cnf", json!("x")),
        ("cnf", json!({ "jkt": "x" })),
        ("cnf", json!({ "x5t#S256": 1 })),
    ] {
        let found = world.refusal(&claiming(name, value.clone()));
        assert_eq!(
            found,
            Refused::Reason(Reason::TokenClaims),
            "{name}: {value}"
        );
    }
    for (name, value) in [
        ("scope", json!("")),
        ("scope", json!("a")),
        ("nbf", json!(0)),
        ("exp", json!(253_402_300_799_i64)),
        // As late as the leeway lets a clock differ.
        ("auth_time", json!(NOW_SECS - 55)),
        ("act", json!({ "sub": "a" })),
        ("cnf", json!({ "kc-jkt-type": "x" })),
    ] {
        let text = claiming(name, value.clone());
        assert!(world.verify(&text).is_ok(), "{name}: {value}");
    }
}

#[test]
fn times_that_are_no_numbers_are_not_even_a_token() {
    let world = World::default();
    for (name, value) in [
        ("exp", json!("1700000240")),
        ("nbf", json!("0")),
        ("iat", json!(null)),
        ("exp", json!(1.0e300)),
    ] {
        let found = world.refusal(&claiming(name, value.clone()));
        assert_eq!(
            found,
            Refused::Reason(Reason::TokenMalformed),
            "{name}: {value}"
        );
    }
    let claims = token_claims().to_string().replace("1700000240", "1e400");
    let text = issuer_key().sign_text(&token_header().to_string(), &claims);
    assert_eq!(
        world.refusal(&text),
        Refused::Reason(Reason::TokenMalformed)
    );
}
