//! The configuration of a proxy under test.

use serde_json::{Value, json};
use std::path::Path;

/// A secret that is long enough.
pub(crate) const SECRET: &str = "a secret for tests of at least thirty-two bytes";

/// How a proxy is set up.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// The plugin configuration, to the byte.
    pub(crate) policy: String,
    /// `COUNTERSIGN_SECRET`.
    pub(crate) secret: Option<&'static str>,
    /// Worker threads.
    pub(crate) workers: u32,
    /// `allow_on_headers_stop_iteration`.
    pub(crate) stops: bool,
    /// Whether the listener comes from a file that may change.
    pub(crate) dynamic: bool,
    /// Another module than the gate's.
    pub(crate) module: Option<&'static str>,
    /// Ports of the clusters, by their names.
    pub(crate) clusters: Vec<(&'static str, u16)>,
}

impl Setup {
    /// One worker, everything in place, and this policy.
    pub(crate) fn of(policy: &Value) -> Self {
        Self {
            policy: policy.to_string(),
            secret: Some(SECRET),
            workers: 1,
            stops: true,
            dynamic: false,
            module: None,
            clusters: Vec::new(),
        }
    }

    /// With a cluster at a loopback port.
    pub(crate) fn with(mut self, cluster: &'static str, port: u16) -> Self {
        self.clusters.push((cluster, port));
        self
    }

    /// The bootstrap.
    pub(crate) fn bootstrap(&self, folder: &Path) -> Value {
        let mut resources = json!({ "clusters": self.clusters() });
        let mut bootstrap = json!({
            "node": { "id": "test", "cluster": "test" },
            "admin": { "address": { "socket_address": { "address": "127.0.0.1", "port_value": 0 } } },
        });
        if self.dynamic {
            let path = folder.join("listeners.json");
            bootstrap["dynamic_resources"] = json!({ "lds_config": {
                "resource_api_version": "V3",
                "path_config_source": { "path": path },
            }});
        } else {
            resources["listeners"] = json!([self.listener(folder)]);
        }
        bootstrap["static_resources"] = resources;
        bootstrap
    }

    /// A discovery response with the listener.
    pub(crate) fn listeners(&self, folder: &Path) -> Value {
        let mut listener = self.listener(folder);
        listener["@type"] = json!("type.googleapis.com/envoy.config.listener.v3.Listener");
        json!({ "resources": [listener] })
    }

    fn listener(&self, folder: &Path) -> Value {
        let log = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog";
        let manager = "type.googleapis.com/envoy.extensions.filters.network.\
                       http_connection_manager.v3.HttpConnectionManager";
        let router = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";
        json!({
            "name": "gate",
            "address": { "socket_address": { "address": "127.0.0.1", "port_value": 0 } },
            "per_connection_buffer_limit_bytes": 1_048_576,
            "filter_chains": [{ "filters": [{
                "name": "envoy.filters.network.http_connection_manager",
                "typed_config": {
                    "@type": manager,
                    "stat_prefix": "gate",
                    "stream_idle_timeout": "15s",
                    "http_protocol_options": { "enable_trailers": true },
                    "upgrade_configs": [{ "upgrade_type": "websocket" }],
                    "access_log": [{ "name": "file", "typed_config": {
                        "@type": log,
                        "path": folder.join("access.log"),
                        "log_format": { "json_format": {
                            "status": "%RESPONSE_CODE%",
                            "details": "%RESPONSE_CODE_DETAILS%",
                            "path": "%REQ(:PATH)%",
                            "record": "%FILTER_STATE(wasm.countersign:PLAIN)%",
                            "subject": "%FILTER_STATE(wasm.countersign.subject:PLAIN)%",
                        }},
                    }}],
                    "http_filters": [
                        { "name": "countersign", "typed_config": self.filter() },
                        { "name": "router", "typed_config": { "@type": router } },
                    ],
                    "route_config": { "virtual_hosts": [{
                        "name": "all",
                        "domains": ["*"],
                        "routes": [
                            { "match": { "prefix": "/" }, "route": { "cluster": "upstream" } },
                        ],
                    }]},
                },
            }]}],
        })
    }

    fn filter(&self) -> Value {
        let gate = std::env::var("COUNTERSIGN_WASM").unwrap_or_else(|_| {
            concat!(env!("CARGO_MANIFEST_DIR"), "/dist/countersign.wasm").to_owned()
        });
        let module = self.module.map_or(gate, str::to_owned);
        let mut environment = json!({});
        if let Some(secret) = self.secret {
            environment["COUNTERSIGN_SECRET"] = json!(secret);
        }
        json!({
            "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
            "config": {
                "name": "countersign",
                "root_id": "countersign",
                "allow_on_headers_stop_iteration": self.stops,
                "failure_policy": "FAIL_RELOAD",
                "vm_config": {
                    "vm_id": "countersign",
                    "runtime": "envoy.wasm.runtime.v8",
                    "code": { "local": { "filename": module } },
                    "environment_variables": { "key_values": environment },
                },
                "configuration": {
                    "@type": "type.googleapis.com/google.protobuf.StringValue",
                    "value": self.policy,
                },
            },
        })
    }

    fn clusters(&self) -> Vec<Value> {
        let cluster = |(name, port): &(&str, u16)| {
            json!({
                "name": name,
                "connect_timeout": "1s",
                "load_assignment": { "cluster_name": name, "endpoints": [{ "lb_endpoints": [{
                    "endpoint": { "address": { "socket_address": {
                        "address": "127.0.0.1", "port_value": port,
                    }}},
                }]}]},
            })
        };
        self.clusters.iter().map(cluster).collect()
    }
}
