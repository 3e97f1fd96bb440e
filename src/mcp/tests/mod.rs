mod arguments;
mod headers;

use super::*;
use crate::json::{Limits, Pointer};
use crate::testing::test;
use std::collections::BTreeMap;

const LIMITS: Limits = Limits {
    bytes: 1 << 16,
    depth: 32,
};

fn parse(text: &str) -> Json {
    Json::parse(text.as_bytes(), LIMITS).unwrap()
}

fn head(lines: &[(&str, &str)]) -> RequestHead {
    let pseudo = [
        (":method", "POST"),
        (":path", "/mcp"),
        (":authority", "a.example"),
    ];
    let pairs = pseudo.iter().chain(lines);
    let pairs = pairs.map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
    RequestHead::new(pairs.collect()).unwrap()
}

/// `read` is 0, `pay` is 1, and `session` is 2.
fn rules() -> Rules {
    let named = |names: &[(&str, usize)]| {
        let names = names
            .iter()
            .map(|(name, class)| ((*name).to_owned(), ClassId(*class)));
        names.collect::<BTreeMap<_, _>>()
    };
    Rules {
        versions: vec![Revision::November2025, Revision::July2026],
        methods: Methods::new(
            named(&[("initialize", 2), ("tools/list", 2), ("tasks/get", 2)]),
            named(&[("notifications", 2), ("tools", 2)]),
        ),
        tools: Names::new(named(&[("balance", 0), ("pay", 1), ("pay_out", 1)])),
        prompts: Names::new(named(&[("greeting", 0)])),
        resources: Resources::new(
            named(&[("note://a/1", 0), ("https://h.example/x%3Dy", 1)]),
            named(&[("note://a/", 1), ("note://a/b/", 0), ("file:///c/", 1)]),
        ),
        unknown: None,
        classes: vec![
            Reading::default(),
            Reading {
                mirrors: vec![Mirror {
                    header: "mcp-param-region".to_owned(),
                    argument: Pointer::parse("/region").unwrap(),
                }],
                allow_params: vec!["inputResponses".to_owned()],
            },
            Reading::default(),
        ],
    }
}

fn judged(rules: &Rules, body: &str, lines: &[(&str, &str)]) -> Result<usize, Reason> {
    let body = parse(body);
    let message = Message::read(&body)?;
    rules.judge(&message, &head(lines)).map(|call| call.class.0)
}

const NEW: &str = "2026-07-28";
const OLD: (&str, &str) = ("mcp-protocol-version", "2025-11-25");

/// A call under the newest revision, with the headers that it must have.
fn modern(method: &str, params: &str, lines: &[(&str, &str)]) -> Result<usize, Reason> {
    let meta = format!(r#""_meta":{{"io.modelcontextprotocol/protocolVersion":"{NEW}"}}"#);
    let body =
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}{meta}}}}}"#);
    let mut all = vec![("mcp-protocol-version", NEW)];
    all.extend(lines);
    judged(&rules(), &body, &all)
}

