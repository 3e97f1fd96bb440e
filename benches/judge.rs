//! What judging a request costs without a host: time, split into signatures and the rest, and
//! memory, which has its ceilings. Then what must not cost more: a larger policy, a fuller replay
//! log, more keys. `cargo bench --bench judge`.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::as_conversions,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark: it reads the clock and prints"
)]

#[path = "../tests/support/counting.rs"]
mod counting;
#[path = "../tests/support/load.rs"]
mod load;
#[expect(dead_code, reason = "the flow tests use all of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use countersign::crypto::digest::sha256;
use countersign::crypto::{Pure, Verifier};
use countersign::proof::replay::{ReplayLog, Use};
use countersign::time::UnixTime;
use counting::{Memory, count};
use load::{KINDS, Kind, NOW, Request, Yes, document, judge};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;
use support::plan::{Signer, issuer_key};
use support::world::World;

/// Requests of each kind.
const ROUNDS: usize = 300;
/// More than this is growth: the noise of a shared machine is less.
const STEADY: f64 = 1.5;

fn main() {
    let only = std::env::args().skip(1).find(|text| !text.starts_with('-'));
    let asked = |kind: &&Kind| only.as_deref().is_none_or(|only| kind.name == only);
    println!("median of {ROUNDS} requests, in microseconds; memory asked for by one request\n");
    println!(
        "{:<24}{:>8}{:>12}{:>8}{:>13}{:>8}",
        "request", "time", "signatures", "rest", "allocations", "bytes"
    );
    KINDS.iter().filter(asked).for_each(of_kind);
    if only.is_none() {
        println!(
            "\nthe rest of a read whose token is new, the shortest time; more must cost no more"
        );
        growth("routes", ["10", "10000"], &[routes(10), routes(10_000)]);
        growth("live proofs", ["1", "10000"], &[proofs(1), proofs(10_000)]);
        growth("keys", ["1", "64"], &[keys(1), keys(64)]);
        println!("\nthe rest of a read whose token is known, with a signal; the shortest time");
        signals();
    }
}

/// One line of the table.
fn of_kind(kind: &Kind) {
    let worlds = [(); 2].map(|()| World::under(&document(), NOW));
    let mut times = [Vec::new(), Vec::new()];
    let mut memory = Vec::new();
    for number in 0..ROUNDS {
        let all: &dyn Verifier = &Pure;
        for (at, verifier) in [all, &Yes].into_iter().enumerate() {
            let (time, used) = once(kind, &worlds[at], number, verifier);
            times[at].push(time);
            memory.push(used);
        }
    }
    let [all, rest] = times.map(median);
    let memory = median(memory);
    println!(
        "{:<24}{all:>8.1}{:>12.1}{rest:>8.1}{:>13}{:>8}",
        kind.name,
        (all - rest).max(0.0),
        memory.allocations,
        memory.bytes,
    );
    assert!(
        memory.allocations <= kind.allocations && memory.bytes <= kind.bytes,
        "{}: more memory than its ceiling of {} allocations and {} bytes",
        kind.name,
        kind.allocations,
        kind.bytes,
    );
}

/// One request: its time in microseconds, and its memory.
fn once(kind: &Kind, world: &World, number: usize, verifier: &dyn Verifier) -> (f64, Memory) {
    let wire = kind.wire(number);
    kind.prepare(world, &wire);
    let request = Request::of(&wire);
    let begun = Instant::now();
    let (outcome, memory) = count(|| {
        let (outcome, line) = judge(world, request, verifier);
        black_box(line);
        outcome
    });
    let time = begun.elapsed().as_nanos() as f64 / 1000.0;
    kind.check(&outcome);
    (time, memory)
}

fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_by(|one, other| one.partial_cmp(other).unwrap());
    values[values.len() / 2]
}

