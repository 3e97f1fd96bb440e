mod actors;
mod checks;
mod claims;
mod kinds;
mod remembered;
mod svids;

use super::*;
use crate::testing::{
    self, Counting, Keys, NOW, NOW_SECS, issuer_key, test, token_claims, token_header,
};
use crate::token::cache::Cache;
use crate::token::issuer::Issuer;
use serde_json::Value;
use std::cell::RefCell;

/// The only issuer of [`World`].
const CORP: IssuerId = IssuerId(0);

/// All that a verdict on a token rests on.
struct World {
    issuers: Vec<Issuer>,
    accepted: Vec<IssuerId>,
    keys: Keys,
    tokens: RefCell<Cache>,
    now: UnixTime,
    verifier: Counting,
}

impl Default for World {
    fn default() -> Self {
        Self {
            issuers: vec![testing::issuer()],
            accepted: vec![CORP],
            keys: Keys::default(),
            tokens: RefCell::default(),
            now: NOW,
            verifier: Counting::default(),
        }
    }
}

impl World {
    fn verify(&self, text: &str) -> Result<Rc<Token>, Refused> {
        verify(
            text,
            &self.issuers,
            &self.accepted,
            &self.keys,
            &self.tokens,
            self.now,
            &self.verifier,
        )
    }

    /// What the token is refused for.
    fn refusal(&self, text: &str) -> Refused {
        self.verify(text).map(|_| ()).unwrap_err()
    }

    fn at(mut self, seconds: i64) -> Self {
        self.now = UnixTime::from_secs(seconds);
        self
    }
}

/// A token of the issuer's, with something changed.
fn minted(change: impl FnOnce(&mut Value, &mut Value)) -> String {
    let (mut header, mut claims) = (token_header(), token_claims());
    change(&mut header, &mut claims);
    issuer_key().sign(&header, &claims)
}

/// A token whose claims have this member, new or changed.
fn claiming(name: &str, value: Value) -> String {
    minted(|_, claims| claims[name] = value)
}

/// A token whose claims lack this member.
fn lacking(name: &str) -> String {
    minted(|_, claims| {
        claims.as_object_mut().unwrap().remove(name).unwrap();
    })
}

#[test]
fn a_good_token_says_what_its_claims_say() {
    let world = World::default();
    let text = minted(|_, claims| {
        claims["acr"] = "urn:example:loa:2".into();
        claims["auth_time"] = (NOW_SECS - 600).into();
        claims["act"] = serde_json::json!({ "sub": "agent", "act": { "sub": "earlier" } });
    });
    let token = world.verify(&text).unwrap();
    assert_eq!(token.issuer(), CORP);
    assert_eq!(token.issuer_uri(), testing::ISSUER);
    assert_eq!(token.subject(), "alice");
    assert_eq!(token.client(), Some("wallet"));
    assert_eq!(token.id(), Some("token-1"));
    assert_eq!(token.issued_at(), Some(UnixTime::from_secs(NOW_SECS - 60)));
    assert_eq!(token.expires(), UnixTime::from_secs(NOW_SECS + 240));
    assert_eq!(token.scopes(), ["accounts:read", "payments:write"]);
    assert_eq!(token.acr(), Some("urn:example:loa:2"));
    assert_eq!(
        token.authenticated_at(),
        Some(UnixTime::from_secs(NOW_SECS - 600))
    );
    assert_eq!(token.actor().unwrap().subject(), "agent");
    assert_eq!(
        token.confirmation().jkt,
        Some(testing::client_key().thumbprint())
    );
    assert_eq!(
        token.hash(),
        &crate::crypto::digest::sha256(&[text.as_bytes()])
    );
    assert_eq!(
        token.claims().get("sub"),
        Some(&Json::String("alice".into()))
    );
    assert_eq!(token.engine(), Some(Engine::Pure));
    assert_eq!(world.verifier.calls.get(), 1);
}

#[test]
fn a_token_may_say_little() {
    let world = World::default();
    let text = minted(|_, claims| {
        for name in ["scope", "cnf"] {
            claims.as_object_mut().unwrap().remove(name).unwrap();
        }
    });
    let token = world.verify(&text).unwrap();
    assert!(token.scopes().is_empty());
    assert_eq!(token.acr(), None);
    assert_eq!(token.authenticated_at(), None);
    assert_eq!(token.actor(), None);
    assert_eq!(token.confirmation(), &Confirmation::default());
}
