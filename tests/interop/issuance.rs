//! The gate in front of a real token endpoint.

use crate::world::World;

#[test]
fn a_token_endpoint_gives_tokens_for_proofs_that_passed_the_gate() {
    World::shared().run("issuance.mjs").is(&[
        ("a token that came through the gate", 200, ""),
        ("without a nonce", 400, ""),
        ("without a nonce: error", 0, "use_dpop_nonce"),
        ("with the nonce", 200, ""),
        ("with the nonce: error", 0, "none"),
        ("the proof again", 400, "proof_replayed"),
        ("the proof again: error", 0, "invalid_dpop_proof"),
        ("no proof", 400, "proof_missing"),
        ("no proof: error", 0, "invalid_dpop_proof"),
        ("a proof for the server behind", 400, "proof_target"),
        (
            "a proof for the server behind: error",
            0,
            "invalid_dpop_proof",
        ),
    ]);
}
