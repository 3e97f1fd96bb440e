//! From a reason to the wire: the one table. RFC 6750 section 3, RFC 9449 section 7.1, RFC 9470
//! section 3, RFC 9457 for the body. Nothing of the request is echoed.

mod json_rpc;
mod table;
#[cfg(test)]
mod tests;
mod workload;

use crate::crypto::digest::to_base64url;
use crate::proof::Method;
use crate::reason::Reason;
use crate::step_up::{Authentication, Challenge, Denial, Remedy};
use crate::token::credentials::Scheme;
pub use json_rpc::Answering;
use std::rc::Rc;
use table::{Authenticate, NONCE, PROOF, Row, row};

/// A local reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Why. Its code is the response-code detail.
    pub reason: Reason,
    /// HTTP status.
    pub status: u16,
    /// Response headers.
    pub headers: Vec<(&'static str, String)>,
    /// Response headers that a decision service set, and the policy lets it set.
    pub granted: Vec<(Rc<str>, String)>,
    /// The body.
    pub body: String,
}

/// What the gate itself serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// Its own public keys, a JSON Web Key Set.
    KeySet,
    /// The metadata of a protected resource (RFC 9728).
    Metadata,
    /// Nothing: streams were renewed.
    Renewed,
}

impl Document {
    /// The status of the answer.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::KeySet | Self::Metadata => 200,
            Self::Renewed => 204,
        }
    }

    /// Headers of the answer. Whoever reads a document may keep it for a while: a new key is published
    /// before it signs.
    #[must_use]
    pub const fn headers(self) -> &'static [(&'static str, &'static str)] {
        const KEPT: (&str, &str) = ("cache-control", "max-age=300");
        match self {
            Self::KeySet => &[("content-type", "application/jwk-set+json"), KEPT],
            Self::Metadata => &[("content-type", "application/json"), KEPT],
            Self::Renewed => &[("cache-control", "no-store")],
        }
    }

    /// The response-code detail of the answer.
    #[must_use]
    pub const fn details(self) -> &'static str {
        match self {
            Self::KeySet => "keys_published",
            Self::Metadata => "metadata_published",
            Self::Renewed => "streams_renewed",
        }
    }
}

/// What a challenge on this route says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms<'a> {
    /// The proofs that the route accepts. None is as if it were DPoP alone.
    pub accepted: &'a [Method],
    /// Whether the route knows its callers by certificate alone: no challenge can ask for a token, so
    /// what would be `401` is `403`.
    pub without_token: bool,
    /// The scheme that the request used.
    pub used: Option<Scheme>,
    /// Whether the request names a workload.
    pub is_workload: bool,
    /// The scheme of a workload's proof, where the route accepts one that has a scheme.
    pub workload_scheme: Option<&'static str>,
    /// The accepted DPoP algorithms, separated by spaces.
    pub algs: &'a str,
    /// The scopes of the route, or of the call, separated by spaces.
    pub scope: &'a str,
    /// Where the metadata of the route is (RFC 9728 section 5.1), if clients are told.
    pub metadata: &'a str,
    /// The message that a refusal answers, where the route answers in JSON-RPC.
    pub call: Option<Answering<'a>>,
    /// `Accept-Signature` (RFC 9421 section 5.1), where the route accepts message signatures.
    pub signature: &'a str,
    /// What would do.
    pub challenge: Option<&'a Challenge>,
    /// How the decision service wants its denial told.
    pub denial: Option<&'a Denial>,
    /// The nonce with which the proof would be accepted.
    pub nonce: Option<&'a str>,
    /// Whether the route issues tokens, so that its clients expect errors in the form of OAuth
    /// (RFC 6749 section 5.2).
    pub issuance: bool,
}

/// The response header with a nonce (RFC 9449 section 8.1).
pub const NONCE_FIELD: &str = "dpop-nonce";

/// Most challenges are shorter, in bytes.
const USUAL_CHALLENGE: usize = 192;

/// What clients are told of a proof that is not accepted.
const PROOF_FAULT: &str = "The DPoP proof is missing, invalid or was used before";

