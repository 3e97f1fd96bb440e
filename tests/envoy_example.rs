//! The example configuration that operators copy keeps its promises.
#![expect(clippy::expect_used, reason = "tests")]

use serde_json::Value;
use std::path::Path;

fn read(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(path).expect("the file is there");
    serde_saphyr::from_str(&text).expect("it is YAML")
}

fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).expect(pointer)
}

fn manager(config: &Value) -> &Value {
    at(
        config,
        "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config",
    )
}

fn filter(config: &Value) -> &Value {
    at(manager(config), "/http_filters/0/typed_config/config")
}

/// Every member of this name, at any depth.
fn members<'v>(value: &'v Value, name: &str) -> Vec<&'v Value> {
    match value {
        Value::Object(object) => object
            .iter()
            .flat_map(|(key, inner)| {
                let own = (key == name).then_some(inner);
                own.into_iter().chain(members(inner, name))
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(|item| members(item, name)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

#[test]
fn it_carries_the_example_policy() {
    let config = read("envoy/envoy.yaml");
    let policy = at(filter(&config), "/configuration/value");
    assert_eq!(policy, &read("envoy/policy.yaml"));
}

#[test]
fn the_filter_fails_closed_and_may_hold_bodies() {
    let config = read("envoy/envoy.yaml");
    let filter = filter(&config);
    assert_eq!(at(filter, "/failure_policy"), "FAIL_RELOAD");
    assert_eq!(at(filter, "/allow_on_headers_stop_iteration"), true);
    let manager = manager(&config);
    for bound in [
        "/stream_idle_timeout",
        "/request_timeout",
        "/common_http_protocol_options/max_stream_duration",
    ] {
        assert!(at(manager, bound).is_string(), "{bound}");
    }
}

#[test]
fn nothing_is_rewritten_or_repeated_beside_the_filter() {
    let config = read("envoy/envoy.yaml");
    let manager = manager(&config);
    assert_eq!(at(manager, "/normalize_path"), false);
    assert_eq!(at(manager, "/merge_slashes"), false);
    assert_eq!(
        at(manager, "/path_with_escaped_slashes_action"),
        "KEEP_UNCHANGED"
    );
    for name in ["retry_policy", "hedge_policy", "request_mirror_policies"] {
        assert!(members(&config, name).is_empty(), "{name}");
    }
}

#[test]
fn the_clusters_of_the_policy_are_there() {
    let config = read("envoy/envoy.yaml");
    let named: Vec<_> = at(&config, "/static_resources/clusters")
        .as_array()
        .expect("a list")
        .iter()
        .map(|cluster| at(cluster, "/name"))
        .collect();
    for cluster in members(filter(&config), "cluster") {
        assert!(named.contains(&cluster), "{cluster}");
    }
}
