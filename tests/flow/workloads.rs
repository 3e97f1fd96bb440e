//! Workloads and transaction tokens: what the table cannot say.

use crate::support::orders::ORDERS;
use crate::support::plan::{Plan, Wire, certificate};
use crate::support::policy;
use crate::support::table::{Expected, Row, Service};
use crate::support::workload::{self, GATEWAY, LEDGER, Order};
use crate::support::world::{self, World};
use crate::{Fixed, NOW, done};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::crypto::digest::sha256;
use countersign::http::Connection;
use countersign::pipeline::{self, Answer, Env, Outcome, Question, Release, Step};
use countersign::reason::Reason;
use countersign::token::Held;
use serde_json::{Value, json};

fn judge(world: &World, wire: Wire, connection: Connection) -> Outcome {
    let row = Row {
        name: "",
        wire,
        connection,
        service: Service::Unasked,
        expected: Expected::Forwarded,
    };
    world.judge(&row).outcome
}

fn refusal(world: &World, wire: Wire) -> Option<Reason> {
    match judge(world, wire, Connection::default()) {
        Outcome::Forward(..) => None,
        Outcome::Refuse(reply, _) => Some(reply.reason),
        other @ Outcome::Publish(..) => panic!("{other:?}"),
    }
}

fn release(world: &World, wire: Wire) -> Release {
    match judge(world, wire, Connection::default()) {
        Outcome::Forward(release, _) => release,
        other @ (Outcome::Refuse(..) | Outcome::Publish(..)) => panic!("{other:?}"),
    }
}

/// A connection that this workload's certificate was shown on.
fn from(peer: &str) -> Connection {
    Connection {
        certificate: Some(certificate()),
        peer: Some(peer.parse().unwrap()),
        ..Connection::default()
    }
}

fn under(change: impl FnOnce(&mut Value)) -> World {
    let mut document = policy::document();
    change(&mut document);
    World::under(&document, NOW)
}

#[test]
fn each_change_of_an_order_has_a_name_of_its_own() {
    let mut names: Vec<&str> = ORDERS.iter().map(|(name, ..)| *name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ORDERS.len());
}