/// The same requests in a small and in a large world, by turns.
fn growth(what: &str, sizes: [&str; 2], worlds: &[World; 2]) {
    let kind = &KINDS[1];
    let mut shortest = [f64::INFINITY; 2];
    for number in 0..ROUNDS {
        for (world, shortest) in worlds.iter().zip(&mut shortest) {
            let (time, _) = once(kind, world, number, &Yes);
            *shortest = shortest.min(time);
        }
    }
    let [small, large] = shortest;
    let ratio = large / small;
    println!(
        "{:>6} to {:>6} {what:<12} {small:>6.1} to {large:>6.1}, ratio {ratio:.2}",
        sizes[0], sizes[1]
    );
    assert!(ratio < STEADY, "more {what} cost more");
}

/// What each kind of signal adds to a read, by turns with a read that has none.
fn signals() {
    let kind = &KINDS[0];
    let budget = |what: Value| json!({ "name": "x", "add": 10, "budget": what });
    let kinds = [
        ("none", None),
        (
            "typed",
            Some(json!({ "name": "x", "add": 10, "excess_scopes": 9 })),
        ),
        (
            "when, one fact",
            Some(json!({ "name": "x", "add": 10, "when": "request.method == 'PUT'" })),
        ),
        (
            "when, a loop",
            Some(
                json!({ "name": "x", "add": 10, "when": "token.aud.exists(it, it == 'x') || token.scope.contains('admin')" }),
            ),
        ),
        (
            "first_seen: pair",
            Some(json!({ "name": "x", "add": 10, "first_seen": "pair" })),
        ),
        (
            "budget: count",
            Some(budget(json!({ "within": "24h", "count": 100_000 }))),
        ),
    ];
    let worlds = kinds.map(|(name, signal)| {
        let mut document = document();
        let risk = &mut document["routes"][0]["risk"];
        if name.starts_with("first_seen") {
            risk["behaviour_cap"] = json!(10);
        }
        risk["signals"] = json!(signal.into_iter().collect::<Vec<_>>());
        if risk["signals"] == json!([]) {
            risk.as_object_mut().unwrap().remove("signals");
        }
        (name, World::under(&document, NOW))
    });
    let mut found = [(f64::INFINITY, None); 6];
    for number in 0..ROUNDS {
        for ((_, world), (shortest, memory)) in worlds.iter().zip(&mut found) {
            let (time, used) = once(kind, world, number, &Yes);
            *shortest = shortest.min(time);
            *memory = Some(used);
        }
    }
    let (plain, least) = (found[0].0, found[0].1.unwrap());
    for ((name, _), (time, memory)) in worlds.iter().zip(found) {
        let more = memory.unwrap().allocations - least.allocations;
        println!(
            "{name:<20}{time:>8.1}, ratio {:.2}, {more} more allocations",
            time / plain
        );
    }
}

/// A policy of so many routes, the one that is asked for in their midst.
fn routes(count: usize) -> World {
    let mut document = document();
    let routes = document["routes"].as_array_mut().unwrap();
    let read = routes[0].clone();
    for number in routes.len()..count {
        let mut route = read.clone();
        route["name"] = json!(format!("route-{number}"));
        route["match"]["path"] = json!(format!("/group-{}/{{id}}/item-{number}", number % 100));
        routes.insert(number % 2 * number, route);
    }
    World::under(&document, NOW)
}

/// A replay log with so many live proofs, of as many owners.
fn proofs(count: usize) -> World {
    let world = World::under(&document(), NOW);
    for number in 0..count {
        let name = format!("owner {number}");
        let thumbprint = sha256(&[name.as_bytes()]);
        let proof = Use {
            thumbprint: &thumbprint,
            id: &thumbprint,
            issued_at: UnixTime::from_secs(NOW),
            kept_from: UnixTime::from_secs(NOW),
            owner: ["issuer", &name, "client"],
        };
        world.log.consume(&proof, UnixTime::from_secs(NOW)).unwrap();
    }
    world
}

/// An issuer with so many keys.
fn keys(count: u8) -> World {
    let others = (100..).take(usize::from(count) - 1);
    let others = others.map(|number| Signer::of(number, &format!("issuer-{number}")).published());
    let keys: Vec<Value> = others.chain([issuer_key().published()]).collect();
    let mut document = document();
    document["issuers"]["corp"]["keys"]["inline"]["keys"] = json!(keys);
    World::under(&document, NOW)
}
