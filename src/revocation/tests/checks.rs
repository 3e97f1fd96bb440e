//! One mutation of a good list, and the fault that it gives.

use super::{LIST, MAX_SIZE, claims, header, list, pack, read, signed, verified};
use crate::crypto::Pure;
use crate::crypto::signing::SigningKey;
use crate::revocation::status_list::{Expected, ListFault, MAX_TOKEN_BYTES, StatusList, verify};
use crate::testing::{
    NOW, NOW_SECS, Signer, issuer, issuer_key, key_set, stranger_key, test, with, without,
};
use crate::time::UnixTime;
use serde_json::{Value, json};
use std::time::Duration;

fn fault(found: Result<StatusList, ListFault>) -> Option<ListFault> {
    found.err()
}

#[test]
fn a_good_list_is_taken() {
    let list = verified(&claims());
    assert_eq!(list.issued_at(), UnixTime::from_secs(NOW_SECS - 60));
    assert_eq!(list.time_to_live(), Some(Duration::from_mins(5)));
    assert!(format!("{list:?}").len() < 80);
}

#[test]
fn the_header_must_be_a_status_lists() {
    for (what, header, expected) in [
        ("no type", without(header(), "typ"), ListFault::Type),
        (
            "an access token",
            with(header(), "typ", json!("at+jwt")),
            ListFault::Type,
        ),
        ("JWT", with(header(), "typ", json!("JWT")), ListFault::Type),
        (
            "a CWT's",
            with(header(), "typ", json!("statuslist+cwt")),
            ListFault::Type,
        ),
        (
            "none",
            with(header(), "alg", json!("none")),
            ListFault::Algorithm,
        ),
        (
            "a symmetric one",
            with(header(), "alg", json!("HS256")),
            ListFault::Algorithm,
        ),
        (
            "one not listed",
            with(header(), "alg", json!("ES384")),
            ListFault::Algorithm,
        ),
        (
            "another key",
            with(header(), "kid", json!("issuer-2")),
            ListFault::KeyUnknown,
        ),
        (
            "an extension",
            with(header(), "crit", json!(["x"])),
            ListFault::Malformed,
        ),
        (
            "a place for keys",
            with(header(), "jku", json!("https://evil.example")),
            ListFault::Malformed,
        ),
    ] {
        let text = issuer_key().sign(&header, &claims());
        assert_eq!(fault(read(&text)), Some(expected), "{what}");
    }
    for kind in ["application/statuslist+jwt", "StatusList+JWT"] {
        let text = issuer_key().sign(&with(header(), "typ", json!(kind)), &claims());
        assert_eq!(fault(read(&text)), None, "{kind}");
    }
}

