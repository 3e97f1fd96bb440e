//! A host that does not do what it is asked, one call at a time: nothing passes that would not have
//! passed, and the module does not trap.

use crate::caller::Issuer;
use crate::config::Setup;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::wire::Connection;
use serde_json::json;
use std::time::Duration;

/// What becomes of a good request where a host call is denied: its status, and the reason of it.
fn judged(denied: &'static str, path: &str) -> (u16, String, usize) {
    let issuer = Issuer::with("a");
    let upstream = Server::upstream();
    let service = Server::start(|_| Reply::json(&json!({ "decision": true })));
    let setup = Setup {
        denied: Some(denied),
        ..Setup::of(&policy(&inline(&issuer.set())))
            .with("upstream", upstream.port)
            .with("pdp", service.port)
    };
    let proxy = Proxy::start(&setup);
    let mut connection = Connection::to(proxy.address);
    connection.send(issuer.caller().get(path));
    connection.patience(Duration::from_secs(4));
    let answer = connection.answer();
    let status = answer.as_ref().map_or(0, |answer| answer.status);
    let code = answer.map(|answer| answer.code()).unwrap_or_default();
    (status, code, upstream.count())
}

fn refused(code: &str) -> (u16, String, usize) {
    let status = if code == "deadline_exceeded" {
        504
    } else {
        503
    };
    (status, code.to_owned(), 0)
}

#[test]
fn what_a_verdict_needs_refuses_when_it_fails() {
    for (denied, code) in [
        ("proxy_get_header_map_pairs", "host_fault"),
        ("proxy_get_current_time_nanoseconds", "host_fault"),
        ("random_get", "host_fault"),
        ("proxy_replace_header_map_value", "host_fault"),
        ("proxy_remove_header_map_value", "host_fault"),
    ] {
        assert_eq!(judged(denied, "/accounts/1"), refused(code), "{denied}");
    }
}

#[test]
fn what_the_gate_needs_to_begin_closes_it_when_it_fails() {
    for (denied, code) in [
        ("proxy_get_buffer_bytes", "not_configured"),
        ("proxy_set_tick_period_milliseconds", "not_configured"),
        ("proxy_get_shared_data", "replay_log_fault"),
        ("proxy_set_shared_data", "replay_log_fault"),
    ] {
        assert_eq!(judged(denied, "/accounts/1"), refused(code), "{denied}");
    }
}

#[test]
fn a_wait_that_cannot_end_well_ends_without_the_request() {
    let asked = "/asked/1";
    assert_eq!(
        judged("proxy_http_call", asked),
        refused("decision_no_host")
    );
    // Nobody is told of the verdict, and the request stays where it is.
    assert_eq!(
        judged("proxy_continue_stream", asked),
        (0, String::new(), 0)
    );
    assert_eq!(
        judged("proxy_on_http_call_response", asked),
        refused("deadline_exceeded")
    );
    assert_eq!(judged("proxy_on_tick", asked), (200, String::new(), 1));
}

#[test]
fn what_changes_no_verdict_changes_none() {
    for denied in [
        "proxy_call_foreign_function",
        "proxy_define_metric",
        "proxy_increment_metric",
        "proxy_set_property",
        "proxy_log",
    ] {
        assert_eq!(
            judged(denied, "/accounts/1"),
            (200, String::new(), 1),
            "{denied}"
        );
    }
}
