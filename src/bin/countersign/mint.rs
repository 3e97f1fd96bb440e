//! Minting: keys, access tokens and DPoP proofs for demonstrations and tests. Nothing of the gate
//! itself signs anything, so this file is the only one that can.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::crypto::digest::sha256;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use rand::RngCore;
use rand::rngs::OsRng;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// A P-256 key pair that signs with ES256.
#[derive(Clone)]
pub(crate) struct Key {
    secret: SigningKey,
    x: String,
    y: String,
}

/// What an access token grants, beside the fixed claims.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grant {
    /// `sub`.
    pub(crate) subject: String,
    /// `scope`, separated by spaces.
    pub(crate) scope: String,
    /// `authorization_details` (RFC 9396).
    pub(crate) details: Option<Value>,
    /// `acr` and `auth_time`: how and when the subject authenticated (RFC 9068 section 2.2.1).
    pub(crate) authentication: Option<(String, i64)>,
}

/// What a DPoP proof is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purpose<'a> {
    /// `htm`.
    pub(crate) method: &'a str,
    /// `htu`.
    pub(crate) target: &'a str,
    /// The access token that `ath` names.
    pub(crate) token: &'a str,
    /// `iat`, in seconds.
    pub(crate) issued_at: i64,
}

/// How long minted access tokens are valid, in seconds.
const LIFETIME: i64 = 300;

impl Key {
    /// A fresh key.
    ///
    /// # Errors
    /// The curve library gives a point without coordinates; it never does.
    pub(crate) fn generate() -> Result<Self> {
        let secret = SigningKey::random(&mut OsRng);
        let point = secret.verifying_key().to_encoded_point(false);
        let x = URL_SAFE_NO_PAD.encode(point.x().context("a key has an x coordinate")?);
        let y = URL_SAFE_NO_PAD.encode(point.y().context("a key has a y coordinate")?);
        Ok(Self { secret, x, y })
    }

    /// The public key as a JWK (RFC 7517).
    pub(crate) fn jwk(&self) -> Value {
        json!({ "kty": "EC", "crv": "P-256", "x": self.x, "y": self.y })
    }

    /// The thumbprint of the public key (RFC 7638), as `cnf.jkt` carries it.
    pub(crate) fn thumbprint(&self) -> String {
        let (x, y) = (&self.x, &self.y);
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        URL_SAFE_NO_PAD.encode(sha256(&[canonical.as_bytes()]))
    }

    /// A compact JWS (RFC 7515 section 7.1).
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        let signed = format!("{header}.{claims}");
        let signature: Signature = self.secret.sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("{signed}.{signature}")
    }

    /// A DPoP proof made with this key (RFC 9449 section 4.2), with a fresh `jti`.
    pub(crate) fn proof(&self, purpose: &Purpose<'_>) -> String {
        self.sign(
            &json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() }),
            &json!({
                "jti": nonce(),
                "htm": purpose.method,
                "htu": purpose.target,
                "iat": purpose.issued_at,
                "ath": URL_SAFE_NO_PAD.encode(sha256(&[purpose.token.as_bytes()])),
            }),
        )
    }

    /// An access token (RFC 9068) signed with this key, called `kid`, and bound to the key whose
    /// thumbprint is `holder`.
    pub(crate) fn access_token(
        &self,
        kid: &str,
        issuer: &str,
        audience: &str,
        holder: &str,
        grant: &Grant,
    ) -> Result<String> {
        let issued_at = now()?;
        let mut claims = json!({
            "iss": issuer,
            "aud": audience,
            "sub": grant.subject,
            "client_id": "demo-client",
            "iat": issued_at,
            "exp": issued_at.saturating_add(LIFETIME),
            "jti": nonce(),
            "scope": grant.scope,
            "cnf": { "jkt": holder },
        });
        let members = claims.as_object_mut().context("the claims are an object")?;
        if let Some(details) = &grant.details {
            members.insert("authorization_details".to_owned(), json!([details]));
        }
        if let Some((acr, auth_time)) = &grant.authentication {
            members.insert("acr".to_owned(), json!(acr));
            members.insert("auth_time".to_owned(), json!(auth_time));
        }
        Ok(self.sign(
            &json!({ "typ": "at+jwt", "alg": "ES256", "kid": kid }),
            &claims,
        ))
    }
}

/// Sixteen random bytes in base64url.
pub(crate) fn nonce() -> String {
    URL_SAFE_NO_PAD.encode(random::<16>())
}

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

/// Seconds since the epoch.
///
/// # Errors
/// The clock stands before 1970 or beyond what an `i64` counts.
pub(crate) fn now() -> Result<i64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the native command is at the edge: minted tokens carry the time of day"
    )]
    let moment = SystemTime::now();
    let since = moment
        .duration_since(UNIX_EPOCH)
        .context("the clock stands before 1970")?;
    i64::try_from(since.as_secs()).context("the clock stands too far ahead")
}
