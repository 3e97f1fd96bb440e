//! Opaque tokens: the example policy, a request of each of its routes, and an authorization server
//! that is a value.
#![expect(clippy::arithmetic_side_effects, reason = "tests")]

use crate::support::plan::{ISSUER, ORIGIN, Plan, client_key};
use crate::support::table::GOLDEN_NOW as NOW;
use crate::support::world::{World, head};
use countersign::config;
use countersign::http::Connection;
use countersign::pipeline::{self, Answer, Outcome, Question, Step};
use countersign::reason::Reason;
use countersign::time::UnixTime;
use countersign::token::introspection::{Inquiry, Response, Verdict};
use serde_json::{Value, json};

/// The opaque token of RFC 9449 section 7.1.
pub(crate) const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

/// The policy of `envoy/examples/introspection.yaml`.
pub(crate) fn document() -> Value {
    let text = include_str!("../../envoy/examples/introspection.yaml");
    serde_json::from_slice(&config::from_yaml(text).unwrap()).unwrap()
}

/// A cheap read with an opaque token.
pub(crate) fn read(now: i64, jti: &str) -> Plan {
    let mut plan = Plan::read(now, jti);
    plan.opaque = Some(TOKEN.to_owned());
    plan
}

/// A payment with an opaque token.
pub(crate) fn transfer(now: i64, jti: &str) -> Plan {
    let mut plan = Plan::transfer(now, jti, "123.50");
    plan.opaque = Some(TOKEN.to_owned());
    plan
}

/// What the authorization server says of it.
pub(crate) fn said(now: i64) -> Value {
    json!({
        "active": true,
        "iss": ISSUER,
        "aud": ORIGIN,
        "sub": "alice",
        "client_id": "app",
        "iat": now - 30,
        "exp": now + 300,
        "scope": "accounts:read payments:write",
        "token_type": "DPoP",
        "cnf": { "jkt": client_key().jkt() },
        "authorization_details": [{
            "type": "payment_initiation",
            "instructedAmount": { "currency": "EUR", "amount": "123.50" },
            "creditorAccount": { "iban": "DE02100100109307118603" },
        }],
    })
}

/// That as a response.
pub(crate) fn response(said: &Value) -> Response {
    Response {
        status: Some(200),
        content_type: Some("application/json".to_owned()),
        body: said.to_string().into_bytes(),
    }
}

/// An authorization server, and how often it was asked.
pub(crate) struct Server {
    pub(crate) answer: Result<Response, Reason>,
    pub(crate) calls: usize,
}

impl Server {
    /// One that says this.
    pub(crate) fn saying(said: &Value) -> Self {
        Self {
            answer: Ok(response(said)),
            calls: 0,
        }
    }

    /// What a host does with a question.
    pub(crate) fn ask(&mut self, world: &World, inquiry: Inquiry) -> Verdict {
        let now = UnixTime::from_millis(world.now.get());
        let issuers = &world.policy.issuers;
        let endpoint = issuers[inquiry.issuer.0].introspection.as_ref().unwrap();
        let mut desk = world.introspections.borrow_mut();
        let ticket = desk.ask(inquiry, endpoint, now)?;
        self.calls += desk.begin(now).len();
        let answer = self.answer.as_ref().map_err(|reason| *reason);
        desk.ended(ticket, answer, issuers, now).unwrap()
    }

    /// Judges a request to its end.
    pub(crate) fn judge(&mut self, world: &World, plan: &Plan, connection: &Connection) -> Outcome {
        let wire = plan.wire();
        let body = wire.body.clone().unwrap_or_default();
        let head = head(&wire).unwrap();
        let mut step = world.with(|env| pipeline::run(head, connection, env));
        loop {
            step = match step {
                Step::Done(outcome) => return outcome,
                Step::Read(listening) => world.with(|env| listening.hear(Ok(&body), env)),
                Step::Ask(Question::Introspection(inquiry), waiting) => {
                    let answer = Answer::Introspection(self.ask(world, inquiry));
                    world.with(|env| waiting.resume(Ok(answer), env))
                }
                Step::Ask(question, _) => panic!("{question:?}"),
            };
        }
    }

    /// Judges a request on a connection without a certificate. Gives the reason, if it is refused.
    pub(crate) fn refusal(&mut self, world: &World, plan: &Plan) -> Option<&'static str> {
        let outcome = self.judge(world, plan, &Connection::default());
        outcome.record().reason
    }
}

/// The reasons that an answer, or its absence, gives.
pub(crate) fn extremes() -> Vec<(Reason, Box<dyn Fn() -> Outcome>)> {
    let said = |said: Value| Ok(response(&said));
    let answers = [
        (Reason::TokenInactive, said(json!({ "active": false }))),
        (Reason::IntrospectionMalformed, said(json!({}))),
    ];
    let silences = [
        Reason::IntrospectionUnavailable,
        Reason::IntrospectionRejected,
        Reason::IntrospectionBudget,
    ];
    let silences = silences.map(|reason| (reason, Err(reason)));
    let all = answers.into_iter().chain(silences);
    all.map(|(reason, answer)| {
        let judge: Box<dyn Fn() -> Outcome> = Box::new(move || {
            let world = World::under(&document(), NOW);
            let answer = answer.clone();
            let mut server = Server { answer, calls: 0 };
            server.judge(&world, &read(NOW, "opaque"), &Connection::default())
        });
        (reason, judge)
    })
    .collect()
}
