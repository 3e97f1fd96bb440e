//! What it costs to hold a payment against what was granted, over hashing and parsing its body alone,
//! and how both grow with the body. `cargo bench --bench payments`.
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

#[expect(dead_code, reason = "the other benchmark uses all of it")]
#[path = "../tests/support/load.rs"]
mod load;
#[expect(dead_code, reason = "the flow tests use all of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use countersign::crypto::digest::sha256;
use countersign::json::{Json, Limits};
use countersign::pipeline::Outcome;
use load::{NOW, Request, Yes, judge};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;
use support::plan::Plan;
use support::world::World;

/// Bytes of a body, and how often each is judged.
const SIZES: [(usize, usize); 4] = [
    (1 << 10, 800),
    (10 << 10, 400),
    (100 << 10, 100),
    (1 << 20, 40),
];
/// The most that verification may cost over hashing and parsing, with the noise of a busy machine.
const MOST: f64 = 4.0;

const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    depth: 32,
};

fn main() {
    println!("medians in microseconds, signatures not counted\n");
    println!(
        "{:>10}{:>10}{:>10}{:>14}{:>8}{:>12}",
        "body", "hash", "parse", "verification", "ratio", "each KiB"
    );
    for (size, rounds) in SIZES {
        let [hash, parse, verification] = measure(size, rounds);
        let ratio = verification / (hash + parse);
        let each = verification * 1024.0 / size as f64;
        println!("{size:>10}{hash:>10.1}{parse:>10.1}{verification:>14.1}{ratio:>8.2}{each:>12.2}");
        assert!(ratio < MOST, "verification costs more than it should");
    }
}

/// What hashing, parsing and verification cost, by turns. Verification is what a request costs more
/// where its body is held against the grant than where it goes on unread.
fn measure(size: usize, rounds: usize) -> [f64; 3] {
    let world = World::under(&document(), NOW);
    let body = body(size);
    let mut times = [(); 4].map(|()| Vec::new());
    for round in 0..rounds {
        let [bound, unread] = ["transfers", "unread"].map(|path| {
            let mut plan =
                Plan::transfer(NOW, "", "123.50").to("POST", &format!("/accounts/7/{path}"));
            plan.token_claims["jti"] = json!("one");
            plan.proof_claims["jti"] = json!(format!("{path} {round}"));
            plan.body = Some(body.clone());
            Request::of(&plan.wire())
        });
        times[0].push(timed(|| _ = black_box(sha256(&[&body]))));
        times[1].push(timed(|| _ = black_box(Json::parse(&body, LIMITS).unwrap())));
        for (place, request) in [(2, bound), (3, unread)] {
            let mut outcome = None;
            times[place].push(timed(|| outcome = Some(judge(&world, request, &Yes))));
            assert!(matches!(outcome, Some((Outcome::Forward(..), _))));
        }
    }
    let [hash, parse, bound, unread] = times.map(median);
    [hash, parse, bound - unread]
}

fn timed(run: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    run();
    begun.elapsed().as_nanos() as f64 / 1000.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A payment of this size: what is bound, and lines that the policy lets be.
fn body(size: usize) -> Vec<u8> {
    let mut lines: Vec<Value> = Vec::new();
    let of = |lines: &[Value], note: &str| {
        let creditor = json!({ "iban": "DE02100100109307118603" });
        let body = json!({ "amount": "123.50", "currency": "EUR", "creditor": creditor, "lines": lines, "note": note });
        body.to_string().into_bytes()
    };
    let empty = of(&[], "").len();
    let line = |number: usize| json!({ "id": format!("{number:06}"), "text": "a line of an invoice, as it is written", "quantity": 1 });
    let each = line(0).to_string().len() + 1;
    lines.extend((0..(size - empty) / each).map(line));
    let rest = size - of(&lines, "").len();
    of(&lines, &"n".repeat(rest))
}

/// The policy of the flow table, with lines in a transfer, and with a route that reads no body.
fn document() -> Value {
    let mut document = load::document();
    let route = support::policy::route(&mut document, "transfer");
    route["max_body"] = json!("1MiB");
    route["transaction"]["allow_body"] = json!(["/lines", "/note"]);
    let mut unread = route.clone();
    unread["name"] = json!("unread");
    unread["match"]["path"] = json!("/accounts/{account}/unread");
    unread["risk"] = json!({ "base": 10 });
    for name in ["body", "max_body", "transaction", "step_up"] {
        unread.as_object_mut().unwrap().remove(name);
    }
    document["routes"].as_array_mut().unwrap().push(unread);
    document
}
