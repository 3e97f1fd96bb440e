//! `requests-oauth2client`: tokens bound to a key, or to the certificate of a real TLS connection.

use crate::world::World;

#[test]
fn a_token_passes_with_all_that_it_is_bound_to() {
    World::shared().run("bound.py").is(&[
        ("bound to a key", 200, ""),
        ("the token once more, with another proof", 200, ""),
        ("with a query", 200, ""),
        ("nonce offered", 200, ""),
        ("nonce offered, again", 200, ""),
        ("nonce required", 200, ""),
        ("nonce required, again", 200, ""),
        ("nonce challenge", 200, ""),
        ("nonce challenge, again", 200, ""),
        ("bound to a key, on a route of either", 200, ""),
        (
            "bound to a key, asked for a certificate",
            401,
            "token_unbound",
        ),
        (
            "bound to a key, for another audience (nonce missed)",
            401,
            "token_audience",
        ),
        ("bound to a certificate", 200, ""),
        ("bound to a certificate, on a route of either", 200, ""),
        ("without its certificate", 401, "certificate_missing"),
        ("with another certificate", 401, "certificate_mismatch"),
        (
            "bound to a certificate, asked for a proof",
            401,
            "token_unbound",
        ),
        ("bound to nothing", 401, "token_unbound"),
    ]);
}
