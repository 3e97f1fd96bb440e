//! A transaction token service: it exchanges the gate's tokens (RFC 8693), revokes what it issued (RFC
//! 7009), and says which of its tokens are good.

use super::serve::Server;
use crate::mint::{self, Key};
use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::http::form;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The type of token that it issues.
const TRANSACTION_TOKEN: &str = "urn:ietf:params:oauth:token-type:txn_token";
/// `kid` of its key.
const KID: &str = "tts-1";

/// The running service.
pub(crate) struct Tts {
    pub(crate) server: Server,
    state: Arc<Shared>,
}

struct Shared {
    key: Key,
    /// What the gate shows to be the gate.
    client: String,
    tokens: Mutex<Tokens>,
}

/// What became of the tokens.
#[derive(Default)]
struct Tokens {
    good: BTreeSet<String>,
    revoked: usize,
}

/// How many tokens are good, and how many were revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) good: usize,
    pub(crate) revoked: usize,
}

impl Tts {
    /// Starts it on a free loopback port, for a gate with this secret.
    pub(crate) async fn start(secret: &str) -> Result<Self> {
        let state = Arc::new(Shared {
            key: Key::generate()?,
            client: format!("Basic {}", STANDARD.encode(format!("gate:{secret}"))),
            tokens: Mutex::default(),
        });
        let app = Router::new()
            .route("/jwks", get(publish))
            .route("/token", post(exchange))
            .route("/revoke", post(revoke))
            .with_state(Arc::clone(&state));
        let server = Server::start(app).await?;
        Ok(Self { server, state })
    }

    /// What became of its tokens so far.
    pub(crate) fn standing(&self) -> Standing {
        let tokens = self.state.tokens();
        Standing {
            good: tokens.good.len(),
            revoked: tokens.revoked,
        }
    }
}

impl Shared {
    fn tokens(&self) -> std::sync::MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The members of a form that the gate sent.
    fn members(&self, headers: &HeaderMap, body: &[u8]) -> Option<BTreeMap<String, String>> {
        let client = headers.get(AUTHORIZATION)?;
        if client.as_bytes() != self.client.as_bytes() {
            return None;
        }
        let members = form::members(body)?.into_iter();
        Some(
            members
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// A token for what was asked: for the subject of the caller's token, for a minute.
    fn issue(&self, asked: &BTreeMap<String, String>) -> Result<String> {
        let member = |name: &str| asked.get(name).with_context(|| format!("no {name}"));
        let claims = member("subject_token")?.split('.').nth(1);
        let claims = URL_SAFE_NO_PAD.decode(claims.context("not a JWT")?)?;
        let caller: Value = serde_json::from_slice(&claims)?;
        let issued_at = mint::now()?;
        Ok(self.key.sign(
            &json!({ "typ": "txntoken+jwt", "alg": "ES256", "kid": KID }),
            &json!({
                "iat": issued_at,
                "exp": issued_at.saturating_add(60),
                "aud": member("audience")?,
                "txn": mint::nonce(),
                "sub": caller.get("sub"),
                "scope": member("scope")?,
                "req_wl": "gate",
                "tctx": serde_json::from_str::<Value>(member("request_details")?)?,
                "rctx": serde_json::from_str::<Value>(member("request_context")?)?,
            }),
        ))
    }
}

async fn publish(State(state): State<Arc<Shared>>) -> impl IntoResponse {
    let mut jwk = state.key.jwk();
    if let Some(members) = jwk.as_object_mut() {
        members.insert("kid".to_owned(), json!(KID));
        members.insert("alg".to_owned(), json!("ES256"));
    }
    let document = json!({ "keys": [jwk] }).to_string();
    ([(CONTENT_TYPE, "application/jwk-set+json")], document)
}

async fn exchange(State(state): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(asked) = state.members(&headers, &body) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let Ok(token) = state.issue(&asked) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    state.tokens().good.insert(token.clone());
    let answer = json!({
        "access_token": token,
        "issued_token_type": TRANSACTION_TOKEN,
        "token_type": "N_A",
        "expires_in": 60,
    });
    ([(CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}

async fn revoke(State(state): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(asked) = state.members(&headers, &body) else {
        return StatusCode::UNAUTHORIZED;
    };
    let mut tokens = state.tokens();
    let token = asked.get("token").map(String::as_str).unwrap_or_default();
    if tokens.good.remove(token) {
        tokens.revoked = tokens.revoked.saturating_add(1);
    }
    StatusCode::OK
}
