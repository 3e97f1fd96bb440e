//! The flow table's signed requests: one change each of a valid `POST /accounts/7/signed`.

use crate::support::plan::{ORIGIN, Plan, client_key, thief_key};
use crate::support::signing::KEY_NAME;
use crate::support::table::{Change, Expected};
use countersign::reason::Reason;
use serde_json::json;

pub(crate) const SIGNED: &[Change] = &[
    (
        "an upload without a signature",
        &|p| p.signing = None,
        Expected::Refused(Reason::ProofMissing),
    ),
    (
        "an upload signed by a thief",
        &|p| p.signing().signer = thief_key(),
        Expected::Refused(Reason::ProofSignature),
    ),
    (
        "an upload whose body was changed",
        &|p| p.after = Some(|wire| wire.body = Some(b"another body of about that length".to_vec())),
        Expected::Refused(Reason::ContentDigestMismatch),
    ),
    (
        "an upload whose body was taken away",
        &|p| p.after = Some(|wire| wire.body = Some(Vec::new())),
        Expected::Refused(Reason::ContentDigestMismatch),
    ),
    (
        "an upload whose digest was changed",
        &|p| {
            p.after = Some(|wire| {
                wire.set(
                    "content-digest",
                    "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
                );
            });
        },
        Expected::Refused(Reason::ProofSignature),
    ),
    (
        "an upload with a digest of another kind",
        &|p| p.field("content-digest", "md5=:AAAA:"),
        Expected::Refused(Reason::ContentDigestMissing),
    ),
    (
        "an upload without a digest",
        &|p| p.signing().covered.retain(|name| *name != "content-digest"),
        Expected::Refused(Reason::ProofCoverage),
    ),
    (
        "an upload whose token is not covered",
        &|p| p.signing().covered.retain(|name| *name != "authorization"),
        Expected::Refused(Reason::ProofCoverage),
    ),
    (
        "an upload whose query is not covered",
        &|p| p.signing().covered.retain(|name| *name != "@query"),
        Expected::Refused(Reason::ProofCoverage),
    ),
    (
        "an upload that covers what is not there",
        &|p| p.signing().covered.push("x-missing"),
        Expected::Refused(Reason::ProofComponent),
    ),
    (
        "an upload that covers one thing more",
        &|p| p.signing().covered.push("content-type"),
        Expected::Forwarded,
    ),
    (
        "an upload that was sent to another path",
        &|p| p.after = Some(|wire| wire.path = wire.path.replace("/7/", "/8/")),
        Expected::Refused(Reason::ProofSignature),
    ),
    (
        "an upload that was sent with another query",
        &|p| p.after = Some(|wire| wire.path = wire.path.replace("full=1", "full=2")),
        Expected::Refused(Reason::ProofSignature),
    ),
    (
        "an upload without a nonce",
        &|p| {
            let (before, after) = p.signing().parameters.split_once(";nonce=").unwrap();
            let (_, after) = after.split_once(';').unwrap();
            let parameters = format!("{before};{after}");
            p.signing().parameters = parameters;
        },
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "an upload that was signed long ago",
        &|p| {
            let now = p.proof_claims["iat"].as_i64().unwrap();
            let old = format!("created={}", now - 400);
            p.signing().parameter(&format!("created={now}"), &old);
        },
        Expected::Refused(Reason::ProofExpired),
    ),
    (
        "an upload that will be signed",
        &|p| {
            let now = p.proof_claims["iat"].as_i64().unwrap();
            let early = format!("created={}", now + 400);
            p.signing().parameter(&format!("created={now}"), &early);
        },
        Expected::Refused(Reason::ProofEarly),
    ),
    (
        "an upload with a signature for another application",
        &|p| p.signing().parameter("countersign-flow", "another"),
        Expected::Refused(Reason::ProofMissing),
    ),
    (
        "an upload with two signatures",
        &|p| {
            p.after = Some(|wire| {
                wire.fields
                    .push(("signature".to_owned(), b"two=:AA==:".to_vec()));
                let second = b"two=();tag=\"countersign-flow\"".to_vec();
                wire.fields.push(("signature-input".to_owned(), second));
            });
        },
        Expected::Refused(Reason::ProofRepeated),
    ),
    (
        "an upload with a signature of another too",
        &|p| {
            p.after = Some(|wire| {
                wire.fields
                    .push(("signature".to_owned(), b"two=:AA==:".to_vec()));
                let second = b"two=(\"@status\");tag=\"another\"".to_vec();
                wire.fields.push(("signature-input".to_owned(), second));
            });
        },
        Expected::Forwarded,
    ),
    (
        "an upload by the name of its key",
        &|p| {
            p.token_claims["cnf"] = json!({ "kid": KEY_NAME });
            p.signing().parameters += ";keyid=\"client-1\"";
        },
        Expected::Forwarded,
    ),
    (
        "an upload by the name of another key",
        &|p| {
            p.token_claims["cnf"] = json!({ "kid": KEY_NAME });
            p.signing().parameters += ";keyid=\"client-2\"";
        },
        Expected::Refused(Reason::ProofKeyMismatch),
    ),
    (
        "an upload by a name that nobody has",
        &|p| p.token_claims["cnf"] = json!({ "kid": "client-3" }),
        Expected::Refused(Reason::ConfirmationUnsupported),
    ),
    (
        "an upload by a key and its name",
        &|p| {
            p.token_claims["cnf"]["kid"] = json!(KEY_NAME);
            p.signing().parameters += ";keyid=\"client-1\"";
        },
        Expected::Forwarded,
    ),
    (
        "an upload by a key and the name of another",
        &|p| {
            p.token_claims["cnf"]["jwk"] = thief_key().jwk();
            p.token_claims["cnf"]["kid"] = json!(KEY_NAME);
            p.signing().parameters += ";keyid=\"client-1\"";
        },
        Expected::Refused(Reason::ConfirmationUnsupported),
    ),
    (
        "a signed upload to a route of proofs",
        &|p| p.path = "/accounts/7/transfers".to_owned(),
        Expected::Refused(Reason::ConfirmationUnsupported),
    ),
    (
        "a signed upload whose token is bound to a DPoP key",
        &|p| {
            p.token_claims["cnf"] = json!({ "jkt": client_key().jkt() });
            p.scheme = Some("DPoP");
        },
        Expected::Refused(Reason::ProofMissing),
    ),
    (
        "an upload with both proofs",
        &|p| {
            with_a_proof(p);
            p.signing().covered.push("dpop");
        },
        Expected::Forwarded,
    ),
    (
        "an upload with both proofs, one not covered",
        &with_a_proof,
        Expected::Refused(Reason::ProofCoverage),
    ),
];

/// Binds the token to the DPoP key too, and adds the proof.
fn with_a_proof(plan: &mut Plan) {
    plan.token_claims["cnf"]["jkt"] = json!(client_key().jkt());
    plan.scheme = Some("DPoP");
    plan.proof_signer = Some(client_key());
    plan.proof_claims["htm"] = json!("POST");
    plan.proof_claims["htu"] = json!(format!("{ORIGIN}/accounts/7/signed"));
}
