//! One row or more for each check of the list that the drafts share.

use super::*;
use crate::testing::test;

#[test]
fn a_proof_is_a_strict_compact_jws() {
    let good = minted(|_, _| {});
    let (head_text, claims_text) = (header().to_string(), claims().to_string());
    let open = claims_text.strip_suffix('}').unwrap();
    let long = |size: usize| claiming("pad", json!("x".repeat(size)));
    assert!(judge(&long(2500)).is_ok());
    let (start, _) = good.rsplit_once('.').unwrap();
    for (what, text) in [
        ("nothing", String::new()),
        ("two segments", start.to_owned()),
        ("four segments", format!("{good}.a")),
        ("no signature", format!("{start}.")),
        ("padding", format!("{good}=")),
        ("something after", format!("{good} x")),
        (
            "a repeated member",
            client_key().sign_text(&head_text, &format!("{open},\"jti\":\"proof-1\"}}")),
        ),
        ("too large", long(4000)),
        ("crit", minted(|header, _| header["crit"] = json!(["b64"]))),
        (
            "jku",
            minted(|header, _| header["jku"] = json!("https://a")),
        ),
    ] {
        assert_eq!(judge(&text), Err(Reason::ProofMalformed), "{what}");
    }
}

#[test]
fn what_must_be_there_is_there_and_of_its_type() {
    for name in ["alg", "aud", "exp", "jti", "wth"] {
        assert_eq!(
            judge(&lacking(name)),
            Err(Reason::ProofMalformed),
            "without {name}"
        );
    }
    let several: Value = (0..9)
        .map(|number| (number.to_string(), json!("x")))
        .collect();
    for (name, value) in [
        ("jti", json!("")),
        ("jti", json!(1)),
        ("jti", json!("x".repeat(257))),
        ("aud", json!(1)),
        ("aud", json!([])),
        ("aud", json!([TARGET, TARGET])),
        ("aud", json!([[TARGET]])),
        ("exp", json!("soon")),
        ("exp", json!(1.5)),
        ("wth", json!(null)),
        ("ath", json!(1)),
        ("tth", json!([hash(TRANSACTION)])),
        ("oth", json!("x")),
        ("oth", json!({ "x-other": 1 })),
        ("oth", several),
    ] {
        assert_eq!(
            judge(&claiming(name, value.clone())),
            Err(Reason::ProofMalformed),
            "{name} {value}"
        );
    }
    // What nobody knows is ignored (RFC 7519 section 4).
    assert!(judge(&claiming("htm", json!("GET"))).is_ok());
    assert!(judge(&claiming("jti", json!("x".repeat(256)))).is_ok());
    assert!(judge(&claiming("oth", json!({}))).is_ok());
}

#[test]
fn a_proof_has_its_own_type() {
    for kind in ["wpt+jwt", "WPT+JWT", "application/wpt+jwt"] {
        assert!(judge(&minted(|header, _| header["typ"] = json!(kind))).is_ok());
    }
    for kind in ["JWT", "dpop+jwt", "wit+jwt", "wpt", "text/wpt+jwt", ""] {
        let proof = minted(|header, _| header["typ"] = json!(kind));
        assert_eq!(judge(&proof), Err(Reason::ProofType), "{kind}");
    }
    assert_eq!(judge(&lacking("typ")), Err(Reason::ProofType));
}

#[test]
fn the_algorithm_is_the_one_of_the_token() {
    use crate::crypto::signing::SigningKey;
    for name in ["none", "HS256", "es256", "ES384", "EdDSA"] {
        let proof = minted(|header, _| header["alg"] = json!(name));
        assert_eq!(judge(&proof), Err(Reason::ProofAlgorithm), "{name}");
    }
    // Both names are of one algorithm, but they are not one string.
    let signer = || Signer::with_key(SigningKey::ed25519(7), "workload");
    let judge = |confirmed: &str, used: &str, accepted: Algorithm| {
        let jwk = with(signer().jwk(), "alg", json!(confirmed));
        let key = ProofKey::parse(&strict(&jwk)).unwrap();
        let proof = signer().sign(&with(header(), "alg", json!(used)), &claims());
        let expected = Expected {
            target: TARGET,
            token_hash: &sha256(&[TOKEN.as_bytes()]),
            key: &key,
        };
        let value = format!("WPT {proof}");
        let head = head(METHOD, "/", &[("authorization", &value)]);
        let rules = Rules {
            algorithms: vec![accepted],
            ..rules(Profile::Wpt02)
        };
        verify(&rules, &head, &expected, NOW, &Pure).map(|_| ())
    };
    let refused = Err(Reason::ProofAlgorithm);
    for (confirmed, used, accepted, result) in [
        ("EdDSA", "EdDSA", Algorithm::Ed25519, Ok(())),
        ("Ed25519", "Ed25519", Algorithm::Ed25519, Ok(())),
        ("EdDSA", "Ed25519", Algorithm::Ed25519, refused),
        ("Ed25519", "EdDSA", Algorithm::Ed25519, refused),
        ("EdDSA", "EdDSA", Algorithm::Es256, refused),
    ] {
        assert_eq!(
            judge(confirmed, used, accepted),
            result,
            "{confirmed} {used}"
        );
    }
}

#[test]
fn the_signature_holds_under_the_key_of_the_token() {
    let forged = stranger_key().sign(&header(), &claims());
    assert_eq!(judge(&forged), Err(Reason::ProofSignature));
    // A key of its own changes nothing.
    let named = with(header(), "jwk", stranger_key().jwk());
    let forged = stranger_key().sign(&named, &claims());
    assert_eq!(judge(&forged), Err(Reason::ProofSignature));
    let good = minted(|_, _| {});
    let other = claiming("jti", json!("proof-2"));
    let (start, _) = other.rsplit_once('.').unwrap();
    let (_, signature) = good.rsplit_once('.').unwrap();
    assert_eq!(
        judge(&format!("{start}.{signature}")),
        Err(Reason::ProofSignature)
    );
}