/// The status of a reason, for the table of reasons in the documents.
#[must_use]
pub const fn status(reason: Reason) -> u16 {
    row(reason).0
}

/// The reply for a reason, on the terms of the route.
#[must_use]
pub fn reply(reason: Reason, terms: &Terms<'_>) -> Reply {
    let row = match (reason, terms.nonce) {
        // What the log cannot know of a proof, the time in a nonce would tell it.
        (Reason::ProofPredatesLog, Some(_)) => NONCE,
        _ => row(reason),
    };
    if let (Some(call), Authenticate::No) = (&terms.call, row.2) {
        return call.error(reason, row);
    }
    let mut reply = if terms.issuance && (row == PROOF || row == NONCE) {
        as_token_endpoint(reason, row)
    } else {
        as_resource(reason, row, terms)
    };
    if let Some(nonce) = terms.nonce.filter(|_| row == NONCE) {
        let exposed = "DPoP-Nonce, WWW-Authenticate".to_owned();
        reply.headers.push((NONCE_FIELD, nonce.to_owned()));
        reply
            .headers
            .push(("access-control-expose-headers", exposed));
    }
    reply
}

/// As a protected resource answers: a challenge, and a problem document.
fn as_resource(reason: Reason, row: Row, terms: &Terms<'_>) -> Reply {
    let (status, title, authenticate) = match row {
        (401, title, _) if terms.without_token => (403, title, Authenticate::No),
        row if terms.is_workload => workload::row(row, terms.workload_scheme),
        row => row,
    };
    let mut headers = Vec::with_capacity(6);
    headers.push(("content-type", "application/problem+json".to_owned()));
    headers.push(("cache-control", "no-store".to_owned()));
    let before = headers.len();
    headers.extend(challenges(authenticate, terms).map(|text| ("www-authenticate", text)));
    if status == 401 && !terms.signature.is_empty() {
        headers.push(("accept-signature", terms.signature.to_owned()));
    }
    // A 401 names a scheme (RFC 9110 section 15.5.2): where the route has none, it is a 400.
    let is_silent = headers.len() == before;
    let status = if status == 401 && is_silent {
        400
    } else {
        status
    };
    if matches!(status, 429 | 503) {
        headers.push(("retry-after", "1".to_owned()));
    }
    // Its words are the gate's: of a denial, only status and listed headers are the service's.
    let denial = terms
        .denial
        .filter(|_| reason == Reason::DecisionDenied && !terms.issuance);
    let status = denial.and_then(|it| it.status).unwrap_or(status);
    let code = reason.code();
    let mut body = format!(
        r#"{{"type":"urn:countersign:{code}","title":"{title}","status":{status},"code":"{code}""#
    );
    if reason == Reason::StepUpRequired {
        body.extend(terms.challenge.map(told));
    }
    body.push('}');
    Reply {
        reason,
        status,
        headers,
        granted: denial.map_or_else(Vec::new, |it| it.headers.clone()),
        body,
    }
}

