//! Whatever is missing, nothing passes.

use crate::caller::Issuer;
use crate::config::Setup;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::Server;
use serde_json::json;

/// A set-up in which everything is in place, the issuer, and the upstream.
fn whole() -> (Setup, Issuer, Server) {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let setup = Setup::of(&policy(&inline(&issuer.set()))).with("upstream", upstream.port);
    (setup, issuer, upstream)
}

#[test]
fn a_good_request_passes_with_its_identity_and_leaves_one_record() {
    let (setup, issuer, upstream) = whole();
    let proxy = Proxy::start(&setup);
    let answer = proxy.exchange(issuer.caller().get("/accounts/1"));
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "upstream"),
        "{}",
        proxy.log()
    );
    let seen = upstream.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].header("x-countersign-subject"), ["alice"]);
    assert_eq!(seen[0].header("dpop"), [""; 0]);
    let records = proxy.records();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["verdict"], "forward");
    let access = proxy.access(1);
    let record: serde_json::Value =
        serde_json::from_str(access[0]["record"].as_str().unwrap()).unwrap();
    assert_eq!(record, records[0]);
    assert_eq!(proxy.count("forwarded"), 1);
    assert_eq!(
        proxy.count("engine.host"),
        2,
        "token and proof, both by the host"
    );
    assert_eq!(proxy.count("engine.pure"), 0);
}

#[test]
fn without_a_secret_everything_is_refused() {
    let (whole, issuer, upstream) = whole();
    for secret in [None, Some("too short")] {
        let proxy = Proxy::start(&Setup {
            secret,
            ..whole.clone()
        });
        let answer = proxy.exchange(issuer.caller().get("/accounts/1"));
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, "not_configured")
        );
        assert!(
            proxy
                .log()
                .contains("COUNTERSIGN_SECRET is missing or shorter than 32 bytes")
        );
        assert_eq!(proxy.access(1)[0]["details"], "not_configured");
        assert_eq!(proxy.count("reason.not_configured"), 1);
        assert_eq!(proxy.records().len(), 1);
    }
    assert_eq!(upstream.count(), 0);
}

#[test]
fn a_bad_configuration_never_starts_and_every_fault_is_told() {
    let (whole, _, _) = whole();
    let mut faulty: serde_json::Value = serde_json::from_str(&whole.policy).unwrap();
    faulty["unmatched"] = json!("perhaps");
    faulty["routes"][0]["proof"] = json!([]);
    for (policy, faults) in [
        (faulty.to_string(), &["unmatched", "routes[0].proof"][..]),
        (String::new(), &[]),
        ("{".to_owned(), &[]),
        ("\u{0}\u{1}".to_owned(), &[]),
    ] {
        let setup = Setup {
            policy,
            ..whole.clone()
        };
        let log = Proxy::try_start(&setup).expect_err("the proxy started");
        let (valid, validation) = Proxy::validate(&setup);
        assert!(!valid);
        for log in [log, validation] {
            assert!(log.contains("configuration rejected"), "{log}");
            for fault in faults {
                assert!(
                    log.contains(&format!("configuration: {fault}")),
                    "{fault}: {log}"
                );
            }
        }
    }
    assert!(Proxy::validate(&whole).0);
}

#[test]
fn any_byte_may_stand_in_a_header() {
    let (setup, issuer, upstream) = whole();
    let proxy = Proxy::start(&setup);
    let caller = issuer.caller();
    for name in [
        "authorization",
        "dpop",
        "traceparent",
        "content-type",
        "x-anything",
        "cookie",
    ] {
        for byte in [0x80, 0xc3, 0xff] {
            let mut request =
                format!("GET /accounts/1 HTTP/1.1\r\nhost: api.example.com\r\n{name}: a")
                    .into_bytes();
            request.extend_from_slice(&[byte]);
            request.extend_from_slice(b"\r\n\r\n");
            let answer = proxy.exchange(&request);
            assert!(
                (400..500).contains(&answer.status),
                "{name} {byte:x}: {answer:?}"
            );
        }
    }
    assert_eq!(upstream.count(), 0);
    let mut request = caller.head("GET", "/accounts/1").into_bytes();
    request.extend_from_slice(b"x-anything: \xff\r\ncookie: \x80\r\n\r\n");
    assert_eq!(proxy.exchange(&request).status, 200, "{}", proxy.log());
}