#[test]
fn the_proof_does_not_go_on_and_the_chain_does() {
    let world = World::at(NOW);
    let sent = release(&world, Order::of(NOW, "stripped").wire());
    assert_eq!(sent.remove, ["authorization"]);
    let told = |name| {
        let found = sent.set.iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(told("x-countersign-subject"), Some(LEDGER));
    assert_eq!(told("x-countersign-issuer"), Some(workload::DOMAIN));
    let kept = under(|it| it["upstream"] = json!({ "proof": "keep" }));
    let sent = release(&kept, Order::of(NOW, "kept").wire());
    assert!(sent.remove.is_empty());
    // A workload has no access token to go on as a bearer token.
    let rewritten = under(|it| it["upstream"] = json!({ "proof": "rewrite_to_bearer" }));
    let sent = release(&rewritten, Order::of(NOW, "rewritten").wire());
    assert_eq!(sent.remove, ["authorization"]);
    assert!(sent.set.iter().all(|(name, _)| *name != "authorization"));
}

#[test]
fn the_record_names_the_chain() {
    let world = World::at(NOW);
    let order = Order::of(NOW, "recorded");
    let chain = order.transaction.as_ref().unwrap().text();
    let Outcome::Forward(_, record) = judge(&world, order.wire(), Connection::default()) else {
        panic!("refused")
    };
    let hash = URL_SAFE_NO_PAD.encode(sha256(&[chain.as_bytes()]));
    assert_eq!(record.transaction_token, Some(hash));
    assert_eq!(record.txn.as_deref(), Some("transaction of recorded"));
    assert_eq!(record.subject.as_deref(), Some(LEDGER));
    assert_eq!(record.proof, ["wpt"]);
}

#[test]
fn what_no_route_asks_for_is_not_read_and_stays() {
    let world = World::at(NOW);
    let mut plan = Plan::read(NOW, "unread");
    plan.field("txn-token", "not even a token");
    plan.field("txn-token", "and two of them");
    let sent = release(&world, plan.wire());
    assert_eq!(sent.remove, ["dpop"]);
}

/// draft-ietf-wimse-wpt-01: a header of its own, and an access token beside it that it names.
#[test]
fn the_older_draft_is_spoken_where_the_policy_says_so() {
    let world = under(|it| it["wpt"]["profile"] = json!("wpt-01"));
    let order = |jti: &str| {
        let mut order = Order::balance(NOW, jti);
        order.place = ("workload-proof-token", "");
        order
    };
    let sent = release(&world, order("alone").wire());
    assert_eq!(sent.remove, ["workload-proof-token"]);
    let beside = |jti: &str, named: bool| {
        let mut order = order(jti);
        order.field("authorization", "Bearer an-access-token");
        if named {
            let hash = URL_SAFE_NO_PAD.encode(sha256(&[b"an-access-token"]));
            order.proof().claims["ath"] = json!(hash);
        }
        order.wire()
    };
    assert_eq!(
        release(&world, beside("named", true)).remove,
        ["workload-proof-token"]
    );
    assert_eq!(
        refusal(&world, beside("unnamed", false)),
        Some(Reason::ProofToken)
    );
    let newer = Order::balance(NOW, "newer").wire();
    let Outcome::Refuse(reply, _) = judge(&world, newer, Connection::default()) else {
        panic!("forwarded")
    };
    // The draft has no scheme, so nothing could be said in a challenge.
    assert_eq!((reply.reason, reply.status), (Reason::ProofMissing, 400));
    assert!(
        reply
            .headers
            .iter()
            .all(|(name, _)| *name != "www-authenticate")
    );
}

#[test]
fn a_route_may_accept_persons_and_workloads() {
    let world = under(|it| {
        let route = policy::route(it, "read-accounts");
        route["identity"] = json!({ "issuers": ["corp", "identities"] });
        route["proof"] = json!(["dpop", "wpt"]);
    });
    let order = |jti: &str| {
        let mut order = Order::balance(NOW, jti);
        order.path = "/accounts/7".to_owned();
        order.proof().claims["aud"] = json!("https://api.example.com/accounts/7");
        order
    };
    assert_eq!(refusal(&world, Plan::read(NOW, "person").wire()), None);
    assert_eq!(refusal(&world, order("workload").wire()), None);
    // Who names a workload is judged as one, whatever else is there.
    let mut plan = Plan::read(NOW, "both");
    plan.field("workload-identity-token", order("both").workload().text());
    assert_eq!(refusal(&world, plan.wire()), Some(Reason::ProofMissing));
    // A workload's token is no bearer token, with and without a proof of another kind.
    for (scheme, jti) in [("Bearer", "as a bearer"), ("DPoP", "under DPoP")] {
        let mut plan = Plan::read(NOW, jti);
        plan.scheme = None;
        let text = order(jti).workload().text();
        plan.field("authorization", format!("{scheme} {text}"));
        assert_eq!(
            refusal(&world, plan.wire()),
            Some(Reason::TokenType),
            "{scheme}"
        );
    }
    // Nor is a transaction token, and nor is an access token a workload's.
    let mut plan = Plan::read(NOW, "a chain");
    plan.scheme = None;
    let chain = Order::of(NOW, "a chain").transaction().text();
    plan.field("authorization", format!("Bearer {chain}"));
    assert_eq!(refusal(&world, plan.wire()), Some(Reason::TokenType));
    let mut swapped = order("swapped");
    swapped.workload = None;
    swapped.field(
        "workload-identity-token",
        Plan::read(NOW, "swapped").token(),
    );
    assert_eq!(refusal(&world, swapped.wire()), Some(Reason::TokenType));
    let Outcome::Refuse(reply, _) = judge(
        &world,
        {
            let mut plan = Plan::read(NOW, "nobody");
            plan.scheme = None;
            plan.wire()
        },
        Connection::default(),
    ) else {
        panic!("forwarded")
    };
    let challenges = reply
        .headers
        .iter()
        .filter(|(name, _)| *name == "www-authenticate");
    let challenges: Vec<&str> = challenges.map(|(_, value)| value.as_str()).collect();
    assert_eq!(challenges, [r#"DPoP algs="ES256 PS256 EdDSA""#, "WPT"]);
}

/// Who may send the token of the chain that the gateway began, where no proof names it.
#[test]
fn mutual_tls_binds_the_peers_that_the_policy_lists() {
    let world = World::at(NOW);
    let (unbound, stranger) = (
        Some(Reason::TransactionTokenUnbound),
        Some(Reason::TransactionRequester),
    );
    for (number, (connection, expected)) in [
        (Connection::default(), unbound),
        (
            Connection {
                certificate: Some(certificate()),
                ..Connection::default()
            },
            unbound,
        ),
        (from(LEDGER), None),
        (from(GATEWAY), stranger),
        (from("spiffe://example.com/ledger"), stranger),
    ]
    .into_iter()
    .enumerate()
    {
        let plan = workload::report(NOW, &format!("report {number}"));
        let outcome = judge(&world, plan.wire(), connection);
        let reason = outcome.record().reason;
        assert_eq!(reason, expected.map(Reason::code), "{number}");
    }
    // The peer may speak for the gateway alone.
    let mut plan = workload::report(NOW, "another");
    let mut chain = Order::of(NOW, "another");
    chain.transaction().claims["req_wl"] = json!(LEDGER);
    plan.fields = Vec::new();
    plan.field("txn-token", chain.transaction().text());
    let outcome = judge(&world, plan.wire(), from(LEDGER));
    assert_eq!(outcome.record().reason, stranger.map(Reason::code));
}

/// A caller that is known by its certificate alone, with the chain that it may speak for.
#[test]
fn a_peer_is_held_against_the_chain_that_it_sends() {
    let world = under(|it| {
        let route = policy::route(it, "report");
        route["identity"] = json!({ "peers": [LEDGER, GATEWAY] });
        route["proof"] = json!(["mtls"]);
        route["transaction"] = json!({
            "granted_in": "tctx",
            "bind": [{ "claim": "/amount", "equals": "query:amount", "as": "decimal" }],
            "allow_grant": ["/currency"],
        });
    });
    let call = |peer: &str, amount: &str| {
        let mut plan = workload::report(NOW, "a peer");
        plan.scheme = None;
        plan.proof_signer = None;
        plan.path = format!("/reports/7?amount={amount}");
        judge(&world, plan.wire(), from(peer)).record().reason
    };
    assert_eq!(call(LEDGER, "12.5"), None);
    assert_eq!(call(LEDGER, "12.6"), Some("value_mismatch"));
    assert_eq!(call(GATEWAY, "12.5"), Some("transaction_requester"));
    assert_eq!(
        call("spiffe://example.org/other", "12.5"),
        Some("peer_unknown")
    );
}

/// Two issuers, two waits: each is asked for once.
#[test]
fn the_keys_of_both_tokens_are_waited_for() {
    let world = World::at(NOW);
    let inline = world::Inline(std::rc::Rc::clone(&world.policy));
    let resume = |waiting: pipeline::Waiting, held: Held| {
        world.with(|env| {
            let keys = Fixed(held, true);
            let env = Env {
                keys: &keys,
                ..*env
            };
            waiting.resume(Ok(Answer::Keys), &env)
        })
    };
    let begin = || {
        let head = world::head(&Order::of(NOW, "a wait").wire()).unwrap();
        world.with(|env| {
            let keys = Fixed(Held::Missing, true);
            let env = Env {
                keys: &keys,
                ..*env
            };
            pipeline::run(head, &Connection::default(), &env)
        })
    };
    let Step::Ask(Question::Keys(first, _), waiting) = begin() else {
        panic!("not asked")
    };
    assert_eq!(&*world.policy.issuers[first.0].name, "identities");
    // Nothing came.
    let outcome = done(resume(waiting, Held::Missing));
    assert_eq!(outcome.record().reason, Some("keys_unavailable"));
    // The keys of the one came, and the other's are missing.
    let Step::Ask(_, waiting) = begin() else {
        panic!("not asked")
    };
    let step = world.with(|env| {
        let keys = Partly(&inline, first);
        let env = Env {
            keys: &keys,
            ..*env
        };
        waiting.resume(Ok(Answer::Keys), &env)
    });
    let Step::Ask(Question::Keys(second, kid), waiting) = step else {
        panic!("not asked again")
    };
    assert_eq!(&*world.policy.issuers[second.0].name, "chains");
    assert_eq!(kid.as_deref(), Some("service-1"));
    // They came too: the body is read next.
    let step = world.with(|env| {
        let env = Env {
            keys: &inline,
            ..*env
        };
        waiting.resume(Ok(Answer::Keys), &env)
    });
    assert!(matches!(step, Step::Read(_)));
}

/// Holds what stands in the policy for one issuer alone.
struct Partly<'a>(&'a world::Inline, countersign::token::IssuerId);

impl countersign::token::KeyStore for Partly<'_> {
    fn held(&self, issuer: countersign::token::IssuerId) -> Held {
        if issuer == self.1 {
            self.0.held(issuer)
        } else {
            Held::Missing
        }
    }
    fn may_fetch(&self, _: countersign::token::IssuerId, _: Option<&str>) -> bool {
        true
    }
}
