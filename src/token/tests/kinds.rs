//! Tokens of workloads and of transactions: whose they are, and that no kind is taken for another.

use super::*;
use crate::crypto::Algorithm;
use crate::testing::{client_key, stranger_key, test, with, without};
use crate::token::Kind;
use crate::token::subject::SubjectKind;
use serde_json::json;

const ACCESS: IssuerId = IssuerId(0);
const WORKLOADS: IssuerId = IssuerId(1);
const OTHERS: IssuerId = IssuerId(2);
const TRANSACTIONS: IssuerId = IssuerId(3);

/// An issuer that is known by its trust domain.
fn of_domain(kind: Kind, typ: &str, domain: &str) -> Issuer {
    Issuer {
        kind,
        uri: domain.into(),
        audiences: match kind {
            Kind::Transaction => vec![domain.to_owned()],
            Kind::Access | Kind::Opaque | Kind::Svid | Kind::Workload => Vec::new(),
        },
        types: vec![typ.to_owned()],
        ..testing::issuer()
    }
}

fn world(accepted: &[IssuerId]) -> World {
    World {
        issuers: vec![
            testing::issuer(),
            of_domain(Kind::Workload, "wit+jwt", "example.org"),
            of_domain(Kind::Workload, "wit+jwt", "example.com"),
            of_domain(Kind::Transaction, "txntoken+jwt", "example.org"),
        ],
        accepted: accepted.to_vec(),
        ..World::default()
    }
}

fn header(typ: &str) -> Value {
    with(token_header(), "typ", json!(typ))
}

fn workload_claims() -> Value {
    json!({
        "sub": "spiffe://example.org/gateway",
        "exp": NOW_SECS + 3600,
        "cnf": { "jwk": with(client_key().jwk(), "alg", json!("ES256")) },
    })
}

fn transaction_claims() -> Value {
    json!({
        "iat": NOW_SECS - 10,
        "exp": NOW_SECS + 290,
        "aud": "example.org",
        "txn": "txn-1",
        "sub": "alice",
        "scope": "payments:write",
        "req_wl": "spiffe://example.org/gateway",
        "tctx": { "amount": "12.00" },
    })
}

fn workload_token(claims: &Value) -> String {
    issuer_key().sign(&header("wit+jwt"), claims)
}

fn transaction_token(claims: &Value) -> String {
    issuer_key().sign(&header("txntoken+jwt"), claims)
}

#[test]
fn a_workload_token_says_who_and_with_which_key() {
    let world = world(&[OTHERS, WORKLOADS]);
    let token = world.verify(&workload_token(&workload_claims())).unwrap();
    assert_eq!((token.kind(), token.issuer()), (Kind::Workload, WORKLOADS));
    assert_eq!(token.issuer_uri(), "example.org");
    assert_eq!(token.subject(), "spiffe://example.org/gateway");
    assert_eq!((token.id(), token.issued_at()), (None, None));
    assert_eq!(token.expires(), UnixTime::from_secs(NOW_SECS + 3600));
    let key = token.proof_key().unwrap();
    assert_eq!(key.key().thumbprint(), &client_key().thumbprint());
    assert!(token.scopes().is_empty() && token.audiences().is_empty());
    assert!(token.transaction().is_none());
    // What it claims beside that is nobody's word.
    let more = with(workload_claims(), "scope", json!("payments:write"));
    let more = with(more, "acr", json!("3"));
    let token = world.verify(&workload_token(&more)).unwrap();
    assert!(token.scopes().is_empty() && token.acr().is_none());
    assert_eq!(token.subject_kind(), Some(SubjectKind::Workload));
    // But it never acts for anybody.
    let more = with(more, "act", json!({ "sub": "eve" }));
    let found = world.refusal(&workload_token(&more));
    assert_eq!(found, Refused::Reason(Reason::ActorUnlisted));
    let known = with(workload_claims(), "iat", json!(NOW_SECS - 7));
    let token = world.verify(&workload_token(&known)).unwrap();
    assert_eq!(token.issued_at(), Some(UnixTime::from_secs(NOW_SECS - 7)));
}