#[test]
fn the_key_is_the_issuers_whatever_the_header_says() {
    let stranger = stranger_key();
    let text = stranger.sign(&header(), &claims());
    assert_eq!(fault(read(&text)), Some(ListFault::Signature));
    let own = with(header(), "jwk", stranger.jwk());
    let text = stranger.sign(&own, &claims());
    assert_eq!(fault(read(&text)), Some(ListFault::Signature));
    let other = Signer::with_key(SigningKey::ed25519(9), "issuer-1");
    let text = other.sign(&with(header(), "alg", json!("EdDSA")), &claims());
    assert_eq!(fault(read(&text)), Some(ListFault::Algorithm));
    let text = signed(&claims());
    let (message, _) = text.rsplit_once('.').unwrap();
    assert_eq!(
        fault(read(&format!("{message}."))),
        Some(ListFault::Malformed)
    );
    assert_eq!(
        fault(read(&format!("{message}.AAAA"))),
        Some(ListFault::Signature)
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_claim_is_of_its_type() {
    let claim = |name, value: Value| with(claims(), name, value);
    let content = |name, value: Value| {
        let mut claims = claims();
        claims["status_list"][name] = value;
        claims
    };
    let bare = |name| {
        let mut claims = claims();
        claims["status_list"] = without(claims["status_list"].clone(), name);
        claims
    };
    for (what, claims, expected) in [
        ("no sub", without(claims(), "sub"), ListFault::Subject),
        (
            "another list",
            claim("sub", json!("https://as.example.com/statuslists/2")),
            ListFault::Subject,
        ),
        (
            "another spelling",
            claim("sub", json!("https://AS.example.com/statuslists/1")),
            ListFault::Subject,
        ),
        (
            "a slash more",
            claim("sub", json!(format!("{LIST}/"))),
            ListFault::Subject,
        ),
        ("several", claim("sub", json!([LIST])), ListFault::Subject),
        (
            "another issuer",
            claim("iss", json!("https://evil.example")),
            ListFault::Subject,
        ),
        (
            "an issuer that is none",
            claim("iss", Value::Null),
            ListFault::Subject,
        ),
        ("no iat", without(claims(), "iat"), ListFault::Claims),
        ("a negative iat", claim("iat", json!(-1)), ListFault::Claims),
        (
            "a fractional iat",
            claim("iat", json!(1.5)),
            ListFault::Claims,
        ),
        (
            "iat ahead",
            claim("iat", json!(NOW_SECS + 6)),
            ListFault::Early,
        ),
        (
            "nbf ahead",
            claim("nbf", json!(NOW_SECS + 6)),
            ListFault::Early,
        ),
        (
            "exp past",
            claim("exp", json!(NOW_SECS - 5)),
            ListFault::Expired,
        ),
        (
            "exp before 1970",
            claim("exp", json!(-5)),
            ListFault::Claims,
        ),
        (
            "exp as text",
            claim("exp", json!("2000000000")),
            ListFault::Malformed,
        ),
        ("ttl zero", claim("ttl", json!(0)), ListFault::Claims),
        ("ttl negative", claim("ttl", json!(-1)), ListFault::Claims),
        ("ttl as text", claim("ttl", json!("300")), ListFault::Claims),
        (
            "no list",
            without(claims(), "status_list"),
            ListFault::Claims,
        ),
        ("no bits", bare("bits"), ListFault::Claims),
        ("three bits", content("bits", json!(3)), ListFault::Claims),
        (
            "sixteen bits",
            content("bits", json!(16)),
            ListFault::Claims,
        ),
        (
            "bits as text",
            content("bits", json!("1")),
            ListFault::Claims,
        ),
        ("no lst", bare("lst"), ListFault::Claims),
        (
            "lst as bytes",
            content("lst", json!([1, 2])),
            ListFault::Claims,
        ),
        (
            "padded",
            content("lst", json!("eNrbuRgAAhcBXQ==")),
            ListFault::Compression,
        ),
        (
            "trailing bits",
            content("lst", json!("eNrbuRgAAhcBXR")),
            ListFault::Compression,
        ),
        ("empty", content("lst", json!("")), ListFault::Compression),
        (
            "bare deflate",
            content("lst", json!("27kYAA")),
            ListFault::Compression,
        ),
        (
            "another checksum",
            content("lst", json!("eNrbuRgAAhcBXA")),
            ListFault::Compression,
        ),
        (
            "cut short",
            content("lst", json!("eNrbuRgAAhc")),
            ListFault::Compression,
        ),
    ] {
        assert_eq!(fault(read(&signed(&claims))), Some(expected), "{what}");
    }
    for (what, claims) in [
        ("its own iss", claim("iss", json!("https://as.example.com"))),
        ("no exp", without(claims(), "exp")),
        ("no ttl", without(claims(), "ttl")),
        ("a fractional ttl", claim("ttl", json!(0.5))),
        ("an endless ttl", claim("ttl", json!(1e90))),
        (
            "iat ahead within the leeway",
            claim("iat", json!(NOW_SECS + 5)),
        ),
        (
            "exp past within the leeway",
            claim("exp", json!(NOW_SECS - 4)),
        ),
        (
            "a place of others",
            content("aggregation_uri", json!("https://evil.example")),
        ),
    ] {
        assert_eq!(fault(read(&signed(&claims))), None, "{what}");
    }
}

#[test]
fn an_expired_list_knows_it() {
    let list = verified(&claims());
    let end = NOW_SECS + 600 + 5;
    assert!(!list.has_expired(UnixTime::from_secs(end - 1)));
    assert!(list.has_expired(UnixTime::from_secs(end)));
    let endless = verified(&without(claims(), "exp"));
    assert!(!endless.has_expired(UnixTime::from_secs(i64::MAX)));
}

#[test]
fn a_bomb_does_not_go_off() {
    let exact = pack(&vec![0; MAX_SIZE]);
    assert!(exact.len() < 2048);
    assert_eq!(fault(read(&signed(&list(8, &exact)))), None);
    for size in [MAX_SIZE + 1, 64 * MAX_SIZE] {
        let text = signed(&list(8, &pack(&vec![0; size])));
        assert!(text.len() < 128 * 1024);
        assert_eq!(fault(read(&text)), Some(ListFault::Compression), "{size}");
    }
    let expected = Expected {
        uri: LIST,
        issuer: &issuer(),
        keys: &key_set(&[issuer_key()]),
        max_size: 2,
    };
    let found = verify(&signed(&claims()), &expected, NOW, &Pure);
    assert_eq!(fault(found), None, "two bytes are in it");
    let expected = Expected {
        max_size: 1,
        ..expected
    };
    let found = verify(&signed(&claims()), &expected, NOW, &Pure);
    assert_eq!(fault(found), Some(ListFault::Compression));
}

#[test]
fn a_token_that_is_too_large_is_not_read() {
    let room = signed(&with(claims(), "pad", json!("")));
    let filled = |more: usize| {
        let bytes = (MAX_TOKEN_BYTES - room.len()) * 3 / 4 + more;
        signed(&with(claims(), "pad", json!("x".repeat(bytes))))
    };
    let (fits, over) = (filled(0), filled(2));
    assert!(fits.len() <= MAX_TOKEN_BYTES && over.len() > MAX_TOKEN_BYTES);
    assert_eq!(fault(read(&fits)), None);
    assert_eq!(fault(read(&over)), Some(ListFault::Malformed));
}
