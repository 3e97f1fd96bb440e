//! Checks 1 to 5, 7 and 8: what a token is, whose, and whether its signature holds.

use super::*;
use crate::crypto::Algorithm;
use crate::testing::{
    Signer, client_key, key_set, proof, stranger_key, test, token, with, without,
};
use serde_json::json;

fn reason(reason: Reason) -> Refused {
    Refused::Reason(reason)
}

#[test]
fn a_token_is_a_strict_compact_jws() {
    let good = token();
    let parts: Vec<_> = good.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("three segments")
    };
    let key = issuer_key();
    let sized = |size: usize| {
        let text = |pad: usize| {
            let claims = with(token_claims(), "pad", json!("x".repeat(pad)));
            key.sign(&token_header(), &claims)
        };
        // Three bytes make four characters.
        let pad = (size - text(0).len()) / 4 * 3;
        (0..=3)
            .map(|more| text(pad + more))
            .find(|text| text.len() == size)
    };
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let deep = |depth| {
        let claims = token_claims().to_string();
        let inner = claims.strip_suffix('}').unwrap();
        let claims = format!("{inner},\"deep\":{}}}", nested(depth));
        key.sign_text(&token_header().to_string(), &claims)
    };
    let world = World::default();
    assert!(world.verify(&deep(15)).is_ok());
    let most = sized(8 * 1024).or_else(|| sized(8 * 1024 - 1)).unwrap();
    assert!(world.verify(&most).is_ok());
    let twice = r#"{"typ":"at+jwt","alg":"ES256","kid":"issuer-1","alg":"ES256"}"#;
    for (what, text) in [
        ("nothing", String::new()),
        ("one segment", "a".to_owned()),
        ("two segments", format!("{header}.{claims}")),
        ("four segments", format!("{good}.{signature}")),
        (
            "five segments, as a JWE",
            format!("{header}..{claims}.{signature}.a"),
        ),
        ("detached", format!("{header}..{signature}")),
        ("no signature", format!("{header}.{claims}.")),
        (
            "JSON serialization",
            json!({ "payload": claims, "protected": header, "signature": signature }).to_string(),
        ),
        ("padding", format!("{good}==")),
        ("a line break", format!("{header}.\n{claims}.{signature}")),
        (
            "a repeated member",
            key.sign_text(twice, &token_claims().to_string()),
        ),
        (
            "too large",
            sized(8 * 1024 + 4).or_else(|| sized(8 * 1024 + 5)).unwrap(),
        ),
        ("too deep", deep(16)),
        ("crit", minted(|header, _| header["crit"] = json!(["exp"]))),
        (
            "claims that are a list",
            key.sign_text(&token_header().to_string(), "[]"),
        ),
    ] {
        assert_eq!(
            world.refusal(&text),
            reason(Reason::TokenMalformed),
            "{what}"
        );
    }
}

#[test]
fn no_other_kind_of_jwt_is_an_access_token() {
    let world = World::default();
    for typ in ["AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        let text = minted(|header, _| header["typ"] = json!(typ));
        assert!(world.verify(&text).is_ok(), "{typ}");
    }
    for typ in [
        "JWT",
        "jwt",
        "dpop+jwt",
        "txntoken+jwt",
        "logout+jwt",
        "wit+jwt",
        "wpt+jwt",
        "at+jwt ",
        "at",
        "",
        "application/",
        "application/application/at+jwt",
        "text/at+jwt",
        "at+sd-jwt",
    ] {
        let text = minted(|header, _| header["typ"] = json!(typ));
        assert_eq!(world.refusal(&text), reason(Reason::TokenType), "{typ}");
    }
    let untyped = issuer_key().sign(&without(token_header(), "typ"), &token_claims());
    assert_eq!(world.refusal(&untyped), reason(Reason::TokenType));
    // A proof is nothing but a proof, whatever else is wrong with it as a token.
    assert_eq!(world.refusal(&proof(&token())), reason(Reason::TokenType));
    // The RFC's own example of a bound token (RFC 9449 section 6.1) has no type.
    assert_eq!(world.refusal(RFC9449_TOKEN), reason(Reason::TokenType));
}

/// RFC 9449 section 6.1. Its issuer's key was never published.
const RFC9449_TOKEN: &str = "eyJhbGciOiJFUzI1NiIsImtpZCI6IkJlQUxrYiJ9.eyJzdWIiOiJzb21lb25lQGV4YW1wbGUuY29tIiwiaXNzIjoiaHR0cHM6Ly9zZXJ2ZXIuZXhhbXBsZS5jb20iLCJuYmYiOjE1NjIyNjI2MTEsImV4cCI6MTU2MjI2NjIxNiwiY25mIjp7ImprdCI6IjBaY09DT1JaTll5LURXcHFxMzBqWnlKR0hUTjBkMkhnbEJWM3VpZ3VBNEkifX0.3Tyo8VTcn6u_PboUmAOYUY1kfAavomW_YwYMkmRNizLJoQzWy2fCo79Zi5yObpIzjWb5xW4OGld7ESZrh0fsrA";

#[test]
fn each_issuer_has_types_of_its_own() {
    let mut world = World::default();
    let mut other = testing::issuer();
    other.uri = "https://other.example.com".into();
    other.types = vec!["jwt".to_owned()];
    world.issuers.push(other);
    world.accepted.push(IssuerId(1));
    let text = minted(|header, _| header["typ"] = json!("JWT"));
    assert_eq!(world.refusal(&text), reason(Reason::TokenType));
    let text = minted(|header, claims| {
        header["typ"] = json!("JWT");
        claims["iss"] = json!("https://other.example.com");
    });
    assert_eq!(world.verify(&text).unwrap().issuer(), IssuerId(1));
}