#[test]
fn a_workload_token_is_good_under_the_keys_of_its_trust_domain() {
    let world = world(&[WORKLOADS]);
    let claims = workload_claims;
    let elsewhere = json!("spiffe://example.com/gateway");
    for (what, claims, reason) in [
        (
            "another domain",
            with(claims(), "sub", elsewhere),
            Reason::TokenIssuer,
        ),
        (
            "another domain by its issuer",
            with(claims(), "sub", json!("spiffe://evil.example/gateway")),
            Reason::TokenIssuer,
        ),
        (
            "no workload",
            with(claims(), "sub", json!("gateway")),
            Reason::TokenClaims,
        ),
        ("nobody", without(claims(), "sub"), Reason::TokenClaims),
        ("no end", without(claims(), "exp"), Reason::TokenClaims),
        ("no key", without(claims(), "cnf"), Reason::TokenClaims),
        (
            "a bad digest beside the key",
            with(
                claims(),
                "cnf",
                with(claims()["cnf"].clone(), "x5t#S256", json!("x")),
            ),
            Reason::TokenClaims,
        ),
        (
            "its end",
            with(claims(), "exp", json!(NOW_SECS - 5)),
            Reason::TokenExpired,
        ),
        (
            "not yet",
            with(claims(), "nbf", json!(NOW_SECS + 6)),
            Reason::TokenEarly,
        ),
        (
            "from the future",
            with(claims(), "iat", json!(NOW_SECS + 6)),
            Reason::TokenEarly,
        ),
    ] {
        assert_eq!(
            world.refusal(&workload_token(&claims)),
            reason.into(),
            "{what}"
        );
    }
    // `iss` is not read, so nothing is fetched from where it points.
    let named = with(claims(), "iss", json!("https://evil.example/"));
    assert!(world.verify(&workload_token(&named)).is_ok());
    let forged = stranger_key().sign(&header("wit+jwt"), &claims());
    assert_eq!(world.refusal(&forged), Reason::TokenSignature.into());
    for (name, value, reason) in [
        ("alg", json!("none"), Reason::TokenAlgorithm),
        ("alg", json!("HS256"), Reason::TokenAlgorithm),
        ("kid", json!("another"), Reason::TokenKeyUnknown),
        ("typ", json!("JWT"), Reason::TokenType),
        ("jwk", client_key().jwk(), Reason::TokenMalformed),
    ] {
        let token = issuer_key().sign(&with(header("wit+jwt"), name, value.clone()), &claims());
        assert_eq!(world.refusal(&token), reason.into(), "{name} {value}");
    }
    let unnamed = issuer_key().sign(&without(header("wit+jwt"), "kid"), &claims());
    assert!(
        world.verify(&unnamed).is_ok(),
        "one key alone could be meant"
    );
}

#[test]
fn several_keys_need_a_name() {
    let world = world(&[WORKLOADS]);
    let keys = [issuer_key(), testing::Signer::of(9, "issuer-2")];
    world.keys.hold(Held::Set(testing::key_set(&keys)));
    assert!(world.verify(&workload_token(&workload_claims())).is_ok());
    let unnamed = issuer_key().sign(&without(header("wit+jwt"), "kid"), &workload_claims());
    assert_eq!(world.refusal(&unnamed), Reason::TokenKeyUnknown.into());
}

#[test]
fn a_transaction_token_says_what_a_chain_is_about() {
    let world = world(&[TRANSACTIONS]);
    let token = world
        .verify(&transaction_token(&transaction_claims()))
        .unwrap();
    assert_eq!(
        (token.kind(), token.issuer()),
        (Kind::Transaction, TRANSACTIONS)
    );
    assert_eq!(token.subject(), "alice");
    assert_eq!(token.scopes(), ["payments:write"]);
    assert_eq!(token.audiences(), ["example.org"]);
    assert_eq!(token.transaction().unwrap().txn, "txn-1");
    assert!(token.proof_key().is_none());
    let several = with(
        transaction_claims(),
        "aud",
        json!(["example.com", "example.org"]),
    );
    assert!(world.verify(&transaction_token(&several)).is_ok());
    // A confirmation binds no transaction token.
    let bound = with(
        transaction_claims(),
        "cnf",
        json!({ "jkt": client_key().jkt() }),
    );
    let token = world.verify(&transaction_token(&bound)).unwrap();
    assert_eq!(token.confirmation(), &Confirmation::default());
}

