use super::*;
use countersign::config;
use serde_json::json;

const ENVOY: &str = include_str!("../../../../../envoy/envoy.yaml");

/// The example of the repository, whose payments are used once.
fn example() -> Value {
    let mut file: Value = serde_saphyr::from_str(ENVOY).expect("YAML");
    let transaction =
        format!("{FILTER}/typed_config/config/configuration/value/routes/1/transaction");
    file.pointer_mut(&transaction).expect("a transaction")["single_use"] = json!("host");
    file
}

const LISTENER: &str = "/static_resources/listeners/0";
const MANAGER: &str = "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config";
const FILTER: &str =
    "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/http_filters/0";

/// What is found once this member of this object is so, each as its path.
fn found(object: &str, name: &str, value: Value) -> Vec<String> {
    let mut file = example();
    let at = file.pointer_mut(object).expect(object);
    if value.is_null() {
        at.as_object_mut().expect("an object").remove(name);
    } else {
        at[name] = value;
    }
    let findings = examine(&file, None);
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn the_example_is_fine_and_so_is_one_whose_payments_are_used_once() {
    let file: Value = serde_saphyr::from_str(ENVOY).expect("YAML");
    assert_eq!(examine(&file, None), []);
    assert_eq!(examine(&example(), None), []);
}

#[test]
fn what_sends_a_request_again_is_refused_where_it_can_carry_one() {
    let route = format!("{MANAGER}/route_config/virtual_hosts/0/routes/0");
    let host = format!("{MANAGER}/route_config/virtual_hosts/0");
    let config = format!("{MANAGER}/route_config");
    for name in ["retry_policy", "hedge_policy", "internal_redirect_policy"] {
        let told = found(
            &format!("{route}/route"),
            name,
            json!({ "retry_on": "5xx" }),
        );
        assert_eq!(told.len(), 1, "{name}: {told:?}");
        let place = "static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[0].route";
        assert!(
            told[0].starts_with(&format!("{place}.{name}: ")),
            "{told:?}"
        );
    }
    for object in [&host, &config] {
        let told = found(
            object,
            "request_mirror_policies",
            json!([{ "cluster": "as" }]),
        );
        assert_eq!(told.len(), 1, "{told:?}");
    }
    assert!(found(&host, "request_mirror_policies", json!([])).is_empty());
    let told = found(&format!("{route}/route"), "retryPolicy", json!({}));
    assert_eq!(told.len(), 1, "{told:?}");
    for (object, name) in [(&host, "matcher"), (&config, "vhds")] {
        let told = found(object, name, json!({ "x": 1 }));
        assert_eq!(told.len(), 1, "{name}: {told:?}");
    }
    // Where it cannot carry one, it may.
    for (matching, refused) in [
        (json!({ "prefix": "/reports" }), false),
        (json!({ "prefix": "/accounts/7" }), true),
        (json!({ "prefix": "/ACCOUNTS" }), false),
        (
            json!({ "prefix": "/ACCOUNTS", "case_sensitive": false }),
            true,
        ),
        (json!({ "path": "/accounts/7/transfers" }), true),
        (json!({ "path": "/accounts/7" }), false),
        (json!({ "safe_regex": { "regex": "/x" } }), true),
    ] {
        let retry =
            json!({ "match": matching, "route": { "cluster": "upstream", "retry_policy": {} } });
        let told = found(&host, "routes", json!([retry]));
        assert_eq!(!told.is_empty(), refused, "{matching}: {told:?}");
    }
    // Nor where no transaction is used once.
    let mut file: Value = serde_saphyr::from_str(ENVOY).expect("YAML");
    file.pointer_mut(&host).expect("a host")["retry_policy"] = json!({});
    assert_eq!(examine(&file, None), []);
    assert_eq!(found(MANAGER, "route_config", Value::Null).len(), 1);
}

#[test]
fn what_opens_the_gate_or_starves_it_is_refused() {
    let config = format!("{FILTER}/typed_config/config");
    let route = format!("{MANAGER}/route_config/virtual_hosts/0/routes/0/match");
    for (object, name, value) in [
        (config.as_str(), "fail_open", json!(true)),
        (&config, "failOpen", json!(true)),
        (&config, "failure_policy", json!("FAIL_OPEN")),
        (&config, "failure_policy", json!(1)),
        (&config, "allow_on_headers_stop_iteration", Value::Null),
        (&config, "allow_on_headers_stop_iteration", json!(false)),
        (FILTER, "disabled", json!(true)),
        (FILTER, "is_optional", json!(true)),
        (MANAGER, "stream_idle_timeout", Value::Null),
        (MANAGER, "stream_idle_timeout", json!("0s")),
        (MANAGER, "common_http_protocol_options", Value::Null),
        (LISTENER, "per_connection_buffer_limit_bytes", json!(1024)),
        (
            &route,
            "headers",
            json!([{ "name": "X-Countersign-Route", "present_match": true }]),
        ),
        (
            &route,
            "headers",
            json!([{ "name": "dpop", "present_match": true }]),
        ),
    ] {
        let told = found(object, name, value.clone());
        assert_eq!(told.len(), 1, "{name} {value}: {told:?}");
    }
    assert!(found(&config, "fail_open", json!(false)).is_empty());
    // No route, however deep, has another gate, or none.
    let name = example().pointer(FILTER).expect("a filter")["name"].clone();
    let own = json!({ name.as_str().expect("a name"): { "disabled": true } });
    let hosts = format!("{MANAGER}/route_config/virtual_hosts/0");
    for (object, name, value) in [
        (&hosts, "typed_per_filter_config", own.clone()),
        (&hosts, "typedPerFilterConfig", own.clone()),
        (
            &format!("{hosts}/routes/0/route"),
            "weighted_clusters",
            json!({ "clusters": [{ "name": "upstream", "typed_per_filter_config": own }] }),
        ),
    ] {
        let told = found(object, name, value);
        assert_eq!(told.len(), 1, "{name}: {told:?}");
        assert!(told[0].contains("around the gate"), "{told:?}");
    }
    let two = found(
        "/static_resources",
        "clusters",
        json!([{ "name": "upstream" }]),
    );
    assert_eq!(two.len(), 2, "{two:?}");
    let elsewhere = found("/static_resources", "listeners", json!([]));
    assert!(elsewhere[0].starts_with("document: holds no listener"));
}

#[test]
fn the_policy_may_stand_beside_the_file() {
    let mut file = example();
    let config = format!("{FILTER}/typed_config/config");
    let config = file.pointer_mut(&config).expect("a configuration");
    let policy = config["configuration"]["value"].take();
    let given = config::load(policy.to_string().as_bytes()).expect("a policy");
    assert_eq!(examine(&file, Some(&given)), []);
    assert_eq!(examine(&file, None).len(), 1);
    let config = file
        .pointer_mut(&format!("{FILTER}/typed_config/config"))
        .expect("a configuration");
    config["configuration"]["value"] = json!(policy.to_string());
    assert_eq!(examine(&file, None), []);
    let config = file
        .pointer_mut(&format!("{FILTER}/typed_config/config"))
        .expect("a configuration");
    config["configuration"]["value"] = json!(r#"{"schema":"countersign/v1"}"#);
    assert!(examine(&file, None).len() > 1);
}
