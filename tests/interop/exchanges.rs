//! Tokens that `oidc-provider` exchanges and revokes, after Cerbos has permitted.

use crate::cerbos::Cerbos;
use crate::hidden;
use crate::server::{Reply, Seen};
use crate::wire;
use crate::world::World;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

#[test]
fn a_permit_sends_a_token_for_this_wire_alone_which_ends_with_the_response() {
    let world = World::start("exchanges");
    let _cerbos = Cerbos::start(world.folder.path(), world.cerbos);
    let good = Arc::new(Mutex::new(Vec::new()));
    let (noted, server) = (Arc::clone(&good), world.inside);
    world.upstream.now_answers(move |request| {
        if !request.header("txn-token").is_empty() {
            let counts = wire::get(server, "/exchanged").unwrap().body;
            let counts: Value = serde_json::from_str(&counts).unwrap();
            noted.lock().unwrap().push(counts["live"].as_u64().unwrap());
        }
        Reply::Ok("text/plain", "upstream".to_owned())
    });
    world.run("exchange.mjs").is(&[
        ("a small wire", 200, ""),
        ("a small wire: exchanged", 0, "0"),
        ("signed in as usual", 401, "step_up_required"),
        ("signed in as usual: exchanged", 0, "0"),
        ("stepped up", 200, ""),
        ("stepped up: exchanged", 0, "1"),
        ("more than Cerbos permits", 403, "decision_denied"),
        ("more than Cerbos permits: exchanged", 0, "0"),
        ("more than the server vouches for", 503, "exchange_rejected"),
        ("more than the server vouches for: exchanged", 0, "0"),
        ("revoked at the server", 0, "1"),
        ("still good", 0, "0"),
    ]);
    let good = good.lock().unwrap();
    assert_eq!(*good, [1], "it is good while the upstream works");

    let seen = world.upstream.seen();
    let [small, large] = seen.as_slice() else {
        panic!("two go upstream, not {}", seen.len());
    };
    assert_eq!(small.header("txn-token").len(), 0);
    assert_eq!(small.header("authorization").len(), 1);
    for name in ["authorization", "dpop"] {
        assert_eq!(large.header(name).len(), 0, "{name}");
    }
    let token = handed(large);
    let bought = json!({
        "type": "payment_initiation",
        "instructedAmount": { "amount": "2500.00", "currency": "EUR" },
        "creditorAccount": { "iban": "DE89370400440532013000" },
    });
    assert_eq!(token["sub"], "alice");
    assert_eq!(token["scope"], "payments:write");
    assert_eq!(token["tctx"]["transaction"], bought);
    assert_eq!(token["rctx"]["acr"], "urn:example:loa:3");
    let told = world.proxy.records();
    let told = told.iter().filter(|record| !record["exchanged"].is_null());
    let told: Vec<_> = told.map(|record| &record["exchanged"]["txn"]).collect();
    assert_eq!(told, [&token["txn"]]);
}

/// The claims of the transaction token that came upstream.
fn handed(request: &Seen) -> Value {
    let [token] = request.header("txn-token")[..] else {
        panic!("no transaction token");
    };
    hidden::keep(token);
    let claims = token.split('.').nth(1).unwrap();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
    serde_json::from_slice(&claims).unwrap()
}
