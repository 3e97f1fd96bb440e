//! What the gate asserts to an upstream about one request: a short JWT that the gate signs, so that
//! an upstream can refuse whoever came around the gate. `docs/upstream.md` says what an upstream checks.

use crate::crypto::digest::{Digest32, sha256};
use crate::crypto::private::{PrivateKey, Signer};
use crate::time::UnixTime;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::json;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

/// `typ` of an assertion: no other kind of JWT is ever one (RFC 8725 section 3.11).
const TYPE: &str = "countersign-assertion+jwt";

/// What the policy says of assertions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Names of the environment variables with the keys. The first signs, all are published.
    pub keys: Vec<String>,
    /// `iss`.
    pub issuer: String,
    /// `aud`; the origin of the route where there is none.
    pub audience: Option<String>,
    /// How long one is good.
    pub lifetime: Duration,
    /// The path at which the public keys are served.
    pub keys_path: String,
}

/// What is asserted.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Now.
    pub now: UnixTime,
    /// The id of the decision.
    pub decision: &'a str,
    /// The name of the route.
    pub route: &'a str,
    /// The origin of the route.
    pub origin: &'a str,
    /// The method of the request.
    pub method: &'a str,
    /// Its path, without the query.
    pub path: &'a str,
    /// Its query, where there is one.
    pub query: Option<&'a str>,
    /// SHA-256 of the body, where the gate read it.
    pub body: Option<&'a Digest32>,
    /// `iss` of the caller's credential.
    pub issuer: Option<&'a str>,
    /// `sub` of the caller's credential.
    pub subject: Option<&'a str>,
    /// `client_id`.
    pub client: Option<&'a str>,
    /// Issuer and `sub` of the outermost `act`.
    pub actor: Option<(&'a str, &'a str)>,
    /// The id of the transaction.
    pub transaction: Option<&'a str>,
    /// Whether a person broke the glass.
    pub break_glass: bool,
}

/// The claims, in the order in which they are written.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: &'a str,
    route: &'a str,
    htm: &'a str,
    htu: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_iss: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Actor<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    txn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    break_glass: Option<bool>,
}

#[derive(Serialize)]
struct Actor<'a> {
    iss: &'a str,
    sub: &'a str,
}

/// The gate's keys at work: it signs assertions, and has the public keys ready to be served.
pub struct Asserter {
    rules: Rules,
    key: PrivateKey,
    signer: Box<dyn Signer>,
    header: String,
    published: Rc<str>,
}

impl fmt::Debug for Asserter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Asserter").finish_non_exhaustive()
    }
}

impl Asserter {
    /// An asserter that signs with `key`. `others` are published beside it, so that what was signed
    /// before a change of keys, or will be after it, can be checked.
    #[must_use]
    pub fn new(
        rules: Rules,
        key: PrivateKey,
        others: &[PrivateKey],
        signer: Box<dyn Signer>,
    ) -> Self {
        let header = json!({ "typ": TYPE, "alg": "ES256", "kid": Public::of(&key).kid });
        let keys: Vec<Public> = std::iter::once(&key)
            .chain(others)
            .map(Public::of)
            .collect();
        Self {
            rules,
            key,
            signer,
            header: BASE64_URL_SAFE_NO_PAD.encode(header.to_string()),
            published: json!({ "keys": keys }).to_string().into(),
        }
    }

    /// The JSON Web Key Set of the public keys.
    #[must_use]
    pub fn published(&self) -> &Rc<str> {
        &self.published
    }

    /// Signs what is asserted. None where it cannot be written, which no input brings about.
    #[must_use]
    pub fn assert(&self, facts: &Facts<'_>) -> Option<String> {
        let issued_at = facts.now.secs();
        let digest = |bytes: &Digest32| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let claims = Claims {
            iss: &self.rules.issuer,
            aud: self.rules.audience.as_deref().unwrap_or(facts.origin),
            iat: issued_at,
            exp: facts.now.after(self.rules.lifetime).secs(),
            jti: facts.decision,
            route: facts.route,
            htm: facts.method,
            htu: &[facts.origin, facts.path].concat(),
            query_sha256: facts.query.map(|it| digest(&sha256(&[it.as_bytes()]))),
            body_sha256: facts.body.map(digest),
            sub: facts.subject,
            sub_iss: facts.issuer,
            client_id: facts.client,
            act: facts.actor.map(|(iss, sub)| Actor { iss, sub }),
            txn: facts.transaction,
            break_glass: facts.break_glass.then_some(true),
        };
        let claims = serde_json::to_vec(&claims).ok()?;
        let mut text = String::with_capacity(
            self.header
                .len()
                .saturating_add(claims.len().saturating_mul(4).div_ceil(3))
                .saturating_add(96),
        );
        text.push_str(&self.header);
        text.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(&claims, &mut text);
        let (signature, _) = self.signer.sign(&self.key, text.as_bytes());
        text.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut text);
        Some(text)
    }
}

