//! Arbitrary bytes, and valid ones with a few bytes changed: everything that reads returns.

use super::cases;
use super::support::plan::{Plan, issuer_key};
use super::support::policy;
use super::support::table::GOLDEN_NOW as NOW;
use super::support::world::{self, World};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::config;
use countersign::crypto::{Algorithm, Pure, Verifier as _};
use countersign::http::origin::Origin;
use countersign::http::target::Target;
use countersign::http::uri::normal_form;
use countersign::http::{Connection, RequestHead, form};
use countersign::jose::jwk::Jwk;
use countersign::jose::{KeySet, Limits, Untrusted};
use countersign::json::decimal::Decimal;
use countersign::json::{self, Json, Pointer};
use countersign::pipeline::{self, Answer, Question, Step};
use countersign::reason::Reason;
use countersign::risk::hours::Hours;
use countersign::route::Template;
use countersign::step_up::{Protocol, Response, ext_authz};
use countersign::time::UnixTime;
use countersign::uses::fleet;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;
use std::time::Duration;

/// What a document may begin, end or be broken with.
const PIECES: &[&str] = &[
    "",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    "\\u",
    "\\ud800",
    ",",
    ":",
    ".",
    "..",
    "%",
    "%2",
    "%00",
    "%ff",
    "%c0%af",
    "null",
    "true",
    "1e400",
    "-0",
    "9007199254740993",
    "1e99",
    "0.1",
    "\u{0}",
    "\u{7f}",
    "é",
    "ſ",
    "\u{2028}",
    "/",
    "//",
    "/..",
    ";",
    "?",
    "#",
    "&",
    "=",
    "+",
    "@",
    "https://",
    "[::1]",
    ":443",
    "a",
    "A",
    "_",
    "-",
    "~",
    "~1",
    "{a}",
    " ",
    "\t",
    "\r\n",
    "Mon-Fri 08:00-18:00 UTC",
    "24:00",
];

/// Text made of such pieces, and bytes of any kind.
fn rubbish() -> impl Strategy<Value = Vec<u8>> {
    let pieces = vec(select(PIECES), 0..24).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![pieces, vec(any::<u8>(), 0..256)]
}

/// A change of some bytes: where, how many of them go, and what comes in their place.
fn damage() -> impl Strategy<Value = Vec<(Index, usize, Vec<u8>)>> {
    vec((any::<Index>(), 0..4_usize, rubbish()), 1..4)
}