/// What would do, as a member of the problem. Its values are all such as need no escape.
fn told(challenge: &Challenge) -> String {
    let Remedy::Authentication(Authentication {
        acr_values,
        max_age,
    }) = &challenge.remedy;
    let transaction = challenge.transaction.as_ref();
    let transaction = transaction.map(|hash| format!(r#""transaction":"{}""#, to_base64url(hash)));
    let values = (!acr_values.is_empty())
        .then(|| format!(r#""acr_values":["{}"]"#, acr_values.join("\",\"")));
    let age = max_age.map(|age| format!(r#""max_age":{}"#, age.as_secs()));
    let until = challenge
        .until
        .map(|it| format!(r#""until":{}"#, it.secs()));
    let members: Vec<String> = [transaction, values, age, until]
        .into_iter()
        .flatten()
        .collect();
    format!(r#","challenge":{{{}}}"#, members.join(","))
}

/// As a token endpoint answers a proof that it does not accept (RFC 9449 sections 5 and 8).
fn as_token_endpoint(reason: Reason, row: Row) -> Reply {
    let (error, description) = if row == NONCE {
        (
            "use_dpop_nonce",
            "Authorization server requires nonce in DPoP proof",
        )
    } else {
        ("invalid_dpop_proof", PROOF_FAULT)
    };
    let code = reason.code();
    let body =
        format!(r#"{{"error":"{error}","error_description":"{description}","code":"{code}"}}"#);
    Reply {
        reason,
        status: 400,
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("cache-control", "no-store".to_owned()),
        ],
        granted: Vec::new(),
        body,
    }
}

/// One challenge for each scheme that the route accepts. The error goes with the scheme that the
/// request used (RFC 9449 section 7.1), or with the first where it used none of them.
fn challenges<'t>(
    authenticate: Authenticate,
    terms: &'t Terms<'t>,
) -> impl Iterator<Item = String> + 't {
    let accepts = |method| terms.accepted.contains(&method);
    let dpop = accepts(Method::Dpop) || terms.accepted.is_empty();
    let schemes = [
        dpop.then_some(Scheme::Dpop),
        (accepts(Method::Mtls) || accepts(Method::HttpSignature)).then_some(Scheme::Bearer),
    ];
    let accepted = move || schemes.into_iter().flatten();
    let blamed = accepted()
        .find(|scheme| terms.used == Some(*scheme))
        .or_else(|| accepted().next());
    let (none, alone) = match authenticate {
        Authenticate::No => (true, None),
        Authenticate::Scheme(scheme) => (true, Some(scheme)),
        Authenticate::Bare
        | Authenticate::Proof
        | Authenticate::Error(..)
        | Authenticate::Scope
        | Authenticate::StepUp => (false, terms.workload_scheme),
    };
    let named = accepted().filter(move |_| !none).map(move |scheme| {
        let is_blamed = blamed == Some(scheme);
        let what = if is_blamed {
            authenticate
        } else {
            Authenticate::Bare
        };
        challenge(scheme, what, terms)
    });
    named.chain(alone.map(str::to_owned))
}

fn challenge(scheme: Scheme, authenticate: Authenticate, terms: &Terms<'_>) -> String {
    let mut text = String::with_capacity(USUAL_CHALLENGE);
    text.push_str(match scheme {
        Scheme::Dpop => "DPoP",
        Scheme::Bearer => "Bearer",
    });
    let mut before = " ";
    let mut say = |name: &str, value: &str| {
        if !value.is_empty() {
            for piece in [before, name, "=\"", value, "\""] {
                text.push_str(piece);
            }
            before = ", ";
        }
    };
    let mut names_scope = !terms.metadata.is_empty();
    match authenticate {
        Authenticate::No | Authenticate::Bare | Authenticate::Scheme(_) => {}
        Authenticate::Error(error, description) => {
            say("error", error);
            say("error_description", description);
        }
        Authenticate::Proof => {
            let (error, description) = match scheme {
                Scheme::Dpop => (
                    "invalid_dpop_proof",
                    "The DPoP proof is missing, invalid or was used before",
                ),
                Scheme::Bearer => (
                    "invalid_token",
                    "The proof of possession is missing, invalid or was used before",
                ),
            };
            say("error", error);
            say("error_description", description);
        }
        Authenticate::Scope => {
            say("error", "insufficient_scope");
            say("error_description", "The access token lacks a scope");
            names_scope = true;
        }
        Authenticate::StepUp => {
            say("error", "insufficient_user_authentication");
            say(
                "error_description",
                "A different authentication is required",
            );
            if let Some(challenge) = terms.challenge {
                let Remedy::Authentication(authentication) = &challenge.remedy;
                say("acr_values", &authentication.acr_values.join(" "));
                if let Some(max_age) = authentication.max_age {
                    say("max_age", &max_age.as_secs().to_string());
                }
            }
        }
    }
    if names_scope {
        say("scope", terms.scope);
    }
    say("resource_metadata", terms.metadata);
    if scheme == Scheme::Dpop {
        say("algs", terms.algs);
    }
    text
}
