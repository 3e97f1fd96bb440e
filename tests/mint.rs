//! What the native command mints, the gate accepts: token and proof, bound to each other.
#![expect(clippy::unwrap_used, clippy::unwrap_in_result, reason = "tests")]

#[path = "../src/bin/countersign/mint.rs"]
mod mint;

use countersign::crypto::{Algorithm, Pure};
use countersign::http::RequestHead;
use countersign::jose::KeySet;
use countersign::proof::dpop;
use countersign::reason::Reason;
use countersign::time::UnixTime;
use countersign::token::cache::Cache;
use countersign::token::credentials::Scheme;
use countersign::token::issuer::{Issuer, KeySource, StatusDemand, UnknownConfirmation};
use countersign::token::{self, Held, IssuerId, KeyStore, Kind, Token};
use mint::{Grant, Key, Purpose};
use serde_json::json;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

const ISSUER: &str = "https://as.example.com";
const API: &str = "https://api.example.com";
const TARGET: &str = "https://api.example.com/accounts/42";

struct Keys(Rc<KeySet>);

impl KeyStore for Keys {
    fn held(&self, _: IssuerId) -> Held {
        Held::Set(Rc::clone(&self.0))
    }
    fn may_fetch(&self, _: IssuerId, _: Option<&str>) -> bool {
        false
    }
}

fn published(key: &Key) -> Rc<KeySet> {
    let mut jwk = key.jwk();
    let members = jwk.as_object_mut().unwrap();
    members.insert("kid".to_owned(), json!("corp-1"));
    let set = json!({ "keys": [jwk] }).to_string();
    Rc::new(KeySet::parse(set.as_bytes()).unwrap())
}

fn accept(text: &str, keys: Rc<KeySet>) -> Rc<Token> {
    accept_as(Kind::Access, [ISSUER, API, "at+jwt"], text, keys)
}

fn accept_as(
    kind: Kind,
    [uri, audience, of_type]: [&str; 3],
    text: &str,
    keys: Rc<KeySet>,
) -> Rc<Token> {
    let issuer = Issuer {
        kind,
        name: "corp".into(),
        uri: uri.into(),
        audiences: vec![audience.to_owned()],
        types: vec![of_type.to_owned()],
        algorithms: vec![Algorithm::Es256],
        leeway: Duration::from_secs(5),
        keys: KeySource::Inline(Rc::clone(&keys)),
        introspection: None,
        unknown_confirmation: UnknownConfirmation::Refuse,
        status: StatusDemand::Optional,
        kinds: Vec::new(),
    };
    token::verify(
        text,
        &[issuer],
        &[IssuerId(0)],
        &Keys(keys),
        &RefCell::new(Cache::holding(1)),
        UnixTime::from_secs(mint::now().unwrap()),
        &Pure,
    )
    .unwrap()
}

fn refusal(proof: String, token: &Token) -> Option<Reason> {
    let thumbprint = token
        .confirmation()
        .demands(Scheme::Dpop, UnknownConfirmation::Refuse)
        .unwrap()
        .key
        .unwrap();
    let head = RequestHead::new(vec![
        (":method".to_owned(), b"GET".to_vec()),
        (":path".to_owned(), b"/accounts/42".to_vec()),
        (":authority".to_owned(), b"api.example.com".to_vec()),
        ("dpop".to_owned(), proof.into_bytes()),
    ])
    .unwrap();
    let rules = dpop::Rules {
        max_age: Duration::from_mins(1),
        max_ahead: Duration::from_secs(5),
        algorithms: vec![Algorithm::Es256],
        nonces: None,
    };
    let expected = dpop::Expected {
        method: "GET",
        target: TARGET,
        token_hash: Some(token.hash()),
        thumbprint: Some(thumbprint),
        nonces: None,
    };
    let now = UnixTime::from_secs(mint::now().unwrap());
    let shown = dpop::show(&rules, &head, &expected, now, &Pure);
    shown.err().map(|refused| refused.reason)
}

#[test]
fn minted_tokens_and_proofs_are_accepted_and_belong_together() {
    let (issuer, holder, thief) = (
        Key::generate().unwrap(),
        Key::generate().unwrap(),
        Key::generate().unwrap(),
    );
    let now = mint::now().unwrap();
    let grant = Grant {
        subject: "ada".to_owned(),
        scope: "payments:write".to_owned(),
        details: Some(json!({ "type": "payment_initiation" })),
        authentication: Some(("urn:example:loa:3".to_owned(), now)),
    };
    let text = issuer
        .access_token("corp-1", ISSUER, API, &holder.thumbprint(), &grant)
        .unwrap();
    let token = accept(&text, published(&issuer));
    assert_eq!(token.subject(), "ada");
    assert_eq!(token.scopes(), ["payments:write"]);
    assert_eq!(token.acr(), Some("urn:example:loa:3"));
    assert_eq!(token.authenticated_at(), Some(UnixTime::from_secs(now)));
    let purpose = Purpose {
        method: "GET",
        target: TARGET,
        token: &text,
        issued_at: now,
    };
    assert_eq!(refusal(holder.proof(&purpose), &token), None);
    assert_eq!(
        refusal(thief.proof(&purpose), &token),
        Some(Reason::ProofKeyMismatch)
    );
}

#[test]
fn a_minted_transaction_token_is_accepted_as_one() {
    let issuer = Key::generate().unwrap();
    let now = mint::now().unwrap();
    let claims = json!({
        "iat": now,
        "exp": now.saturating_add(60),
        "aud": "trust.example",
        "txn": "t-1",
        "sub": "ada",
        "scope": "payments:write",
        "req_wl": "gate",
    });
    let header = json!({ "typ": "txntoken+jwt", "alg": "ES256", "kid": "corp-1" });
    let text = issuer.sign(&header, &claims);
    let of = ["trust.example", "trust.example", "txntoken+jwt"];
    let token = accept_as(Kind::Transaction, of, &text, published(&issuer));
    assert_eq!(token.transaction().unwrap().txn, "t-1");
}