#[test]
fn a_message_is_one_request_or_notification() {
    let read = |text: &str| Message::read(&parse(text)).map(|message| message.id);
    let number = |number| Ok(Some(Id::Number(number)));
    let malformed = || Err(Reason::McpMalformed);
    for (text, expected) in [
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, number(1)),
        (
            r#"{"jsonrpc":"2.0","id":-1,"method":"ping","params":{}}"#,
            number(-1),
        ),
        (
            r#"{"jsonrpc":"2.0","id":9007199254740991,"method":"ping"}"#,
            number(9_007_199_254_740_991),
        ),
        (
            r#"{"jsonrpc":"2.0","id":"a\"b","method":"ping"}"#,
            Ok(Some(Id::Text("a\"b".to_owned()))),
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            Ok(None),
        ),
        (
            r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
            Err(Reason::McpBatch),
        ),
        ("[]", Err(Reason::McpBatch)),
        (r#""ping""#, malformed()),
        ("{}", malformed()),
        (r#"{"id":1,"method":"ping"}"#, malformed()),
        (r#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#, malformed()),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, malformed()),
        (r#"{"jsonrpc":"2.0","id":1}"#, malformed()),
        (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, malformed()),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#,
            malformed(),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","Method":"pong"}"#,
            malformed(),
        ),
        (r#"{"jsonrpc":"2.0","id":1,"method":""}"#, malformed()),
        (r#"{"jsonrpc":"2.0","id":1,"method":"pi ng"}"#, malformed()),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
            malformed(),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#,
            malformed(),
        ),
        (
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            malformed(),
        ),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, malformed()),
        (r#"{"jsonrpc":"2.0","id":1.0,"method":"ping"}"#, malformed()),
        (
            r#"{"jsonrpc":"2.0","id":9007199254740992,"method":"ping"}"#,
            malformed(),
        ),
        (r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, malformed()),
        (r#"{"jsonrpc":"2.0","method":"ping"}"#, malformed()),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"notifications/x"}"#,
            malformed(),
        ),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
    let long = format!(
        r#"{{"jsonrpc":"2.0","id":"{}","method":"ping"}}"#,
        "i".repeat(257)
    );
    assert_eq!(read(&long), malformed());
    let long = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"{}"}}"#,
        "m".repeat(65)
    );
    assert_eq!(read(&long), malformed());
}

/// The class of a message where this one is the class of what is not listed.
fn of_class(unknown: Option<usize>, method: &str, params: &str) -> Result<usize, Reason> {
    let mut rules = rules();
    rules.unknown = unknown.map(ClassId);
    let is_notification = method.starts_with("notifications/");
    let id = if is_notification { "" } else { r#""id":1,"# };
    let body = format!(r#"{{"jsonrpc":"2.0",{id}"method":"{method}","params":{{{params}}}}}"#);
    judged(&rules, &body, &[OLD])
}

#[test]
fn every_message_has_a_class_or_is_refused() {
    let of = of_class;
    let listed = [
        ("tools/call", r#""name":"balance""#, 0),
        (
            "tools/call",
            r#""name":"pay","_meta":{"name":"balance"}"#,
            1,
        ),
        ("tools/call", r#""name":"pay","inputResponses":{}"#, 1),
        (
            "prompts/get",
            r#""name":"greeting","arguments":{"a":"b"}"#,
            0,
        ),
        ("resources/read", r#""uri":"note://a/1""#, 0),
        ("resources/read", r#""uri":"note://a/2""#, 1),
        ("resources/read", r#""uri":"note://a/b/2""#, 0),
        ("resources/read", r#""uri":"note://a/b""#, 1),
        ("tools/list", r#""cursor":"x""#, 2),
        ("tasks/get", r#""taskId":"x""#, 2),
        ("notifications/cancelled", "", 2),
    ];
    for (method, params, class) in listed {
        assert_eq!(of(None, method, params), Ok(class), "{method} {params}");
    }
    let unlisted = [
        ("tools/call", r#""name":"other""#, Reason::McpNameUnlisted),
        (
            "tools/call",
            r#""name":"greeting""#,
            Reason::McpNameUnlisted,
        ),
        ("prompts/get", r#""name":"pay""#, Reason::McpNameUnlisted),
        (
            "resources/read",
            r#""uri":"note://b/1""#,
            Reason::McpNameUnlisted,
        ),
        ("resources/list", "", Reason::McpMethodUnlisted),
        ("tools/call/x", "", Reason::McpMethodUnlisted),
        (
            "resources/read",
            r#""uri":"note://a""#,
            Reason::McpNameUnlisted,
        ),
        ("notifications", "", Reason::McpMethodUnlisted),
        ("notifications/a/b", "", Reason::McpMethodUnlisted),
    ];
    for (method, params, reason) in unlisted {
        assert_eq!(of(None, method, params), Err(reason), "{method} {params}");
        assert_eq!(of(Some(1), method, params), Ok(1), "{method} {params}");
    }
}

#[test]
fn what_some_reader_takes_for_something_else_has_no_class() {
    let of = of_class;
    let refused = [
        ("tools/call", r#""name":"Pay""#, Reason::McpNameUnlisted),
        ("tools/call", r#""name":"pay ""#, Reason::McpNameUnlisted),
        (
            "prompts/get",
            r#""name":"GREETING""#,
            Reason::McpNameUnlisted,
        ),
        ("tools/Call", r#""name":"other""#, Reason::McpMethodUnlisted),
        ("Resources/read", "", Reason::McpMethodUnlisted),
        ("tools/List", "", Reason::McpMethodUnlisted),
        ("Tools/x", "", Reason::McpMethodUnlisted),
        ("tools/call", r#""name":"""#, Reason::McpMalformed),
        ("tools/call", r#""name":1"#, Reason::McpMalformed),
        ("tools/call", "", Reason::McpMalformed),
        (
            "tools/call",
            r#""name":"pay","Name":"balance""#,
            Reason::McpMalformed,
        ),
        (
            "tools/call",
            r#""name":"balance","inputResponses":{}"#,
            Reason::McpMalformed,
        ),
        (
            "tools/call",
            r#""name":"pay","arguments":[1]"#,
            Reason::McpArguments,
        ),
        (
            "tools/call",
            r#""name":"pay","arguments":null"#,
            Reason::McpArguments,
        ),
        (
            "resources/read",
            r#""uri":"note://a/b/../2""#,
            Reason::McpMalformed,
        ),
        (
            "resources/read",
            r#""uri":"note://a/%2e%2e/2""#,
            Reason::McpMalformed,
        ),
        (
            "resources/read",
            r#""uri":"note://a/b%2F2""#,
            Reason::McpMalformed,
        ),
        (
            "resources/read",
            r#""uri":"NOTE://a/2""#,
            Reason::McpMalformed,
        ),
        (
            "resources/read",
            r#""uri":"note://a/%61""#,
            Reason::McpMalformed,
        ),
        ("resources/read", r#""uri":"/a/1""#, Reason::McpMalformed),
        (
            "resources/read",
            r#""uri":"note://a/%252e%252e/1""#,
            Reason::McpMalformed,
        ),
        (
            "resources/read",
            r#""uri":"note://a/ 1""#,
            Reason::McpMalformed,
        ),
        (
            "resources/read",
            r#""uri":"note://a/1","arguments":{}"#,
            Reason::McpMalformed,
        ),
    ];
    for (method, params, reason) in refused {
        assert_eq!(
            of(Some(0), method, params),
            Err(reason),
            "{method} {params}"
        );
    }
    let long = format!(r#""name":"{}""#, "n".repeat(129));
    assert_eq!(of(Some(0), "tools/call", &long), Err(Reason::McpMalformed));
    let long = format!(r#""uri":"note://{}""#, "n".repeat(1024));
    assert_eq!(
        of(Some(0), "resources/read", &long),
        Err(Reason::McpMalformed)
    );
}

#[test]
fn a_name_that_some_server_takes_for_a_listed_one_has_no_class() {
    for name in [
        "pay-out",
        "payOut",
        "p\\u0430y",
        "p\\u200bay",
        "\\uff50ay",
        "pay\\u0000",
        "PAY",
    ] {
        let refused = of_class(Some(0), "tools/call", &format!(r#""name":"{name}""#));
        assert_eq!(refused, Err(Reason::McpNameUnlisted), "{name}");
    }
}

#[test]
fn a_uri_that_some_server_takes_for_a_listed_one_has_no_class() {
    for uri in [
        "note://a/1?",
        "note://a/1?x=y",
        "note://a/1#x",
        "note://a/1/",
        "note://a//1",
        "note:/a/1",
        "note://u@a/1",
        "note://u@b@a/1",
        "note://a/B/2",
        "note://a//b/2",
        "note://a/b%3F/../../1",
        "file:///C/x",
        "file:/c/x",
        "file://localhost/c/x",
        "https://h.example/x=y",
        "https://h.example:443/x%3Dy",
    ] {
        let refused = of_class(Some(0), "resources/read", &format!(r#""uri":"{uri}""#));
        let unlisted = [Err(Reason::McpNameUnlisted), Err(Reason::McpMalformed)];
        assert!(unlisted.contains(&refused), "{uri}: {refused:?}");
    }
}
