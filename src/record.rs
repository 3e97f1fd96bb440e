//! The decision record: one JSON line for every verdict. `envoy/decision-record.schema.json` is its
//! published schema.

mod stream;

use crate::crypto::Engine;
use crate::reason::Reason;
use crate::time::UnixTime;
use serde::Serialize;
use std::fmt::Write as _;
use std::rc::Rc;

pub use stream::Stream;

pub use crate::crypto::digest::to_base64url as base64url;

/// Most records are shorter, in bytes.
const USUAL_BYTES: usize = 1024;

/// What a verdict was and what it rested on. Holds no token, no proof and no header of the request.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Record {
    /// Always `countersign.decision/v1`.
    pub schema: &'static str,
    /// When the request arrived, in milliseconds since the Unix epoch.
    pub time: i64,
    /// The id of this decision: 32 hexadecimal digits.
    pub id: String,
    /// The trace id of the request's `traceparent`, if it has one.
    pub trace: Option<String>,
    /// The revision of the policy; null where there was none to act on.
    pub revision: Option<u64>,
    /// The first 16 hexadecimal digits of the policy's digest.
    pub policy: Option<Rc<str>>,
    /// The route that governed the request.
    pub route: Option<Rc<str>>,
    /// Whether the caller came with a token of a break-glass issuer, whatever the verdict.
    pub break_glass: bool,
    /// The verdict.
    pub verdict: Verdict,
    /// The code of the reason, where the verdict is not `forward`.
    pub reason: Option<&'static str>,
    /// The score, where it came to one.
    pub score: Option<u32>,
    /// What the score is made of, in the order of the policy.
    pub contributions: Vec<Contribution>,
    /// How possession was shown: `dpop`, `mtls`, `http_signature`, `wpt`, `wimse_signature`; several where the token names several keys.
    pub proof: Vec<&'static str>,
    /// The thumbprint of the key that was proven (RFC 7638), base64url.
    pub key: Option<String>,
    /// SHA-256 of the client certificate that was shown, base64url.
    pub certificate: Option<String>,
    /// The SPIFFE ID of the hop that it was shown to, where it was not to this proxy.
    pub hop: Option<String>,
    /// SHA-256 of the token as it was sent, base64url.
    pub token: Option<String>,
    /// `iss` of the token, once its signature held or its authorization server vouched for it. Of a
    /// workload the ID of its trust domain.
    pub issuer: Option<String>,
    /// `sub` of the token, or the SPIFFE ID of a workload that is known by its certificate.
    pub subject: Option<String>,
    /// What kind of subject it is, as the policy tells it: `human`, `workload` or `agent`.
    pub subject_kind: Option<&'static str>,
    /// `client_id` of the token.
    pub client: Option<String>,
    /// `sub` of the token's outermost `act`.
    pub actor: Option<String>,
    /// Who vouches for the actor: `iss` of that `act`, or else the issuer of the token.
    pub actor_issuer: Option<String>,
    /// How many actors the chain of `act` has.
    pub actor_depth: Option<usize>,
    /// What kind of subject the actor is, where the route lists it with one.
    pub actor_kind: Option<&'static str>,
    /// `txn` of the transaction token, or else of the token.
    pub txn: Option<String>,
    /// Where the word of the token's authorization server came from, where the token is opaque: it was
    /// `asked` for this request, or its answer was `cached`.
    pub introspection: Option<&'static str>,
    /// SHA-256 of the transaction token, base64url, once its signature held.
    pub transaction_token: Option<String>,
    /// How many members of the token's `cnf` are outside the registry.
    pub unregistered_confirmations: Option<usize>,
    /// The status list that the token refers to, by its name in the policy.
    pub status_list: Option<Rc<str>>,
    /// How far the use of the proof is remembered by now: `worker`, `host` or `fleet`; null where it
    /// was not noted.
    pub replay_scope: Option<&'static str>,
    /// What became of the body: it was `read` before the verdict, or goes on `unread`, as every message
    /// of gRPC does; null where there is none, or none was read by then.
    pub body: Option<&'static str>,
    /// What the message asked for, where the route takes calls of the Model Context Protocol.
    pub mcp: Option<Mcp>,
    /// What the request's use of a transaction that is used once is: the `first`, or a `retry` of it.
    /// Null where none was used up.
    pub transaction_use: Option<&'static str>,
    /// How far the use of the transaction is remembered, or was looked for: `worker`, `host` or
    /// `fleet`.
    pub transaction_scope: Option<&'static str>,
    /// The decision service, where it was asked, or would have been but for its silence lately.
    pub service: Option<Asked>,
    /// What would do, where the verdict is `challenge`.
    pub challenge: Option<Box<Challenge>>,
    /// The transaction token for which the caller's token was exchanged, once it was verified.
    pub exchanged: Option<Box<Exchanged>>,
    /// What verified the signatures.
    pub engine: Engines,
    /// The stream, where its end is what this record tells of; not there otherwise.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(default))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<Box<Stream>>,
}

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The request went upstream.
    Forward,
    /// It did not.
    Refuse,
    /// It did not, and the caller was told which authentication would do.
    Challenge,
    /// It asked for the gate's own public keys, and got them.
    Publish,
    /// It went upstream before, and the gate ended its stream.
    End,
    /// It was permitted, and carries streams on that are open. The gate answered it.
    Renew,
}

/// One part of a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Contribution {
    /// `base`, or the name of the signal.
    pub name: Rc<str>,
    /// Its points.
    pub add: u32,
    /// True where they count because its expression could not be told; not there otherwise.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(default))]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub faulted: bool,
}