#[test]
fn it_is_for_this_target_under_the_configured_origin() {
    for same in [
        TARGET,
        "HTTPS://API.example.com:443/accounts/7/transfers",
        "https://api.example.com/accounts/7/transfers?dry=1#end",
        "https://api.example.com/%61ccounts/7/transfers",
    ] {
        assert!(judge(&claiming("aud", json!(same))).is_ok(), "{same}");
        assert!(judge(&claiming("aud", json!([same]))).is_ok(), "{same}");
    }
    for other in [
        "https://api.example.com/accounts/7/transfers/",
        "https://api.example.com/accounts/8/transfers",
        "https://api.example.com",
        "http://api.example.com/accounts/7/transfers",
        "https://api.example.com:8443/accounts/7/transfers",
        "https://elsewhere.example.com/accounts/7/transfers",
        "/accounts/7/transfers",
        "api.example.com",
        "",
    ] {
        let proof = claiming("aud", json!(other));
        assert_eq!(judge(&proof), Err(Reason::ProofTarget), "{other}");
    }
    // What the request says of its host counts for nothing.
    let proof = claiming("aud", json!("https://evil.example/accounts/7/transfers"));
    let fields = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
    ];
    assert_eq!(judge_with(&proof, &fields), Err(Reason::ProofTarget));
}

#[test]
fn it_is_valid_now_and_not_for_long() {
    for (exp, result) in [
        (NOW_SECS - 1, Some(Reason::ProofExpired)),
        (NOW_SECS, Some(Reason::ProofExpired)),
        (NOW_SECS + 1, None),
        (NOW_SECS + 60, None),
        (NOW_SECS + 61, Some(Reason::ProofLifetime)),
        (8_000_000_000_000, Some(Reason::ProofLifetime)),
    ] {
        assert_eq!(judge(&claiming("exp", json!(exp))).err(), result, "{exp}");
    }
}

#[test]
fn it_is_for_this_token() {
    for other in [
        hash("another.workload.token"),
        hash(TOKEN).to_uppercase(),
        format!("{}=", hash(TOKEN)),
        String::new(),
    ] {
        let proof = claiming("wth", json!(other));
        assert_eq!(judge(&proof), Err(Reason::ProofToken), "{other}");
    }
}

#[test]
fn it_names_the_transaction_token() {
    let named = claiming("tth", json!(hash(TRANSACTION)));
    let unnamed = minted(|_, _| {});
    let one = [("txn-token", TRANSACTION)];
    let found = judge_with(&named, &one).unwrap();
    assert_eq!(found.transaction, Some(sha256(&[TRANSACTION.as_bytes()])));
    for (what, proof, fields) in [
        ("none named", &unnamed, &one[..]),
        ("none there", &named, &[][..]),
        (
            "another there",
            &named,
            &[("txn-token", "another.transaction.token")],
        ),
        (
            "two there",
            &named,
            &[("txn-token", TRANSACTION), ("txn-token", TRANSACTION)],
        ),
        (
            "two there, none named",
            &unnamed,
            &[("txn-token", "a.b.c"), ("txn-token", "a.b.c")],
        ),
        (
            "an alias of the name",
            &named,
            &[("txn_token", TRANSACTION)],
        ),
    ] {
        assert_eq!(
            judge_with(proof, fields),
            Err(Reason::ProofContext),
            "{what}"
        );
    }
}

#[test]
fn it_names_other_headers() {
    let others = |others: Value| claiming("oth", others);
    let fields = [("x-user-token", "  a b  "), ("x-two", "a"), ("x-two", "a")];
    let good = others(json!({ "x-user-token": hash("a b") }));
    assert!(judge_with(&good, &fields).is_ok());
    for other in [
        json!({ "x-user-token": hash("  a b  ") }),
        json!({ "x-user-token": hash("a c") }),
        json!({ "X-User-Token": hash("a b") }),
        json!({ "x-user-token": hash("a b"), "x-absent": hash("") }),
        json!({ "x-two": hash("a") }),
        json!({ "urn:example:profile": hash("a b") }),
        json!({ "": hash("a b") }),
        json!({ ":path": hash("/accounts/7/transfers?dry=1") }),
    ] {
        assert_eq!(
            judge_with(&others(other.clone()), &fields),
            Err(Reason::ProofContext),
            "{other}"
        );
    }
}

#[test]
fn only_a_proof_that_passed_all_else_costs_a_signature() {
    use crate::testing::Counting;
    let key = ProofKey::parse(&strict(&confirmed())).unwrap();
    let expected = Expected {
        target: TARGET,
        token_hash: &sha256(&[TOKEN.as_bytes()]),
        key: &key,
    };
    let counting = Counting::default();
    for proof in [
        lacking("jti"),
        claiming("aud", json!("https://elsewhere.example.com/")),
        claiming("exp", json!(NOW_SECS)),
        claiming("wth", json!("x")),
        claiming("tth", json!("x")),
        claiming("oth", json!({ "x-absent": "x" })),
        claiming("ath", json!("x")),
    ] {
        let value = format!("WPT {proof}");
        let head = head(METHOD, "/", &[("authorization", &value)]);
        assert!(verify(&rules(Profile::Wpt02), &head, &expected, NOW, &counting).is_err());
    }
    assert_eq!(counting.calls.get(), 0);
}
