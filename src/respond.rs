//! From a reason to the wire: the one table. RFC 6750 section 3, RFC 9449 section 7.1, RFC 9470
//! section 3, RFC 9457 for the body. Nothing of the request is echoed.

use crate::proof::Method;
use crate::reason::Reason;
use crate::step_up::Challenge;
use crate::token::credentials::Scheme;

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

/// Headers of the answer with the gate's own public keys. Whoever checks assertions may keep them for
/// a while: a new key is published before it signs.
pub const KEY_SET_HEADERS: [(&str, &str); 2] = [
    ("content-type", "application/jwk-set+json"),
    ("cache-control", "max-age=300"),
];

/// What a challenge on this route says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms<'a> {
    /// The proofs that the route accepts. None is as if it were DPoP alone.
    pub accepted: &'a [Method],
    /// The scheme that the request used.
    pub used: Option<Scheme>,
    /// The accepted DPoP algorithms, separated by spaces.
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

/// Most challenges are shorter, in bytes.
const USUAL_CHALLENGE: usize = 192;

/// A row of the table: status, title, challenge.
type Row = (u16, &'static str, Authenticate);

const TOKEN: Row = (
    401,
    "The access token is not accepted",
    Authenticate::Error(
        "invalid_token",
        "The access token is invalid, expired or not for this resource",
    ),
);
const BINDING: Row = (
    401,
    "The access token is not bound to this proof",
    Authenticate::Error("invalid_token", "Invalid DPoP key binding"),
);
const CERTIFICATE: Row = (
    401,
    "The access token is not bound to this client certificate",
    Authenticate::Error("invalid_token", "Invalid client certificate binding"),
);
const PROOF: Row = (
    401,
    "The proof of possession is not accepted",
    Authenticate::Error(
        "invalid_dpop_proof",
        "The DPoP proof is missing, invalid or was used before",
    ),
);
const CREDENTIAL: Row = (
    400,
    "The credential is malformed or repeated",
    Authenticate::Error("invalid_request", "Send exactly one access token"),
);
const NO_CREDENTIAL: Row = (401, "A credential is required", Authenticate::Bare);
const SCOPE: Row = (403, "The token lacks a scope", Authenticate::Scope);
const STEP_UP: Row = (
    401,
    "A different authentication is required",
    Authenticate::StepUp,
);
const GATE: Row = (503, "The gate cannot decide now", Authenticate::No);
const LATE: Row = (504, "The gate waited too long", Authenticate::No);
const HEADERS: Row = (431, "The request headers are too large", Authenticate::No);
const AMBIGUOUS: Row = (
    400,
    "The request is malformed or ambiguous",
    Authenticate::No,
);
const UPGRADE: Row = (400, "This resource takes no upgrade", Authenticate::No);
const NOT_SERVED: Row = (403, "This resource is not served here", Authenticate::No);
const MISDIRECTED: Row = (421, "This authority is not served here", Authenticate::No);
const QUOTA: Row = (429, "Too many live proofs", Authenticate::No);
const TRANSACTION: Row = (
    403,
    "The token does not grant this transaction",
    Authenticate::No,
);
const MEDIA: Row = (415, "The body is of another type", Authenticate::No);
const TOO_LARGE: Row = (413, "The body is too large", Authenticate::No);
const BODY: Row = (400, "The body is malformed", Authenticate::No);
const REFUSED: Row = (403, "The request is refused", Authenticate::No);

/// The table.
#[rustfmt::skip]
const fn row(reason: Reason) -> Row {
    use Reason as R;
    match reason {
        R::NotConfigured | R::HostFault | R::Overloaded | R::KeysUnavailable | R::ReplayLogFull
        | R::ReplayLogFault | R::BodyNotHeld | R::DecisionTimeout | R::DecisionUnreachable
        | R::DecisionClusterUnknown | R::DecisionStatus | R::DecisionMalformed
        | R::DecisionOversized | R::DecisionMismatched => GATE,
        R::DeadlineExceeded | R::RequestEnded => LATE,
        R::HeadersTooLarge => HEADERS,
        R::HeaderMalformed | R::TargetAmbiguous | R::OverrideRefused => AMBIGUOUS,
        R::UpgradeRefused => UPGRADE,
        R::RouteUnmatched | R::MethodUnlisted => NOT_SERVED,
        R::AuthorityMismatch => MISDIRECTED,
        R::CredentialsMissing => NO_CREDENTIAL,
        R::CredentialsMalformed => CREDENTIAL,
        R::TokenMalformed | R::TokenType | R::TokenIssuer | R::TokenAlgorithm
        | R::TokenKeyUnknown | R::TokenSignature | R::TokenClaims | R::TokenAudience
        | R::TokenExpired | R::TokenEarly => TOKEN,
        R::TokenUnbound | R::BoundTokenAsBearer | R::ConfirmationUnsupported
        | R::ConfirmationUnknown | R::ProofKeyMismatch => BINDING,
        R::CertificateMissing | R::CertificateMismatch => CERTIFICATE,
        R::ScopeInsufficient => SCOPE,
        R::ProofMissing | R::ProofRepeated | R::ProofMalformed | R::ProofType
        | R::ProofAlgorithm | R::ProofKey | R::ProofSignature | R::ProofMethod | R::ProofTarget
        | R::ProofExpired | R::ProofEarly | R::ProofToken | R::ProofReplayed
        | R::ProofPredatesLog => PROOF,
        R::ReplayQuota => QUOTA,
        R::DetailMissing | R::DetailAmbiguous | R::QueryUnlisted | R::BodyUnlisted
        | R::ClaimMissing | R::ValueMissing | R::ValueMalformed | R::ValueMismatch => TRANSACTION,
        R::BodyType | R::BodyEncoding => MEDIA,
        R::BodyTooLarge => TOO_LARGE,
        R::BodyMalformed => BODY,
        R::RiskRefused | R::DecisionDenied | R::DecisionObligation => REFUSED,
        R::StepUpRequired => STEP_UP,
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
    let mut headers = Vec::with_capacity(5);
    headers.push(("content-type", "application/problem+json".to_owned()));
    headers.push(("cache-control", "no-store".to_owned()));
    headers.extend(challenges(authenticate, terms).map(|text| ("www-authenticate", text)));
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
        accepts(Method::Mtls).then_some(Scheme::Bearer),
    ];
    let accepted = move || schemes.into_iter().flatten();
    let blamed = accepted()
        .find(|scheme| terms.used == Some(*scheme))
        .or_else(|| accepted().next());
    let none = authenticate == Authenticate::No;
    accepted().filter(move |_| !none).map(move |scheme| {
        let is_blamed = blamed == Some(scheme);
        let what = if is_blamed {
            authenticate
        } else {
            Authenticate::Bare
        };
        challenge(scheme, what, terms)
    })
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
    match authenticate {
        Authenticate::No | Authenticate::Bare => {}
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
    if scheme == Scheme::Dpop {
        say("algs", terms.algs);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;
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
            ..Terms::default()
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

    /// RFC 9449 section 7.1: a challenge for each scheme, the error with the one that was used.
    #[test]
    fn every_accepted_scheme_is_named_and_the_used_one_is_blamed() {
        const ERROR: &str =
            r#"error="insufficient_scope", error_description="The access token lacks a scope""#;
        let dpop = format!(r#"DPoP {ERROR}, algs="ES256""#);
        let bare = r#"DPoP algs="ES256""#.to_owned();
        let bearer = format!("Bearer {ERROR}");
        let both: &[Method] = &[Method::Mtls, Method::Dpop];
        for (accepted, used, expected) in [
            (
                both,
                Some(Scheme::Dpop),
                vec![dpop.clone(), "Bearer".to_owned()],
            ),
            (both, Some(Scheme::Bearer), vec![bare, bearer.clone()]),
            (both, None, vec![dpop.clone(), "Bearer".to_owned()]),
            (&[Method::Mtls], Some(Scheme::Dpop), vec![bearer]),
            (&[Method::Dpop], Some(Scheme::Bearer), vec![dpop]),
        ] {
            let terms = Terms {
                accepted,
                used,
                algs: "ES256",
                ..Terms::default()
            };
            let said: Vec<String> = challenges(Authenticate::Scope, &terms).collect();
            assert_eq!(said, expected, "{accepted:?} {used:?}");
        }
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
