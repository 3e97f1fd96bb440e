//! Attacks on the compact serialization, each one change to a token that verifies.

use super::*;
use crate::testing::test;

pub(super) const HEADER: &str = r#"{"alg":"ES256","typ":"at+jwt","kid":"1"}"#;
pub(super) const CLAIMS: &str = r#"{"iss":"https://issuer.example","exp":1700000000}"#;

pub(super) fn key() -> SigningKey {
    SigningKey::es256(1)
}

pub(super) fn parse(text: &str) -> Result<Untrusted<'_>, Malformed> {
    Untrusted::parse(text, LIMITS)
}

/// Parses and verifies under the key and algorithm that the caller pinned.
#[expect(
    clippy::unwrap_in_result,
    reason = "a test that cannot parse its token has failed"
)]
pub(super) fn verdict(text: &str) -> Result<Verified, InvalidSignature> {
    parse(text)
        .unwrap()
        .verify(Algorithm::Es256, &key().public(), &Pure)
}

#[test]
fn a_good_token_says_what_is_in_it() {
    let text = token(HEADER, CLAIMS, &key());
    let untrusted = parse(&text).unwrap();
    assert_eq!(untrusted.algorithm(), "ES256");
    assert_eq!(untrusted.media_type(), Some("at+jwt"));
    assert_eq!(untrusted.key_id(), Some("1"));
    assert_eq!(untrusted.header(), &json(HEADER));
    assert_eq!(untrusted.unverified_claims(), &json(CLAIMS));
    assert_eq!(format!("{untrusted:?}"), "Untrusted { .. }");
    let verified = verdict(&text).unwrap();
    assert_eq!(verified.header(), &json(HEADER));
    assert_eq!(verified.claims(), &json(CLAIMS));
    assert_eq!(verified.engine(), Engine::Pure);
    assert_eq!(format!("{verified:?}"), "Verified { engine: Pure, .. }");
    assert_eq!(verified.into_claims(), json(CLAIMS));

    let bare = token(r#"{"alg":"ES256"}"#, "{}", &key());
    let untrusted = parse(&bare).unwrap();
    assert_eq!((untrusted.media_type(), untrusted.key_id()), (None, None));
    assert!(verdict(&bare).is_ok());
}

#[test]
fn the_algorithm_is_the_one_that_was_pinned() {
    for name in [
        "none", "None", "nOnE", "HS256", "es256", "ES384", "EdDSA", "RS256", "ES256 ", "Ed25519",
    ] {
        let text = token(HEADER.replace("ES256", name), CLAIMS, &key());
        assert_eq!(verdict(&text).unwrap_err(), InvalidSignature, "{name}");
    }
    let text = token(HEADER, CLAIMS, &key());
    for algorithm in Algorithm::ALL
        .iter()
        .filter(|other| **other != Algorithm::Es256)
    {
        let untrusted = parse(&text).unwrap();
        assert!(
            untrusted
                .verify(*algorithm, &key().public(), &Pure)
                .is_err(),
            "{algorithm:?}"
        );
    }
    // An HMAC under the public key as it is published: no engine computes one.
    let input = format!(
        "{}.{}",
        encode(HEADER.replace("ES256", "HS256")),
        encode(CLAIMS)
    );
    let secret = crate::crypto::digest::sha256(&[key().public().spki(), input.as_bytes()]);
    let forged = format!("{input}.{}", encode(secret));
    assert_eq!(
        Algorithm::from_name(parse(&forged).unwrap().algorithm()),
        None
    );
    assert!(verdict(&forged).is_err());
}

#[test]
fn ed25519_has_two_names() {
    let key = SigningKey::ed25519(1);
    for (name, holds) in [
        ("EdDSA", true),
        ("Ed25519", true),
        ("ed25519", false),
        ("ES256", false),
    ] {
        let text = token(format!(r#"{{"alg":"{name}"}}"#), CLAIMS, &key);
        let verdict = parse(&text)
            .unwrap()
            .verify(Algorithm::Ed25519, &key.public(), &Pure);
        assert_eq!(verdict.is_ok(), holds, "{name}");
    }
}

#[test]
fn keys_in_the_header_are_seen_and_not_used() {
    let attacker = SigningKey::es256(66);
    for member in [
        format!(r#""jwk":{{{}}}"#, members(&attacker)),
        r#""x5c":["MIIB"]"#.to_owned(),
        r#""x5t":"lDpwLQbzRZmu4fjajvn3KWAx1pk""#.to_owned(),
        r#""x5t#S256":"A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0""#.to_owned(),
    ] {
        let header = HEADER.replace("\"kid\":\"1\"", &member);
        let text = token(&header, CLAIMS, &attacker);
        assert_eq!(parse(&text).unwrap().header(), &json(&header), "visible");
        assert_eq!(verdict(&text).unwrap_err(), InvalidSignature, "{member}");
        assert!(verdict(&token(&header, CLAIMS, &key())).is_ok(), "{member}");
    }
}

#[test]
fn headers_that_ask_for_more_are_malformed() {
    let rows = [
        "{}",
        r#"{"typ":"at+jwt"}"#,
        r#"{"alg":""}"#,
        r#"{"alg":null}"#,
        r#"{"alg":256}"#,
        r#"{"alg":["ES256"]}"#,
        r#"{"alg":{"ES256":1}}"#,
        r#"{"alg":"ES256","crit":["exp"]}"#,
        r#"{"alg":"ES256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"ES256","crit":[]}"#,
        r#"{"alg":"ES256","crit":["alg"]}"#,
        r#"{"alg":"ES256","crit":"exp"}"#,
        r#"{"alg":"ES256","crit":null}"#,
        r#"{"alg":"ES256","\u0063rit":[]}"#,
        r#"{"alg":"ES256","b64":true}"#,
        r#"{"alg":"ES256","b64":false}"#,
        r#"{"alg":"ES256","jku":"https://attacker.example/keys"}"#,
        r#"{"alg":"ES256","x5u":"https://attacker.example/cert"}"#,
        r#"{"alg":"ES256","enc":"A256GCM"}"#,
        r#"{"alg":"ES256","zip":"DEF"}"#,
        r#"{"alg":"ES256","typ":1}"#,
        r#"{"alg":"ES256","typ":null}"#,
        r#"{"alg":"ES256","typ":["at+jwt"]}"#,
        r#"{"alg":"ES256","kid":1}"#,
        r#"{"alg":"ES256","kid":null}"#,
        r#"{"alg":"ES256","kid":{"a":1}}"#,
        r#"{"alg":"ES256","cty":1}"#,
        r#"{"alg":"ES256","cty":null}"#,
        r#"{"alg":"ES256","cty":"JWT"}"#,
        r#"{"alg":"ES256","cty":""}"#,
        r#"{"alg":"ES256","x5t":"c2hvcnQ"}"#,
        r#"{"alg":"ES256","x5t":1}"#,
        r#"{"alg":"none","alg":"ES256"}"#,
        r#"{"alg":"ES256","jwk":{"kty":"EC","kty":"RSA"}}"#,
        r#"{"alg":"ES256",}"#,
        r#"{"alg":"ES256"} {}"#,
        r#"{"alg":"ES256"}x"#,
        r#"["ES256"]"#,
        r#""ES256""#,
        "null",
        "\u{feff}{\"alg\":\"ES256\"}",
    ];
    for row in rows {
        assert_eq!(
            parse(&token(row, CLAIMS, &key())).unwrap_err(),
            Malformed,
            "{row}"
        );
    }
    let latin = [&b"{\"alg\":\"ES256\",\"kid\":\"\xff\"}"[..], b""].concat();
    assert_eq!(parse(&token(latin, CLAIMS, &key())).unwrap_err(), Malformed);
    let wide = [0xff, 0xfe, b'{', 0, b'}', 0];
    assert_eq!(parse(&token(wide, CLAIMS, &key())).unwrap_err(), Malformed);

    for (length, well_formed) in [(0, true), (256, true), (257, false)] {
        let header = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, "k".repeat(length));
        assert_eq!(
            parse(&token(header, CLAIMS, &key())).is_ok(),
            well_formed,
            "{length}"
        );
    }
    let wild = r#"{"alg":"ES256","kid":"../../etc/passwd' OR 1=1 --"}"#;
    let text = token(wild, CLAIMS, &key());
    assert_eq!(
        parse(&text).unwrap().key_id(),
        Some("../../etc/passwd' OR 1=1 --")
    );
    for json in ["json", "JSON"] {
        let header = format!(r#"{{"alg":"ES256","cty":"{json}"}}"#);
        assert!(verdict(&token(header, CLAIMS, &key())).is_ok());
    }
}

#[test]
fn claims_are_one_object_without_ambiguity() {
    let rows = [
        "",
        " ",
        "null",
        "[]",
        r#""{}""#,
        r#"[{"iss":"a"}]"#,
        r#"{"exp":1,"exp":2}"#,
        r#"{"cnf":{"jkt":"a","jkt":"b"}}"#,
        r#"{"amount":1,"\u0061mount":2}"#,
        r#"{"iss":"a"}{"iss":"b"}"#,
        r#"{"exp":"1700000000"}"#,
        r#"{"exp":null}"#,
        r#"{"exp":true}"#,
        r#"{"nbf":[1]}"#,
        r#"{"iat":{}}"#,
        r#"{"exp":NaN}"#,
        r#"{"exp":Infinity}"#,
        r#"{"exp":1e400}"#,
        r#"{"exp":1e99}"#,
        r#"{"exp":-1e99}"#,
        r#"{"exp":9223372036854775807}"#,
        r#"{"nbf":99999999999999999999999999}"#,
        r#"{"iat":8200000000000}"#,
        r#"{"x":1e400}"#,
        r#"{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}"#,
    ];
    for row in rows {
        assert_eq!(
            parse(&token(HEADER, row, &key())).unwrap_err(),
            Malformed,
            "{row}"
        );
    }
}

/// Two parsers read the claims; this keeps the second from refusing what the first lets through,
/// so that a verdict on the signature is about the signature.
#[test]
fn what_is_well_formed_verifies() {
    let digits = "9".repeat(99);
    let numbers = format!(r#"{{"x":{digits},"y":-{digits},"z":1E+99,"w":1e-99}}"#);
    let audiences = format!(r#"{{"aud":[{}"a"]}}"#, r#""a","#.repeat(1_000));
    let rows = [
        r#"{"exp":1700000000.5,"nbf":-1,"iat":0}"#,
        r#"{"exp":1.7e9,"nbf":-0,"iat":-0.0}"#,
        r#"{"exp":8199999999999,"nbf":-8199999999999,"iat":8199999999999.9}"#,
        r#"{"exp":8.1999e12,"x":18446744073709551616}"#,
        r#"{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}"#,
        r#"{"\u0000":"\ud83d\ude00\u0000\/","":null,"expiration":"x","custom":1}"#,
        &numbers,
        &audiences,
        " {\r\n\t} ",
    ];
    for row in rows {
        assert!(verdict(&token(HEADER, row, &key())).is_ok(), "{row}");
    }
}

#[test]
fn size_and_depth_are_bounded() {
    let text = token(HEADER, CLAIMS, &key());
    let at = |bytes| Untrusted::parse(&text, Limits { bytes, depth: 8 }).is_ok();
    assert!(at(text.len()));
    assert!(!at(text.len() - 1));
    let deep = |levels: usize| {
        let claims = format!(r#"{{"a":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
        parse(&token(HEADER, claims, &key())).is_ok()
    };
    assert!(deep(7));
    assert!(!deep(8));
    let many = format!(r#"{{"aud":[{}"a"]}}"#, r#""a","#.repeat(10_000));
    assert_eq!(parse(&token(HEADER, many, &key())).unwrap_err(), Malformed);
    let header = format!(
        r#"{{"alg":"ES256","x":{}{}}}"#,
        "[".repeat(500),
        "]".repeat(500)
    );
    assert_eq!(
        parse(&token(header, CLAIMS, &key())).unwrap_err(),
        Malformed
    );
}

#[test]
fn signatures_that_hold_for_everything_hold_for_nothing() {
    let (input, signature) = {
        let text = token(HEADER, CLAIMS, &key());
        let (input, signature) = text.rsplit_once('.').unwrap();
        (input.to_owned(), URL_SAFE_NO_PAD.decode(signature).unwrap())
    };
    let der = p256_der(&signature);
    for (name, signature) in [
        ("zero", vec![0; 64]),
        ("r zero", [&[0; 32], &signature[32..]].concat()),
        ("DER", der),
        ("short", signature[..63].to_vec()),
        ("long", [&signature[..], &[0]].concat()),
        ("one byte", vec![0]),
        ("HMAC length", vec![0x5a; 32]),
    ] {
        let text = format!("{input}.{}", encode(signature));
        assert_eq!(verdict(&text).unwrap_err(), InvalidSignature, "{name}");
    }
    let other = SigningKey::es256(2);
    assert!(
        verdict(&token(HEADER, CLAIMS, &other)).is_err(),
        "another key"
    );
    let large = SigningKey::es384(1);
    let text = token(HEADER.replace("ES256", "ES384"), CLAIMS, &large);
    let cross = parse(&text)
        .unwrap()
        .verify(Algorithm::Es384, &key().public(), &Pure);
    assert_eq!(cross.unwrap_err(), InvalidSignature, "P-256 key for ES384");
}

/// The DER form of r || s, for numbers of this length.
fn p256_der(signature: &[u8]) -> Vec<u8> {
    let integer = |half: &[u8]| {
        let sign: &[u8] = if half[0] < 0x80 { &[] } else { &[0] };
        let length = u8::try_from(sign.len().saturating_add(half.len())).unwrap();
        [&[2, length], sign, half].concat()
    };
    let body = [integer(&signature[..32]), integer(&signature[32..])].concat();
    [&[0x30, u8::try_from(body.len()).unwrap()], &body[..]].concat()
}