#[test]
fn a_token_brings_no_key_of_its_own() {
    let world = World::default();
    for (name, value) in [
        ("jwk", stranger_key().jwk()),
        ("jwk", issuer_key().jwk()),
        ("jku", json!("https://evil.example.com/jwks")),
        ("x5u", json!("https://evil.example.com/cert")),
        ("x5c", json!(["MIIB"])),
    ] {
        let text = minted(|header, _| header[name] = value);
        assert_eq!(
            world.refusal(&text),
            reason(Reason::TokenMalformed),
            "{name}"
        );
    }
}

#[test]
fn the_issuer_is_one_that_the_route_accepts() {
    let mut world = World::default();
    for uri in [
        "https://as.example.com/",
        "https://AS.example.com",
        "https://as.example.co",
        "https://as.example.com.evil.example",
        "",
    ] {
        let text = claiming("iss", json!(uri));
        assert_eq!(world.refusal(&text), reason(Reason::TokenIssuer), "{uri}");
    }
    assert_eq!(world.refusal(&lacking("iss")), reason(Reason::TokenClaims));
    let text = claiming("iss", json!([testing::ISSUER]));
    assert_eq!(world.refusal(&text), reason(Reason::TokenClaims));

    let mut other = testing::issuer();
    other.uri = "https://other.example.com".into();
    world.issuers.push(other);
    let text = claiming("iss", json!("https://other.example.com"));
    assert_eq!(
        world.refusal(&text),
        reason(Reason::TokenIssuer),
        "not of this route"
    );
    world.accepted = vec![IssuerId(1)];
    assert_eq!(world.verify(&text).unwrap().issuer(), IssuerId(1));
    world.accepted = vec![IssuerId(7)];
    assert_eq!(
        world.refusal(&text),
        reason(Reason::TokenType),
        "no issuer at all"
    );
}

#[test]
fn the_algorithm_is_the_issuers() {
    let mut world = World::default();
    for name in [
        "none", "None", "nOnE", "HS256", "RS256", "ES384", "ES256K", "es256", "EdDSA",
    ] {
        let text = minted(|header, _| header["alg"] = json!(name));
        assert_eq!(
            world.refusal(&text),
            reason(Reason::TokenAlgorithm),
            "{name}"
        );
    }
    for (what, value) in [
        ("no text", json!(1)),
        ("null", json!(null)),
        ("empty", json!("")),
    ] {
        let text = minted(|header, _| header["alg"] = value);
        assert_eq!(
            world.refusal(&text),
            reason(Reason::TokenMalformed),
            "{what}"
        );
    }
    world.issuers[0].algorithms = vec![Algorithm::Ps256, Algorithm::Ed25519];
    assert_eq!(world.refusal(&token()), reason(Reason::TokenAlgorithm));
    assert_eq!(world.verifier.calls.get(), 0, "cheap checks come first");
}

#[test]
fn the_key_is_the_issuers() {
    let world = World::default();
    let unknown = || Some("next".to_owned());
    let text = minted(|header, _| header["kid"] = json!("next"));
    assert_eq!(world.refusal(&text), reason(Reason::TokenKeyUnknown));
    world.keys.let_fetch(true);
    assert_eq!(world.refusal(&text), Refused::NeedsKeys(CORP, unknown()));
    for held in [Held::Missing, Held::TooOld] {
        world.keys.hold(held);
        world.keys.let_fetch(false);
        assert_eq!(world.refusal(&text), reason(Reason::KeysUnavailable));
        world.keys.let_fetch(true);
        assert_eq!(world.refusal(&text), Refused::NeedsKeys(CORP, unknown()));
    }
    // Two keys of one name: no fetch would settle which.
    let twins = [Signer::of(1, "issuer-1"), Signer::of(4, "issuer-1")];
    world.keys.hold(Held::Set(key_set(&twins)));
    assert_eq!(world.refusal(&token()), reason(Reason::TokenKeyUnknown));
    // Without a name, the one key that fits.
    world.keys.hold(Held::Set(key_set(&[issuer_key()])));
    let nameless = issuer_key().sign(&without(token_header(), "kid"), &token_claims());
    assert!(world.verify(&nameless).is_ok());
    assert_eq!(world.verifier.calls.get(), 1);
}

#[test]
fn the_signature_holds_under_that_key() {
    let world = World::default();
    let good = token();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let of_another = lacking("scope");
    let (_, foreign) = of_another.rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let other_claims = of_another.split('.').nth(1).unwrap();
    for (what, text) in [
        (
            "another key",
            stranger_key().sign(&token_header(), &token_claims()),
        ),
        (
            "the client's key",
            client_key().sign(&token_header(), &token_claims()),
        ),
        ("another token's signature", format!("{message}.{foreign}")),
        (
            "other claims",
            format!("{header}.{other_claims}.{signature}"),
        ),
        ("zeros", format!("{message}.{}", "A".repeat(86))),
        (
            "a short one",
            format!("{message}.{}", signature.get(..84).unwrap()),
        ),
    ] {
        assert_eq!(
            world.refusal(&text),
            reason(Reason::TokenSignature),
            "{what}"
        );
    }
    world
        .keys
        .hold(Held::Set(key_set(&[Signer::of(4, "issuer-1")])));
    assert_eq!(world.refusal(&good), reason(Reason::TokenSignature));
}
