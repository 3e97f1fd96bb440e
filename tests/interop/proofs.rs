//! npm `dpop`: each part of a proof, and each way to misuse one.

use crate::world::World;

#[test]
fn a_proof_passes_once_for_its_request_its_key_and_its_token() {
    World::shared().run("proofs.mjs").is(&[
        ("valid", 200, ""),
        ("the proof again", 401, "proof_replayed"),
        ("with a query", 200, ""),
        ("no proof", 401, "proof_missing"),
        ("as a bearer token", 401, "bound_token_as_bearer"),
        ("other method", 401, "proof_method"),
        ("other path", 401, "proof_target"),
        ("other origin", 401, "proof_target"),
        ("other key", 401, "proof_key_mismatch"),
        ("proof for no token", 401, "proof_malformed"),
        ("old", 401, "proof_expired"),
        ("from the future", 401, "proof_early"),
        ("proof for another token", 401, "proof_token"),
        ("that other token", 200, ""),
        ("other audience", 401, "token_audience"),
        ("bound to nothing", 401, "token_unbound"),
        ("bound to nothing, with a proof", 401, "token_unbound"),
        ("other scope", 403, "scope_insufficient"),
        ("Ed25519", 200, ""),
        ("PS256", 200, ""),
        ("RS256", 401, "proof_algorithm"),
    ]);
}