/// A message of the Model Context Protocol. Holds no value of an argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Mcp {
    /// Its method.
    pub method: String,
    /// The name of the tool or prompt, or the URI of the resource.
    pub name: Option<String>,
    /// Its class in the policy.
    pub class: Option<Rc<str>>,
    /// SHA-256 of the canonical JSON of its arguments, base64url.
    pub arguments: Option<String>,
}

/// A decision service that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Asked {
    /// Its name in the policy.
    pub name: Rc<str>,
    /// How long the request waited for it, in milliseconds.
    pub latency_ms: Option<u64>,
    /// `permit`, `deny`, `challenge`, or the code of the silence.
    pub answer: Option<&'static str>,
    /// Whether silence was allowed to pass, by `on_silence`.
    pub allowed_in_silence: bool,
    /// The obligations that its permit came with. Each was met.
    pub obligations: Vec<Obligation>,
}

/// An obligation of a permit, which was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Obligation {
    /// Its id, as the service names it.
    pub id: String,
    /// `step-up` or `log`.
    pub kind: &'static str,
}

/// A transaction token that was issued for the request alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Exchanged {
    /// The server that issued it, by its name in the policy.
    pub with: Rc<str>,
    /// Its `txn`.
    pub txn: Option<String>,
    /// When it ends by itself, in seconds since the Unix epoch.
    pub until: i64,
}

/// What a caller was told would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Challenge {
    /// The name of the transaction: SHA-256 over who, what and the granted detail, base64url. Null
    /// before it is known.
    pub transaction: Option<String>,
    /// Accepted `acr`, any one of them; any at all where there is none.
    pub acr_values: Vec<String>,
    /// The longest time since the authentication, in seconds.
    pub max_age: Option<u64>,
    /// When the caller's grant of the transaction ends, in seconds since the Unix epoch.
    pub until: Option<i64>,
}

/// What verified the signatures: `host` or `pure`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Engines {
    /// The token's, on this request or on an earlier one.
    pub token: Option<&'static str>,
    /// The proof's.
    pub proof: Option<&'static str>,
}

impl Engines {
    /// The name of an engine.
    #[must_use]
    pub const fn name(engine: Engine) -> &'static str {
        match engine {
            Engine::Host => "host",
            Engine::Pure => "pure",
        }
    }
}

impl Record {
    /// A record of a request that nothing is known of yet.
    #[must_use]
    pub fn opened(now: UnixTime, entropy: [u8; 16]) -> Self {
        Self {
            schema: "countersign.decision/v1",
            time: now.millis(),
            id: hexadecimal(&entropy),
            trace: None,
            revision: None,
            policy: None,
            route: None,
            break_glass: false,
            verdict: Verdict::Refuse,
            reason: None,
            score: None,
            contributions: Vec::new(),
            proof: Vec::new(),
            key: None,
            certificate: None,
            hop: None,
            token: None,
            issuer: None,
            subject: None,
            subject_kind: None,
            client: None,
            actor: None,
            actor_issuer: None,
            actor_depth: None,
            actor_kind: None,
            txn: None,
            introspection: None,
            transaction_token: None,
            unregistered_confirmations: None,
            status_list: None,
            replay_scope: None,
            body: None,
            mcp: None,
            transaction_use: None,
            transaction_scope: None,
            service: None,
            challenge: None,
            exchanged: None,
            engine: Engines::default(),
            stream: None,
        }
    }

    /// Notes a refusal.
    pub fn close_refused(&mut self, reason: Reason) {
        self.reason = Some(reason.code());
        self.verdict = if reason == Reason::StepUpRequired {
            Verdict::Challenge
        } else {
            Verdict::Refuse
        };
    }

    /// Notes that the request was forwarded.
    pub fn close_forwarded(&mut self) {
        self.reason = None;
        self.verdict = Verdict::Forward;
    }

    /// Notes that the request was answered with the gate's public keys.
    pub fn close_published(&mut self) {
        self.reason = None;
        self.verdict = Verdict::Publish;
    }

    /// The record as one line of JSON, without a line end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut line = Vec::with_capacity(USUAL_BYTES);
        // Strings, integers and arrays of them always serialize; an empty line would be the sign of a fault.
        let line = match serde_json::to_writer(&mut line, self) {
            Ok(()) => String::from_utf8(line).unwrap_or_default(),
            Err(_) => String::new(),
        };
        if !line.contains(splits) {
            return line;
        }
        let mut escaped = String::with_capacity(line.len());
        for character in line.chars() {
            if splits(character) {
                // All of them lie below 0x10000. Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{:04x}", u32::from(character));
            } else {
                escaped.push(character);
            }
        }
        escaped
    }
}

/// Whether a reader of logs may take a character for the end of a line or for a command, although
/// JSON leaves it as it is.
fn splits(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Bytes in lower-case hexadecimal digits.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| {
        DIGITS
            .get(usize::from(nibble))
            .map_or('0', |byte| char::from(*byte))
    };
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// The trace id of a `traceparent` (W3C Trace Context, section 3.2.2), if it is one.
#[must_use]
pub fn trace_id(traceparent: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(traceparent).ok()?;
    let id = text.split('-').nth(1)?;
    let well_formed = id.len() == 32
        && id
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
        && id.bytes().any(|byte| byte != b'0');
    well_formed.then(|| id.to_owned())
}

#[cfg(test)]
mod tests;
