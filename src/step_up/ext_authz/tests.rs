use super::message::{
    CheckRequest, CheckResponse, DeniedHttpResponse, GrpcService, HeaderValue, HeaderValueOption,
    HttpStatus, OkHttpResponse, QueryParameter, Status,
};
use super::{CAP, Rules, read, target, write};
use crate::json::Json;
use crate::reason::Reason;
use crate::risk::Contribution;
use crate::step_up::answer::unmet;
use crate::step_up::{Decision, Denial, Edits, Evaluation, MAX_ANSWER_BYTES, Response};
use crate::testing::test;
use crate::time::UnixTime;
use prost::Message as _;
use std::rc::Rc;

fn rules() -> Rules {
    Rules {
        target: String::new(),
        upstream: vec!["x-tier".into(), "x-limit".into()],
        denial: vec!["retry-after".into()],
        ignored: vec!["x-current-user".into(), "authorization".into()],
    }
}

fn header(name: &str, value: &str) -> HeaderValueOption {
    HeaderValueOption {
        header: Some(HeaderValue {
            key: name.to_owned(),
            value: value.to_owned(),
            raw_value: Vec::new(),
        }),
    }
}

fn yes(change: impl FnOnce(&mut OkHttpResponse)) -> CheckResponse {
    let mut ok = OkHttpResponse::default();
    change(&mut ok);
    CheckResponse {
        status: Some(Status { code: 0 }),
        denied_response: None,
        ok_response: Some(ok),
    }
}

fn no(status: i32, headers: Vec<HeaderValueOption>) -> CheckResponse {
    CheckResponse {
        status: Some(Status { code: 7 }),
        denied_response: Some(DeniedHttpResponse {
            status: Some(HttpStatus { code: status }),
            headers,
        }),
        ok_response: None,
    }
}

fn said(answer: &CheckResponse) -> Result<Decision, Reason> {
    read(&Response::message(answer.encode_to_vec()), &rules())
}

#[test]
fn only_a_clear_yes_permits() {
    let of = |code: Option<i32>, ok: bool, denied: bool| {
        said(&CheckResponse {
            status: code.map(|code| Status { code }),
            denied_response: denied.then(DeniedHttpResponse::default),
            ok_response: ok.then(OkHttpResponse::default),
        })
    };
    let malformed = Err(Reason::DecisionMalformed);
    for (code, ok, denied, expected) in [
        (Some(0), false, false, Ok(Decision::permit())),
        (Some(0), true, false, Ok(Decision::permit())),
        (None, true, false, Ok(Decision::permit())),
        (None, false, false, malformed.clone()),
        (None, false, true, Ok(Decision::deny())),
        (Some(0), false, true, Ok(Decision::deny())),
        (None, true, true, Ok(Decision::deny())),
        (Some(0), true, true, Ok(Decision::deny())),
        (Some(7), false, false, Ok(Decision::deny())),
        (Some(16), true, false, Ok(Decision::deny())),
        (Some(-1), false, true, Ok(Decision::deny())),
        (Some(1), true, true, Ok(Decision::deny())),
    ] {
        assert_eq!(of(code, ok, denied), expected, "{code:?} {ok} {denied}");
    }
    for bytes in [&b"\x0a"[..], b"\xff\xff", br#"{"status":{"code":0}}"#] {
        let response = Response::message(bytes.to_vec());
        assert_eq!(read(&response, &rules()), malformed);
    }
    let mut of_http = Response::message(yes(|_| ()).encode_to_vec());
    of_http.status = Some(200);
    assert_eq!(read(&of_http, &rules()), malformed);
}

#[test]
fn a_permit_changes_what_is_listed_and_nothing_else() {
    let set = |pairs: &[(&str, &str)]| {
        let set = pairs
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).to_owned()));
        Ok(Decision::Permit(Vec::new(), Edits { set: set.collect() }))
    };
    let obliged = || Ok(Decision::Permit(vec![unmet()], Edits::default()));
    let malformed = || Err(Reason::DecisionMalformed);
    let headers = |headers: &[(&str, &str)]| {
        said(&yes(|ok| {
            ok.headers = headers
                .iter()
                .map(|(name, value)| header(name, value))
                .collect();
        }))
    };
    assert_eq!(headers(&[("X-Tier", "gold")]), set(&[("x-tier", "gold")]));
    let twice = [("x-tier", "a"), ("x-limit", "1"), ("x-tier", "b")];
    assert_eq!(
        headers(&twice),
        set(&[("x-tier", "a, b"), ("x-limit", "1")])
    );
    assert_eq!(headers(&[("x-current-user", "bob")]), set(&[]));
    for name in [
        "x-other",
        "cookie",
        "host",
        ":path",
        "dpop",
        "x-countersign-subject",
        "x-tier ",
    ] {
        assert_eq!(headers(&[(name, "v")]), obliged(), "{name}");
    }
    for value in ["a\r\nb: c", "a\nb", "a\0", "é", " a", "a "] {
        assert_eq!(headers(&[("x-tier", value)]), malformed(), "{value:?}");
    }
    assert_eq!(headers(&[("", "v")]), malformed());
    assert_eq!(
        said(&yes(
            |ok| ok.headers = vec![HeaderValueOption { header: None }]
        )),
        malformed()
    );
    let raw = said(&yes(|ok| {
        let mut option = header("x-tier", "");
        if let Some(header) = &mut option.header {
            header.raw_value = b"\xff".to_vec();
        }
        ok.headers = vec![option];
    }));
    assert_eq!(raw, malformed());
    for (name, expected) in [
        ("x-tier", set(&[])),
        ("Authorization", set(&[])),
        ("x-admin", obliged()),
        (":method", obliged()),
    ] {
        let answer = yes(|ok| ok.headers_to_remove = vec![name.to_owned()]);
        assert_eq!(said(&answer), expected, "{name}");
    }
    for (name, expected) in [("x-current-user", set(&[])), ("x-tier", obliged())] {
        let answer = yes(|ok| ok.response_headers_to_add = vec![header(name, "v")]);
        assert_eq!(said(&answer), expected, "{name}");
    }
    let key = "amount".to_owned();
    let answer = yes(|ok| ok.query_parameters_to_set = vec![QueryParameter { key: key.clone() }]);
    assert_eq!(said(&answer), obliged());
    assert_eq!(
        said(&yes(|ok| ok.query_parameters_to_remove = vec![key])),
        obliged()
    );
}

