//! The token that came, held to what was asked for: one thing changed, one reason.

use super::*;
use crate::crypto::Algorithm;
use crate::testing::{Counting, Keys, issuer, key_set, stranger_key, strict, test, with, without};
use crate::token::issuer::{Issuer, KeySource};
use crate::token::{Held, Kind, Refused, Token};

const OWN: &str = "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl";

fn issuers() -> [Issuer; 1] {
    [Issuer {
        name: "tts".into(),
        kind: Kind::Transaction,
        uri: "trust.example".into(),
        audiences: vec!["trust.example".to_owned()],
        types: vec!["txntoken+jwt".to_owned()],
        algorithms: vec![Algorithm::Es256],
        keys: KeySource::Inline(key_set(&[key()])),
        ..issuer()
    }]
}

fn details() -> Value {
    json!({
        "method": "POST",
        "resource": "https://api.example.com/transfers",
        "transaction": { "to": ["a", "b"], "sum": 12.5, "amount": "12.00" },
    })
}

struct Asked {
    scopes: Vec<String>,
    actor: Option<&'static str>,
    txn: Option<&'static str>,
    keys: Keys,
}

fn asked() -> Asked {
    Asked {
        scopes: vec!["payments:write".to_owned(), "accounts:read".to_owned()],
        actor: None,
        txn: None,
        keys: Keys::of(&[key()]),
    }
}

fn verified(asked: &Asked, text: &str) -> (Result<Rc<Token>, Refused>, Vec<String>) {
    let queue = queue();
    let minted = Minted::of(text.to_owned(), TTS, Some(Rc::clone(&queue)));
    let details = strict(&details());
    let expected = Expected {
        token: OWN,
        subject: "alice",
        actor: asked.actor,
        txn: asked.txn,
        scopes: &asked.scopes,
        details: &details,
    };
    let counting = Counting::default();
    let issuers = issuers();
    let token = verify(
        &minted,
        &server(),
        &expected,
        &issuers,
        &asked.keys,
        NOW,
        &counting,
    );
    drop(minted);
    // It ends with its own end, once that is known.
    (token, wanted(&queue, NOW.after(Duration::from_mins(1))))
}

fn refusal(asked: &Asked, claims: &Value) -> Option<Refused> {
    verified(asked, &issued(claims)).0.err()
}

