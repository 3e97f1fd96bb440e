//! What is made of an answer: one thing changed, one reason.

use super::*;
use crate::testing::{test, with, without};
use crate::time::UnixTime;

#[test]
fn a_good_answer_is_a_token() {
    let said = with(said(), "acr", json!("urn:example:loa:2"));
    let said = with(said, "auth_time", json!(NOW_SECS - 600));
    let said = with(said, "act", json!({ "sub": "agent" }));
    let said = with(said, "authorization_details", json!([{ "type": "t" }]));
    let token = read(&said).unwrap();
    assert_eq!((token.kind(), token.issuer()), (Kind::Opaque, OPAQUE));
    assert_eq!((token.issuer_uri(), token.subject()), (ISSUER, "alice"));
    assert_eq!(token.audiences(), [AUDIENCE]);
    assert_eq!((token.client(), token.id()), (Some("wallet"), None));
    assert_eq!(token.scopes(), ["accounts:read", "payments:write"]);
    assert_eq!(token.acr(), Some("urn:example:loa:2"));
    assert_eq!(token.actor().unwrap().subject(), "agent");
    assert_eq!(token.hash(), &inquiry().hash);
    assert_eq!(token.engine(), None);
    let bound = token.confirmation().jkt;
    assert_eq!(bound, Some(client_key().thumbprint()));
    assert!(token.claims().get("authorization_details").is_some());
}

#[test]
fn an_answer_may_say_little() {
    let said = json!({ "active": true, "sub": "alice", "aud": [AUDIENCE] });
    let token = read(&said).unwrap();
    assert_eq!((token.client(), token.issued_at()), (None, None));
    assert!(token.scopes().is_empty());
    assert_eq!(token.confirmation().jkt, None);
}

#[test]
fn a_client_that_acts_for_itself_is_the_subject_where_the_policy_says_so() {
    let nobody = without(said(), "sub");
    assert_eq!(read(&nobody).unwrap_err(), Reason::TokenClaims);
    let endpoint = Endpoint {
        without_subject: WithoutSubject::Client,
        ..endpoint()
    };
    let issuer = Issuer {
        introspection: Some(Rc::new(endpoint)),
        ..issuer()
    };
    let read = |said: &Value| answer::read(&response(said), &inquiry(), &issuer, NOW);
    let token = read(&nobody).unwrap();
    assert_eq!(
        (token.subject(), token.client()),
        ("wallet", Some("wallet"))
    );
    assert_eq!(read(&said()).unwrap().subject(), "alice");
    let found = read(&without(nobody, "client_id"));
    assert_eq!(found.unwrap_err(), Reason::TokenClaims);
}

