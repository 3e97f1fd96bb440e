//! One valid request of each kind, made of parts that a test changes one at a time.

use crate::support::signing::Signing;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::crypto::digest::sha256;
use countersign::proof::dpop::nonce::Purpose;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{EncodePrivateKey as _, LineEnding};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "https://api.example.com";
pub(crate) const ISSUER: &str = "https://as.example.com";
pub(crate) const STRONG: &str = "urn:example:loa:3";

/// `x5t#S256` of RFC 8705 appendix A.
pub(crate) const CERTIFICATE: &str = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0";

/// The same as bytes.
pub(crate) fn certificate() -> [u8; 32] {
    countersign::crypto::digest::from_base64url(CERTIFICATE).unwrap()
}

/// An ES256 key pair. The same number, the same key.
pub(crate) struct Signer {
    key: SigningKey,
    pub(crate) kid: String,
}

impl Signer {
    pub(crate) fn of(number: u8, kid: &str) -> Self {
        let key = SigningKey::from_bytes(&[number; 32].into()).unwrap();
        Self {
            key,
            kid: kid.to_owned(),
        }
    }

    pub(crate) fn jwk(&self) -> Value {
        let point = self.key.verifying_key().to_encoded_point(false);
        let number = |bytes: Option<&[u8]>| URL_SAFE_NO_PAD.encode(bytes.unwrap());
        json!({
            "kty": "EC",
            "crv": "P-256",
            "x": number(point.x().map(AsRef::as_ref)),
            "y": number(point.y().map(AsRef::as_ref)),
        })
    }

    /// A signature as JOSE and HTTP have it.
    pub(crate) fn sign_bytes(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.key.sign(message);
        signature.to_bytes().to_vec()
    }

    /// The key as a set publishes it.
    pub(crate) fn published(&self) -> Value {
        let mut jwk = self.jwk();
        jwk["kid"] = json!(self.kid);
        jwk["alg"] = json!("ES256");
        jwk["use"] = json!("sig");
        jwk
    }

    /// RFC 7638 section 3.
    pub(crate) fn jkt(&self) -> String {
        let jwk = self.jwk();
        let (x, y) = (jwk["x"].as_str().unwrap(), jwk["y"].as_str().unwrap());
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        URL_SAFE_NO_PAD.encode(sha256(&[canonical.as_bytes()]))
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.sign_bytes(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

pub(crate) fn issuer_key() -> Signer {
    Signer::of(1, "issuer-1")
}

pub(crate) fn next_issuer_key() -> Signer {
    Signer::of(11, "issuer-2")
}

/// The gate's own private key, in PEM.
pub(crate) fn gate_key() -> String {
    let key = SigningKey::from_bytes(&[9; 32].into()).unwrap();
    key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
}

pub(crate) fn client_key() -> Signer {
    Signer::of(2, "client")
}

pub(crate) fn thief_key() -> Signer {
    Signer::of(3, "thief")
}

/// A request as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) authority: String,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Wire {
    /// The values of a header, joined.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let lines = self.fields.iter().filter(|(own, _)| own == name);
        let values: Vec<String> = lines
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// Replaces a header, or adds it.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.fields.retain(|(own, _)| own != name);
        self.fields
            .push((name.to_owned(), value.as_bytes().to_vec()));
    }
}

/// The parts of a request, before they are signed and put together.
pub(crate) struct Plan {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) authority: String,
    pub(crate) scheme: Option<&'static str>,
    /// An opaque token, sent in place of the signed one.
    pub(crate) opaque: Option<String>,
    pub(crate) token_signer: Signer,
    pub(crate) token_header: Value,
    pub(crate) token_claims: Value,
    pub(crate) proof_signer: Option<Signer>,
    pub(crate) proof_header: Value,
    pub(crate) proof_claims: Value,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
    pub(crate) body: Option<Vec<u8>>,
    /// The message signature, if there is one.
    pub(crate) signing: Option<Signing>,
    /// What is done to it on its way.
    pub(crate) after: Option<fn(&mut Wire)>,
}

impl Plan {
    /// A cheap read: `GET /accounts/7`.
    pub(crate) fn read(now: i64, jti: &str) -> Self {
        let client = client_key();
        let issuer = issuer_key();
        Self {
            method: "GET".to_owned(),
            path: "/accounts/7".to_owned(),
            authority: "api.example.com".to_owned(),
            scheme: Some("DPoP"),
            opaque: None,
            token_header: json!({ "typ": "at+jwt", "alg": "ES256", "kid": issuer.kid }),
            token_claims: json!({
                "iss": ISSUER,
                "aud": ORIGIN,
                "sub": "alice",
                "client_id": "app",
                "iat": now - 30,
                "exp": now + 300,
                "jti": format!("token of {jti}"),
                "scope": "accounts:read payments:write",
                "cnf": { "jkt": client.jkt() },
            }),
            token_signer: issuer,
            proof_header: json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": client.jwk() }),
            proof_claims: json!({
                "jti": jti,
                "htm": "GET",
                "htu": format!("{ORIGIN}/accounts/7"),
                "iat": now,
            }),
            proof_signer: Some(client),
            fields: Vec::new(),
            body: None,
            signing: None,
            after: None,
        }
    }