#[test]
fn what_was_asked_for_is_accepted() {
    let (token, left) = verified(&asked(), &issued(&claims()));
    let token = token.unwrap();
    assert_eq!(token.subject(), "alice");
    let txn = "97053963-771d-49cc-a4e3-20aad399c312";
    assert_eq!(token.transaction().unwrap().txn, txn);
    assert_eq!(left, [""; 0], "what has ended is not revoked");
    let named = Asked {
        txn: Some(txn),
        actor: Some("agent-7"),
        ..asked()
    };
    let acted = with(claims(), "act", json!({ "sub": "agent-7" }));
    assert_eq!(refusal(&named, &acted), None);
    // What a server need not say.
    assert_eq!(refusal(&asked(), &without(claims(), "tctx")), None);
    for context in [
        json!({}),
        json!({ "own": 1, "method": "POST" }),
        json!({ "transaction": { "amount": "12.00", "sum": 12.500, "to": ["a", "b"] } }),
    ] {
        assert_eq!(refusal(&asked(), &with(claims(), "tctx", context)), None);
    }
    let fewer = with(claims(), "scope", json!(""));
    assert_eq!(
        refusal(&asked(), &fewer),
        None,
        "no scope is not a wider one"
    );
    let told = with(claims(), "rctx", json!({ "route": "another" }));
    assert_eq!(
        refusal(&asked(), &told),
        None,
        "`rctx` is the server's to say"
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_is_another_token_is_refused() {
    let acted = with(claims(), "act", json!({ "sub": "agent-8" }));
    let context = |context: Value| with(claims(), "tctx", context);
    for (name, claims, reason) in [
        (
            "another subject",
            with(claims(), "sub", json!("bob")),
            Reason::ExchangeSubject,
        ),
        ("an actor", acted.clone(), Reason::ExchangeSubject),
        (
            "a second too long",
            with(claims(), "exp", json!(NOW_SECS + 61)),
            Reason::ExchangeLifetime,
        ),
        (
            "too long, as it began long ago",
            with(claims(), "iat", json!(NOW_SECS - 1)),
            Reason::ExchangeLifetime,
        ),
        (
            "one scope more",
            with(claims(), "scope", json!("payments:write admin")),
            Reason::ExchangeScope,
        ),
        (
            "another scope",
            with(claims(), "scope", json!("payments")),
            Reason::ExchangeScope,
        ),
        (
            "another method",
            context(json!({ "method": "GET" })),
            Reason::ExchangeTransaction,
        ),
        (
            "null for a text",
            context(json!({ "method": null })),
            Reason::ExchangeTransaction,
        ),
        (
            "another amount",
            context(json!({ "transaction": { "amount": "12.01", "sum": 12.5, "to": ["a", "b"] } })),
            Reason::ExchangeTransaction,
        ),
        (
            "another sum",
            context(
                json!({ "transaction": { "amount": "12.00", "sum": 12.51, "to": ["a", "b"] } }),
            ),
            Reason::ExchangeTransaction,
        ),
        (
            "a payee less",
            context(json!({ "transaction": { "amount": "12.00", "sum": 12.5, "to": ["a"] } })),
            Reason::ExchangeTransaction,
        ),
        (
            "other payees",
            context(json!({ "transaction": { "amount": "12.00", "sum": 12.5, "to": ["b", "a"] } })),
            Reason::ExchangeTransaction,
        ),
        (
            "a member less",
            context(json!({ "transaction": { "amount": "12.00", "sum": 12.5 } })),
            Reason::ExchangeTransaction,
        ),
        (
            "another member",
            context(json!({ "transaction": { "amount": "12.00", "sum": 12.5, "xo": ["a", "b"] } })),
            Reason::ExchangeTransaction,
        ),
        (
            "the caller's token",
            with(claims(), "rctx", json!({ "t": OWN })),
            Reason::ExchangeTokenInvalid,
        ),
        (
            "the caller's token within",
            with(claims(), "x", json!([{ "y": format!("DPoP {OWN}") }])),
            Reason::ExchangeTokenInvalid,
        ),
        (
            "the caller's token for a name",
            with(claims(), "x", json!({ OWN: 1 })),
            Reason::ExchangeTokenInvalid,
        ),
        (
            "another audience",
            with(claims(), "aud", json!("other.example")),
            Reason::ExchangeTokenInvalid,
        ),
        (
            "no audience",
            without(claims(), "aud"),
            Reason::ExchangeTokenInvalid,
        ),
        (
            "no subject",
            without(claims(), "sub"),
            Reason::ExchangeTokenInvalid,
        ),
        (
            "no scope",
            without(claims(), "scope"),
            Reason::ExchangeTokenInvalid,
        ),
        (
            "no txn",
            without(claims(), "txn"),
            Reason::ExchangeTokenInvalid,
        ),
        (
            "no req_wl",
            without(claims(), "req_wl"),
            Reason::ExchangeTokenInvalid,
        ),
        (
            "no beginning",
            without(claims(), "iat"),
            Reason::ExchangeTokenInvalid,
        ),
        (
            "no end",
            without(claims(), "exp"),
            Reason::ExchangeTokenInvalid,
        ),
        (
            "ended",
            with(
                with(claims(), "iat", json!(NOW_SECS - 60)),
                "exp",
                json!(NOW_SECS - 5),
            ),
            Reason::ExchangeTokenInvalid,
        ),
        (
            "not begun",
            with(
                with(claims(), "iat", json!(NOW_SECS + 6)),
                "exp",
                json!(NOW_SECS + 20),
            ),
            Reason::ExchangeTokenInvalid,
        ),
    ] {
        assert_eq!(refusal(&asked(), &claims), Some(reason.into()), "{name}");
    }
    let with_actor = Asked {
        actor: Some("agent-7"),
        ..asked()
    };
    let expected = Some(Reason::ExchangeSubject.into());
    assert_eq!(refusal(&with_actor, &acted), expected, "another actor");
    assert_eq!(
        refusal(&with_actor, &claims()),
        expected,
        "the actor is lost"
    );
    let of_txn = Asked {
        txn: Some("another"),
        ..asked()
    };
    let expected = Some(Reason::ExchangeTransaction.into());
    assert_eq!(refusal(&of_txn, &claims()), expected, "another transaction");
}

#[test]
fn what_does_not_verify_is_refused() {
    let header = header();
    for (name, text) in [
        ("no token", "a.b.c".to_owned()),
        ("the caller's own", OWN.to_owned()),
        (
            "an access token",
            key().sign(&with(header.clone(), "typ", json!("at+jwt")), &claims()),
        ),
        (
            "no type",
            key().sign(&without(header.clone(), "typ"), &claims()),
        ),
        (
            "no signature",
            key().sign(&with(header.clone(), "alg", json!("none")), &claims()),
        ),
        ("a stranger's", stranger_key().sign(&header, &claims())),
        (
            "with a key of its own",
            key().sign(&with(header.clone(), "jwk", key().jwk()), &claims()),
        ),
    ] {
        let refused = verified(&asked(), &text).0.err();
        assert_eq!(refused, Some(Reason::ExchangeTokenInvalid.into()), "{name}");
    }
}

#[test]
fn keys_may_come_later() {
    let unknown = with(header(), "kid", json!("tts-2"));
    let text = key().sign(&unknown, &claims());
    let asked = asked();
    let refused = |text: &str| verified(&asked, text).0.unwrap_err();
    assert_eq!(refused(&text), Reason::ExchangeKeyUnknown.into());
    asked.keys.let_fetch(true);
    let needs = Refused::NeedsKeys(IssuerId(0), Some("tts-2".to_owned()));
    assert_eq!(refused(&text), needs);
    asked.keys.hold(Held::TooOld);
    assert_eq!(refused(&text), needs);
    asked.keys.let_fetch(false);
    assert_eq!(refused(&text), Reason::KeysUnavailable.into());
}
