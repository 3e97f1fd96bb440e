//! One session, one token, one key: each request is judged by what holds then.

use super::{fields, plan};
use crate::caller::Issuer;
use crate::config::Setup;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::Server;
use crate::support::plan::{client_key, issuer_key};
use crate::wire::{Answer, Connection};
use serde_json::{Value, json};

/// A session: one connection that stays open, and the claims of the token of each request.
struct Session<'p> {
    proxy: &'p Proxy,
    connection: Connection,
}

impl Session<'_> {
    fn get(&mut self, claims: &Value, from: &str) -> (u16, String) {
        let plan = plan("GET", "/accounts/7", claims);
        let mut text = "GET /accounts/7 HTTP/1.1\r\nhost: api.example.com\r\n".to_owned();
        text.extend(["x-forwarded-for: ", from, "\r\n"]);
        for (name, value) in fields(&plan) {
            text.extend([name.as_str(), ": ", &value, "\r\n"]);
        }
        self.connection.send(text + "\r\n");
        let answer = self.connection.answer();
        verdict(&answer.unwrap_or_else(|| panic!("{}", self.proxy.log())))
    }
}

fn verdict(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

const HOME: &str = "192.0.2.7";
const ABROAD: &str = "203.0.113.9";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// The policy of a session that may come from one network alone.
fn document() -> Value {
    let keys = json!({ "keys": [issuer_key().published()] });
    let mut document = policy(&inline(&keys));
    document["routes"][0]["risk"] = json!({
        "base": 10,
        "signals": [{ "name": "abroad", "add": 90, "source_outside": ["192.0.2.0/24"] }],
        "refuse_at": 100,
    });
    document
}

fn session(proxy: &Proxy) -> Session<'_> {
    let connection = Connection::to(proxy.address);
    Session { proxy, connection }
}

#[test]
fn a_lost_scope_and_a_new_source_change_the_very_next_verdict() {
    let upstream = Server::upstream();
    let setup = Setup::of(&document()).with("upstream", upstream.port);
    let proxy = Proxy::start(&setup);
    let mut session = session(&proxy);
    let (full, less) = (json!({}), json!({ "scope": "payments:write" }));
    let passed = (200, String::new());
    for _ in 0..2 {
        assert_eq!(session.get(&full, HOME), passed, "{}", proxy.log());
        assert_eq!(session.get(&less, HOME), refused(403, "scope_insufficient"));
        assert_eq!(session.get(&full, HOME), passed);
        assert_eq!(session.get(&full, ABROAD), refused(403, "risk_refused"));
    }
    assert_eq!(upstream.count(), 4);
}

/// On one connection that stays open, no request that begins after a worker has the policy is judged
/// by the one before.
#[test]
fn a_denied_key_and_one_that_is_let_in_again_change_the_next_verdict() {
    let upstream = Server::upstream();
    let mut document = document();
    let mut setup = Setup::of(&document).with("upstream", upstream.port);
    setup.dynamic = true;
    let proxy = Proxy::start(&setup);
    let passed = (200, String::new());
    let denied = refused(403, "key_denied");
    let key = client_key().jkt();
    for (revision, deny, expected) in [
        (8, json!({ "key": [key] }), &denied),
        (
            9,
            json!({ "key": [Issuer::with("b").caller().jkt()] }),
            &passed,
        ),
        (
            10,
            json!({ "sub": [{ "issuer": "corp", "subject": "alice" }] }),
            &refused(403, "subject_denied"),
        ),
    ] {
        document["revision"] = json!(revision);
        document["deny"] = deny;
        setup.policy = document.to_string();
        proxy.update(&setup);
        proxy.until("the new policy", |proxy| {
            session(proxy).get(&json!({}), HOME) == *expected
        });
        for _ in 0..4 {
            assert_eq!(
                session(&proxy).get(&json!({}), HOME),
                *expected,
                "{revision}"
            );
        }
    }
    let revisions: Vec<i64> = proxy
        .records()
        .iter()
        .map(|record| record["revision"].as_i64().unwrap())
        .collect();
    assert!(revisions.is_sorted(), "{revisions:?}");
}
