//! Opaque tokens, by introspection at a real authorization server.

use crate::world::World;

#[test]
fn an_opaque_token_is_what_its_server_says_of_it() {
    World::shared().run("opaque.mjs").is(&[
        ("no proof", 401, "proof_missing"),
        ("no proof: calls", 0, "0"),
        ("valid", 200, ""),
        ("valid: calls", 0, "1"),
        ("once more", 200, ""),
        ("once more: calls", 0, "0"),
        ("other key", 401, "proof_key_mismatch"),
        ("other key: calls", 0, "0"),
        ("at once", 200, ""),
        ("at once", 200, ""),
        ("at once", 200, ""),
        ("at once", 200, ""),
        ("at once: calls", 0, "4"),
        ("nobody issued it", 401, "token_inactive"),
        ("other audience", 401, "token_audience"),
        ("other scope", 403, "scope_insufficient"),
        ("of a client, for itself", 200, ""),
        ("a signed token", 503, "introspection_rejected"),
        (
            "an opaque token where signed ones are due",
            401,
            "token_malformed",
        ),
        ("revoked, where what was said may be old", 200, ""),
        ("revoked, where it may not", 401, "token_inactive"),
        ("revoked, as the gate knows by now", 401, "token_inactive"),
    ]);
}
