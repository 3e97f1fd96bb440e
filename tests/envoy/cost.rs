//! What the filter costs a real Envoy: a measurement, printed, for `make bench`.

use crate::caller::{Caller, Issuer};
use crate::config::{Setup, built};
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::Server;
use crate::wire::{Connection, find};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Rounds, in each of which every case has its turn.
const ROUNDS: usize = 9;
/// Requests of a case in a round, one after the other on one connection.
const REQUESTS: usize = 400;

/// A case: its name, the proxy it goes to, what is sent, what must come back.
type Case<'a> = (&'static str, &'a Proxy, &'a dyn Fn() -> String, u16);

#[test]
#[ignore = "a measurement: make bench"]
fn the_cost_of_a_request() {
    let upstream = Server::upstream();
    let issuer = Issuer::with("key");
    let mut policy = policy(&inline(&issuer.set()));
    policy["replay"]["memory"] = json!("64MiB");
    let setup = Setup::of(&policy)
        .with("upstream", upstream.port)
        .with("pdp", 9);
    let start = |module: Option<PathBuf>| {
        let mut setup = setup.clone();
        setup.module = module;
        Proxy::start(&setup)
    };
    let bare = start(None);
    let host = start(Some(built()));
    let pure = start(Some(without_the_host()));

    // Quotas are for each caller.
    let callers: Vec<Caller> = (0..16).map(|_| issuer.caller()).collect();
    let next = std::cell::Cell::new(0);
    let read = || {
        next.set(next.get() + 1);
        callers[next.get() % callers.len()].get("/accounts/7")
    };
    let open = || "GET /accounts/7 HTTP/1.1\r\nhost: api.example.com\r\n\r\n".to_owned();
    let cases: [Case<'_>; 4] = [
        ("no filter", &bare, &read, 200),
        ("refused, no credential", &host, &open, 401),
        ("forwarded, host's engine", &host, &read, 200),
        ("forwarded, engine in the module", &pure, &read, 200),
    ];
    let mut costs = vec![Vec::new(); cases.len()];
    for round in 0..=ROUNDS {
        for ((_, proxy, request, status), costs) in cases.iter().zip(&mut costs) {
            let requests: Vec<String> = (0..REQUESTS).map(|_| request()).collect();
            let mut connection = Connection::to(proxy.address);
            let before = proxy.cpu();
            for request in &requests {
                connection.send(request);
                assert_eq!(connection.answer().expect("an answer").status, *status);
            }
            let cost = (proxy.cpu() - before).as_nanos() as f64 / 1000.0 / REQUESTS as f64;
            // The first round warms up.
            if round > 0 {
                costs.push(cost);
            }
        }
    }
    assert!(host.count("engine.host") > 0 && host.count("engine.pure") == 0);
    assert!(pure.count("engine.pure") > 0 && pure.count("engine.host") == 0);

    let medians: Vec<f64> = costs.into_iter().map(median).collect();
    println!("processor time of Envoy for one request, in microseconds: median of {ROUNDS} rounds");
    for ((name, ..), cost) in cases.iter().zip(&medians) {
        let (added, ratio) = (cost - medians[0], cost / medians[0]);
        println!("{name:<34}{cost:>8.0}{added:>+8.0}{ratio:>8.2}");
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The module, asking for a function that no host has: so its own engine verifies.
fn without_the_host() -> PathBuf {
    const NAME: &[u8] = b"verify_signature";
    let mut module = std::fs::read(built()).unwrap();
    let mut from = 0;
    while let Some(at) = find(&module[from..], NAME) {
        from += at + NAME.len();
        module[from - 1] = b'_';
    }
    assert!(from > 0, "the name is not in the module");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("without_the_host.wasm");
    std::fs::write(&path, module).unwrap();
    path
}
