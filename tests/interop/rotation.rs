//! The authorization server changes its keys under traffic.

use crate::world::World;

#[test]
fn no_request_fails_while_keys_rotate_and_a_retired_key_ends() {
    World::start("rotation").run("rotation.mjs").is(&[
        ("before", 200, ""),
        ("while it rotates", 0, "all"),
        ("keys", 0, "as-1 as-2"),
        ("after", 200, ""),
        ("retired", 401, "token_key_unknown"),
        ("still", 200, ""),
    ]);
}