/// The public half of a key, as it is published.
#[derive(Serialize)]
struct Public {
    kty: &'static str,
    crv: &'static str,
    x: String,
    y: String,
    kid: String,
    alg: &'static str,
    r#use: &'static str,
}

impl Public {
    /// The public half of a key, named by its thumbprint (RFC 7638).
    fn of(key: &PrivateKey) -> Self {
        let (x, y) = key.coordinates();
        let (x, y) = (
            BASE64_URL_SAFE_NO_PAD.encode(x),
            BASE64_URL_SAFE_NO_PAD.encode(y),
        );
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Self {
            kty: "EC",
            crv: "P-256",
            kid: BASE64_URL_SAFE_NO_PAD.encode(sha256(&[canonical.as_bytes()])),
            x,
            y,
            alg: "ES256",
            r#use: "sig",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Algorithm, Pure};
    use crate::jose::{KeySet, Limits, Selection, Untrusted};
    use crate::testing::{NOW, NOW_SECS, gate_key, other_gate_key, test};
    use serde_json::Value;

    fn rules() -> Rules {
        Rules {
            keys: vec!["KEY".to_owned()],
            issuer: "https://gate.example.com".to_owned(),
            audience: None,
            lifetime: Duration::from_secs(30),
            keys_path: "/keys".to_owned(),
        }
    }

    fn facts() -> Facts<'static> {
        Facts {
            now: NOW,
            decision: "0123",
            route: "transfer",
            origin: "https://api.example.com",
            method: "POST",
            path: "/accounts/7/transfers",
            query: None,
            body: None,
            issuer: Some("https://as.example.com"),
            subject: Some("alice"),
            client: Some("app"),
            actor: None,
            transaction: None,
            break_glass: false,
        }
    }

    fn asserter(rules: Rules) -> Asserter {
        let key = |pem: String| PrivateKey::from_pem(&pem).unwrap();
        let (own, next) = (key(gate_key()), key(other_gate_key()));
        Asserter::new(rules, own, &[next], Box::new(Pure))
    }

    /// The claims, as an upstream that checks them would read them.
    fn read(asserter: &Asserter, text: &str) -> Value {
        let limits = Limits {
            bytes: 4096,
            depth: 4,
        };
        let jws = Untrusted::parse(text, limits).unwrap();
        assert_eq!(jws.media_type(), Some(TYPE));
        let keys = KeySet::parse(asserter.published().as_bytes()).unwrap();
        assert_eq!(keys.keys().len(), 2);
        let Selection::One(key) = keys.select(jws.key_id(), Algorithm::Es256) else {
            panic!("no key");
        };
        jws.verify(Algorithm::Es256, key.key(), &Pure).unwrap();
        let claims = text.split('.').nth(1).unwrap();
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
    }

    #[test]
    fn an_assertion_speaks_of_one_request() {
        let asserter = asserter(rules());
        let text = asserter.assert(&facts()).unwrap();
        assert_eq!(
            read(&asserter, &text),
            json!({
                "iss": "https://gate.example.com",
                "aud": "https://api.example.com",
                "iat": NOW_SECS,
                "exp": NOW_SECS + 30,
                "jti": "0123",
                "route": "transfer",
                "htm": "POST",
                "htu": "https://api.example.com/accounts/7/transfers",
                "sub": "alice",
                "sub_iss": "https://as.example.com",
                "client_id": "app",
            })
        );
    }

    #[test]
    fn what_is_known_beyond_that_is_asserted_too() {
        let asserter = asserter(Rules {
            audience: Some("ledger".to_owned()),
            ..rules()
        });
        let digest = sha256(&[b"{}"]);
        let text = asserter.assert(&Facts {
            query: Some("a=1"),
            body: Some(&digest),
            actor: Some(("https://agents.example.com", "agent")),
            transaction: Some("t-1"),
            break_glass: true,
            ..facts()
        });
        let claims = read(&asserter, &text.unwrap());
        let base64url = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(sha256(&[bytes]));
        assert_eq!(claims["aud"], "ledger");
        assert_eq!(claims["query_sha256"], base64url(b"a=1"));
        assert_eq!(claims["body_sha256"], base64url(b"{}"));
        assert_eq!(
            claims["act"],
            json!({ "iss": "https://agents.example.com", "sub": "agent" })
        );
        assert_eq!(claims["txn"], "t-1");
        assert_eq!(claims["break_glass"], true);
    }
}