    /// A payment of an amount: `POST /accounts/7/transfers`.
    pub(crate) fn transfer(now: i64, jti: &str, amount: &str) -> Self {
        let mut plan = Self::read(now, jti);
        plan.method = "POST".to_owned();
        plan.path = "/accounts/7/transfers".to_owned();
        plan.proof_claims["htm"] = json!("POST");
        plan.proof_claims["htu"] = json!(format!("{ORIGIN}/accounts/7/transfers"));
        plan.token_claims["authorization_details"] = json!([{
            "type": "payment_initiation",
            "instructedAmount": { "currency": "EUR", "amount": amount },
            "creditorAccount": { "iban": "DE02100100109307118603" },
        }]);
        plan.field("content-type", "application/json");
        plan.body = Some(
            json!({
                "amount": amount,
                "currency": "EUR",
                "creditor": { "iban": "DE02100100109307118603" },
            })
            .to_string()
            .into_bytes(),
        );
        plan
    }

    /// A request for a token: `POST /token`. It brings none, and its proof names none.
    pub(crate) fn token_request(now: i64, jti: &str) -> Self {
        let mut plan = Self::read(now, jti).to("POST", "/token");
        plan.scheme = None;
        plan.proof_claims["ath"] = Value::Null;
        plan.field("authorization", "Basic d2FsbGV0OnNlY3JldA==");
        plan.field("content-type", "application/x-www-form-urlencoded");
        plan.body = Some(b"grant_type=client_credentials".to_vec());
        plan
    }

    /// The same for another method and path.
    pub(crate) fn to(mut self, method: &str, path: &str) -> Self {
        self.method = method.to_owned();
        self.path = path.to_owned();
        self.proof_claims["htm"] = json!(method);
        self.proof_claims["htu"] = json!(format!("{ORIGIN}{path}"));
        self
    }

    /// What a nonce for this request is made over.
    pub(crate) fn purpose(&self, run: impl FnOnce(Purpose<'_>) -> String) -> String {
        let target = format!("{ORIGIN}{}", self.path);
        let hash = sha256(&[self.token().as_bytes()]);
        run(Purpose {
            method: &self.method,
            target: &target,
            token_hash: self.scheme.map(|_| &hash),
        })
    }

    /// With the authentication that the step-up asks for.
    pub(crate) fn stepped_up(mut self, now: i64) -> Self {
        self.token_claims["acr"] = json!(STRONG);
        self.token_claims["auth_time"] = json!(now - 40);
        self
    }

    /// Adds a header line.
    pub(crate) fn field(&mut self, name: &str, value: impl AsRef<[u8]>) {
        self.fields.push((name.to_owned(), value.as_ref().to_vec()));
    }

    /// Changes the body, which is JSON.
    pub(crate) fn edit_body(&mut self, edit: impl FnOnce(&mut Value)) {
        let mut body = serde_json::from_slice(self.body.as_deref().unwrap()).unwrap();
        edit(&mut body);
        self.body = Some(body.to_string().into_bytes());
    }

    /// The token alone.
    pub(crate) fn token(&self) -> String {
        self.opaque.clone().unwrap_or_else(|| {
            self.token_signer
                .sign(&self.token_header, &self.token_claims)
        })
    }

    /// Signs and puts together. `ath` is the token's unless the plan says another, or null for none.
    pub(crate) fn wire(&self) -> Wire {
        let token = self.token();
        let mut fields = self.fields.clone();
        if let Some(scheme) = self.scheme {
            fields.push((
                "authorization".to_owned(),
                format!("{scheme} {token}").into_bytes(),
            ));
        }
        if let Some(signer) = &self.proof_signer {
            let mut claims = self.proof_claims.clone();
            if claims.get("ath").is_none() {
                claims["ath"] = json!(URL_SAFE_NO_PAD.encode(sha256(&[token.as_bytes()])));
            }
            if claims["ath"].is_null() {
                claims.as_object_mut().unwrap().remove("ath");
            }
            fields.push((
                "dpop".to_owned(),
                signer.sign(&self.proof_header, &claims).into_bytes(),
            ));
        }
        let mut wire = Wire {
            method: self.method.clone(),
            path: self.path.clone(),
            authority: self.authority.clone(),
            fields,
            body: self.body.clone(),
        };
        if let Some(signing) = &self.signing {
            signing.sign(&mut wire);
        }
        if let Some(change) = self.after {
            change(&mut wire);
        }
        wire
    }
}
