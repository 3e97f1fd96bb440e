//! What tests of every layer mint tokens and proofs with: one issuer, one client, a fixed moment.
//! Everything here is deterministic, so a test that fails fails again.
use crate::crypto::digest::{Digest32, sha256};
use crate::crypto::signing::SigningKey;
use crate::crypto::{Algorithm, Engine, InvalidSignature, PublicKey, Pure, Verifier};
use crate::http::RequestHead;
use crate::jose::KeySet;
use crate::jose::jwk::Jwk;
use crate::json::{Json, Limits};
use crate::proof::dpop;
use crate::supply::board::Board;
use crate::time::UnixTime;
use crate::token::issuer::{Issuer, KeySource, StatusDemand, UnknownConfirmation};
use crate::token::{Held, IssuerId, KeyStore, Kind};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

/// The attribute of every unit test. Natively the harness knows `#[test]`; a wasm VM has another.
#[cfg(not(target_os = "unknown"))]
pub(crate) use core::prelude::v1::test;
#[cfg(target_os = "unknown")]
pub(crate) use wasm_bindgen_test::wasm_bindgen_test as test;

/// `iss` of every token that [`token_claims`] makes.
pub(crate) const ISSUER: &str = "https://as.example.com";
/// The one audience, and the origin of [`TARGET`].
pub(crate) const AUDIENCE: &str = "https://api.example.com";
/// The URI of the request that [`proof_claims`] are for.
pub(crate) const TARGET: &str = "https://api.example.com/accounts/7/transfers";
/// Its method.
pub(crate) const METHOD: &str = "POST";
/// Now, in seconds: a Tuesday evening in November 2023.
pub(crate) const NOW_SECS: i64 = 1_700_000_000;
/// Now.
pub(crate) const NOW: UnixTime = UnixTime::from_secs(NOW_SECS);

/// A key pair.
pub(crate) struct Signer {
    key: SigningKey,
    kid: &'static str,
}

/// The issuer's key.
pub(crate) fn issuer_key() -> Signer {
    Signer::of(1, "issuer-1")
}

/// The client's key, to which tokens are bound.
pub(crate) fn client_key() -> Signer {
    Signer::of(2, "client")
}

/// A key that nobody here trusts.
pub(crate) fn stranger_key() -> Signer {
    Signer::of(3, "stranger")
}

impl Signer {
    /// The ES256 key of this number: the same number, the same key.
    pub(crate) fn of(number: u8, kid: &'static str) -> Self {
        Self::with_key(SigningKey::es256(number), kid)
    }

    /// A key of any algorithm.
    pub(crate) fn with_key(key: SigningKey, kid: &'static str) -> Self {
        Self { key, kid }
    }

    /// The public key, bare, as a proof carries it.
    pub(crate) fn jwk(&self) -> Value {
        let (x, y) = self.key.numbers();
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        match self.key {
            SigningKey::Es256(_) => json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }),
            SigningKey::Es384(_) => json!({ "kty": "EC", "crv": "P-384", "x": x, "y": y }),
            SigningKey::Ed25519(_) => json!({ "kty": "OKP", "crv": "Ed25519", "x": x }),
        }
    }

    /// The thumbprint of the key.
    pub(crate) fn thumbprint(&self) -> Digest32 {
        *Jwk::parse(&strict(&self.jwk())).unwrap().thumbprint()
    }

    /// The thumbprint as `cnf.jkt` has it.
    pub(crate) fn jkt(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.thumbprint())
    }

    /// A compact JWS over these two objects.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// A compact JWS over these two texts, which need not even be JSON.
    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        let message = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = self.key.sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// A key set of these keys, each with its `kid`.
pub(crate) fn key_set(signers: &[Signer]) -> Rc<KeySet> {
    let keys: Vec<Value> = signers
        .iter()
        .map(|signer| with(signer.jwk(), "kid", json!(signer.kid)))
        .collect();
    Rc::new(KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap())
}

/// The issuer as a policy pins it, with [`issuer_key`] in the policy itself.
pub(crate) fn issuer() -> Issuer {
    Issuer {
        name: "corp".into(),
        kind: Kind::Access,
        uri: ISSUER.into(),
        audiences: vec![AUDIENCE.to_owned()],
        types: vec!["at+jwt".to_owned()],
        algorithms: vec![Algorithm::Es256],
        leeway: Duration::from_secs(5),
        keys: KeySource::Inline(key_set(&[issuer_key()])),
        introspection: None,
        unknown_confirmation: UnknownConfirmation::Ignore,
        status: StatusDemand::Optional,
        kinds: Vec::new(),
    }
}

/// A key store with the same keys for every issuer. Tests change it while it is in use.
pub(crate) struct Keys {
    held: RefCell<Held>,
    may_fetch: Cell<bool>,
}

impl Default for Keys {
    fn default() -> Self {
        Self::of(&[issuer_key()])
    }
}

impl Keys {
    /// A store that holds these keys and may fetch none.
    pub(crate) fn of(signers: &[Signer]) -> Self {
        Self {
            held: RefCell::new(Held::Set(key_set(signers))),
            may_fetch: Cell::new(false),
        }
    }

