//! A client with a key and a token that is bound to it, and the requests it sends.

use crate::hidden;
use crate::mint::{Grant, Key, Purpose, now};
use crate::policy::{ISSUER, ORIGIN};
use serde_json::{Value, json};

/// An issuer of tokens.
#[derive(Clone)]
pub(crate) struct Issuer {
    key: Key,
    kid: &'static str,
}

impl Issuer {
    /// One with a fresh key of this name.
    pub(crate) fn with(kid: &'static str) -> Self {
        let key = Key::generate().unwrap();
        Self { key, kid }
    }

    /// Its key set.
    pub(crate) fn set(&self) -> Value {
        let mut key = self.key.jwk();
        key["kid"] = json!(self.kid);
        json!({ "keys": [key] })
    }

    /// A caller to whom it gave a token.
    pub(crate) fn caller(&self) -> Caller {
        self.caller_named("alice")
    }

    /// The same, of this name.
    pub(crate) fn caller_named(&self, name: &str) -> Caller {
        let key = Key::generate().unwrap();
        let grant = Grant {
            subject: name.to_owned(),
            scope: "accounts:read".to_owned(),
            details: Some(json!({ "type": "payment_initiation", "amount": "10.00" })),
            authentication: None,
        };
        let token = self
            .key
            .access_token(self.kid, ISSUER, ORIGIN, &key.thumbprint(), &grant)
            .unwrap();
        hidden::keep(&token);
        Caller { key, token }
    }
}

/// A caller.
#[derive(Clone)]
pub(crate) struct Caller {
    key: Key,
    pub(crate) token: String,
}

impl Caller {
    /// One with a fresh key, and a token that says nothing by itself.
    pub(crate) fn opaque(token: &str) -> Self {
        hidden::keep(token);
        let key = Key::generate().unwrap();
        let token = token.to_owned();
        Self { key, token }
    }

    /// The thumbprint of its key.
    pub(crate) fn jkt(&self) -> String {
        self.key.thumbprint()
    }

    /// A fresh proof for a request, dated as far ahead as the policy lets it be: the replay log
    /// refuses what could have been used before it began.
    pub(crate) fn proof(&self, method: &str, path: &str) -> String {
        let target = format!("{ORIGIN}{path}");
        let proof = self.key.proof(&Purpose {
            method,
            target: &target,
            token: &self.token,
            issued_at: now().unwrap() + 1,
        });
        hidden::keep(&proof);
        proof
    }

    /// The security headers of a request, with a fresh proof.
    pub(crate) fn credentials(&self, method: &str, path: &str) -> String {
        let proof = self.proof(method, path);
        format!("authorization: DPoP {}\r\ndpop: {proof}\r\n", self.token)
    }

    /// The head of a request, without its last line.
    pub(crate) fn head(&self, method: &str, path: &str) -> String {
        let credentials = self.credentials(method, path);
        format!("{method} {path} HTTP/1.1\r\nhost: api.example.com\r\n{credentials}")
    }

    /// A request without a body.
    pub(crate) fn get(&self, path: &str) -> String {
        self.head("GET", path) + "\r\n"
    }

    /// A request with a JSON body.
    pub(crate) fn post(&self, path: &str, body: &str) -> String {
        let head = self.head("POST", path);
        let length = body.len();
        format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
    }
}
