//! Requests that end before their verdict. Each leaves one record.

use crate::caller::Issuer;
use crate::config::Setup;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use crate::wire::Connection;
use serde_json::Value;

#[test]
fn who_leaves_while_a_request_waits_leaves_a_record() {
    let issuer = Issuer::with("a");
    let (upstream, service) = (Server::upstream(), Server::start(|_| Reply::Never));
    let setup = Setup::of(&policy(&inline(&issuer.set())))
        .with("upstream", upstream.port)
        .with("pdp", service.port);
    let proxy = Proxy::start(&setup);
    let caller = issuer.caller();
    let part = "content-type: application/json\r\ncontent-length: 9\r\n\r\n{";
    let requests = [
        caller.get("/asked/1"),
        caller.head("POST", "/accounts/1/transfers") + part,
    ];
    for request in &requests {
        let mut connection = Connection::to(proxy.address);
        connection.send(request);
        proxy.until("it waits", |proxy| proxy.count("waiting") == 1);
        connection.reset();
        proxy.until("it left", |proxy| proxy.count("waiting") == 0);
    }
    let access = proxy.access(2);
    let records = proxy.records();
    assert_eq!((access.len(), records.len()), (2, 2));
    for (record, (access, route)) in records.iter().zip(access.iter().zip(["ask", "transfer"])) {
        assert_eq!(record["reason"], "request_ended");
        assert_eq!(record["route"], route);
        assert_eq!(record["subject"], "alice");
        let told: Value = serde_json::from_str(access["record"].as_str().unwrap()).unwrap();
        assert_eq!(told, *record);
    }
    assert_eq!(proxy.count("left"), 2);
    assert_eq!(proxy.count("reason.request_ended"), 2);
    assert_eq!(upstream.count(), 0);
}

/// Envoy buffers what arrives while a request waits, and answers by itself where that is too much.
#[test]
fn a_body_that_the_proxy_refuses_leaves_a_record() {
    let issuer = Issuer::with("a");
    let (upstream, service) = (Server::upstream(), Server::start(|_| Reply::Never));
    let setup = Setup::of(&policy(&inline(&issuer.set())))
        .with("upstream", upstream.port)
        .with("pdp", service.port);
    let proxy = Proxy::start(&setup);
    let mut connection = Connection::to(proxy.address);
    let head = issuer.caller().head("POST", "/asked/1");
    connection.send(head + "content-length: 3000000\r\n\r\n");
    while connection.try_send(vec![b'a'; 10_000]) {
        if proxy.count("left") > 0 {
            break;
        }
    }
    assert_eq!(connection.answer().unwrap().status, 413);
    let records = proxy.records();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["reason"], "body_too_large");
    assert_eq!(proxy.count("waiting"), 0);
    assert_eq!(upstream.count(), 0);
}
