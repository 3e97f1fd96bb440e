//! What is revoked, over requests and policies: the list is asked for once, what is remembered of a
//! token hides nothing, and a new entry of the deny list acts on the next request.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "the flow tests use all of it")]
mod support;

use countersign::http::Connection;
use countersign::pipeline::{self, Answer, Env, Outcome, Question, Step};
use countersign::reason::Reason;
use countersign::revocation::{Held, ListId, ListStore};
use countersign::step_up::Silence;
use serde_json::{Value, json};
use std::cell::RefCell;
use support::plan::{CERTIFICATE, Plan, certificate};
use support::policy;
use support::revoked::{LIST, refer};
use support::world::{self, Lists, World};

const NOW: i64 = support::table::GOLDEN_NOW;

/// What is held, until a test changes it, and whether a fetch may be made.
struct Shelf(RefCell<Held>, bool);

impl Shelf {
    fn of(held: &Held, may_fetch: bool) -> Self {
        Self(RefCell::new(held.clone()), may_fetch)
    }
}

impl ListStore for Shelf {
    fn held(&self, _: ListId) -> Held {
        self.0.borrow().clone()
    }
    fn may_fetch(&self, _: ListId) -> bool {
        self.1
    }
}

fn listed(jti: &str, index: u64) -> Plan {
    let mut plan = Plan::read(NOW, jti);
    refer(&mut plan, index, LIST);
    plan
}

fn begin(world: &World, plan: &Plan, connection: &Connection, lists: &dyn ListStore) -> Step {
    let head = world::head(&plan.wire()).unwrap();
    world.with(|env| pipeline::run(head, connection, &Env { lists, ..*env }))
}

fn judge(world: &World, plan: &Plan) -> Option<&'static str> {
    reason(begin(world, plan, &Connection::default(), &world.lists))
}

fn reason(step: Step) -> Option<&'static str> {
    let Step::Done(outcome) = step else {
        panic!("not a verdict: {step:?}")
    };
    outcome.record().reason
}

#[test]
fn a_token_without_a_status_is_refused_where_one_is_required() {
    let mut document = policy::document();
    document["issuers"]["corp"]["status"] = json!("required");
    let world = World::under(&document, NOW);
    let bare = judge(&world, &Plan::read(NOW, "bare"));
    assert_eq!(bare, Some(Reason::StatusMissing.code()));
    assert_eq!(judge(&world, &listed("listed", 0)), None);
}

#[test]
fn a_list_that_cannot_be_had_refuses() {
    let world = World::at(NOW);
    for held in [Held::Missing, Held::TooOld] {
        let lists = Shelf::of(&held, false);
        let step = begin(&world, &listed("x", 0), &Connection::default(), &lists);
        let Step::Done(outcome @ Outcome::Refuse(..)) = step else {
            panic!("{step:?}")
        };
        let record = outcome.record();
        assert_eq!(record.reason, Some(Reason::StatusUnavailable.code()));
        assert_eq!(record.status_list.as_deref(), Some("corp-list"));
    }
}

#[test]
fn a_list_is_asked_for_once() {
    let world = World::at(NOW);
    let ask = |lists: &Shelf, jti| {
        let step = begin(&world, &listed(jti, 0), &Connection::default(), lists);
        let Step::Ask(question, waiting) = step else {
            panic!("not asked: {step:?}")
        };
        assert_eq!(question, Question::StatusList(ListId(0)));
        waiting
    };
    // Nothing came, in whichever way: refused, although the store would fetch again.
    for answer in [
        Ok(Answer::StatusList),
        Err(Silence::Deadline),
        Err(Silence::Unreachable),
    ] {
        let lists = Shelf::of(&Held::Missing, true);
        let waiting = ask(&lists, "nothing");
        let lists = &lists;
        let step = world.with(|env| waiting.resume(answer.clone(), &Env { lists, ..*env }));
        assert_eq!(
            reason(step),
            Some(Reason::StatusUnavailable.code()),
            "{answer:?}"
        );
    }
    // It came, and the proof was not consumed before.
    let lists = Shelf::of(&Held::TooOld, true);
    let waiting = ask(&lists, "it came");
    lists.0.replace(world.lists.0[0].clone());
    let lists = &lists;
    let step = world.with(|env| waiting.resume(Ok(Answer::StatusList), &Env { lists, ..*env }));
    assert_eq!(reason(step), None);
}

