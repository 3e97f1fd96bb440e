//! A client of the gate: requests, and the few things that a person wants to see of the answers.

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{HOST, WWW_AUTHENTICATE};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

/// The origin that the gate answers for, as clients know it.
pub(crate) const ORIGIN: &str = "https://api.example.com";
/// Its host.
const AUTHORITY: &str = "api.example.com";
/// How long any one exchange may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Sends requests to one server.
#[derive(Clone)]
pub(crate) struct Client {
    pool: Pool<HttpConnector, Full<Bytes>>,
    server: SocketAddr,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Sending {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
    shown: &'static str,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `WWW-Authenticate`.
    pub(crate) challenge: Option<String>,
    pub(crate) body: String,
}

impl Sending {
    /// A `GET` without credentials.
    pub(crate) fn get(path: &str) -> Self {
        Self::new(Method::GET, path, String::new())
    }

    /// A `POST` of JSON without credentials.
    pub(crate) fn post(path: &str, body: impl Into<String>) -> Self {
        let mut sending = Self::new(Method::POST, path, body.into());
        sending
            .headers
            .push(("content-type", "application/json".to_owned()));
        sending
    }

    fn new(method: Method, path: &str, body: String) -> Self {
        Self {
            method,
            path: path.to_owned(),
            headers: Vec::new(),
            body,
            shown: "no credential",
        }
    }

    /// With an access token, sent as a bearer token.
    pub(crate) fn bearer(mut self, token: &str) -> Self {
        self.headers
            .push(("authorization", format!("Bearer {token}")));
        self.shown = "Authorization: Bearer, no proof";
        self
    }

    /// With an access token and a proof.
    pub(crate) fn dpop(mut self, token: &str, proof: String) -> Self {
        self.headers
            .push(("authorization", format!("DPoP {token}")));
        self.headers.push(("dpop", proof));
        self.shown = "Authorization: DPoP, one proof";
        self
    }

    /// With an identity that only the gate may state.
    pub(crate) fn claiming(mut self, subject: &str) -> Self {
        self.headers
            .push(("x-countersign-subject", subject.to_owned()));
        self.shown = "Authorization: DPoP, one proof, and x-countersign-subject: root";
        self
    }

    /// The method.
    pub(crate) fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The URL that a proof for this request names.
    pub(crate) fn target(&self) -> String {
        format!("{ORIGIN}{}", self.path)
    }

    /// The request in one line, for people.
    pub(crate) fn summary(&self) -> String {
        let space = if self.body.is_empty() { "" } else { " " };
        format!(
            "{} {}{space}{}  ({})",
            self.method, self.path, self.body, self.shown
        )
    }
}

impl Client {
    /// A client of the server at this address.
    pub(crate) fn new(server: SocketAddr) -> Self {
        let pool = Pool::builder(TokioExecutor::new()).build_http();
        Self { pool, server }
    }

    /// Sends a request whose `traceparent` carries this trace id (W3C Trace Context).
    pub(crate) async fn send(&self, sending: &Sending, trace: &str) -> Result<Answer> {
        let mut request = Request::builder()
            .method(sending.method.clone())
            .uri(format!("http://{}{}", self.server, sending.path))
            .header(HOST, AUTHORITY)
            .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
        for (name, value) in &sending.headers {
            request = request.header(*name, value);
        }
        self.exchange(request.body(Full::from(sending.body.clone()))?)
            .await
            .with_context(|| format!("no answer to {}", sending.summary()))
    }

    /// A plain exchange with an administration interface.
    pub(crate) async fn plain(&self, method: Method, path: &str) -> Result<String> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.server))
            .body(Full::default())?;
        Ok(self.exchange(request).await?.body)
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer> {
        let exchange = async {
            let response = self.pool.request(request).await?;
            let status = response.status().as_u16();
            let challenge = response
                .headers()
                .get(WWW_AUTHENTICATE)
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
            let body = response.into_body().collect().await?.to_bytes();
            Ok(Answer {
                status,
                challenge,
                body: String::from_utf8_lossy(&body).into_owned(),
            })
        };
        timeout(PATIENCE, exchange).await.context("too slow")?
    }
}

/// The address of the first listener in the administration interface's list.
pub(crate) fn first_listener(listeners: &str) -> Option<SocketAddr> {
    let listeners: Value = serde_json::from_str(listeners).ok()?;
    let socket = listeners.pointer("/listener_statuses/0/local_address/socket_address")?;
    let port = u16::try_from(socket.get("port_value")?.as_u64()?).ok()?;
    let address = socket.get("address")?.as_str()?.parse().ok()?;
    Some(SocketAddr::new(address, port))
}
