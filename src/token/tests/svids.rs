//! P3: what a JWT-SVID is, whose, and how it is kept apart from tokens of other kinds.

use super::*;
use crate::crypto::Algorithm;
use crate::crypto::signing::SigningKey;
use crate::jose::jwk::Purpose;
use crate::testing::{AUDIENCE, Signer, strict, test, with, without};
use crate::token::subject::SubjectKind;
use serde_json::json;

const SUBJECT: &str = "spiffe://example.org/ns/pay/api";

/// The trust domain's key.
fn domain_key() -> Signer {
    Signer::of(4, "svid-1")
}

fn bundle(keys: &[Value]) -> Rc<KeySet> {
    let set = json!({ "keys": keys, "spiffe_sequence": 1, "spiffe_refresh_hint": 300 });
    Rc::new(KeySet::parse_for(set.to_string().as_bytes(), Purpose::JwtSvids).unwrap())
}

fn published(signer: &Signer, purpose: &str, kid: &str) -> Value {
    with(with(signer.jwk(), "use", json!(purpose)), "kid", json!(kid))
}

fn domain() -> Issuer {
    Issuer {
        name: "mesh".into(),
        kind: Kind::Svid,
        uri: "spiffe://example.org".into(),
        types: Vec::new(),
        algorithms: vec![Algorithm::Es256, Algorithm::Es384],
        ..testing::issuer()
    }
}

/// A world that accepts JWT-SVIDs, and access tokens of type `JWT` too where it says so.
fn world(of_both: bool) -> World {
    let corp = Issuer {
        types: vec!["jwt".to_owned()],
        ..testing::issuer()
    };
    let world = World {
        issuers: vec![corp, domain()],
        accepted: if of_both {
            vec![CORP, IssuerId(1)]
        } else {
            vec![IssuerId(1)]
        },
        ..World::default()
    };
    let keys = [published(&domain_key(), "jwt-svid", "svid-1")];
    world.keys.hold(Held::Set(bundle(&keys)));
    world
}

fn header() -> Value {
    json!({ "alg": "ES256", "kid": "svid-1", "typ": "JWT" })
}

fn claims() -> Value {
    json!({ "sub": SUBJECT, "aud": [AUDIENCE, "other"], "exp": NOW_SECS + 240 })
}

fn signed(header: &Value, claims: &Value) -> String {
    domain_key().sign(header, claims)
}

#[test]
fn a_svid_says_what_a_workload_is_called() {
    let world = world(false);
    let text = signed(&header(), &claims());
    let token = world.verify(&text).unwrap();
    assert_eq!(token.kind(), Kind::Svid);
    assert_eq!(token.issuer(), IssuerId(1));
    assert_eq!(token.issuer_uri(), "spiffe://example.org");
    assert_eq!(token.subject(), SUBJECT);
    assert_eq!(token.audiences(), [AUDIENCE]);
    assert_eq!((token.client(), token.id()), (None, None));
    assert_eq!((token.issued_at(), token.actor()), (None, None));
    assert_eq!(token.confirmation(), &Confirmation::default());
    // And once more, as it is remembered.
    assert!(Rc::ptr_eq(&world.verify(&text).unwrap(), &token));
    assert_eq!(world.verifier.calls.get(), 1);
}