#[test]
fn a_denial_says_what_is_listed_and_nothing_else() {
    let told = |status, headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(name, value)| header(name, value));
        match said(&no(status, headers.collect())) {
            Ok(Decision::Deny(None, Denial { status, headers })) => (status, headers),
            other => panic!("{other:?}"),
        }
    };
    for (status, expected) in [
        (403, Some(403)),
        (404, Some(404)),
        (429, Some(429)),
        (0, None),
        (200, None),
        (302, None),
        (401, None),
        (405, None),
        (407, None),
        (408, None),
        (421, None),
        (500, None),
        (503, None),
        (-1, None),
        (70_000, None),
    ] {
        assert_eq!(told(status, &[]).0, expected, "{status}");
    }
    let headers = [
        ("Retry-After", "9"),
        ("x-why", "because"),
        ("set-cookie", "a=b"),
        ("retry-after", "a\r\nb: c"),
    ];
    let retry: Rc<str> = "retry-after".into();
    assert_eq!(told(403, &headers).1, [(retry, "9".to_owned())]);
}

#[test]
fn the_target_is_a_message_and_text_at_once() {
    for (cluster, authority) in [
        ("pdp", "pdp"),
        ("outbound|9191||pdp.ns.svc.cluster.local", "pdp"),
    ] {
        let text = target(cluster, authority).expect("a target");
        let decoded = GrpcService::decode(text.as_bytes()).expect("a message");
        let target = decoded.envoy_grpc.expect("a cluster");
        assert_eq!(
            (target.cluster_name.as_str(), target.authority.as_str()),
            (cluster, authority)
        );
        let cap = target.max_receive_message_length.expect("a cap").value;
        assert_eq!(cap, CAP);
        assert!(usize::try_from(cap).is_ok_and(|cap| cap > MAX_ANSWER_BYTES));
    }
    assert_eq!(target(&"c".repeat(200), "pdp"), None);
    for length in 1..200 {
        let Some(text) = target(&"c".repeat(length), "a") else {
            continue;
        };
        let decoded = GrpcService::decode(text.as_bytes()).expect("a message");
        let name = decoded.envoy_grpc.expect("a cluster").cluster_name;
        assert_eq!(name.len(), length);
    }
}

#[test]
fn the_question_names_the_request_and_what_the_gate_knows() {
    let detail = Json::Object(vec![(
        "amount".to_owned(),
        Json::Number("12.50".to_owned()),
    )]);
    let question = write(&Evaluation {
        route: "transfer",
        method: "POST",
        origin: "https://api.example.com:8443",
        path: "/accounts/1/transfers",
        issuer: Some("https://as.example.com"),
        subject: ("identity", "alice"),
        client: None,
        subject_kind: None,
        actor: None,
        acr: None,
        proofs: vec!["dpop", "mtls"],
        transaction: Some(&detail),
        call: None,
        score: 60,
        contributions: &[Contribution {
            name: Rc::from("base"),
            add: 60,
            faulted: false,
        }],
        revision: 42,
        decision: "00",
        now: UnixTime::from_millis(1_500),
    });
    let question = CheckRequest::decode(question.as_slice()).expect("a message");
    let attributes = question.attributes.expect("attributes");
    let known = |name: &str| attributes.context_extensions.get(name).map(String::as_str);
    assert_eq!(known("subject"), Some("alice"));
    assert_eq!(known("transaction"), Some(r#"{"amount":"12.50"}"#));
    assert_eq!(
        known("contributions"),
        Some(r#"[{"add":60,"name":"base"}]"#)
    );
    assert_eq!(known("score"), Some("60"));
    assert_eq!(known("proof"), Some("dpop mtls"));
    assert_eq!(known("client_id"), None);
    let request = attributes.request.expect("a request");
    let time = request.time.expect("a time");
    assert_eq!((time.seconds, time.nanos), (1, 500_000_000));
    let http = request.http.expect("HTTP");
    assert_eq!(
        (http.scheme.as_str(), http.host.as_str()),
        ("https", "api.example.com:8443")
    );
    assert_eq!(
        (http.method.as_str(), http.path.as_str()),
        ("POST", "/accounts/1/transfers")
    );
    assert_eq!(
        http.headers.get("x-request-id").map(String::as_str),
        Some("00")
    );
    assert_eq!(http.headers.get(":authority"), Some(&http.host));
}
