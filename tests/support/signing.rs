//! A signer of messages (RFC 9421), as a client has one. It shares nothing with the verifier.

use crate::support::plan::{ORIGIN, Plan, Signer, Wire, client_key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::crypto::digest::sha256;
use serde_json::json;

/// `tag` of the signatures that the routes of the flow table look at.
pub(crate) const TAG: &str = "countersign-flow";
/// The name under which the policy has the client's key.
pub(crate) const KEY_NAME: &str = "client-1";

/// What is signed, and by whom.
pub(crate) struct Signing {
    pub(crate) signer: Signer,
    /// Component names, without parameters.
    pub(crate) covered: Vec<&'static str>,
    /// The parameters, as they are written.
    pub(crate) parameters: String,
}

impl Signing {
    /// Covers what the routes ask for.
    pub(crate) fn by_client(now: i64, nonce: &str) -> Self {
        Self {
            signer: client_key(),
            covered: vec!["@method", "@authority", "@path", "@query", "authorization"],
            parameters: format!(r#";created={now};nonce="{nonce}";tag="{TAG}""#),
        }
    }

    /// Has a parameter say something else, or not be there.
    pub(crate) fn parameter(&mut self, from: &str, to: &str) {
        assert!(self.parameters.contains(from), "{from}");
        self.parameters = self.parameters.replace(from, to);
    }

    /// Adds `Content-Digest` if it is covered and not there yet, `Signature-Input` and `Signature`.
    pub(crate) fn sign(&self, wire: &mut Wire) {
        if self.covered.contains(&"content-digest") && wire.value("content-digest").is_none() {
            let digest = sha256(&[wire.body.as_deref().unwrap_or_default()]);
            let value = format!("sha-256=:{}:", STANDARD.encode(digest));
            wire.set("content-digest", &value);
        }
        let (path, query) = wire.path.split_once('?').unwrap_or((&wire.path, ""));
        let mut base = String::new();
        let mut names = Vec::new();
        for name in &self.covered {
            let value = match *name {
                "@method" => wire.method.clone(),
                "@authority" => ORIGIN.trim_start_matches("https://").to_owned(),
                "@path" => path.to_owned(),
                "@query" => format!("?{query}"),
                field => wire.value(field).unwrap_or_default(),
            };
            for piece in ["\"", name, "\": ", &value, "\n"] {
                base += piece;
            }
            names.push(format!("\"{name}\""));
        }
        let input = format!("({}){}", names.join(" "), self.parameters);
        base += "\"@signature-params\": ";
        base += &input;
        let signature = STANDARD.encode(self.signer.sign_bytes(base.as_bytes()));
        wire.set("signature-input", &format!("sig={input}"));
        wire.set("signature", &format!("sig=:{signature}:"));
    }
}

impl Plan {
    /// A read that is signed: `GET /accounts/7/signed`, with a token bound to the key itself.
    pub(crate) fn signed_read(now: i64, nonce: &str) -> Self {
        let mut plan = Self::read(now, nonce);
        plan.path = "/accounts/7/signed?full=1".to_owned();
        plan.scheme = Some("Bearer");
        plan.proof_signer = None;
        plan.token_claims["cnf"] = json!({ "jwk": client_key().jwk() });
        plan.signing = Some(Signing::by_client(now, &format!("nonce of {nonce}")));
        plan
    }

    /// An upload of anything that is signed: `POST /accounts/7/signed`.
    pub(crate) fn signed_upload(now: i64, nonce: &str) -> Self {
        let mut plan = Self::signed_read(now, nonce);
        plan.method = "POST".to_owned();
        plan.field("content-type", "text/plain");
        plan.body = Some(b"not JSON, and not read as such".to_vec());
        plan.signing().covered.push("content-digest");
        plan
    }

    /// The message signature.
    pub(crate) fn signing(&mut self) -> &mut Signing {
        self.signing.as_mut().unwrap()
    }
}
