//! What ends a stream.

use super::{
    Kind, Live, ends, fields, goes_on, open, open_all, plan, setup, streaming, within_long,
};
use crate::mint;
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::support::plan::issuer_key;
use crate::wire::Connection;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Waits for the end of each, and holds the record of it to what it must say.
fn ended(proxy: &Proxy, streams: &[Live], reason: &str, cause: &Value) {
    within_long(proxy, "the ends", || streams.iter().all(Live::has_ended));
    within_long(proxy, "the records", || ends(proxy).len() == streams.len());
    let records = proxy.records();
    let mut routes = BTreeSet::new();
    for end in ends(proxy) {
        assert_eq!(end["reason"], reason, "{end}");
        assert_eq!(end["stream"]["cause"], *cause, "{end}");
        let began = records
            .iter()
            .find(|it| it["id"] == end["stream"]["decision"]);
        let began = began.unwrap();
        assert_eq!(began["verdict"], "forward");
        for member in ["route", "token", "key", "subject", "trace"] {
            assert_eq!(began[member], end[member], "{member}");
        }
        let open = end["time"].as_i64().unwrap() - began["time"].as_i64().unwrap();
        assert!(end["stream"]["open_ms"].as_i64().unwrap() <= open);
        routes.insert(end["route"].as_str().unwrap().to_owned());
    }
    assert_eq!(routes.len(), streams.len());
    let count = u64::try_from(streams.len()).unwrap();
    assert_eq!(proxy.count("streams.ended"), count);
    assert_eq!(proxy.count(&format!("reason.{reason}")), count);
}

#[test]
fn a_stream_ends_with_its_token_and_the_grace_after_it() {
    let proxy = Proxy::start(&setup(&streaming(&json!({ "grace": "1s" }))));
    let long = open(&proxy, Kind::WebSocket, &json!({}));
    let expires = mint::now().unwrap() + 8;
    let streams = open_all(&proxy, &json!({ "exp": expires }));
    ended(&proxy, &streams, "stream_token_expired", &Value::Null);
    for end in ends(&proxy) {
        let late = end["time"].as_i64().unwrap() - expires * 1000;
        assert!(late >= 1000, "{late} ms after the token");
    }
    goes_on(&proxy, &long);
    let access = proxy.access(3);
    assert!(access.len() == 3, "{access:?}");
    for line in access {
        assert!(
            line["record"]
                .as_str()
                .unwrap()
                .contains("stream_token_expired"),
            "{line}"
        );
    }
}

#[test]
fn a_stream_ends_when_its_life_is_spent() {
    let streams = json!({ "grace": "0s", "max_life": "3s" });
    let proxy = Proxy::start(&setup(&streaming(&streams)));
    let streams = open_all(&proxy, &json!({}));
    ended(&proxy, &streams, "stream_life_spent", &Value::Null);
    for end in ends(&proxy) {
        assert!(end["stream"]["open_ms"].as_i64().unwrap() >= 3000, "{end}");
    }
}

#[test]
fn a_stream_ends_with_the_transaction_that_grants_it() {
    let mut policy = streaming(&json!({ "grace": "0s" }));
    // What a WebSocket brings is held against no transaction, so it has none.
    for route in policy["routes"].as_array_mut().unwrap() {
        if ["events", "jobs"].contains(&route["name"].as_str().unwrap()) {
            route["transaction"] = json!({
                "authorization_details": "watch",
                "bind": [{ "claim": "/until", "outlasts": "now" }],
            });
        }
    }
    let proxy = Proxy::start(&setup(&policy));
    let until = jiff::Timestamp::from_second(mint::now().unwrap() + 8).unwrap();
    let detail = json!([{ "type": "watch", "until": until.to_string() }]);
    let claims = json!({ "authorization_details": detail });
    let streams = [Kind::Events, Kind::Grpc].map(|kind| open(&proxy, kind, &claims));
    ended(&proxy, &streams, "stream_grant_ended", &Value::Null);
    for end in ends(&proxy) {
        assert!(end["time"].as_i64().unwrap() >= until.as_millisecond());
    }
}

