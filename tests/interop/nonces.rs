//! Nonces of the gate, as clients take them up.

use crate::world::World;

#[test]
fn clients_take_up_nonces_as_each_route_asks_for_them() {
    World::shared().run("nonces.mjs").is(&[
        ("required: none", 401, "proof_nonce_missing"),
        ("required: error", 0, "use_dpop_nonce"),
        ("required: the one that came", 200, ""),
        ("required: the one that came with the success", 200, ""),
        ("offered: none", 200, ""),
        ("offered: the one that came", 200, ""),
        ("required: the one that was offered", 200, ""),
        ("challenge: none", 401, "proof_nonce_missing"),
        ("challenge: the one that came", 200, ""),
        ("challenge: another request", 401, "proof_nonce_invalid"),
        ("challenge: the one for it", 200, ""),
        ("none", 401, "proof_nonce_missing"),
        ("the nonce", 200, ""),
        ("the nonce in another proof", 200, ""),
        ("made up", 401, "proof_nonce_invalid"),
        ("made up, where one is offered", 401, "proof_nonce_invalid"),
        ("cut short", 401, "proof_nonce_invalid"),
        ("with another key", 401, "proof_key_mismatch"),
        (
            "none, where one for this is due",
            401,
            "proof_nonce_missing",
        ),
        ("the one for this", 200, ""),
        ("the one for this in another proof", 200, ""),
        ("the one for this, for another", 401, "proof_nonce_invalid"),
        (
            "one for any request, where one for this is due",
            401,
            "proof_nonce_invalid",
        ),
        (
            "a clock an hour late, without a nonce",
            401,
            "proof_expired",
        ),
        ("a clock an hour late, with a nonce", 200, ""),
    ]);
}
