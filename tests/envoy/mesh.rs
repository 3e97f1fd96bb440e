//! The proxy's own routes: their names, and what their metadata say to the gate.

use crate::caller::Issuer;
use crate::config::Setup;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::Server;
use crate::wire::Answer;
use serde_json::{Value, json};

fn route(matching: &Value, name: Option<&str>, says: Option<&Value>) -> Value {
    let mut route = json!({ "match": matching, "route": { "cluster": "upstream" } });
    if let Some(name) = name {
        route["name"] = json!(name);
    }
    if let Some(says) = says {
        let other = json!({ "config": "/apis/networking/v1" });
        route["metadata"] = json!({ "filter_metadata": { "istio": other, "countersign": says } });
    }
    route
}

fn prefix(path: &str) -> Value {
    json!({ "prefix": path })
}

/// A proxy with one route for each thing that a route can say.
fn proxy(upstream: &Server, issuer: &Issuer) -> Proxy {
    let mut document = policy(&inline(&issuer.set()));
    document["route_metadata"] = json!("countersign");
    let routes = document["routes"].as_array_mut().unwrap();
    // A request with the header goes the way of the canary, here and there.
    let mut canary = routes[1].clone();
    canary["name"] = json!("canary");
    canary["match"]["envoy_route"] = json!("to-canary");
    canary["risk"] = json!({ "base": 20 });
    canary.as_object_mut().unwrap().remove("step_up");
    routes.push(canary);
    routes[1]["match"]["envoy_route"] = json!("asked");
    routes[1]["risk"] = json!({ "base": 30 });
    routes[1].as_object_mut().unwrap().remove("step_up");
    routes[0]["risk"]["refuse_at"] = json!(90);
    let chosen =
        json!({ "prefix": "/asked/", "headers": [{ "name": "x-canary", "present_match": true }] });
    let setup = Setup {
        routes: Some(json!([
            route(&prefix("/accounts/plain"), None, None),
            route(
                &prefix("/accounts/raised"),
                Some("raised"),
                Some(&json!({ "base": 40 }))
            ),
            route(
                &prefix("/accounts/lowered"),
                None,
                Some(&json!({ "base": 1 }))
            ),
            route(
                &prefix("/accounts/high"),
                None,
                Some(&json!({ "base": 90 }))
            ),
            route(
                &prefix("/accounts/named"),
                None,
                Some(&json!({ "route": "read", "base": 11 }))
            ),
            route(
                &prefix("/accounts/other"),
                None,
                Some(&json!({ "route": "transfer" }))
            ),
            route(
                &prefix("/accounts/misspelt"),
                None,
                Some(&json!({ "bse": 40 }))
            ),
            route(
                &prefix("/accounts/text"),
                None,
                Some(&json!({ "base": "40" }))
            ),
            route(
                &prefix("/accounts/part"),
                None,
                Some(&json!({ "base": 40.5 }))
            ),
            route(
                &prefix("/accounts/null"),
                None,
                Some(&json!({ "base": null }))
            ),
            route(
                &prefix("/accounts/deep"),
                None,
                Some(&json!({ "base": { "a": 1 } }))
            ),
            route(&prefix("/accounts/empty"), None, Some(&json!({}))),
            route(&chosen, Some("to-canary"), None),
            route(
                &prefix("/asked/raised"),
                Some("asked"),
                Some(&json!({ "base": 77 }))
            ),
            route(&prefix("/asked/other"), Some("other"), None),
            route(&prefix("/asked/unnamed"), None, None),
            route(&prefix("/asked/"), Some("asked"), None),
        ])),
        ..Setup::of(&document)
            .with("upstream", upstream.port)
            .with("pdp", 9)
    };
    Proxy::start(&setup)
}

#[test]
fn routes_of_the_proxy_choose_raise_and_refuse() {
    let issuer = Issuer::with("one");
    let upstream = Server::upstream();
    let proxy = proxy(&upstream, &issuer);
    let caller = issuer.caller();
    let send = |path: &str, headers: &str| -> Answer {
        let request = caller.get(path);
        let end = request.len() - 2;
        proxy.exchange(format!("{}{headers}\r\n", &request[..end]))
    };
    let mut forwarded = 0;
    for (path, headers, expected) in [
        ("/accounts/plain", "", Ok(("read", "10"))),
        ("/accounts/raised", "", Ok(("read", "40"))),
        ("/accounts/lowered", "", Ok(("read", "10"))),
        ("/accounts/named", "", Ok(("read", "11"))),
        ("/accounts/empty", "", Ok(("read", "10"))),
        ("/accounts/high", "", Err((403, "risk_refused"))),
        ("/accounts/other", "", Err((403, "envoy_route_mismatch"))),
        (
            "/accounts/misspelt",
            "",
            Err((503, "envoy_route_unreadable")),
        ),
        ("/accounts/text", "", Err((503, "envoy_route_unreadable"))),
        ("/accounts/part", "", Err((503, "envoy_route_unreadable"))),
        ("/accounts/null", "", Err((503, "envoy_route_unreadable"))),
        ("/accounts/deep", "", Err((503, "envoy_route_unreadable"))),
        // The proxy has no route for it at all.
        (
            "/accounts/nowhere",
            "",
            Err((503, "envoy_route_unreadable")),
        ),
        ("/asked/1", "", Ok(("ask", "30"))),
        ("/asked/raised", "", Ok(("ask", "77"))),
        ("/asked/1", "x-canary: 1\r\n", Ok(("canary", "20"))),
        ("/asked/raised", "x-canary: 1\r\n", Ok(("canary", "20"))),
        ("/asked/other", "", Err((403, "envoy_route_mismatch"))),
        ("/asked/unnamed", "", Err((403, "envoy_route_mismatch"))),
    ] {
        let answer = send(path, headers);
        match expected {
            Ok((route, score)) => {
                assert_eq!(answer.status, 200, "{path} {headers} {}", answer.body);
                forwarded += 1;
                let seen = upstream.seen();
                let seen = seen.last().unwrap();
                assert_eq!(seen.header("x-countersign-route"), [route], "{path}");
                assert_eq!(seen.header("x-countersign-score"), [score], "{path}");
            }
            Err((status, code)) => {
                assert_eq!(
                    (answer.status, answer.code().as_str()),
                    (status, code),
                    "{path}"
                );
            }
        }
        assert_eq!(upstream.count(), forwarded, "{path}");
    }
    let records = proxy.records();
    let raised = records.iter().find(|it| it["score"] == 77).unwrap();
    assert_eq!(
        raised["contributions"],
        json!([{ "name": "base", "add": 30 }, { "name": "route_metadata", "add": 47 }])
    );
}
