mod checks;
mod components;
mod content;
mod mutations;
#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod vectors;

use super::*;
use crate::crypto::Pure;
use crate::crypto::signing::SigningKey;
use crate::http::structured::write_bytes;
use crate::proof::http_signature::base::{identifiers, signature_base};
use crate::proof::http_signature::input::Fields;
use crate::reason::Reason;
use crate::testing::{AUDIENCE, NOW, NOW_SECS, strict};
use crate::time::UnixTime;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::time::Duration;

/// What every algorithm may sign, covering nothing in particular, a minute long.
fn permissive() -> Rules {
    Rules {
        method: Method::HttpSignature,
        tag: None,
        components: Vec::new(),
        when_present: Vec::new(),
        algorithms: vec![
            Algorithm::Es256,
            Algorithm::Es384,
            Algorithm::Ed25519,
            Algorithm::Rs256,
            Algorithm::Ps512,
        ],
        window: Window {
            max_age: Duration::from_mins(1),
            max_ahead: Duration::from_secs(10),
        },
        expires: Presence::Optional,
        nonce: Presence::Optional,
        keyid: Presence::Optional,
        alg: Presence::Optional,
        texts: Vec::new(),
    }
}

fn component(text: &str) -> Component {
    Component::parse(text).unwrap()
}

/// A request as a client makes it.
#[derive(Clone, Debug)]
struct Request {
    origin: String,
    method: String,
    target: String,
    fields: Vec<(String, Vec<u8>)>,
    alone: bool,
}

impl Request {
    /// A transfer with a body, a bearer token and a digest.
    fn good() -> Self {
        let fields = [
            ("authorization", "Bearer abc.def.ghi"),
            ("content-type", "application/json"),
            (
                "content-digest",
                "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
            ),
        ];
        Self {
            origin: AUDIENCE.to_owned(),
            method: "POST".to_owned(),
            target: "/accounts/7/transfers?dry=1&a=b%20c".to_owned(),
            fields: fields.map(owned).to_vec(),
            alone: false,
        }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push(owned((name, value)));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(own, _)| own != name);
        self
    }

    fn parts(&self) -> (RequestHead, Target, Origin) {
        let origin = Origin::parse(&self.origin).unwrap();
        let pseudo = [
            (":method", self.method.as_str()),
            (":path", &self.target),
            (":authority", origin.authority()),
            (":scheme", origin.scheme()),
        ];
        let mut pairs = pseudo.map(owned).to_vec();
        pairs.extend(self.fields.iter().cloned());
        let head = RequestHead::new(pairs).unwrap();
        let head = if self.alone { head.alone() } else { head };
        (head, Target::parse(&self.target).unwrap(), origin)
    }

    /// The base of the one signature.
    fn base(&self) -> Option<String> {
        let (head, target, origin) = self.parts();
        let message = Message {
            head: &head,
            target: &target,
            origin: &origin,
        };
        let fields = Fields::read(&head).ok()?;
        let list = fields.select(None).ok()?.list;
        signature_base(&list, &identifiers(&list)?, &message)
    }

    /// With this `Signature-Input` under one label, signed.
    fn signed(self, key: &SigningKey, input: &str) -> Self {
        let draft = self
            .clone()
            .with("signature-input", &format!("sig={input}"))
            .with("signature", "sig=::");
        let base = draft.base().unwrap_or_default();
        let mut signature = String::from("sig=");
        write_bytes(&key.sign(base.as_bytes()), &mut signature);
        draft.without("signature").with("signature", &signature)
    }

    fn judged(&self, rules: &Rules, key: Key<'_>, now: UnixTime) -> Result<Signed, Reason> {
        let (head, target, origin) = self.parts();
        let message = Message {
            head: &head,
            target: &target,
            origin: &origin,
        };
        verify(rules, &message, key, now, &Pure)
    }
}

fn owned((name, value): (&str, &str)) -> (String, Vec<u8>) {
    (name.to_owned(), value.as_bytes().to_vec())
}

fn jwk(value: &Value) -> Jwk {
    Jwk::parse(&strict(value)).unwrap()
}

/// The public part of a key.
fn public(key: &SigningKey) -> Jwk {
    let (x, y) = key.numbers();
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    jwk(&match key {
        SigningKey::Es256(_) => json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }),
        SigningKey::Es384(_) => json!({ "kty": "EC", "crv": "P-384", "x": x, "y": y }),
        SigningKey::Ed25519(_) => json!({ "kty": "OKP", "crv": "Ed25519", "x": x }),
    })
}