#[test]
fn what_a_svid_may_have_besides_is_nobodys_word() {
    let world = world(false);
    for header in [
        header(),
        without(header(), "typ"),
        with(header(), "typ", json!("JOSE")),
    ] {
        for (name, value) in [
            ("iss", json!("https://spire.example.org")),
            ("jti", json!("1")),
            ("iat", json!(NOW_SECS - 60)),
            ("nbf", json!(NOW_SECS - 60)),
            ("scope", json!("payments:write")),
            ("client_id", json!("root")),
        ] {
            let text = signed(&header, &with(claims(), name, value));
            let token = world.verify(&text).unwrap();
            assert!(token.scopes().is_empty() && token.client().is_none());
            assert_eq!(token.subject_kind(), Some(SubjectKind::Workload));
        }
    }
    let text = signed(&header(), &with(claims(), "act", json!({ "sub": "root" })));
    let found = world.verify(&text).map(|_| ()).unwrap_err();
    assert_eq!(found, Refused::Reason(Reason::ActorUnlisted));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_rule_of_a_svid_is_held() {
    let world = world(false);
    let cases = [
        (
            "another type",
            with(header(), "typ", json!("at+jwt")),
            claims(),
            Reason::TokenType,
        ),
        (
            "a longer type",
            with(header(), "typ", json!("application/JWT")),
            claims(),
            Reason::TokenType,
        ),
        (
            "a type in another case",
            with(header(), "typ", json!("jwt")),
            claims(),
            Reason::TokenType,
        ),
        (
            "a WIT",
            with(header(), "typ", json!("wit+jwt")),
            claims(),
            Reason::TokenType,
        ),
        (
            "no kid",
            without(header(), "kid"),
            claims(),
            Reason::TokenMalformed,
        ),
        (
            "cty",
            with(header(), "cty", json!("json")),
            claims(),
            Reason::TokenMalformed,
        ),
        (
            "another parameter",
            with(header(), "x", json!(1)),
            claims(),
            Reason::TokenMalformed,
        ),
        (
            "a key of its own",
            with(header(), "jwk", domain_key().jwk()),
            claims(),
            Reason::TokenMalformed,
        ),
        (
            "another kid",
            with(header(), "kid", json!("svid-2")),
            claims(),
            Reason::TokenKeyUnknown,
        ),
        (
            "EdDSA",
            with(header(), "alg", json!("EdDSA")),
            claims(),
            Reason::TokenAlgorithm,
        ),
        (
            "none",
            with(header(), "alg", json!("none")),
            claims(),
            Reason::TokenAlgorithm,
        ),
        (
            "no sub",
            header(),
            without(claims(), "sub"),
            Reason::TokenClaims,
        ),
        (
            "a sub that is no text",
            header(),
            with(claims(), "sub", json!([SUBJECT])),
            Reason::TokenClaims,
        ),
        (
            "a sub that is no SPIFFE ID",
            header(),
            with(claims(), "sub", json!("alice")),
            Reason::TokenClaims,
        ),
        (
            "another spelling",
            header(),
            with(claims(), "sub", json!("spiffe://Example.org/a")),
            Reason::TokenClaims,
        ),
        (
            "a trust domain",
            header(),
            with(claims(), "sub", json!("spiffe://example.org")),
            Reason::TokenClaims,
        ),
        (
            "another trust domain",
            header(),
            with(claims(), "sub", json!("spiffe://example.com/a")),
            Reason::TokenIssuer,
        ),
        (
            "a longer trust domain",
            header(),
            with(claims(), "sub", json!("spiffe://example.organ/a")),
            Reason::TokenIssuer,
        ),
        (
            "no aud",
            header(),
            without(claims(), "aud"),
            Reason::TokenClaims,
        ),
        (
            "another aud",
            header(),
            with(claims(), "aud", json!(["other"])),
            Reason::TokenAudience,
        ),
        (
            "no exp",
            header(),
            without(claims(), "exp"),
            Reason::TokenClaims,
        ),
        (
            "a late exp",
            header(),
            with(claims(), "exp", json!(NOW_SECS - 6)),
            Reason::TokenExpired,
        ),
        (
            "an early nbf",
            header(),
            with(claims(), "nbf", json!(NOW_SECS + 6)),
            Reason::TokenEarly,
        ),
        (
            "an early iat",
            header(),
            with(claims(), "iat", json!(NOW_SECS + 6)),
            Reason::TokenEarly,
        ),
        (
            "a cnf that is none",
            header(),
            with(claims(), "cnf", json!(1)),
            Reason::TokenClaims,
        ),
    ];
    for (what, header, claims, reason) in cases {
        assert_eq!(
            world.refusal(&signed(&header, &claims)),
            reason.into(),
            "{what}"
        );
    }
    let forged = Signer::of(5, "svid-1").sign(&header(), &claims());
    assert_eq!(world.refusal(&forged), Reason::TokenSignature.into());
}

#[test]
fn only_the_keys_for_svids_of_a_bundle_count() {
    let world = world(false);
    let other_key = Signer::with_key(SigningKey::es384(6), "x");
    let own = || published(&domain_key(), "jwt-svid", "svid-1");
    for other in [
        with(own(), "use", json!("sig")),
        with(own(), "use", json!("x509-svid")),
        with(own(), "use", json!(["jwt-svid"])),
        without(own(), "use"),
    ] {
        let keys = [other, published(&other_key, "jwt-svid", "svid-2")];
        world.keys.hold(Held::Set(bundle(&keys)));
        let refusal = world.refusal(&signed(&header(), &claims()));
        assert_eq!(refusal, Reason::TokenKeyUnknown.into());
    }
    // And these do not count for tokens of other kinds.
    let key = strict(&own());
    assert!(crate::jose::jwk::Jwk::parse(&key).is_err());
}

#[test]
fn tokens_of_two_kinds_are_never_taken_for_one_another() {
    let world = world(true);
    let both = |header: &Value, claims: &Value| {
        let keys = [published(&domain_key(), "jwt-svid", "svid-1")];
        world.keys.hold(Held::Set(bundle(&keys)));
        world
            .verify(&signed(header, claims))
            .map(|token| token.kind())
    };
    assert_eq!(both(&header(), &claims()), Ok(Kind::Svid));
    // The claims of an access token beside them make it one, of the issuer that they name.
    let named = with(claims(), "iss", json!(testing::ISSUER));
    assert_eq!(both(&header(), &named), Err(Reason::TokenClaims.into()));
    let stranger = with(claims(), "iss", json!("https://other.example.com"));
    assert_eq!(both(&header(), &stranger), Ok(Kind::Svid));
    let typed = with(header(), "typ", json!("jwt"));
    assert_eq!(both(&typed, &claims()), Err(Reason::TokenType.into()));
    let bare = without(header(), "typ");
    assert_eq!(both(&bare, &named), Ok(Kind::Svid));
    let access = with(token_claims(), "sub", json!(SUBJECT));
    assert_eq!(
        both(&with(header(), "x", json!(1)), &access),
        Ok(Kind::Access)
    );
    let nobody = without(without(access, "iss"), "sub");
    assert_eq!(both(&header(), &nobody), Err(Reason::TokenClaims.into()));
}
