//! One row or more for each check of the list.

use super::*;
use crate::crypto::signing::SigningKey;
use crate::testing::{proof, stranger_key, test, with};
use serde_json::json;

#[test]
fn there_is_one_proof() {
    let good = proof(&token());
    let joined = format!("{good}, {good}");
    for (what, fields, expected) in [
        ("none", &[][..], Reason::ProofMissing),
        (
            "another field",
            &[("x-dpop", good.as_str())],
            Reason::ProofMissing,
        ),
        (
            "two lines",
            &[("dpop", good.as_str()), ("dpop", good.as_str())],
            Reason::ProofRepeated,
        ),
        (
            "a comma",
            &[("dpop", joined.as_str())],
            Reason::ProofRepeated,
        ),
        (
            "a trailing comma",
            &[("dpop", "a.b.c,")],
            Reason::ProofRepeated,
        ),
        ("empty", &[("dpop", "")], Reason::ProofMalformed),
        ("not text", &[("dpop", "é")], Reason::ProofMalformed),
    ] {
        assert_eq!(judge_at(NOW, fields), Err(expected), "{what}");
    }
}

#[test]
fn a_proof_is_a_strict_compact_jws() {
    let good = proof(&token());
    let [header, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else {
        panic!("three segments")
    };
    let key = client_key();
    let (head_text, claims_text) = (
        proof_header(&key).to_string(),
        proof_claims(&token()).to_string(),
    );
    let open = claims_text.strip_suffix('}').unwrap();
    let long = |size: usize| claiming("pad", json!("x".repeat(size)));
    assert!(judge(&long(2500)).is_ok());
    for (what, text) in [
        ("two segments", format!("{header}.{claims}")),
        ("four segments", format!("{good}.a")),
        ("no signature", format!("{header}.{claims}.")),
        ("padding", format!("{good}=")),
        ("a space", format!(" {good}")),
        (
            "another alphabet",
            good.replace('-', "+").replace('_', "/") + "+/",
        ),
        (
            "a repeated member",
            key.sign_text(&head_text, &format!("{open},\"htm\":\"POST\"}}")),
        ),
        (
            "something after",
            key.sign_text(&head_text, &format!("{claims_text} 1")),
        ),
        ("a list", key.sign_text(&head_text, "[]")),
        ("not UTF-8", format!("{header}.{}.{signature}", "_w")),
        ("too large", long(2700)),
        (
            "too deep",
            key.sign_text(
                &head_text,
                &format!("{open},\"a\":{}{}}}", "[".repeat(9), "]".repeat(9)),
            ),
        ),
        ("crit", minted(|header, _| header["crit"] = json!(["b64"]))),
        ("b64", minted(|header, _| header["b64"] = json!(false))),
    ] {
        assert_eq!(judge(&text), Err(Reason::ProofMalformed), "{what}");
    }
}

#[test]
fn what_must_be_there_is_there_and_of_its_type() {
    for name in ["alg", "jwk", "jti", "htm", "htu", "iat", "ath"] {
        assert_eq!(
            judge(&lacking(name)),
            Err(Reason::ProofMalformed),
            "without {name}"
        );
    }
    for (name, value) in [
        ("jti", json!("")),
        ("jti", json!(1)),
        ("jti", json!("x".repeat(257))),
        ("htm", json!(["POST"])),
        ("htu", json!(null)),
        ("htu", json!([TARGET])),
        ("iat", json!(NOW_SECS.to_string())),
        ("iat", json!(1_700_000_000.5)),
        ("iat", json!(1.0e300)),
        ("ath", json!(null)),
    ] {
        let found = judge(&claiming(name, value.clone()));
        assert_eq!(found, Err(Reason::ProofMalformed), "{name}: {value}");
    }
    let longest = "x".repeat(256);
    let found = judge(&claiming("jti", json!(longest))).unwrap();
    assert_eq!(found.id(), &sha256(&[longest.as_bytes()]));
}

#[test]
fn no_other_kind_of_jwt_is_a_proof() {
    assert_eq!(judge(&lacking("typ")), Err(Reason::ProofType));
    for typ in [
        "JWT",
        "at+jwt",
        "application/dpop+jwt",
        "txntoken+jwt",
        "logout+jwt",
        "wit+jwt",
        "wpt+jwt",
        "dpop",
        "dpop+jwt ",
        "",
    ] {
        let text = minted(|header, _| header["typ"] = json!(typ));
        assert_eq!(judge(&text), Err(Reason::ProofType), "{typ}");
    }
    assert_eq!(
        judge(&token()),
        Err(Reason::ProofType),
        "a token is no proof"
    );
    assert!(judge(&minted(|header, _| header["typ"] = json!("DPoP+JWT"))).is_ok());
}

#[test]
fn the_algorithm_is_the_policys() {
    for name in [
        "none", "None", "HS256", "RS256", "ES384", "EdDSA", "es256", "ES256K",
    ] {
        let text = minted(|header, _| header["alg"] = json!(name));
        assert_eq!(judge(&text), Err(Reason::ProofAlgorithm), "{name}");
    }
}

#[test]
fn every_algorithm_of_the_policy_passes() {
    let names = ["ES256", "ES384", "EdDSA", "Ed25519"];
    let keys = [
        SigningKey::es256(5),
        SigningKey::es384(5),
        SigningKey::ed25519(5),
        SigningKey::ed25519(5),
    ];
    for (key, name) in keys.into_iter().zip(names) {
        let rules = Rules {
            algorithms: vec![Algorithm::Es256, Algorithm::Es384, Algorithm::Ed25519],
            ..dpop_rules()
        };
        let signer = Signer::with_key(key, "client");
        let header = with(proof_header(&signer), "alg", json!(name));
        let text = signer.sign(&header, &proof_claims(&token()));
        let head = head(METHOD, "/", &[("dpop", &text)]);
        let found = proven(&rules, &head, METHOD, TARGET, &signer, NOW).unwrap();
        assert_eq!(found.thumbprint(), &signer.thumbprint(), "{name}");
    }
}

#[test]
fn the_key_is_public_and_usable() {
    let key = client_key();
    // Any value says that a private key was sent.
    let secret = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    let oct = json!({ "kty": "oct", "k": "AAAA" });
    let p384 = json!({ "kty": "EC", "crv": "P-384", "x": key.jwk()["x"], "y": key.jwk()["y"] });
    let ed25519 = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    for (what, jwk) in [
        ("private", with(key.jwk(), "d", json!(secret))),
        (
            "private, of another kind",
            with(key.jwk(), "k", json!("AAAA")),
        ),
        ("symmetric", oct),
        ("of another curve", p384),
        ("of another algorithm", ed25519),
        (
            "bound to another algorithm",
            with(key.jwk(), "alg", json!("ES384")),
        ),
        ("for encryption", with(key.jwk(), "use", json!("enc"))),
        (
            "off the curve",
            with(key.jwk(), "x", key.jwk()["y"].clone()),
        ),
        ("a name", json!("client")),
        ("a list", json!([key.jwk()])),
        ("empty", json!({})),
    ] {
        let text = minted(|header, _| header["jwk"] = jwk);
        assert_eq!(judge(&text), Err(Reason::ProofKey), "{what}");
    }
}

#[test]
fn the_key_is_the_one_that_the_token_is_bound_to() {
    let stranger = stranger_key();
    let text = stranger.sign(&proof_header(&stranger), &proof_claims(&token()));
    assert_eq!(judge(&text), Err(Reason::ProofKeyMismatch));
    // The client's name on the stranger's key changes nothing.
    let header = with(proof_header(&stranger), "kid", json!(client_key().jkt()));
    let text = stranger.sign(&header, &proof_claims(&token()));
    assert_eq!(judge(&text), Err(Reason::ProofKeyMismatch));
}

#[test]
fn the_signature_holds_under_that_key() {
    let good = proof(&token());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let other = claiming("jti", json!("proof-2"));
    let (_, foreign) = other.rsplit_once('.').unwrap();
    for (what, text) in [
        (
            "another key's",
            stranger_key().sign(&proof_header(&client_key()), &proof_claims(&token())),
        ),
        ("another proof's", format!("{message}.{foreign}")),
        ("zeros", format!("{message}.{}", "A".repeat(86))),
        (
            "short",
            format!("{message}.{}", signature.get(..84).unwrap()),
        ),
    ] {
        assert_eq!(judge(&text), Err(Reason::ProofSignature), "{what}");
    }
}

#[test]
fn the_method_is_compared_exactly() {
    for method in ["post", "Post", "GET", "POST ", "", "POSTS"] {
        assert_eq!(
            judge(&claiming("htm", json!(method))),
            Err(Reason::ProofMethod),
            "{method}"
        );
    }
}

#[test]
fn the_target_is_compared_in_normal_form() {
    for target in [
        "https://api.example.com/accounts/7/transfers",
        "HTTPS://API.Example.com/accounts/7/transfers",
        "https://api.example.com:443/accounts/7/transfers",
        "https://api.example.com/accounts/7/transfers?dry=2&x",
        "https://api.example.com/accounts/7/transfers#fragment",
        "https://api.example.com/accounts/%37/transfers",
        "https://api.example.com/accounts/8/../7/./transfers",
    ] {
        assert!(judge(&claiming("htu", json!(target))).is_ok(), "{target}");
    }
    for target in [
        "",
        "/accounts/7/transfers",
        "http://api.example.com/accounts/7/transfers",
        "https://api.example.com:8443/accounts/7/transfers",
        "https://api.example.com.evil.example/accounts/7/transfers",
        "https://api.example.com@evil.example/accounts/7/transfers",
        "https://u@api.example.com/accounts/7/transfers",
        "https://api.example.com/accounts/7/transfers/",
        "https://api.example.com/accounts/7/Transfers",
        "https://api.example.com/accounts/7%2ftransfers",
        "https://api.example.com//accounts/7/transfers",
        "https://api.example.com/accounts/7/transfers;a=b",
        "https://api.example.com/accounts/7",
        "https://api.example.com/accounts/7/transfers ",
        "https://api.example.com/accounts/7/transfers%00",
    ] {
        assert_eq!(
            judge(&claiming("htu", json!(target))),
            Err(Reason::ProofTarget),
            "{target}"
        );
    }
}

#[test]
fn the_window_is_closed_at_both_ends() {
    let good = proof(&token());
    for (millis, expected) in [
        (-10_001, Err(Reason::ProofEarly)),
        (-10_000, Ok(())),
        (0, Ok(())),
        (60_000, Ok(())),
        (60_001, Err(Reason::ProofExpired)),
    ] {
        let now = UnixTime::from_millis(NOW.millis() + millis);
        let found = judge_at(now, &[("dpop", &good)]).map(|_| ());
        assert_eq!(found, expected, "{millis} ms after iat");
    }
    for iat in [-1, 0] {
        assert_eq!(
            judge(&claiming("iat", json!(iat))),
            Err(Reason::ProofExpired),
            "{iat}"
        );
    }
}

#[test]
fn the_proof_is_for_this_token() {
    let other = proof_claims(&format!("{}x", token()));
    for ath in [
        other["ath"].clone(),
        json!(""),
        json!(token()),
        json!(client_key().jkt()),
        json!(format!(
            "{}=",
            proof_claims(&token())["ath"].as_str().unwrap()
        )),
    ] {
        assert_eq!(
            judge(&claiming("ath", ath.clone())),
            Err(Reason::ProofToken),
            "{ath}"
        );
    }
}

#[test]
fn other_keys_of_the_header_are_nobodys() {
    // A key that is named, or lies beside, is not looked at: only `jwk` counts.
    let text = minted(|header, _| {
        header["kid"] = json!("issuer-1");
        header["x5c"] = json!(["MIIB"]);
        header["x5t#S256"] = json!(client_key().jkt());
    });
    assert!(judge(&text).is_ok());
    let signed_by_the_named = Signer::of(1, "issuer-1").sign(
        &with(proof_header(&client_key()), "kid", json!("issuer-1")),
        &proof_claims(&token()),
    );
    assert_eq!(judge(&signed_by_the_named), Err(Reason::ProofSignature));
}
