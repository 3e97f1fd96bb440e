//! A proxy, a server that exchanges tokens for it, and everything else that it asks.

use crate::config::Setup;
use crate::hidden;
use crate::mint;
use crate::parity::over_http1;
use crate::proxy::Proxy;
use crate::server::{Reply, Seen, Server};
use crate::support::plan::Plan;
use crate::support::table::{Expected, Row, Service};
use crate::support::tts::{self, Change};
use crate::support::world::{self, World};
use crate::wire::Answer;
use countersign::crypto::Engine;
use countersign::http;
use countersign::token::introspection::Response;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

/// The gate's secret at the server.
pub(crate) const SECRET: &str = "the gate's secret where tokens are exchanged";

/// What the server does.
type Script = Arc<Mutex<dyn FnMut(&Seen) -> Reply + Send>>;

/// What the server may do in place of answering.
pub(crate) type Fault = fn(&Seen) -> Reply;

/// A proxy, and everything that it asks.
pub(crate) struct Scene {
    pub(crate) document: Value,
    pub(crate) setup: Setup,
    pub(crate) proxy: Proxy,
    pub(crate) upstream: Server,
    /// Exchanges and revocations, in their order.
    pub(crate) tts: Server,
    /// The last answer to an exchange.
    pub(crate) issued: Arc<Mutex<Option<Response>>>,
    pub(crate) now: i64,
}

impl Scene {
    pub(crate) fn under(document: Value, workers: u32) -> Self {
        hidden::keep(SECRET);
        let upstream = Server::upstream();
        let pdp = Server::start(|_| Reply::json(&json!({ "decision": true })));
        let tts = Server::upstream();
        let mut setup = Setup::of(&document)
            .with("upstream", upstream.port)
            .with("pdp", pdp.port)
            .with("tts", tts.port);
        setup.workers = workers;
        setup.dynamic = true;
        let secret = ("COUNTERSIGN_EXCHANGE_SECRET", SECRET.to_owned());
        setup.environment.push(secret);
        let proxy = Proxy::start(&setup);
        // The log refuses proofs that are as old as itself.
        sleep(Duration::from_millis(2100));
        let scene = Self {
            document,
            setup,
            proxy,
            upstream,
            tts,
            issued: Arc::default(),
            now: mint::now().unwrap(),
        };
        scene.issues(|_| {}, Duration::ZERO);
        scene
    }

    /// From now on the server issues so, after a while, and revokes.
    pub(crate) fn issues(&self, change: Change, after: Duration) {
        let issued = Arc::clone(&self.issued);
        self.answers(move |seen| {
            sleep(after);
            let response = tts::answer(&text(seen), mint::now().unwrap(), change);
            *issued.lock().unwrap() = Some(response.clone());
            wire(&response)
        });
    }

    /// From now on the server answers exchanges so, and revokes.
    pub(crate) fn answers(&self, exchange: impl FnMut(&Seen) -> Reply + Send + 'static) {
        self.does(exchange, |_| Reply::json(&json!({})));
    }

    /// From now on the server does so. Its calls do not wait for each other.
    pub(crate) fn does(
        &self,
        exchange: impl FnMut(&Seen) -> Reply + Send + 'static,
        revoke: impl FnMut(&Seen) -> Reply + Send + 'static,
    ) {
        let exchange: Script = Arc::new(Mutex::new(exchange));
        let revoke: Script = Arc::new(Mutex::new(revoke));
        self.tts.now_answers(move |seen| {
            let script = if is_revocation(seen) {
                &revoke
            } else {
                &exchange
            };
            (script.lock().unwrap())(seen)
        });
    }

    pub(crate) fn exchanges(&self) -> Vec<Seen> {
        let seen = self.tts.seen().into_iter();
        seen.filter(|seen| !is_revocation(seen)).collect()
    }

    /// The tokens that were to be revoked so far.
    pub(crate) fn revocations(&self) -> Vec<String> {
        let seen = self.tts.seen().into_iter().filter(is_revocation);
        seen.map(|seen| tts::members(&text(&seen))["token"].clone())
            .collect()
    }

    pub(crate) fn until_revoked(&self, count: usize) -> Vec<String> {
        self.proxy
            .until("the revocations", |_| self.revocations().len() >= count);
        self.revocations()
    }

    /// A payment that is permitted by the service alone.
    pub(crate) fn large(&self, jti: &str) -> Plan {
        payment(self.now, jti, "12500.00")
    }

    pub(crate) fn send(&self, plan: &Plan) -> Answer {
        let wire = plan.wire();
        hidden::keep(wire.value("dpop").unwrap_or_default());
        over_http1(self.proxy.address, &wire).unwrap()
    }

    /// The same request without a host, and the record of the module held to that.
    pub(crate) fn compare(&self, plan: &Plan, line: &str) -> world::Verdict {
        let record: Value = serde_json::from_str(line).unwrap();
        let world = World::under(&self.document, self.now);
        let id = u128::from_str_radix(record["id"].as_str().unwrap(), 16).unwrap();
        world.next(record["time"].as_i64().unwrap(), id.to_be_bytes());
        if record["engine"]["token"] == "host" || record["engine"]["proof"] == "host" {
            world.engine.set(Engine::Host);
        }
        let latency = record["service"]["latency_ms"].as_i64();
        world.latency.set(latency.unwrap_or(0));
        let issued = self.issued.lock().unwrap().take();
        world.issued.replace(issued);
        let verdict = world.judge(&Row {
            name: "",
            wire: plan.wire(),
            connection: http::Connection::default(),
            service: Service::Permits,
            expected: Expected::Forwarded,
        });
        assert_eq!(verdict.record().to_json(), line);
        verdict
    }
}

/// The example policy. A log that was just begun knows nothing of proofs that may be dated far ahead.
pub(crate) fn document() -> Value {
    let mut document = tts::document();
    document["dpop"] = json!({ "max_ahead": "1s" });
    document["issuers"]["corp"]["leeway"] = json!("1s");
    document["transaction_token_issuers"]["trust"]["leeway"] = json!("1s");
    document
}

/// A payment whose token was issued just now.
pub(crate) fn payment(now: i64, jti: &str, amount: &str) -> Plan {
    let mut plan = Plan::transfer(now, jti, amount).stepped_up(now);
    plan.token_claims["iat"] = json!(now);
    hidden::keep(plan.token());
    plan
}

pub(crate) fn is_revocation(seen: &Seen) -> bool {
    seen.head.starts_with("POST /revoke ")
}

pub(crate) fn text(seen: &Seen) -> String {
    String::from_utf8(seen.body.clone()).unwrap()
}

/// An answer on the wire. Its token is a secret.
pub(crate) fn wire(response: &Response) -> Reply {
    let said: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    hidden::keep(said["access_token"].as_str().unwrap_or_default());
    let status = response.status.unwrap();
    let head = format!(
        "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        response.body.len()
    );
    Reply::Bytes([head.as_bytes(), &response.body].concat())
}
