//! Streams in a real Envoy: they end with what they rest on, and no sooner.

mod continuous;
mod ends;
mod live;
mod renewed;

use crate::config::Setup;
use crate::hidden;
use crate::mint;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::support::plan::{Plan, issuer_key};
use live::{Kind, Live};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// A policy with a route for each kind of stream.
fn streaming(streams: &Value) -> Value {
    let keys = json!({ "keys": [issuer_key().published()] });
    let mut policy = policy(&inline(&keys));
    policy["issuers"]["corp"]["leeway"] = json!("1ms");
    let route = |name: &str, kind: Kind, path: &str| {
        json!({
            "name": name,
            "match": { "methods": [kind.method()], "path": path },
            "identity": { "issuers": ["corp"], "scopes": ["accounts:read"] },
            "proof": ["dpop"],
            "risk": { "base": 10 },
            "streams": streams,
        })
    };
    let routes = policy["routes"].as_array_mut().unwrap();
    let mut grpc = route("jobs", Kind::Grpc, "/jobs.Jobs/{method}");
    grpc["body"] = json!("grpc");
    routes.extend([
        route("chat", Kind::WebSocket, "/chat/{room}"),
        route("events", Kind::Events, "/events/{id}"),
        grpc,
    ]);
    policy
}

/// A proxy before an upstream of each kind.
fn setup(policy: &Value) -> Setup {
    let [chat, events, jobs] = live::upstreams();
    let mut setup = Setup::of(policy)
        .with("upstream", events)
        .with("chat", chat)
        .with_grpc("jobs", jobs);
    setup.elsewhere = vec![("/chat", "chat"), ("/jobs.Jobs", "jobs")];
    setup.workers = 2;
    setup
}

/// A request with a fresh proof, whose token has these claims besides.
fn plan(method: &str, path: &str, claims: &Value) -> Plan {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    // A proof may be dated as far ahead as the policy lets it be: the log refuses what could have been
    // used before it began.
    let now = mint::now().unwrap() + 1;
    let mut plan = Plan::read(now, &format!("proof of a stream {number}")).to(method, path);
    for (name, value) in claims.as_object().unwrap() {
        plan.token_claims[name] = value.clone();
    }
    plan
}

/// The header lines of a request.
fn fields(plan: &Plan) -> Vec<(String, String)> {
    let lines = plan.wire().fields.into_iter();
    lines
        .map(|(name, value)| {
            let value = String::from_utf8(value).unwrap();
            hidden::keep(value.rsplit(' ').next().unwrap());
            (name, value)
        })
        .collect()
}

/// Opens a stream whose token has these claims.
fn open(proxy: &Proxy, kind: Kind, claims: &Value) -> Live {
    let plan = plan(kind.method(), kind.path(), claims);
    let live = Live::open(kind, proxy.address, fields(&plan));
    proxy.until("a stream", |_| live.heard() > 2);
    live
}

/// One of each kind.
fn open_all(proxy: &Proxy, claims: &Value) -> Vec<Live> {
    let kinds = Kind::ALL.into_iter();
    kinds.map(|kind| open(proxy, kind, claims)).collect()
}

/// Whether it goes on.
fn goes_on(proxy: &Proxy, live: &Live) {
    let heard = live.heard();
    proxy.until("more of a stream", |_| live.heard() > heard + 2);
    assert!(!live.has_ended());
}

/// Waits until something holds, which may take a while: streams end by the clock.
fn within_long(proxy: &Proxy, what: &str, holds: impl Fn() -> bool) {
    for _ in 0..800 {
        if holds() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("{what} did not come about:\n{}", proxy.log());
}

/// The records of streams that the gate ended.
fn ends(proxy: &Proxy) -> Vec<Value> {
    let mut records = proxy.records();
    records.retain(|record| record["verdict"] == "end");
    records
}
