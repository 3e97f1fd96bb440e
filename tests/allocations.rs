//! What a request may ask of the allocator. `make bench` prints the same numbers, and times.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::expect_used, reason = "tests")]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/load.rs"]
mod load;
#[expect(dead_code, reason = "the flow tests use all of it")]
mod support;

use counting::count;
use load::{KINDS, Known, NOW, Request, Yes, document, judge};
use support::world::World;

#[test]
fn no_kind_of_request_allocates_more_than_its_ceiling() {
    for kind in KINDS {
        let world = World::under(&document(), NOW);
        // The first use of a place may cost once what no later one does.
        for number in 0..3 {
            let wire = kind.wire(number);
            kind.prepare(&world, &wire);
            let request = Request::of(&wire);
            let ((outcome, _), memory) = count(|| judge(&world, request, &Yes));
            kind.check(&outcome);
            assert!(
                number == 0
                    || (memory.allocations <= kind.allocations && memory.bytes <= kind.bytes),
                "{}: {memory:?}",
                kind.name
            );
        }
    }
}

/// The same policy with one route, one issuer and one kind of proof.
fn one_kind() -> serde_json::Value {
    let mut document = document();
    let members = document.as_object_mut().expect("an object");
    members.retain(|name, _| {
        let kept = [
            "schema",
            "revision",
            "origins",
            "unmatched",
            "replay",
            "dpop",
            "issuers",
            "routes",
        ];
        kept.contains(&name.as_str())
    });
    let replay = serde_json::json!({ "scope": "host", "memory": "8MiB" });
    members.insert("replay".to_owned(), replay);
    let dpop = members["dpop"].as_object_mut().expect("an object");
    dpop.remove("nonces");
    let issuers = members["issuers"].as_object_mut().expect("an object");
    issuers.retain(|name, _| name == "corp");
    let routes = members["routes"].as_array_mut().expect("a list");
    routes.retain(|route| route["name"] == "read-accounts");
    for route in routes {
        route["proof"] = serde_json::json!(["dpop"]);
    }
    document
}

/// What one read costs under a policy.
fn cost_of_read(document: &serde_json::Value) -> (usize, usize) {
    let kinds = KINDS.iter();
    let mut reads =
        kinds.filter(|kind| kind.name.starts_with("read") && kind.known == Known::Token);
    let kind = reads.next().expect("a read");
    let world = World::under(document, NOW);
    let mut last = (0, 0);
    for number in 0..3 {
        let wire = kind.wire(number);
        kind.prepare(&world, &wire);
        let request = Request::of(&wire);
        let ((outcome, _), memory) = count(|| judge(&world, request, &Yes));
        kind.check(&outcome);
        last = (memory.allocations, memory.bytes);
    }
    last
}

/// One proof costs the same whether the policy knows one kind or all of them.
#[test]
fn what_a_proof_costs_does_not_grow_with_the_kinds_that_the_policy_knows() {
    assert_eq!(cost_of_read(&one_kind()), cost_of_read(&document()));
}

/// Nor what a request costs whose own route asks neither an expression nor the past.
#[test]
fn a_route_without_expressions_and_memory_pays_nothing_for_them() {
    let plain = document();
    let mut rich = plain.clone();
    let routes = rich["routes"].as_array_mut().expect("a list");
    let mut own = routes
        .iter()
        .find(|route| route["name"] == "read-accounts")
        .expect("a read")
        .clone();
    own["name"] = serde_json::json!("weighed");
    own["match"]["path"] = serde_json::json!("/weighed/{id}");
    own["risk"] = serde_json::json!({ "base": 10, "behaviour_cap": 20, "signals": [
        { "name": "odd", "add": 10, "when": "token.groups.exists(it, it.startsWith('guest'))" },
        { "name": "new", "add": 20, "first_seen": "key" },
        { "name": "many", "add": 20, "budget": { "within": "24h", "count": 10 } },
    ], "refuse_at": 100 });
    routes.push(own);
    assert_eq!(cost_of_read(&rich), cost_of_read(&plain));
}