/// Whoever found a token without its key learns nothing of it, and has nothing fetched for it.
#[test]
fn only_its_holder_learns_what_has_become_of_a_token() {
    let world = World::at(NOW);
    let without_a_proof = |mut plan: Plan| {
        plan.proof_signer = None;
        plan
    };
    let mut denied = Plan::read(NOW, "denied");
    denied.token_claims["sub"] = json!("mallory");
    for plan in [denied, listed("revoked", 1), listed("beyond", 4)] {
        assert_eq!(
            judge(&world, &without_a_proof(plan)),
            Some(Reason::ProofMissing.code())
        );
    }
    let lists = Shelf::of(&Held::Missing, true);
    let plan = without_a_proof(listed("unfetched", 0));
    let step = begin(&world, &plan, &Connection::default(), &lists);
    assert_eq!(reason(step), Some(Reason::ProofMissing.code()));
}

#[test]
fn what_is_remembered_of_a_token_hides_no_revocation() {
    let world = World::at(NOW);
    let mut plan = listed("one", 0);
    assert_eq!(judge(&world, &plan), None);
    plan.proof_claims["jti"] = json!("two");
    let text = support::revoked::list_of(NOW, "eNpjBAAAAgAC");
    let place = &world.policy.status_lists[0];
    let revoked = Lists::read(&world.policy, place, &text, NOW);
    let lists = Shelf::of(&revoked, true);
    let step = begin(&world, &plan, &Connection::default(), &lists);
    assert_eq!(reason(step), Some(Reason::TokenRevoked.code()));
}

/// The same token and proof keys, before and after a new entry. The cache of tokens is the old one.
#[test]
fn a_new_entry_acts_on_the_next_request() {
    let entries: [(&str, Value, Reason); 5] = [
        ("jti", json!(["token of a caller"]), Reason::TokenDenied),
        (
            "sub",
            json!([{ "issuer": "corp", "subject": "alice" }]),
            Reason::SubjectDenied,
        ),
        ("txn", json!(["t-1"]), Reason::TransactionDenied),
        (
            "key",
            json!([support::plan::client_key().jkt()]),
            Reason::KeyDenied,
        ),
        ("key", json!([CERTIFICATE]), Reason::KeyDenied),
    ];
    for (member, entry, expected) in entries {
        let mut document = policy::document();
        policy::route(&mut document, "read-accounts")["proof"] = json!(["dpop", "mtls"]);
        let connection = Connection {
            certificate: Some(certificate()),
            ..Connection::default()
        };
        let mut plan = Plan::read(NOW, "a caller");
        plan.token_claims["cnf"]["x5t#S256"] = json!(CERTIFICATE);
        plan.token_claims["txn"] = json!("t-1");
        let before = World::under(&document, NOW);
        let step = begin(&before, &plan, &connection, &before.lists);
        assert_eq!(reason(step), None);
        document["deny"] = json!({ member: entry });
        let mut after = World::under(&document, NOW);
        after.tokens = before.tokens;
        let step = begin(&after, &plan, &connection, &after.lists);
        assert_eq!(reason(step), Some(expected.code()), "{member}");
        // A refusal leaves no trace in the replay log.
        document["deny"] = json!({ "jti": ["another"] });
        let undone = World {
            log: after.log,
            ..World::under(&document, NOW)
        };
        let step = begin(&undone, &plan, &connection, &undone.lists);
        assert_eq!(reason(step), None, "{member}");
    }
}
