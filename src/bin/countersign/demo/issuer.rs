//! An authorization server, as far as the gate sees one: it publishes keys and signs tokens.

use super::serve::Server;
use crate::mint::{Grant, Key};
use anyhow::Result;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// `iss` of its tokens, as the policy pins it.
const ISSUER: &str = "https://as.example.com";
/// `aud` of its tokens.
const AUDIENCE: &str = "https://api.example.com";

/// The running issuer.
pub(crate) struct Issuer {
    pub(crate) server: Server,
    state: Arc<Shared>,
}

struct Shared {
    keys: Mutex<Vec<(String, Key)>>,
    fetches: AtomicU64,
}

impl Issuer {
    /// Starts it on a free loopback port, with one key.
    pub(crate) async fn start() -> Result<Self> {
        let state = Arc::new(Shared {
            keys: Mutex::new(vec![("corp-1".to_owned(), Key::generate()?)]),
            fetches: AtomicU64::new(0),
        });
        let app = Router::new()
            .route("/jwks", get(publish))
            .with_state(Arc::clone(&state));
        let server = Server::start(app).await?;
        Ok(Self { server, state })
    }

    /// How often its keys were fetched.
    pub(crate) fn fetches(&self) -> u64 {
        self.state.fetches.load(Ordering::Relaxed)
    }

    /// Publishes a new key beside the old ones and signs with it from now on. Returns its `kid`.
    pub(crate) fn rotate(&self) -> Result<String> {
        let key = Key::generate()?;
        let mut keys = self
            .state
            .keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let kid = format!("corp-{}", keys.len().saturating_add(1));
        keys.push((kid.clone(), key));
        Ok(kid)
    }

    /// Signs an access token with the newest key, bound to `holder`.
    pub(crate) fn token(&self, holder: &Key, grant: &Grant) -> Result<String> {
        let keys = self
            .state
            .keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (kid, key) = keys
            .last()
            .ok_or_else(|| anyhow::anyhow!("the issuer has no key"))?;
        key.access_token(kid, ISSUER, AUDIENCE, &holder.thumbprint(), grant)
    }
}

async fn publish(State(state): State<Arc<Shared>>) -> impl IntoResponse {
    state.fetches.fetch_add(1, Ordering::Relaxed);
    let keys = state.keys.lock().unwrap_or_else(PoisonError::into_inner);
    let published: Vec<_> = keys
        .iter()
        .map(|(kid, key)| {
            let mut jwk = key.jwk();
            if let Some(members) = jwk.as_object_mut() {
                members.insert("kid".to_owned(), json!(kid));
                members.insert("alg".to_owned(), json!("ES256"));
                members.insert("use".to_owned(), json!("sig"));
            }
            jwk
        })
        .collect();
    let document = json!({ "keys": published }).to_string();
    ([(CONTENT_TYPE, "application/jwk-set+json")], document)
}
