//! The whole gate without a host: the flow table, and what time, chance and faults do to it.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

#[path = "flow/calls.rs"]
mod calls;
#[path = "flow/certificates.rs"]
mod certificates;
#[path = "flow/counted.rs"]
mod counted;
#[path = "flow/exchange_waits.rs"]
mod exchange_waits;
#[path = "flow/exchanges.rs"]
mod exchanges;
#[path = "flow/mesh.rs"]
mod mesh;
#[expect(dead_code, reason = "its rows are judged in a test of their own")]
#[path = "support/mutations/mod.rs"]
mod mutations;
#[expect(dead_code, reason = "what other tests share")]
#[path = "support/opaque.rs"]
mod opaque;
#[path = "flow/renewals.rs"]
mod renewals;
#[path = "flow/streams.rs"]
mod streams;
mod support;
#[path = "flow/workloads.rs"]
mod workloads;

use countersign::http::{Connection, RequestHead};
use countersign::pipeline::{BodyFault, Outcome, Question, Step};
use countersign::proof::replay::{ReplayLog, Use};
use countersign::reason::Reason;
use countersign::step_up::Silence;
use countersign::time::UnixTime;
use countersign::token::{Held, IssuerId, KeyStore};
use serde_json::json;
use std::collections::BTreeSet;
use support::plan::{Plan, Wire};
use support::table::{self, Expected};
use support::world::{self, World};

const NOW: i64 = table::GOLDEN_NOW;

/// Reasons that only a host can give. `tests/envoy` produces each.
const BY_THE_HOST: &[Reason] = &[
    Reason::NotConfigured,
    Reason::HostFault,
    Reason::Overloaded,
    Reason::RequestEnded,
    Reason::StreamTokenExpired,
    Reason::StreamGrantEnded,
    Reason::StreamRevoked,
    Reason::StreamLifeSpent,
];

/// Reasons that `tests/revocation.rs` produces.
const BY_STATUS_LISTS: &[Reason] = &[Reason::StatusMissing, Reason::StatusUnavailable];

/// Reasons that `mesh` produces.
const BY_ENVOY_ROUTES: &[Reason] = &[Reason::EnvoyRouteMismatch, Reason::EnvoyRouteUnreadable];

/// Reasons that the unit tests of `single_use` and `renewals` produce: of a workload that is known by a
/// token without a name, and of notes that find no room; and one that the tests of renewals here do.
const BY_UNIT_TESTS: &[Reason] = &[
    Reason::TransactionUnnamed,
    Reason::RenewalQuota,
    Reason::RenewalsFull,
    Reason::RenewalsFault,
    Reason::RenewalUnnamed,
];

#[test]
fn every_row_of_the_flow_table_holds() {
    let world = World::at(NOW);
    for row in table::rows(NOW) {
        world::check(&row, &world.judge(&row));
    }
}

#[test]
fn the_records_are_those_of_the_golden_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/flow.txt");
    let lines = world::lines();
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(path, &lines).unwrap();
    }
    assert_eq!(lines, std::fs::read_to_string(path).unwrap());
}

#[test]
fn every_reason_is_produced() {
    let rows = table::rows(NOW)
        .into_iter()
        .chain(mutations::rows(NOW))
        .filter_map(|row| match row.expected {
            Expected::Refused(reason) => Some(reason),
            Expected::Forwarded => None,
        });
    let by_certificate = support::certificates::rows(NOW).into_iter().filter_map(
        |(_, _, expected, _)| match expected {
            Expected::Refused(reason) => Some(reason),
            Expected::Forwarded => None,
        },
    );
    let here = extremes().into_iter().map(|(reason, _)| reason);
    let produced: BTreeSet<Reason> = rows
        .chain(by_certificate)
        .chain(here)
        .chain(
            BY_THE_HOST
                .iter()
                .chain(BY_STATUS_LISTS)
                .chain(BY_ENVOY_ROUTES)
                .chain(BY_UNIT_TESTS)
                .copied(),
        )
        .collect();
    let missing: Vec<_> = Reason::ALL
        .iter()
        .filter(|it| !produced.contains(it))
        .collect();
    assert_eq!(missing, Vec::<&Reason>::new());
}

