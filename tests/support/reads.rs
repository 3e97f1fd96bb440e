//! The flow table's reads: one change each of a valid `GET /accounts/7`.

use crate::support::plan::{CERTIFICATE, ORIGIN, next_issuer_key, thief_key};
use crate::support::table::{Change, Expected};
use countersign::reason::Reason;
use serde_json::json;

pub(crate) const READS: &[Change] = &[
    (
        "no credential",
        &|p| p.scheme = None,
        Expected::Refused(Reason::CredentialsMissing),
    ),
    (
        "another scheme",
        &|p| p.scheme = Some("Basic"),
        Expected::Refused(Reason::CredentialsMalformed),
    ),
    (
        "two credentials",
        &|p| p.field("authorization", "DPoP x"),
        Expected::Refused(Reason::CredentialsMalformed),
    ),
    (
        "as a bearer token",
        &|p| {
            p.scheme = Some("Bearer");
            p.proof_signer = None;
        },
        Expected::Refused(Reason::BoundTokenAsBearer),
    ),
    (
        "as a bearer token with a proof",
        &|p| p.scheme = Some("bearer"),
        Expected::Refused(Reason::BoundTokenAsBearer),
    ),
    (
        "an unbound token",
        &|p| p.token_claims["cnf"] = json!({}),
        Expected::Refused(Reason::TokenUnbound),
    ),
    (
        "bound by what cannot be checked",
        &|p| p.token_claims["cnf"]["jku"] = json!("https://a/"),
        Expected::Refused(Reason::ConfirmationUnsupported),
    ),
    (
        "bound to a certificate too",
        &|p| {
            p.token_claims["cnf"]["x5t#S256"] = json!(CERTIFICATE);
        },
        Expected::Refused(Reason::CertificateMissing),
    ),
    (
        "with a member outside the registry",
        &|p| p.token_claims["cnf"]["kc-jkt-type"] = json!("x"),
        Expected::Forwarded,
    ),
    (
        "a token of another type",
        &|p| p.token_header["typ"] = json!("JWT"),
        Expected::Refused(Reason::TokenType),
    ),
    (
        "a token that is no JWS",
        &|p| p.token_header["crit"] = json!(["b64"]),
        Expected::Refused(Reason::TokenMalformed),
    ),
    (
        "another issuer",
        &|p| p.token_claims["iss"] = json!("https://evil.example"),
        Expected::Refused(Reason::TokenIssuer),
    ),
    (
        "another algorithm",
        &|p| p.token_header["alg"] = json!("HS256"),
        Expected::Refused(Reason::TokenAlgorithm),
    ),
    (
        "an unknown key",
        &|p| p.token_header["kid"] = json!("nobody"),
        Expected::Refused(Reason::TokenKeyUnknown),
    ),
    (
        "signed by another",
        &|p| p.token_signer = next_issuer_key(),
        Expected::Refused(Reason::TokenSignature),
    ),
    (
        "no subject",
        &|p| p.token_claims["sub"] = json!(7),
        Expected::Refused(Reason::TokenClaims),
    ),
    (
        "another audience",
        &|p| p.token_claims["aud"] = json!([format!("{ORIGIN}/")]),
        Expected::Refused(Reason::TokenAudience),
    ),
    (
        "expired",
        &|p| {
            p.token_claims["iat"] = json!(1);
            p.token_claims["exp"] = json!(2);
        },
        Expected::Refused(Reason::TokenExpired),
    ),
    (
        "not valid yet",
        &|p| p.token_claims["nbf"] = json!(p.token_claims["exp"].as_i64().unwrap_or(0) - 1),
        Expected::Refused(Reason::TokenEarly),
    ),
    (
        "without the scope",
        &|p| p.token_claims["scope"] = json!("accounts:reader"),
        Expected::Refused(Reason::ScopeInsufficient),
    ),
    (
        "no proof",
        &|p| p.proof_signer = None,
        Expected::Refused(Reason::ProofMissing),
    ),
    (
        "two proofs",
        &|p| p.field("dpop", "a.b.c"),
        Expected::Refused(Reason::ProofRepeated),
    ),
    (
        "no jti",
        &|p| p.proof_claims["jti"] = json!(null),
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "a proof of another type",
        &|p| p.proof_header["typ"] = json!("at+jwt"),
        Expected::Refused(Reason::ProofType),
    ),
    (
        "a proof by another algorithm",
        &|p| p.proof_header["alg"] = json!("RS256"),
        Expected::Refused(Reason::ProofAlgorithm),
    ),
    (
        "a private key in the proof",
        &|p| p.proof_header["jwk"]["d"] = json!("AQ"),
        Expected::Refused(Reason::ProofKey),
    ),
    (
        "a stolen token",
        &|p| {
            p.proof_header["jwk"] = thief_key().jwk();
            p.proof_signer = Some(thief_key());
        },
        Expected::Refused(Reason::ProofKeyMismatch),
    ),
    (
        "a proof signed by the thief",
        &|p| p.proof_signer = Some(thief_key()),
        Expected::Refused(Reason::ProofSignature),
    ),
    (
        "a proof for another method",
        &|p| p.proof_claims["htm"] = json!("get"),
        Expected::Refused(Reason::ProofMethod),
    ),
    (
        "a proof for another path",
        &|p| p.proof_claims["htu"] = json!(format!("{ORIGIN}/accounts/8")),
        Expected::Refused(Reason::ProofTarget),
    ),
    (
        "a proof for another origin",
        &|p| p.proof_claims["htu"] = json!("https://b.example.com/accounts/7"),
        Expected::Refused(Reason::ProofTarget),
    ),
    (
        "a proof with a query and the default port",
        &|p| p.proof_claims["htu"] = json!("HTTPS://API.example.com:443/accounts/7?a=b#c"),
        Expected::Forwarded,
    ),
    (
        "an old proof",
        &|p| p.proof_claims["iat"] = json!(p.proof_claims["iat"].as_i64().unwrap_or(0) - 90),
        Expected::Refused(Reason::ProofExpired),
    ),
    (
        "a proof from the future",
        &|p| p.proof_claims["iat"] = json!(p.proof_claims["iat"].as_i64().unwrap_or(0) + 90),
        Expected::Refused(Reason::ProofEarly),
    ),
    (
        "a proof for another token",
        &|p| p.proof_claims["ath"] = json!("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"),
        Expected::Refused(Reason::ProofToken),
    ),
    (
        "a path nobody lists",
        &|p| p.path = "/elsewhere".to_owned(),
        Expected::Refused(Reason::RouteUnmatched),
    ),
    (
        "a method nobody lists",
        &|p| p.method = "PUT".to_owned(),
        Expected::Refused(Reason::MethodUnlisted),
    ),
    (
        "a path in capitals",
        &|p| p.path = "/Accounts/7".to_owned(),
        Expected::Refused(Reason::TargetAmbiguous),
    ),
    (
        "an encoded slash",
        &|p| p.path = "/accounts%2F7".to_owned(),
        Expected::Refused(Reason::TargetAmbiguous),
    ),
    (
        "another authority",
        &|p| p.authority = "b.example.com".to_owned(),
        Expected::Refused(Reason::AuthorityMismatch),
    ),
    (
        "an overridden method",
        &|p| p.field("x-http-method-override", "DELETE"),
        Expected::Refused(Reason::OverrideRefused),
    ),
    (
        "a forged subject",
        &|p| p.field("x-countersign-subject", "root"),
        Expected::Forwarded,
    ),
    (
        "bytes that are no text",
        &|p| p.field("x-any", b"\xff\x80"),
        Expected::Forwarded,
    ),
    (
        "bytes that are no text for a proof",
        &|p| {
            p.proof_signer = None;
            p.field("dpop", b"\xff\x80");
        },
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "bytes that are no text for a token",
        &|p| {
            p.scheme = None;
            p.field("authorization", b"DPoP \xff");
        },
        Expected::Refused(Reason::CredentialsMalformed),
    ),
];
