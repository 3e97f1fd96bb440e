//! The service behind the gate: it says what it received, and counts.

use super::serve::Server;
use anyhow::Result;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Headers that carry what is secret.
const CREDENTIALS: [&str; 3] = ["authorization", "dpop", "txn-token"];

/// The running upstream.
pub(crate) struct Upstream {
    pub(crate) server: Server,
    received: Arc<AtomicU64>,
}

impl Upstream {
    /// Starts it on a free loopback port.
    pub(crate) async fn start() -> Result<Self> {
        let received = Arc::new(AtomicU64::new(0));
        let app = Router::new()
            .fallback(echo)
            .with_state(Arc::clone(&received));
        let server = Server::start(app).await?;
        Ok(Self { server, received })
    }

    /// How many requests reached it.
    pub(crate) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

async fn echo(
    State(received): State<Arc<AtomicU64>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Json<Value> {
    received.fetch_add(1, Ordering::Relaxed);
    let of_interest: Map<String, Value> = headers
        .iter()
        .filter(|(name, _)| {
            let name = name.as_str();
            name.starts_with("x-countersign-") || CREDENTIALS.contains(&name)
        })
        .map(|(name, value)| {
            // Nobody is shown a credential.
            let value = if CREDENTIALS.contains(&name.as_str()) {
                "one".into()
            } else {
                String::from_utf8_lossy(value.as_bytes())
            };
            (name.as_str().to_owned(), Value::String(value.into_owned()))
        })
        .collect();
    Json(json!({
        "method": method.as_str(),
        "path": uri.path(),
        "headers": of_interest,
        "body": String::from_utf8_lossy(&body),
    }))
}