    /// From now on this is held.
    pub(crate) fn hold(&self, held: Held) {
        self.held.replace(held);
    }

    /// From now on a fetch may be made, or not.
    pub(crate) fn let_fetch(&self, may_fetch: bool) {
        self.may_fetch.set(may_fetch);
    }
}

impl KeyStore for Keys {
    fn held(&self, _issuer: IssuerId) -> Held {
        self.held.borrow().clone()
    }

    fn may_fetch(&self, _issuer: IssuerId, _kid: Option<&str>) -> bool {
        self.may_fetch.get()
    }
}

/// A board in this process: what the host's shared data does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wall(pub(crate) Rc<RefCell<HashMap<String, Written>>>);

/// A value, and the number that names this state of it.
pub(crate) type Written = (Vec<u8>, u32);

impl Board for Wall {
    fn read(&self, name: &str) -> Option<(Vec<u8>, u32)> {
        self.0.borrow().get(name).cloned()
    }
    fn write(&self, name: &str, value: &[u8], state: Option<u32>) -> bool {
        let mut held = self.0.borrow_mut();
        let now = held.get(name).map(|(_, state)| *state);
        if now == state {
            held.insert(
                name.to_owned(),
                (value.to_vec(), now.unwrap_or(0).wrapping_add(1)),
            );
        }
        now == state
    }
}

impl Wall {
    /// The name there that has this in it.
    pub(crate) fn name(&self, prefix: &str) -> String {
        let held = self.0.borrow();
        held.keys()
            .find(|name| name.contains(prefix))
            .unwrap()
            .clone()
    }
}

/// Verifies in the module, and counts how often it was asked to.
#[derive(Default)]
pub(crate) struct Counting {
    /// How often.
    pub(crate) calls: Cell<usize>,
}

impl Verifier for Counting {
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Engine, InvalidSignature> {
        self.calls.set(self.calls.get().saturating_add(1));
        Pure.verify(algorithm, key, message, signature)
    }
}

/// The header of a good access token.
pub(crate) fn token_header() -> Value {
    json!({ "typ": "at+jwt", "alg": "ES256", "kid": issuer_key().kid })
}

/// The claims of a good access token: a minute old, valid for four more, bound to [`client_key`].
pub(crate) fn token_claims() -> Value {
    json!({
        "iss": ISSUER,
        "sub": "alice",
        "aud": AUDIENCE,
        "client_id": "wallet",
        "jti": "token-1",
        "iat": NOW_SECS - 60,
        "exp": NOW_SECS + 240,
        "scope": "accounts:read payments:write",
        "cnf": { "jkt": client_key().jkt() },
    })
}

/// A good access token.
pub(crate) fn token() -> String {
    issuer_key().sign(&token_header(), &token_claims())
}

/// What a policy says of proofs where it says nothing: 60 s back, 10 s ahead, ES256.
pub(crate) fn dpop_rules() -> dpop::Rules {
    dpop::Rules {
        max_age: Duration::from_mins(1),
        max_ahead: Duration::from_secs(10),
        algorithms: vec![Algorithm::Es256],
        nonces: None,
    }
}

/// The header of a proof made with this key.
pub(crate) fn proof_header(signer: &Signer) -> Value {
    let algorithm = signer.key.algorithm().name();
    json!({ "typ": "dpop+jwt", "alg": algorithm, "jwk": signer.jwk() })
}

/// The claims of a good proof for this token, made now for [`METHOD`] and [`TARGET`].
pub(crate) fn proof_claims(token: &str) -> Value {
    json!({
        "jti": "proof-1",
        "htm": METHOD,
        "htu": TARGET,
        "iat": NOW_SECS,
        "ath": URL_SAFE_NO_PAD.encode(sha256(&[token.as_bytes()])),
    })
}

/// A good proof for this token, made by [`client_key`].
pub(crate) fn proof(token: &str) -> String {
    client_key().sign(&proof_header(&client_key()), &proof_claims(token))
}

/// The head of a request to the authority of [`AUDIENCE`].
pub(crate) fn head(method: &str, path: &str, fields: &[(&str, &str)]) -> RequestHead {
    let pseudo = [
        (":method", method),
        (":path", path),
        (":authority", "api.example.com"),
        (":scheme", "https"),
    ];
    let pairs = pseudo
        .iter()
        .chain(fields)
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect();
    RequestHead::new(pairs).unwrap()
}

/// The object with this member, new or replaced.
pub(crate) fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

/// The object without this member.
pub(crate) fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name).unwrap();
    object
}

/// The value as the gate reads it.
pub(crate) fn strict(value: &Value) -> Json {
    let limits = Limits {
        bytes: 64 * 1024,
        depth: 32,
    };
    Json::parse(value.to_string().as_bytes(), limits).unwrap()
}

/// The gate's own private key, in PEM.
pub(crate) fn gate_key() -> String {
    SigningKey::es256(9).to_pem()
}

/// The private key that follows it.
pub(crate) fn other_gate_key() -> String {
    SigningKey::es256(10).to_pem()
}
