//! A decision service that speaks the AuthZEN Authorization API 1.0, and can be asked to misbehave.

use super::serve::Server;
use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};

/// How the service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It permits, unless the payee is on its deny-list.
    Policy,
    /// It answers with something that is not a decision.
    Rubbish,
}

/// The account that the service never permits.
pub(crate) const DENIED_PAYEE: &str = "DE02100500000024290661";

/// The running service.
pub(crate) struct Pdp {
    pub(crate) server: Server,
    state: Arc<Mutex<Seen>>,
}

struct Seen {
    mood: Mood,
    calls: u64,
    last: Value,
}

impl Pdp {
    /// Starts it on a free loopback port.
    pub(crate) async fn start() -> Result<Self> {
        let state = Arc::new(Mutex::new(Seen {
            mood: Mood::Policy,
            calls: 0,
            last: Value::Null,
        }));
        let app = Router::new()
            .route("/access/v1/evaluation", post(evaluate))
            .with_state(Arc::clone(&state));
        let server = Server::start(app).await?;
        Ok(Self { server, state })
    }

    /// How often it was asked.
    pub(crate) fn calls(&self) -> u64 {
        self.seen(|seen| seen.calls)
    }

    /// What it was asked last.
    pub(crate) fn last(&self) -> Value {
        self.seen(|seen| seen.last.clone())
    }

    /// Changes how it answers.
    pub(crate) fn set_mood(&self, mood: Mood) {
        self.seen(|seen| seen.mood = mood);
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn evaluate(
    State(state): State<Arc<Mutex<Seen>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Ok(question) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mood = {
        let mut seen = state.lock().unwrap_or_else(PoisonError::into_inner);
        seen.calls = seen.calls.saturating_add(1);
        seen.last = question.clone();
        seen.mood
    };
    let (content_type, answer) = match mood {
        Mood::Policy => {
            let decision = !mentions(&question, DENIED_PAYEE);
            ("application/json", json!({ "decision": decision }))
        }
        Mood::Rubbish => ("text/html", json!({ "decision": "yes" })),
    };
    let mut response = ([(CONTENT_TYPE, content_type)], answer.to_string()).into_response();
    if let Some(id) = headers.get("x-request-id") {
        response.headers_mut().insert("x-request-id", id.clone());
    }
    response
}

/// Whether a string equal to `needle` stands anywhere in `value`.
fn mentions(value: &Value, needle: &str) -> bool {
    match value {
        Value::String(text) => text == needle,
        Value::Array(items) => items.iter().any(|item| mentions(item, needle)),
        Value::Object(members) => members.values().any(|member| mentions(member, needle)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
