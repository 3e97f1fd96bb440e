//! Keys and sets of keys.
#![expect(clippy::string_slice, reason = "base64 is ASCII")]

use super::*;
use crate::testing::test;

fn ec() -> String {
    members(&SigningKey::es256(1))
}

fn read(members: &str) -> Result<Jwk, BadJwk> {
    Jwk::parse(&json(&format!("{{{members}}}")))
}

const RSA: &str = r#""kty":"RSA","e":"AQAB","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw""#;

#[test]
fn public_keys_of_known_kinds_are_read() {
    for key in [
        SigningKey::es256(1),
        SigningKey::es384(1),
        SigningKey::ed25519(1),
    ] {
        let jwk = read(&members(&key)).unwrap();
        assert_eq!(jwk.key(), &key.public());
        assert_eq!(jwk.id(), None);
        for algorithm in Algorithm::ALL {
            assert_eq!(
                jwk.fits(*algorithm),
                *algorithm == key.algorithm(),
                "{algorithm:?}"
            );
        }
    }
    assert!(read(RSA).is_ok());
}

#[test]
fn private_material_is_never_taken() {
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        for value in [r#""AQAB""#, "null", "[]", r#""""#] {
            for key in [&ec(), RSA, r#""kty":"new""#] {
                let verdict = read(&format!(r#"{key},"{name}":{value}"#));
                assert_eq!(verdict, Err(BadJwk::Private), "{name} {value}");
            }
        }
    }
    assert_eq!(read(r#""kty":"oct","k":"AQAB""#), Err(BadJwk::Private));
    assert!(
        read(&format!(r#"{},"D":"AQAB""#, ec())).is_ok(),
        "names are exact"
    );
}

#[test]
fn purposes_that_are_stated_must_be_verification() {
    let rows = [
        (r#""use":"sig""#, true),
        (r#""use":"enc""#, false),
        (r#""use":"SIG""#, false),
        (r#""use":null"#, false),
        (r#""use":["sig"]"#, false),
        (r#""key_ops":["verify"]"#, true),
        (r#""key_ops":["sign","verify"]"#, true),
        (r#""key_ops":["sign"]"#, false),
        (r#""key_ops":[]"#, false),
        (r#""key_ops":"verify""#, false),
        (r#""key_ops":null"#, false),
        (
            r#""key_ops":["a","b","c","d","e","f","g","h","verify"]"#,
            false,
        ),
        (r#""use":"sig","key_ops":["encrypt"]"#, false),
        (r#""use":"enc","key_ops":["verify"]"#, false),
        (r#""alg":"ES256""#, true),
        (r#""alg":"ES384""#, false),
        (r#""alg":"RS256""#, false),
        (r#""alg":"none""#, false),
        (r#""alg":"ECDH-ES""#, false),
        (r#""alg":"es256""#, false),
        (r#""alg":null"#, false),
        (r#""kid":"a""#, true),
        (r#""kid":"""#, true),
        (r#""kid":1"#, false),
        (r#""kid":null"#, false),
        (r#""x5c":["anything"],"x5t":1,"ext":true"#, true),
    ];
    for (members, usable) in rows {
        let verdict = read(&format!("{},{members}", ec()));
        assert_eq!(verdict.is_ok(), usable, "{members}");
        assert!(usable || verdict == Err(BadJwk::Unusable), "{members}");
    }
    let edwards = members(&SigningKey::ed25519(1));
    for name in ["EdDSA", "Ed25519"] {
        let jwk = read(&format!(r#"{edwards},"alg":"{name}""#)).unwrap();
        assert!(jwk.fits(Algorithm::Ed25519));
    }
    let pinned = read(&format!(r#"{RSA},"alg":"PS256""#)).unwrap();
    assert!(pinned.fits(Algorithm::Ps256) && !pinned.fits(Algorithm::Rs256));
    let free = read(RSA).unwrap();
    assert!(free.fits(Algorithm::Ps256) && free.fits(Algorithm::Rs256));
}

#[test]
fn numbers_have_one_spelling_and_kinds_do_not_mix() {
    let (x, y) = SigningKey::es256(1).numbers();
    let (xt, yt) = (encode(&x), encode(&y));
    let key = |kty: &str, crv: &str, x: &str, y: &str| {
        read(&format!(
            r#""kty":"{kty}","crv":"{crv}","x":"{x}","y":"{y}""#
        ))
    };
    assert!(key("EC", "P-256", &xt, &yt).is_ok());
    // 32 bytes take 43 characters, of which the last has two unused bits.
    let last = char::from(xt.as_bytes()[42]);
    let next = char::from_u32(u32::from(last) + 1).unwrap();
    let stray = format!("{}{next}", &xt[..42]);
    let padded_y = encode([&[0], &y[..]].concat());
    for (kty, crv, x, y) in [
        ("EC", "P-256", stray.as_str(), yt.as_str()),
        ("EC", "P-256", &format!("{xt}="), &yt),
        ("EC", "P-256", &format!(" {xt}"), &yt),
        ("EC", "P-256", &format!("{xt}\\n"), &yt),
        ("EC", "P-256", "", ""),
        ("EC", "P-256", &encode(&x[1..]), &yt),
        ("EC", "P-256", &encode([&[0], &x[..]].concat()), &yt),
        ("EC", "P-256", &xt, &padded_y),
        ("EC", "P-256", &yt, &xt),
        ("EC", "P-384", &xt, &yt),
        ("EC", "P-521", &xt, &yt),
        ("EC", "secp256k1", &xt, &yt),
        ("EC", "p-256", &xt, &yt),
        ("EC", "Ed25519", &xt, &yt),
        ("OKP", "P-256", &xt, &yt),
        ("OKP", "X25519", &xt, &yt),
        ("OKP", "Ed448", &xt, &yt),
        ("RSA", "P-256", &xt, &yt),
        ("ec", "P-256", &xt, &yt),
        ("oct", "P-256", &xt, &yt),
        ("AKP", "P-256", &xt, &yt),
    ] {
        assert_eq!(
            key(kty, crv, x, y),
            Err(BadJwk::Unusable),
            "{kty} {crv} {x} {y}"
        );
    }
    for missing in ["kty", "crv", "x", "y"] {
        let absent = ec().replace(&format!("\"{missing}\""), "\"other\"");
        assert_eq!(read(&absent), Err(BadJwk::Unusable), "{missing}");
    }
    assert_eq!(
        read(&ec().replace("\"P-256\"", "256")),
        Err(BadJwk::Unusable)
    );
    for bad in ["null", "[]", "\"EC\"", "1"] {
        assert_eq!(Jwk::parse(&json(bad)), Err(BadJwk::Unusable), "{bad}");
    }
    let weak = encode([0; 32]);
    let weak = format!(r#""kty":"OKP","crv":"Ed25519","x":"{weak}""#);
    assert_eq!(read(&weak), Err(BadJwk::Unusable), "small order");
    for (from, to) in [
        ("AQAB", "AAEAAQ"),
        ("AQAB", "AQ"),
        ("AQAB", "Aw"),
        ("AQAB", "AQAA"),
        ("AQAB", ""),
        ("AQAB", "AQAB="),
        ("\"n\":\"0vx7", "\"n\":\"ANL8ew"),
        ("\"n\":\"0vx7", "\"n\":\""),
        ("nqDKgw", "nqDKgx"),
        ("nqDKgw", "nqDKgg"),
    ] {
        assert_eq!(
            read(&RSA.replace(from, to)),
            Err(BadJwk::Unusable),
            "{from} {to}"
        );
    }
}

#[test]
fn a_set_is_read_whole_or_not_at_all() {
    let parse = |text: &str| KeySet::parse(text.as_bytes()).map(|set| set.keys().len());
    let good = format!("{{{}}}", ec());
    assert_eq!(parse(&format!(r#"{{"keys":[{good}]}}"#)), Ok(1));
    let others = r#"{"kty":"EC","crv":"P-521","x":"a","y":"b"},{"kty":"AKP"},1,null,{"use":"enc"}"#;
    assert_eq!(
        parse(&format!(r#"{{"keys":[{others},{good}],"more":{{}}}}"#)),
        Ok(1)
    );
    for row in [r#"{"keys":[]}"#, r#"{"keys":[{"kty":"AKP"}]}"#] {
        assert_eq!(parse(row), Err(KeySetFault::Empty), "{row}");
    }
    for row in [
        String::new(),
        "[]".to_owned(),
        "{}".to_owned(),
        good.clone(),
        r#"{"keys":{}}"#.to_owned(),
        r#"{"keys":null}"#.to_owned(),
        format!(r#"{{"keys":[{good}],"keys":[]}}"#),
        format!(r#"{{"keys":[{good}]}} "x""#),
        format!(r#"{{"keys":[{{{0},"x":"a"}}]}}"#, ec()),
        "<html>".to_owned(),
    ] {
        assert_eq!(parse(&row), Err(KeySetFault::Malformed), "{row}");
    }
    for private in [
        format!(r#"{{{},"d":"AQ"}}"#, ec()),
        r#"{"kty":"oct","k":"AQ"}"#.to_owned(),
        r#"{"kty":"RSA","use":"enc","p":"AQ"}"#.to_owned(),
        r#"{"kty":"unknown","d":"AQ"}"#.to_owned(),
    ] {
        let set = format!(r#"{{"keys":[{good},{private}]}}"#);
        assert_eq!(parse(&set), Err(KeySetFault::Private), "{private}");
    }
    let many = |count: usize| format!(r#"{{"keys":[{}]}}"#, vec![good.as_str(); count].join(","));
    assert_eq!(parse(&many(64)), Ok(64));
    assert_eq!(parse(&many(65)), Err(KeySetFault::Malformed));
    let set = format!(r#"{{"keys":[{good}]}}"#);
    let sized = |bytes: usize| format!("{set}{}", " ".repeat(bytes - set.len()));
    assert_eq!(parse(&sized(262_144)), Ok(1));
    assert_eq!(parse(&sized(262_145)), Err(KeySetFault::Malformed));
}

#[test]
fn a_key_is_chosen_by_its_name_and_by_what_it_is_for() {
    let key = |seed: u8, more: &str| format!("{{{}{more}}}", members(&SigningKey::es256(seed)));
    let edwards = format!(r#"{{{},"kid":"b"}}"#, members(&SigningKey::ed25519(1)));
    let text = format!(
        r#"{{"keys":[{},{edwards},{},{},{},{{{RSA},"kid":"r"}},{{"kty":"AKP","kid":"q"}}]}}"#,
        key(1, r#","kid":"b""#),
        key(2, r#","kid":"a""#),
        key(3, r#","kid":"twice""#),
        key(4, r#","kid":"twice""#),
    );
    let set = KeySet::parse(text.as_bytes()).unwrap();
    let one = |kid, algorithm| match set.select(Some(kid), algorithm) {
        Selection::One(jwk) => Some(jwk.key().clone()),
        Selection::Unknown | Selection::Unfit => None,
    };
    assert_eq!(
        one("a", Algorithm::Es256),
        Some(SigningKey::es256(2).public())
    );
    assert_eq!(
        one("b", Algorithm::Es256),
        Some(SigningKey::es256(1).public())
    );
    assert_eq!(
        one("b", Algorithm::Ed25519),
        Some(SigningKey::ed25519(1).public())
    );
    assert_eq!(one("r", Algorithm::Rs256), one("r", Algorithm::Ps256));
    for (kid, algorithm, expected) in [
        (Some("a"), Algorithm::Es384, Selection::Unfit),
        (Some("a"), Algorithm::Rs256, Selection::Unfit),
        (Some("twice"), Algorithm::Es256, Selection::Unfit),
        (Some("q"), Algorithm::Es256, Selection::Unknown),
        (Some("A"), Algorithm::Es256, Selection::Unknown),
        (Some(""), Algorithm::Es256, Selection::Unknown),
        (Some("a "), Algorithm::Es256, Selection::Unknown),
        (None, Algorithm::Es256, Selection::Unfit),
        (None, Algorithm::Es384, Selection::Unknown),
    ] {
        assert_eq!(
            set.select(kid, algorithm),
            expected,
            "{kid:?} {algorithm:?}"
        );
    }
    assert!(matches!(
        set.select(None, Algorithm::Ed25519),
        Selection::One(_)
    ));

    let nameless = format!(r#"{{"keys":[{},{}]}}"#, key(1, ""), key(2, r#","kid":"""#));
    let set = KeySet::parse(nameless.as_bytes()).unwrap();
    assert!(
        matches!(set.select(Some(""), Algorithm::Es256), Selection::One(jwk)
        if *jwk.key() == SigningKey::es256(2).public())
    );
    assert_eq!(set.select(Some("x"), Algorithm::Es256), Selection::Unknown);
    assert_eq!(
        KeySet::default().select(None, Algorithm::Es256),
        Selection::Unknown
    );
}