#[test]
fn extremes_refuse_for_their_own_reason() {
    for (reason, outcome) in extremes() {
        let Outcome::Refuse(reply, record) = outcome() else {
            panic!("{reason:?} was forwarded")
        };
        assert_eq!(reply.reason, reason);
        assert_eq!(record.reason, Some(reason.code()));
    }
}

#[expect(clippy::too_many_lines, reason = "a list")]
/// What the table cannot say: faults of the ports and of the host.
fn extremes() -> Vec<(Reason, Box<dyn Fn() -> Outcome>)> {
    let mut list: Vec<(Reason, Box<dyn Fn() -> Outcome>)> = Vec::new();
    for reason in [
        Reason::ReplayQuota,
        Reason::ReplayLogFull,
        Reason::ReplayLogFault,
    ] {
        list.push((reason, Box::new(move || with_log(&Refusing(reason)))));
    }
    list.push((
        Reason::ProofPredatesLog,
        Box::new(|| {
            let world = World::at(NOW + 1030);
            world.now.set(NOW * 1000 + 31_000);
            done(begin(&world, &Plan::read(NOW + 30, "early").wire()))
        }),
    ));
    for (held, reason) in [
        (Held::Missing, Reason::KeysUnavailable),
        (Held::TooOld, Reason::KeysUnavailable),
    ] {
        list.push((
            reason,
            Box::new(move || with_keys(&Fixed(held.clone(), false))),
        ));
    }
    list.push((
        Reason::ConfirmationUnknown,
        Box::new(|| {
            let mut document = support::policy::document();
            document["issuers"]["corp"]["unknown_confirmation"] = json!("refuse");
            let world = World::under(&document, NOW);
            let mut plan = Plan::read(NOW, "unknown");
            plan.token_claims["cnf"]["kc-jkt-type"] = json!("x");
            done(begin(&world, &plan.wire()))
        }),
    ));
    list.push((
        Reason::CertificateMismatch,
        Box::new(|| {
            let world = World::at(NOW);
            let mut plan = Plan::read(NOW, "another certificate");
            plan.token_claims["cnf"]["x5t#S256"] = json!(support::plan::CERTIFICATE);
            let head = world::head(&plan.wire()).unwrap();
            let connection = Connection {
                certificate: Some([7; 32]),
                ..Connection::default()
            };
            done(world.with(|env| countersign::pipeline::run(head, &connection, env)))
        }),
    ));
    list.extend(opaque::extremes());
    for (fault, reason) in [
        (BodyFault::NotHeld, Reason::BodyNotHeld),
        (BodyFault::Late, Reason::DeadlineExceeded),
        (BodyFault::TooLarge, Reason::BodyTooLarge),
        (BodyFault::Unreadable, Reason::HostFault),
    ] {
        list.push((
            reason,
            Box::new(move || {
                let world = World::at(NOW);
                let wire = Plan::transfer(NOW, "no body", "1.00").wire();
                let Step::Read(listening) = begin(&world, &wire) else {
                    panic!("not held")
                };
                done(world.with(|env| listening.hear(Err(fault), env)))
            }),
        ));
    }
    for (silence, reason) in [
        (Silence::ClusterUnknown, Reason::DecisionClusterUnknown),
        (Silence::Deadline, Reason::DeadlineExceeded),
        (Silence::Oversized, Reason::DecisionOversized),
        (Silence::NoHost, Reason::DecisionNoHost),
        (Silence::CircuitOpen, Reason::DecisionCircuitOpen),
    ] {
        list.push((
            reason,
            Box::new(move || {
                let world = World::at(NOW);
                let plan = Plan::transfer(NOW, "silence", "12500.00").stepped_up(NOW);
                let Step::Read(listening) = begin(&world, &plan.wire()) else {
                    panic!("not held")
                };
                let step = world.with(|env| listening.hear(Ok(&plan.body.clone().unwrap()), env));
                let Step::Ask(Question::Decision(_), waiting) = step else {
                    panic!("not asked")
                };
                done(world.with(|env| waiting.resume(Err(silence), env)))
            }),
        ));
    }
    for (name, value, reason) in [
        (
            "x-long".to_owned(),
            vec![b'a'; 70_000],
            Reason::HeadersTooLarge,
        ),
        (
            ":path".to_owned(),
            b"/two".to_vec(),
            Reason::HeaderMalformed,
        ),
    ] {
        list.push((
            reason,
            Box::new(move || {
                let world = World::at(NOW);
                let mut wire = Plan::read(NOW, "extreme").wire();
                wire.fields.push((name.clone(), value.clone()));
                done(begin(&world, &wire))
            }),
        ));
    }
    list.extend(support::fleet::extremes());
    list.extend(support::once::extremes());
    list.extend(exchanges::extremes());
    list
}