#[test]
fn each_member_is_as_it_must_be() {
    use Reason as R;
    let jkt = client_key().jkt();
    let certificate = json!({ "x5t#S256": "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0" });
    let rows = [
        // 3
        ("active", json!(false), Err(R::TokenInactive)),
        ("active", json!("true"), Err(R::IntrospectionMalformed)),
        ("active", json!(1), Err(R::IntrospectionMalformed)),
        ("active", json!(null), Err(R::IntrospectionMalformed)),
        // 4
        ("iss", json!("https://as.example.com/"), Err(R::TokenIssuer)),
        (
            "iss",
            json!("https://other.example.com"),
            Err(R::TokenIssuer),
        ),
        ("iss", json!(null), Err(R::TokenClaims)),
        // 5: the leeway is 5 s.
        ("exp", json!(NOW_SECS - 4), Ok(())),
        ("exp", json!(NOW_SECS - 5), Err(R::TokenExpired)),
        ("exp", json!("soon"), Err(R::TokenClaims)),
        ("exp", json!(NOW_SECS - 61), Err(R::TokenClaims)),
        ("exp", json!(1.5), Err(R::TokenClaims)),
        ("iat", json!(NOW_SECS + 6), Err(R::TokenEarly)),
        ("iat", json!(null), Err(R::TokenClaims)),
        ("nbf", json!(NOW_SECS + 5), Ok(())),
        ("nbf", json!(NOW_SECS + 6), Err(R::TokenEarly)),
        ("nbf", json!(0), Ok(())),
        // 6
        (
            "aud",
            json!(["https://other.example.com", AUDIENCE]),
            Ok(()),
        ),
        (
            "aud",
            json!("https://other.example.com"),
            Err(R::TokenAudience),
        ),
        ("aud", json!([]), Err(R::TokenAudience)),
        ("aud", json!(null), Err(R::TokenClaims)),
        // 7
        ("sub", json!(""), Err(R::TokenClaims)),
        ("sub", json!(7), Err(R::TokenClaims)),
        ("sub", json!(null), Err(R::TokenClaims)),
        ("client_id", json!(""), Err(R::TokenClaims)),
        ("client_id", json!(null), Err(R::TokenClaims)),
        ("jti", json!(1), Err(R::TokenClaims)),
        ("scope", json!(["a"]), Err(R::TokenClaims)),
        ("acr", json!(1), Err(R::TokenClaims)),
        ("auth_time", json!(NOW_SECS - 54), Err(R::TokenClaims)),
        ("auth_time", json!("x"), Err(R::TokenClaims)),
        ("act", json!("agent"), Err(R::TokenClaims)),
        // 8
        ("cnf", json!(null), Err(R::TokenClaims)),
        ("cnf", json!([]), Err(R::TokenClaims)),
        ("cnf", json!({ "jkt": "x" }), Err(R::TokenClaims)),
        ("cnf", json!({ "x5t#S256": 1 }), Err(R::TokenClaims)),
        ("cnf", json!({ "jkt": jkt, "kc-jkt-type": "x" }), Ok(())),
        // 9
        ("token_type", json!("dpop"), Ok(())),
        ("token_type", json!("Bearer"), Err(R::TokenType)),
        ("token_type", json!("N_A"), Err(R::TokenType)),
        ("token_type", json!(""), Err(R::TokenType)),
        ("token_type", json!(null), Err(R::TokenClaims)),
        ("cnf", json!({}), Err(R::TokenType)),
        ("cnf", certificate, Err(R::TokenType)),
        // What is nobody's business here.
        ("username", json!(7), Ok(())),
    ];
    for (name, value, expected) in rows {
        let found = read(&with(said(), name, value.clone())).map(|_| ());
        assert_eq!(found, expected, "{name}: {value}");
    }
    for (name, expected) in [
        ("active", Err(R::IntrospectionMalformed)),
        ("iss", Ok(())),
        ("exp", Ok(())),
        ("iat", Ok(())),
        ("aud", Err(R::TokenClaims)),
        ("sub", Err(R::TokenClaims)),
        ("client_id", Ok(())),
        ("scope", Ok(())),
        ("token_type", Ok(())),
        ("cnf", Err(R::TokenType)),
    ] {
        let found = read(&without(said(), name)).map(|_| ());
        assert_eq!(found, expected, "without {name}");
    }
}

#[test]
fn only_the_cnf_of_the_answer_itself_binds() {
    let bound = json!({ "jkt": client_key().jkt() });
    let bare = without(without(said(), "cnf"), "token_type");
    for elsewhere in [
        with(bare.clone(), "ext", json!({ "cnf": bound })),
        with(bare.clone(), "token", json!({ "cnf": bound })),
        with(bare.clone(), "jkt", bound["jkt"].clone()),
        with(bare.clone(), "x5t#S256", bound["jkt"].clone()),
    ] {
        let token = read(&elsewhere).unwrap();
        assert_eq!(token.confirmation(), &<_>::default(), "{elsewhere}");
    }
}

