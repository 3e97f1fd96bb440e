//! Requests of a few kinds, each as often as one likes: what the benchmark times, and whose
//! allocations are bounded.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

use crate::support::plan::{Plan, Wire};
use crate::support::world::{self, World};
use crate::support::{policy, table};
use countersign::crypto::{Algorithm, Engine, InvalidSignature, PublicKey, Verifier};
use countersign::http::{Connection, RequestHead};
use countersign::pipeline::{self, Env, Outcome, Step};
use countersign::reason::Reason;
use countersign::token::cache::Cache;
use serde_json::{Value, json};

/// Now, in seconds.
pub(crate) const NOW: i64 = table::GOLDEN_NOW;
/// Bytes of the body of a payment.
const BODY: usize = 1024;

/// Says yes at once, so that what remains is the gate's own work. Never a part of the gate.
pub(crate) struct Yes;

impl Verifier for Yes {
    fn verify(
        &self,
        _: Algorithm,
        _: &PublicKey,
        _: &[u8],
        _: &[u8],
    ) -> Result<Engine, InvalidSignature> {
        Ok(Engine::Pure)
    }
}

/// What the gate knows of a request's token and proof before it comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// The token was verified before.
    Token,
    /// Nothing.
    Nothing,
    /// Both: the request was there before.
    Proof,
}

/// A kind of request.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The most allocations that one may cost, from its header lines to the line of its record.
    pub(crate) allocations: usize,
    /// The most bytes that these may ask for.
    pub(crate) bytes: usize,
    pub(crate) known: Known,
    pub(crate) expected: Option<Reason>,
    plan: fn() -> Plan,
}

/// The kinds, with their ceilings.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "read, token known",
        allocations: 75,
        bytes: 8_000,
        known: Known::Token,
        expected: None,
        plan: read,
    },
    Kind {
        name: "read, token new",
        allocations: 133,
        bytes: 12_600,
        known: Known::Nothing,
        expected: None,
        plan: read,
    },
    Kind {
        name: "payment, body of 1 KiB",
        allocations: 101,
        bytes: 11_200,
        known: Known::Token,
        expected: None,
        plan: payment,
    },
    Kind {
        name: "no credential",
        allocations: 14,
        bytes: 3_300,
        known: Known::Token,
        expected: Some(Reason::CredentialsMissing),
        plan: bare,
    },
    Kind {
        name: "replayed",
        allocations: 70,
        bytes: 7_500,
        known: Known::Proof,
        expected: Some(Reason::ProofReplayed),
        plan: read,
    },
    Kind {
        name: "ambiguous target",
        allocations: 11,
        bytes: 3_000,
        known: Known::Token,
        expected: Some(Reason::TargetAmbiguous),
        plan: ambiguous,
    },
];

/// Headers as a browser's client sends them beside its credentials.
fn dressed(mut plan: Plan) -> Plan {
    plan.field("accept", "application/json");
    plan.field("user-agent", "bench/1.0");
    plan.field("x-request-id", "7d1c5e0e-90d4-4c1e-9d5b-1a2b3c4d5e6f");
    plan.field("x-forwarded-proto", "https");
    plan.field(
        "traceparent",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    );
    plan
}

fn read() -> Plan {
    dressed(Plan::read(NOW, "one"))
}

fn payment() -> Plan {
    let mut plan = dressed(Plan::transfer(NOW, "one", "123.50"));
    plan.edit_body(|body| {
        body["note"] = json!("");
        let length = body.to_string().len();
        body["note"] = json!("n".repeat(BODY - length));
    });
    plan
}

fn bare() -> Plan {
    let mut plan = read();
    plan.scheme = None;
    plan.proof_signer = None;
    plan
}

fn ambiguous() -> Plan {
    let mut plan = read();
    plan.path.push_str("%2f8");
    plan
}

impl Kind {
    /// The request of this number: the same token each time, another proof.
    pub(crate) fn wire(&self, number: usize) -> Wire {
        let mut plan = (self.plan)();
        plan.proof_claims["jti"] = json!(format!("proof {number}"));
        plan.wire()
    }

    /// Brings the world to where this kind begins.
    pub(crate) fn prepare(&self, world: &World, wire: &Wire) {
        match self.known {
            Known::Nothing => drop(world.tokens.replace(Cache::holding(64))),
            Known::Token => {
                let mut plan = (self.plan)();
                plan.proof_claims["jti"] = json!("the first");
                drop(judge(world, Request::of(&plan.wire()), &Yes));
            }
            Known::Proof => drop(judge(world, Request::of(wire), &Yes)),
        }
    }

    /// Holds an outcome to what is expected of this kind.
    pub(crate) fn check(&self, outcome: &Outcome) {
        let reason = match outcome {
            Outcome::Forward(..) | Outcome::Publish(..) => None,
            Outcome::Refuse(reply, _) => Some(reply.reason),
        };
        assert_eq!(reason, self.expected, "{}", self.name);
    }
}

/// The policy of the flow table, with a note in the body of a payment.
pub(crate) fn document() -> Value {
    let mut document = policy::document();
    policy::route(&mut document, "transfer")["transaction"]["allow_body"] = json!(["/note"]);
    document
}

/// A request as a host has read it.
pub(crate) struct Request {
    lines: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
}

impl Request {
    pub(crate) fn of(wire: &Wire) -> Self {
        Self {
            lines: world::lines_of(wire),
            body: wire.body.clone(),
        }
    }
}

/// Judges a request, from its header lines to the line of its record.
pub(crate) fn judge(world: &World, request: Request, verifier: &dyn Verifier) -> (Outcome, String) {
    let Request { lines, body } = request;
    world.with(|env| {
        let env = Env { verifier, ..*env };
        let head = RequestHead::new(lines).unwrap();
        let head = if body.is_none() { head.alone() } else { head };
        let mut step = pipeline::run(head, &Connection::default(), &env);
        if let Step::Read(listening) = step {
            step = listening.hear(Ok(body.as_deref().unwrap()), &env);
        }
        let Step::Done(outcome) = step else {
            panic!("no verdict")
        };
        let line = outcome.record().to_json();
        (outcome, line)
    })
}
