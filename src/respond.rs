//! From a reason to the wire: the one table. RFC 6750 section 3, RFC 9449 section 7.1, RFC 9470
//! section 3, RFC 9457 for the body. Nothing of the request is echoed.

use crate::reason::Reason;
use crate::step_up::Challenge;

/// A local reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Why. Its code is the response-code detail.
    pub reason: Reason,
    /// HTTP status.
    pub status: u16,
    /// Response headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// What a challenge on this route says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms<'a> {
    /// The accepted proof algorithms, separated by spaces.
    pub algs: &'a str,
    /// The scopes of the route, separated by spaces.
    pub scope: &'a str,
    /// The authentication that the route asks for.
    pub challenge: Option<&'a Challenge>,
}

/// How a reason is put into `WWW-Authenticate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Authenticate {
    /// There is none.
    No,
    /// A challenge without an error: there was no credential (RFC 6750 section 3.1).
    Bare,
    /// A challenge with an error code and a fixed description.
    Error(&'static str, &'static str),
    /// RFC 6750 `insufficient_scope`, with the scopes.
    Scope,
    /// RFC 9470.
    StepUp,
}

/// The row of a reason: its status, its title and its challenge.
const fn row(reason: Reason) -> (u16, &'static str, Authenticate) {
    use Authenticate::{Bare, Error, No, Scope, StepUp};
    const TOKEN: (u16, &str, Authenticate) = (
        401,
        "The access token is not accepted",
        Error(
            "invalid_token",
            "The access token is invalid, expired or not for this resource",
        ),
    );
    const BINDING: (u16, &str, Authenticate) = (
        401,
        "The access token is not bound to this proof",
        Error("invalid_token", "Invalid DPoP key binding"),
    );
    const PROOF: (u16, &str, Authenticate) = (
        401,
        "The proof of possession is not accepted",
        Error(
            "invalid_dpop_proof",
            "The DPoP proof is missing, invalid or was used before",
        ),
    );
    const GATE: (u16, &str, Authenticate) = (503, "The gate cannot decide now", No);
    const TRANSACTION: (u16, &str, Authenticate) =
        (403, "The token does not grant this transaction", No);
    match reason {
        Reason::NotConfigured
        | Reason::HostFault
        | Reason::Overloaded
        | Reason::KeysUnavailable
        | Reason::ReplayLogFull
        | Reason::ReplayLogFault
        | Reason::BodyNotHeld
        | Reason::DecisionTimeout
        | Reason::DecisionUnreachable
        | Reason::DecisionClusterUnknown
        | Reason::DecisionStatus
        | Reason::DecisionMalformed
        | Reason::DecisionOversized
        | Reason::DecisionMismatched => GATE,
        Reason::DeadlineExceeded => (504, "The gate waited too long", No),
        Reason::HeadersTooLarge => (431, "The request headers are too large", No),
        Reason::HeaderMalformed | Reason::TargetAmbiguous | Reason::OverrideRefused => {
            (400, "The request is malformed or ambiguous", No)
        }
        Reason::UpgradeRefused => (400, "This resource takes no upgrade", No),
        Reason::RouteUnmatched | Reason::MethodUnlisted => {
            (403, "This resource is not served here", No)
        }
        Reason::AuthorityMismatch => (421, "This authority is not served here", No),
        Reason::CredentialsMissing => (401, "A credential is required", Bare),
        Reason::CredentialsMalformed => (
            400,
            "The credential is malformed or repeated",
            Error("invalid_request", "Send exactly one access token"),
        ),
        Reason::TokenMalformed
        | Reason::TokenType
        | Reason::TokenIssuer
        | Reason::TokenAlgorithm
        | Reason::TokenKeyUnknown
        | Reason::TokenSignature
        | Reason::TokenClaims
        | Reason::TokenAudience
        | Reason::TokenExpired
        | Reason::TokenEarly => TOKEN,
        Reason::TokenUnbound
        | Reason::BoundTokenAsBearer
        | Reason::ConfirmationUnsupported
        | Reason::ConfirmationUnknown
        | Reason::ProofKeyMismatch => BINDING,
        Reason::ScopeInsufficient => (403, "The token lacks a scope", Scope),
        Reason::ProofMissing
        | Reason::ProofRepeated
        | Reason::ProofMalformed
        | Reason::ProofType
        | Reason::ProofAlgorithm
        | Reason::ProofKey
        | Reason::ProofSignature
        | Reason::ProofMethod
        | Reason::ProofTarget
        | Reason::ProofExpired
        | Reason::ProofEarly
        | Reason::ProofToken
        | Reason::ProofReplayed
        | Reason::ProofPredatesLog => PROOF,
        Reason::ReplayQuota => (429, "Too many live proofs", No),
        Reason::DetailMissing
        | Reason::DetailAmbiguous
        | Reason::QueryUnlisted
        | Reason::BodyUnlisted
        | Reason::ClaimMissing
        | Reason::ValueMissing
        | Reason::ValueMalformed
        | Reason::ValueMismatch => TRANSACTION,
        Reason::BodyType | Reason::BodyEncoding => (415, "The body is of another type", No),
        Reason::BodyTooLarge => (413, "The body is too large", No),
        Reason::BodyMalformed => (400, "The body is malformed", No),
        Reason::RiskRefused | Reason::DecisionDenied | Reason::DecisionObligation => {
            (403, "The request is refused", No)
        }
        Reason::StepUpRequired => (401, "A different authentication is required", StepUp),
    }
}