#[test]
fn only_a_whole_answer_counts() {
    use Reason as R;
    let good = response(&said());
    let status = |status| Response {
        status,
        ..good.clone()
    };
    for (answer, expected) in [
        (status(None), R::IntrospectionRejected),
        (status(Some(201)), R::IntrospectionRejected),
        (status(Some(401)), R::IntrospectionRejected),
        (status(Some(500)), R::IntrospectionRejected),
        (status(Some(502)), R::IntrospectionUnavailable),
        (status(Some(503)), R::IntrospectionUnavailable),
        (status(Some(504)), R::IntrospectionUnavailable),
    ] {
        let found = answer::read(&answer, &inquiry(), &issuer(), NOW);
        assert_eq!(found.unwrap_err(), expected, "{:?}", answer.status);
    }
    let of_type = |kind: Option<&str>| Response {
        content_type: kind.map(str::to_owned),
        ..good.clone()
    };
    for (kind, is_good) in [
        (Some("application/json"), true),
        (Some("Application/JSON; charset=utf-8"), true),
        (Some("application/token-introspection+jwt"), false),
        (Some("application/jsonp"), false),
        (Some("text/html"), false),
        (Some(""), false),
        (None, false),
    ] {
        let found = answer::read(&of_type(kind), &inquiry(), &issuer(), NOW).map(|_| ());
        let expected = if is_good {
            Ok(())
        } else {
            Err(R::IntrospectionMalformed)
        };
        assert_eq!(found, expected, "{kind:?}");
    }
    let text = said().to_string();
    let large = with(said(), "x", json!("y".repeat(MAX_ANSWER_BYTES))).to_string();
    for body in [
        String::new(),
        "true".to_owned(),
        format!("[{text}]"),
        text.strip_suffix('}').unwrap().to_owned(),
        format!("{text}{text}"),
        text.replacen("\"active\"", "\"active\":false,\"active\"", 1),
        text.replacen("\"jkt\"", "\"jkt\":\"x\",\"jkt\"", 1),
        large,
    ] {
        let body = body.into_bytes();
        let answer = Response {
            body,
            ..good.clone()
        };
        let found = answer::read(&answer, &inquiry(), &issuer(), NOW);
        assert_eq!(found.unwrap_err(), R::IntrospectionMalformed);
    }
}

/// RFC 8705 section 3.2, with an audience.
#[test]
fn the_answer_of_rfc_8705_binds_to_its_certificate() {
    let said = json!({
        "active": true,
        "iss": ISSUER,
        "sub": "ty.webb@example.com",
        "aud": AUDIENCE,
        "exp": 1_493_726_400,
        "nbf": 1_493_722_800,
        "cnf": { "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" },
    });
    let then = UnixTime::from_secs(1_493_723_000);
    let found = answer::read(&response(&said), &inquiry(), &issuer(), then);
    // The last character of the RFC's example carries bits that no byte has.
    assert_eq!(found.unwrap_err(), Reason::TokenClaims);
    let canonical = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0";
    let said = with(said, "cnf", json!({ "x5t#S256": canonical }));
    let token = answer::read(&response(&said), &inquiry(), &issuer(), then).unwrap();
    assert!(token.confirmation().certificate.is_some());
}

/// The members that Keycloak answers with.
#[test]
fn an_answer_of_keycloaks_shape_passes() {
    let said = json!({
        "exp": NOW_SECS + 240,
        "iat": NOW_SECS - 60,
        "auth_time": NOW_SECS - 90,
        "jti": "onrtac:7e0a2c4b-9725-432b-a0fd-594f21686108",
        "iss": ISSUER,
        "aud": [AUDIENCE, "account"],
        "sub": "e89175d5-94fd-453a-8abb-9953d59d04cf",
        "typ": "DPoP",
        "azp": "wallet",
        "nbf": 0,
        "sid": "5d761332-97eb-404d-8624-3de4eca967cd",
        "acr": "1",
        "allowed-origins": ["https://wallet.example.com"],
        "realm_access": { "roles": ["default-roles"] },
        "resource_access": { "account": { "roles": ["manage-account"] } },
        "cnf": { "jkt": client_key().jkt(), "kc-jkt-type": "DPoP" },
        "scope": "openid accounts:read",
        "email_verified": false,
        "preferred_username": "jason",
        "client_id": "wallet",
        "username": "jason",
        "token_type": "DPoP",
        "active": true,
    });
    let token = read(&said).unwrap();
    assert_eq!(token.scopes(), ["openid", "accounts:read"]);
    assert_eq!(token.confirmation().unregistered, 1);
}