struct Refusing(Reason);

impl ReplayLog for Refusing {
    fn consume(&self, _: &Use<'_>, _: UnixTime) -> Result<(), Reason> {
        Err(self.0)
    }
}

struct Fixed(Held, bool);

impl KeyStore for Fixed {
    fn held(&self, _: IssuerId) -> Held {
        self.0.clone()
    }
    fn may_fetch(&self, _: IssuerId, _: Option<&str>) -> bool {
        self.1
    }
}

fn with_log(log: &dyn ReplayLog) -> Outcome {
    let world = World::at(NOW);
    let head = world::head(&Plan::read(NOW, "a log").wire()).unwrap();
    done(world.with(|env| {
        let env = countersign::pipeline::Env {
            replay: log,
            ..*env
        };
        countersign::pipeline::run(head, &Connection::default(), &env)
    }))
}

fn with_keys(keys: &dyn KeyStore) -> Outcome {
    let world = World::at(NOW);
    let head = world::head(&Plan::read(NOW, "keys").wire()).unwrap();
    done(world.with(|env| {
        let env = countersign::pipeline::Env { keys, ..*env };
        countersign::pipeline::run(head, &Connection::default(), &env)
    }))
}

fn begin(world: &World, wire: &Wire) -> Step {
    let head: Result<RequestHead, Reason> = world::head(wire);
    world.with(|env| match head {
        Ok(head) => countersign::pipeline::run(head, &Connection::default(), env),
        Err(reason) => Step::Done(countersign::pipeline::refuse(reason, env)),
    })
}

fn done(step: Step) -> Outcome {
    match step {
        Step::Done(outcome) => outcome,
        other @ (Step::Read(_) | Step::Ask(..)) => panic!("not a verdict: {other:?}"),
    }
}

/// A wait for keys is one question, and the request is judged anew with what came.
#[test]
fn keys_are_asked_for_once() {
    let world = World::at(NOW);
    let inline = world::Inline(std::rc::Rc::clone(&world.policy));
    let ask = |held: Held| {
        let head = world::head(&Plan::read(NOW, "a wait").wire()).unwrap();
        world.with(|env| {
            let env = countersign::pipeline::Env {
                keys: &Fixed(held, true),
                ..*env
            };
            countersign::pipeline::run(head, &Connection::default(), &env)
        })
    };
    // Nothing came: refused, although the store would fetch again.
    let Step::Ask(Question::Keys(issuer, kid), waiting) = ask(Held::Missing) else {
        panic!("not asked")
    };
    assert_eq!((issuer, kid.as_deref()), (IssuerId(0), Some("issuer-1")));
    let outcome = done(world.with(|env| {
        let env = countersign::pipeline::Env {
            keys: &Fixed(Held::Missing, true),
            ..*env
        };
        waiting.resume(Ok(countersign::pipeline::Answer::Keys), &env)
    }));
    assert!(
        matches!(outcome, Outcome::Refuse(reply, _) if reply.reason == Reason::KeysUnavailable)
    );
    // They came.
    let Step::Ask(_, waiting) = ask(Held::Missing) else {
        panic!("not asked")
    };
    let outcome = done(world.with(|env| {
        let env = countersign::pipeline::Env {
            keys: &inline,
            ..*env
        };
        waiting.resume(Ok(countersign::pipeline::Answer::Keys), &env)
    }));
    assert!(matches!(outcome, Outcome::Forward(..)));
}