/// The status of a reason, for the reason table of the README.
#[must_use]
pub const fn status(reason: Reason) -> u16 {
    row(reason).0
}

/// The reply for a reason, on the terms of the route.
#[must_use]
pub fn reply(reason: Reason, terms: &Terms<'_>) -> Reply {
    let (status, title, authenticate) = row(reason);
    let mut headers = vec![
        ("content-type", "application/problem+json".to_owned()),
        ("cache-control", "no-store".to_owned()),
    ];
    if let Some(challenge) = challenge(authenticate, terms) {
        headers.push(("www-authenticate", challenge));
    }
    if matches!(status, 429 | 503) {
        headers.push(("retry-after", "1".to_owned()));
    }
    let code = reason.code();
    let body = format!(
        r#"{{"type":"urn:countersign:{code}","title":"{title}","status":{status},"code":"{code}"}}"#
    );
    Reply {
        reason,
        status,
        headers,
        body,
    }
}

fn challenge(authenticate: Authenticate, terms: &Terms<'_>) -> Option<String> {
    let mut parameters: Vec<String> = Vec::new();
    let mut say = |name: &str, value: &str| {
        if !value.is_empty() {
            parameters.push(format!("{name}=\"{value}\""));
        }
    };
    match authenticate {
        Authenticate::No => return None,
        Authenticate::Bare => {}
        Authenticate::Error(error, description) => {
            say("error", error);
            say("error_description", description);
        }
        Authenticate::Scope => {
            say("error", "insufficient_scope");
            say("error_description", "The access token lacks a scope");
            say("scope", terms.scope);
        }
        Authenticate::StepUp => {
            say("error", "insufficient_user_authentication");
            say(
                "error_description",
                "A different authentication is required",
            );
            if let Some(challenge) = terms.challenge {
                say("acr_values", &challenge.acr_values.join(" "));
                if let Some(max_age) = challenge.max_age {
                    say("max_age", &max_age.as_secs().to_string());
                }
            }
        }
    }
    say("algs", terms.algs);
    let mut text = "DPoP".to_owned();
    if !parameters.is_empty() {
        text.push(' ');
        text.push_str(&parameters.join(", "));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn authenticate(reason: Reason, terms: &Terms<'_>) -> Option<String> {
        let reply = reply(reason, terms);
        reply
            .headers
            .into_iter()
            .find(|(name, _)| *name == "www-authenticate")
            .map(|(_, v)| v)
    }

    #[test]
    fn challenges_are_those_of_the_specifications() {
        let step_up = Challenge {
            acr_values: vec![
                "urn:example:loa:3".to_owned(),
                "urn:example:loa:4".to_owned(),
            ],
            max_age: Some(Duration::from_secs(300)),
        };
        let terms = Terms {
            algs: "ES256 PS256",
            scope: "payments:write",
            challenge: Some(&step_up),
        };
        for (reason, text) in [
            // RFC 9449 section 7.1: no error where there was no credential.
            (Reason::CredentialsMissing, r#"DPoP algs="ES256 PS256""#),
            // RFC 9449 section 7.1, its own example.
            (
                Reason::ProofKeyMismatch,
                r#"DPoP error="invalid_token", error_description="Invalid DPoP key binding", algs="ES256 PS256""#,
            ),
            (
                Reason::ScopeInsufficient,
                r#"DPoP error="insufficient_scope", error_description="The access token lacks a scope", scope="payments:write", algs="ES256 PS256""#,
            ),
            // RFC 9470 section 3.
            (
                Reason::StepUpRequired,
                r#"DPoP error="insufficient_user_authentication", error_description="A different authentication is required", acr_values="urn:example:loa:3 urn:example:loa:4", max_age="300", algs="ES256 PS256""#,
            ),
        ] {
            assert_eq!(authenticate(reason, &terms).as_deref(), Some(text));
        }
        assert_eq!(authenticate(Reason::ValueMismatch, &terms), None);
        assert_eq!(
            authenticate(Reason::CredentialsMissing, &Terms::default()).as_deref(),
            Some("DPoP")
        );
    }

    #[test]
    fn every_refusal_is_an_error_and_a_problem_document() {
        for reason in Reason::ALL {
            let reply = reply(*reason, &Terms::default());
            assert!((400..600).contains(&reply.status), "{reason:?}");
            let body: serde_json::Value = serde_json::from_str(&reply.body).expect("JSON");
            assert_eq!(body["code"], reason.code());
            assert_eq!(body["status"], reply.status);
            let challenged = reply
                .headers
                .iter()
                .any(|(name, _)| *name == "www-authenticate");
            assert!(
                reply.status != 401 || challenged,
                "{reason:?}: RFC 9110 section 15.5.2"
            );
        }
    }
}