#[test]
fn what_a_later_policy_denies_ends_and_nothing_else() {
    let mut policy = streaming(&json!({ "grace": "5m" }));
    let mut setup = setup(&policy);
    setup.dynamic = true;
    let proxy = Proxy::start(&setup);
    let other = open(&proxy, Kind::Grpc, &json!({ "jti": "another" }));
    let streams = open_all(&proxy, &json!({ "jti": "denied" }));
    // A policy that denies nothing of theirs.
    policy["revision"] = json!(8);
    policy["deny"] = json!({ "jti": ["nobody's"] });
    setup.policy = policy.to_string();
    proxy.update(&setup);
    let begun = open(&proxy, Kind::Events, &json!({ "jti": "another" }));
    for live in streams.iter().chain([&other, &begun]) {
        goes_on(&proxy, live);
    }
    policy["revision"] = json!(9);
    policy["deny"] = json!({ "jti": ["denied"] });
    setup.policy = policy.to_string();
    proxy.update(&setup);
    ended(&proxy, &streams, "stream_revoked", &json!("token_denied"));
    goes_on(&proxy, &other);
    goes_on(&proxy, &begun);
    assert_eq!(ends(&proxy).len(), 3);
}

const LIST: &str = "https://as.example.com/statuslists/1";

fn list(statuses: &[u8]) -> String {
    let now = mint::now().unwrap();
    let lst = URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(statuses, 9));
    let signer = issuer_key();
    signer.sign(
        &json!({ "typ": "statuslist+jwt", "alg": "ES256", "kid": signer.kid }),
        &json!({
            "sub": LIST,
            "iat": now,
            "exp": now + 3600,
            "status_list": { "bits": 8, "lst": lst },
        }),
    )
}

fn serves(statuses: &[u8]) -> impl Fn(&crate::server::Seen) -> Reply + Send + 'static {
    let text = list(statuses);
    move |_| Reply::Ok("application/statuslist+jwt", text.clone())
}

/// A policy with the list, and claims that refer to an entry of it.
fn listed(max_stale: &str) -> Value {
    let mut policy = streaming(&json!({ "grace": "5m" }));
    policy["status_lists"]["list"] = json!({
        "uri": LIST,
        "issuer": "corp",
        "cluster": "as",
        "path": "/list",
        "refresh": "1s",
        "max_stale": max_stale,
        "timeout": "500ms",
    });
    policy
}

fn entry(index: u32) -> Value {
    json!({ "status": { "status_list": { "idx": index, "uri": LIST } } })
}

#[test]
fn a_stream_ends_when_the_status_list_says_so() {
    let lists = Server::start(serves(&[0, 0]));
    let proxy = Proxy::start(&setup(&listed("60s")).with("as", lists.port));
    let other = open(&proxy, Kind::WebSocket, &entry(1));
    let streams = open_all(&proxy, &entry(0));
    lists.now_answers(serves(&[1, 0]));
    ended(&proxy, &streams, "stream_revoked", &json!("token_revoked"));
    goes_on(&proxy, &other);
}

#[test]
fn a_stream_ends_when_its_status_list_is_lost() {
    let lists = Server::start(serves(&[0, 0]));
    let proxy = Proxy::start(&setup(&listed("4s")).with("as", lists.port));
    let other = open(&proxy, Kind::WebSocket, &json!({}));
    let streams = open_all(&proxy, &entry(0));
    lists.now_answers(|_| Reply::Reset);
    let cause = json!("status_unavailable");
    ended(&proxy, &streams, "stream_revoked", &cause);
    goes_on(&proxy, &other);
}

/// Whose upstream has not begun to answer is told so. It may have acted, so the answer asks for no
/// other token.
#[test]
fn who_waits_for_an_answer_is_told() {
    let silent = Server::start(|_| Reply::Never);
    let mut policy = streaming(&json!({ "grace": "0s" }));
    policy["streams"] = json!({ "grace": "0s" });
    let mut setup = setup(&policy);
    setup.clusters[0].1 = silent.port;
    let proxy = Proxy::start(&setup);
    let expires = mint::now().unwrap() + 4;
    let plan = plan("POST", "/accounts/7", &json!({ "exp": expires }));
    let mut text = "POST /accounts/7 HTTP/1.1\r\nhost: api.example.com\r\n".to_owned();
    for (name, value) in fields(&plan) {
        text.extend([name.as_str(), ": ", &value, "\r\n"]);
    }
    let mut connection = Connection::to(proxy.address);
    connection.send(text + "content-length: 0\r\n\r\n");
    let answer = connection.answer().unwrap();
    assert_eq!(answer.status, 504, "{answer:?}");
    assert_eq!(answer.code(), "stream_token_expired");
    assert_eq!(answer.header("www-authenticate"), "");
    assert_eq!(silent.count(), 1);
    let access = proxy.access(1);
    assert_eq!(access[0]["details"], "stream_token_expired");
}
