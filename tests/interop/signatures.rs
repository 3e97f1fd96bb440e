//! The two `http-message-signatures`, of npm and of `PyPI`.

use crate::world::World;

/// `Accept-Signature` where there is no signature.
const ASKED_FOR: &str = concat!(
    r#"sig=("@method" "@authority" "@path" "@query" "content-type" "authorization" "content-digest")"#,
    r#";created;tag="message""#,
);

#[test]
fn npm_signs_by_the_key_in_its_token() {
    World::shared().run("signatures.mjs").is(&[
        ("a body", 200, ""),
        ("the same again", 401, "proof_replayed"),
        ("no body", 200, ""),
        ("Ed25519", 200, ""),
        ("other body", 400, "content_digest_mismatch"),
        ("other body and its digest", 401, "proof_signature"),
        ("other method", 401, "proof_signature"),
        ("other path", 401, "proof_signature"),
        ("other query", 401, "proof_signature"),
        ("other type", 401, "proof_signature"),
        ("other token of the same key", 401, "proof_signature"),
        ("other key", 401, "proof_signature"),
        ("other token", 401, "proof_signature"),
        ("@method not covered", 401, "proof_coverage"),
        ("@authority not covered", 401, "proof_coverage"),
        ("@path not covered", 401, "proof_coverage"),
        ("@query not covered", 401, "proof_coverage"),
        ("content-type not covered", 401, "proof_coverage"),
        ("authorization not covered", 401, "proof_coverage"),
        ("content-digest not covered", 401, "proof_coverage"),
        ("old", 401, "proof_expired"),
        ("from the future", 401, "proof_early"),
        ("expired", 401, "proof_expired"),
        ("not dated", 401, "proof_malformed"),
        ("no nonce", 401, "proof_malformed"),
        ("other tag", 401, "proof_missing"),
        ("other algorithm named", 401, "proof_algorithm"),
        ("no signature", 401, "proof_missing"),
        ("no signature: asked for", 0, ASKED_FOR),
        ("RSA-PSS", 401, "proof_signature"),
        ("RSA-PSS with the salt of the RFC", 200, ""),
        ("more is covered", 200, ""),
        ("?lang=(en) covered by name", 401, "proof_signature"),
        ("?lang=en* covered by name", 200, ""),
        ("?lang=a+b%20c covered by name", 200, ""),
        ("?lang=en&lang=de covered by name", 401, "proof_component"),
    ]);
}

#[test]
fn pypi_signs_by_keys_that_the_policy_names() {
    World::shared().run("signatures.py").is(&[
        ("a body", 200, ""),
        ("the same again", 401, "proof_replayed"),
        ("no body", 200, ""),
        ("Ed25519", 200, ""),
        ("RSA-PSS", 200, ""),
        ("no algorithm named", 200, ""),
        ("other body", 400, "content_digest_mismatch"),
        ("other body and its digest", 401, "proof_signature"),
        ("other method", 401, "proof_signature"),
        ("other path", 401, "proof_signature"),
        ("other query", 401, "proof_signature"),
        ("other type", 401, "proof_signature"),
        ("other token of the same key", 401, "proof_signature"),
        ("other key", 401, "proof_signature"),
        ("other name", 401, "proof_key_mismatch"),
        ("@method not covered", 401, "proof_coverage"),
        ("@authority not covered", 401, "proof_coverage"),
        ("@path not covered", 401, "proof_coverage"),
        ("@query not covered", 401, "proof_coverage"),
        ("content-type not covered", 401, "proof_coverage"),
        ("authorization not covered", 401, "proof_coverage"),
        ("old", 401, "proof_expired"),
        ("from the future", 401, "proof_early"),
        ("expired", 401, "proof_expired"),
        ("other tag", 401, "proof_missing"),
        ("more is covered", 200, ""),
        ("?lang=(en) covered by name", 200, ""),
        ("?lang=en* covered by name", 200, ""),
        ("?lang=a+b%20c covered by name", 200, ""),
    ]);
}