fn damaged(text: &str, damage: &[(Index, usize, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (at, length, new) in damage {
        let from = at.index(bytes.len() + 1);
        let to = (from + length).min(bytes.len());
        bytes.splice(from..to, new.iter().copied());
    }
    bytes
}

fn read_everything(bytes: &[u8]) {
    let limits = json::Limits {
        bytes: 1 << 16,
        depth: 64,
    };
    if let Ok(value) = Json::parse(bytes, limits) {
        let _ = value.as_i64();
    }
    let _ = KeySet::parse(bytes);
    let response = Response {
        status: Some(200),
        content_type: Some("application/json".to_owned()),
        body: bytes.to_vec(),
        ..Response::default()
    };
    let _ = Protocol::Authzen(String::new()).read(&response, "");
    let _ = Protocol::Opa(String::new()).read(&response, "");
    let checked = Protocol::ExtAuthz(ext_authz::Rules::default());
    let _ = checked.read(&Response::message(bytes.to_vec()), "");
    let _ = used(bytes);
    let text = String::from_utf8_lossy(bytes);
    let limits = Limits {
        bytes: 8192,
        depth: 16,
    };
    let _ = Untrusted::parse(&text, limits);
    if let Ok(target) = Target::parse(&text) {
        assert!(target.path().starts_with('/'));
        let _ = target.query().map(|query| form::parameters(query).count());
    }
    let _ = form::parameters(&text).count();
    if let Some(normal) = normal_form(&text) {
        assert_eq!(normal_form(&normal).as_ref(), Some(&normal), "{text:?}");
    }
    if let Ok(origin) = Origin::parse(&text) {
        assert!(origin.is_authority(origin.authority()), "{text:?}");
        let _ = origin.covers(&text);
    }
    let _ = Template::parse(&text).map(|template| template.parameters(&text));
    let _ = Pointer::parse(&text);
    let _ = Decimal::parse(&text);
    let _ = Hours::parse(&text);
}

/// What a store's answer of these bytes comes to.
fn used(bytes: &[u8]) -> Result<fleet::Spent, Reason> {
    let store = fleet::Store {
        name: "etcd".into(),
        cluster: String::new(),
        authority: String::new(),
        prefix: String::new(),
        timeout: Duration::from_secs(1),
        clock_skew: Duration::from_secs(1),
    };
    let response = fleet::Response {
        status: Some(200),
        content_type: Some("application/json".to_owned()),
        date: Some(String::from_utf8_lossy(bytes).into_owned()),
        body: bytes.to_vec(),
    };
    fleet::settle(&store, 1, &response, UnixTime::from_secs(NOW))
}

/// A field of a `google.protobuf.Struct`.
fn field(name: &str, value: &[u8]) -> Vec<u8> {
    let framed = |tag: u8, bytes: &[u8]| {
        let mut out = vec![tag];
        prost::encoding::encode_varint(u64::try_from(bytes.len()).unwrap(), &mut out);
        out.extend_from_slice(bytes);
        out
    };
    let entry = [framed(0x0a, name.as_bytes()), framed(0x12, value)].concat();
    framed(0x0a, &entry)
}

/// Judges a request to its end, whatever it waits for.
fn run(world: &World, head: RequestHead, body: &[u8]) {
    let mut step = world.with(|env| pipeline::run(head, &Connection::default(), env));
    loop {
        step = match step {
            Step::Done(_) => return,
            Step::Read(listening) => world.with(|env| listening.hear(Ok(body), env)),
            Step::Ask(question, waiting) => {
                let answer = match question {
                    Question::Keys(..) => Answer::Keys,
                    Question::Consume(_) => Answer::Consumed(fleet::Response::default()),
                    Question::StatusList(_) => Answer::StatusList,
                    Question::Introspection(_) => {
                        Answer::Introspection(Err(Reason::IntrospectionUnavailable))
                    }
                    Question::Exchange(_) => Answer::Exchanged(Err(Reason::ExchangeRejected)),
                    Question::Decision(_) => Answer::Decision(Response::default()),
                };
                world.with(|env| waiting.resume(Ok(answer), env))
            }
        };
    }
}

#[test]
fn every_reader_returns() {
    let set = json!({ "keys": [issuer_key().published()] }).to_string();
    let token = Plan::read(NOW, "a token").token();
    let whole = [
        r#"{"decision":true,"context":{"obligations":[]}}"#,
        "https://api.example.com:443/a/b?c=d",
        "/accounts/7/transfers?a=b&c=%C3%A9",
        "/accounts/{account}/transfers",
        "/a~0b/c~1d/0",
        "Mon-Fri 08:00-18:00 Europe/Berlin",
        "123456789012345678",
    ];
    let whole: Vec<String> = [set, token]
        .into_iter()
        .chain(whole.map(str::to_owned))
        .collect();
    proptest!(cases(1500), |(bytes in rubbish(), whole in select(whole), damage in damage())| {
        read_everything(&bytes);
        read_everything(&damaged(&whole, &damage));
    });
}

/// A number of a key, of this many bytes, most of them as a key has them.
fn number(lengths: &'static [usize]) -> impl Strategy<Value = Vec<u8>> {
    let edges = prop_oneof![Just(0x00), Just(0x01), Just(0x7f), Just(0x80), Just(0xff)];
    let bytes = select(lengths).prop_flat_map(|length| vec(any::<u8>(), length));
    (bytes, edges, any::<bool>()).prop_map(|(mut bytes, edge, odd)| {
        if let Some(first) = bytes.first_mut() {
            *first = edge;
        }
        if let Some(last) = bytes.last_mut().filter(|_| odd) {
            *last |= 1;
        }
        bytes
    })
}

/// Keys made of any numbers are refused, or verify nothing that nobody signed.
#[test]
fn every_key_is_read_and_verifies_nothing() {
    let kinds = [
        ("EC", "P-256"),
        ("EC", "P-384"),
        ("OKP", "Ed25519"),
        ("RSA", ""),
    ];
    let small = number(&[0, 31, 32, 33, 48, 49]);
    proptest!(cases(300), |(
        (kty, crv) in select(kinds.to_vec()),
        x in small,
        y in number(&[32, 48]),
        n in number(&[255, 256, 256, 257, 384, 512, 513]),
        e in prop_oneof![Just(vec![1, 0, 1]), number(&[0, 1, 3, 4, 5, 9])],
        signature in number(&[0, 63, 64, 65, 96, 256, 384, 512]),
    )| {
        let [x, y, n, e] = [x, y, n, e].map(|it| URL_SAFE_NO_PAD.encode(it));
        let text = json!({ "kty": kty, "crv": crv, "x": x, "y": y, "n": n, "e": e }).to_string();
        let limits = json::Limits { bytes: 8192, depth: 4 };
        let value = Json::parse(text.as_bytes(), limits).unwrap();
        if let Ok(jwk) = Jwk::parse(&value) {
            for algorithm in Algorithm::ALL {
                let verdict = Pure.verify(*algorithm, jwk.key(), b"a message", &signature);
                prop_assert!(verdict.is_err(), "{} of {}", algorithm.name(), text);
            }
        }
    });
}

#[test]
fn every_policy_is_read_to_its_end() {
    let document = policy::document().to_string();
    let name = prop_oneof![Just("routes"), Just("revision"), Just("")];
    proptest!(cases(200), |(bytes in rubbish(), damage in damage(), name in name)| {
        let _ = config::load(&bytes);
        let _ = config::load(&damaged(&document, &damage));
        let structure = field(name, &bytes);
        let _ = config::load(&structure);
        let _ = config::load(&damaged(&String::from_utf8_lossy(&structure), &damage));
    });
}

#[test]
fn every_request_is_judged() {
    let world = World::at(NOW);
    let names = [
        ":method",
        ":path",
        ":authority",
        ":scheme",
        ":protocol",
        "authorization",
        "dpop",
        "host",
        "upgrade",
        "content-type",
        "content-length",
        "content-encoding",
        "transfer-encoding",
        "traceparent",
        "x-original-url",
        "x-countersign-subject",
        "x_countersign_subject",
        "X-Upper",
        "",
        "a",
    ];
    let line = (select(names.to_vec()), rubbish());
    let valid = Plan::transfer(NOW, "a request", "12500.00")
        .stepped_up(NOW)
        .wire();
    proptest!(cases(500), |(
        lines in vec(line, 0..12),
        damage in damage(),
        hit in any::<Index>(),
        body in rubbish(),
        own in any::<bool>(),
    )| {
        let mut wire = valid.clone();
        if own {
            let field = hit.get_mut(&mut wire.fields);
            field.1 = damaged(&String::from_utf8_lossy(&field.1), &damage);
        }
        wire.fields.extend(lines.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        wire.body = Some(body.clone());
        if let Ok(head) = world::head(&wire) {
            run(&world, head, &body);
        }
        let lines = lines.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        if let Ok(head) = RequestHead::new(lines) {
            run(&world, head, &body);
        }
    });
}