#[test]
fn a_transaction_token_has_what_it_must() {
    let world = world(&[TRANSACTIONS]);
    let claims = transaction_claims;
    for name in ["iat", "exp", "aud", "txn", "sub", "scope", "req_wl"] {
        let token = transaction_token(&without(claims(), name));
        assert_eq!(world.refusal(&token), Reason::TokenClaims.into(), "{name}");
    }
    for (what, claims, reason) in [
        (
            "another domain",
            with(claims(), "aud", json!("example.com")),
            Reason::TokenIssuer,
        ),
        (
            "other domains",
            with(claims(), "aud", json!(["a", "b"])),
            Reason::TokenIssuer,
        ),
        (
            "an odd audience",
            with(claims(), "aud", json!(["example.org", 7])),
            Reason::TokenClaims,
        ),
        (
            "an odd scope",
            with(claims(), "scope", json!(["a"])),
            Reason::TokenClaims,
        ),
        (
            "an odd subject",
            with(claims(), "sub", json!("")),
            Reason::TokenClaims,
        ),
        (
            "odd details",
            with(claims(), "tctx", json!("x")),
            Reason::TokenClaims,
        ),
        (
            "its end",
            with(claims(), "exp", json!(NOW_SECS - 5)),
            Reason::TokenExpired,
        ),
        (
            "from the future",
            with(claims(), "iat", json!(NOW_SECS + 6)),
            Reason::TokenEarly,
        ),
    ] {
        assert_eq!(
            world.refusal(&transaction_token(&claims)),
            reason.into(),
            "{what}"
        );
    }
    let forged = stranger_key().sign(&header("txntoken+jwt"), &claims());
    assert_eq!(world.refusal(&forged), Reason::TokenSignature.into());
}

#[test]
fn no_kind_is_taken_for_another() {
    let texts = [
        (ACCESS, testing::token()),
        (WORKLOADS, workload_token(&workload_claims())),
        (TRANSACTIONS, transaction_token(&transaction_claims())),
    ];
    for (own, text) in &texts {
        for accepted in [ACCESS, WORKLOADS, TRANSACTIONS] {
            let world = world(&[accepted]);
            let refused = world.verify(text).map(|_| ());
            if accepted == *own {
                assert_eq!(refused, Ok(()));
            } else {
                assert_eq!(
                    refused,
                    Err(Reason::TokenType.into()),
                    "{own:?} as {accepted:?}"
                );
            }
        }
    }
    // One that has it all is still of the kind that its type says.
    let mut all = token_claims();
    for claims in [workload_claims(), transaction_claims()] {
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
    }
    all["sub"] = workload_claims()["sub"].clone();
    let world = world(&[ACCESS, WORKLOADS, TRANSACTIONS]);
    let token = world.verify(&workload_token(&all)).unwrap();
    assert_eq!((token.kind(), token.client()), (Kind::Workload, None));
    let token = world.verify(&transaction_token(&all)).unwrap();
    assert_eq!((token.kind(), token.client()), (Kind::Transaction, None));
}

#[test]
fn a_remembered_token_is_accepted_where_its_kind_is() {
    let mut world = world(&[WORKLOADS]);
    let text = workload_token(&workload_claims());
    assert!(world.verify(&text).is_ok());
    world.accepted = vec![ACCESS, TRANSACTIONS];
    assert_eq!(world.refusal(&text), Reason::TokenType.into());
    world.accepted = vec![WORKLOADS];
    assert!(world.verify(&text).is_ok());
    assert_eq!(world.verifier.calls.get(), 1);
    assert_eq!(world.issuers[1].algorithms, [Algorithm::Es256]);
}
