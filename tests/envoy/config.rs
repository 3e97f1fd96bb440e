//! The configuration of a proxy under test.

use crate::support::policy::SECRETS;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// A secret that is long enough.
pub(crate) const SECRET: &str = "a secret for tests of at least thirty-two bytes";

/// Everything that module and host call of each other.
pub(crate) const CAPABILITIES: [&str; 52] = [
    "proxy_on_memory_allocate",
    "proxy_on_vm_start",
    "proxy_on_configure",
    "proxy_on_context_create",
    "proxy_on_tick",
    "proxy_on_queue_ready",
    "proxy_on_request_headers",
    "proxy_on_request_body",
    "proxy_on_request_trailers",
    "proxy_on_response_headers",
    "proxy_on_response_body",
    "proxy_on_response_trailers",
    "proxy_on_http_call_response",
    "proxy_on_done",
    "proxy_on_log",
    "proxy_on_delete",
    "proxy_log",
    "proxy_get_current_time_nanoseconds",
    "proxy_set_tick_period_milliseconds",
    "proxy_get_buffer_bytes",
    "proxy_get_header_map_pairs",
    "proxy_replace_header_map_value",
    "proxy_remove_header_map_value",
    "proxy_get_property",
    "proxy_set_property",
    "proxy_get_shared_data",
    "proxy_set_shared_data",
    "proxy_register_shared_queue",
    "proxy_dequeue_shared_queue",
    "proxy_enqueue_shared_queue",
    "proxy_send_local_response",
    "proxy_continue_stream",
    "proxy_set_effective_context",
    "proxy_call_foreign_function",
    "proxy_define_metric",
    "proxy_increment_metric",
    "proxy_http_call",
    "proxy_grpc_call",
    "proxy_get_status",
    "proxy_on_grpc_receive_initial_metadata",
    "proxy_on_grpc_receive",
    "proxy_on_grpc_receive_trailing_metadata",
    "proxy_on_grpc_close",
    "proxy_get_log_level",
    "clock_time_get",
    "random_get",
    "environ_get",
    "environ_sizes_get",
    "args_get",
    "args_sizes_get",
    "fd_write",
    "proc_exit",
];

/// The module that was built.
pub(crate) fn built() -> PathBuf {
    std::env::var_os("COUNTERSIGN_WASM").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/dist/countersign.wasm").into(),
        PathBuf::from,
    )
}

/// The configuration that an operator copies.
fn example() -> Value {
    let text = include_str!("../../envoy/envoy.yaml");
    serde_saphyr::from_str(text).expect("YAML")
}

/// How a proxy is set up.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// The plugin configuration, to the byte.
    pub(crate) policy: String,
    /// `COUNTERSIGN_SECRET`.
    pub(crate) secret: Option<&'static str>,
    /// Further environment variables of the module.
    pub(crate) environment: Vec<(&'static str, String)>,
    /// Worker threads.
    pub(crate) workers: u32,
    /// `allow_on_headers_stop_iteration`.
    pub(crate) stops: bool,
    /// Whether the listener comes from a file that may change.
    pub(crate) dynamic: bool,
    /// A host call that the module may not make.
    pub(crate) denied: Option<&'static str>,
    /// How the listener speaks TLS, if it does.
    pub(crate) tls: Option<Tls>,
    /// As whom the proxy speaks TLS to its upstream, if it does.
    pub(crate) client: Option<Party>,
    /// The port of the listener. Zero for one that is free.
    pub(crate) port: u16,
    /// The module, if the filter is there at all.
    pub(crate) module: Option<PathBuf>,
    /// Ports of the clusters, by their names.
    pub(crate) clusters: Vec<(&'static str, u16)>,
    /// Members that a cluster has beside the usual ones.
    pub(crate) also: Vec<(&'static str, Value)>,
    /// `num_retries` of the routes.
    pub(crate) retries: u32,
    /// Path prefixes that go to another cluster than `upstream`.
    pub(crate) elsewhere: Vec<(&'static str, &'static str)>,
    /// All routes, in place of those that would be there.
    pub(crate) routes: Option<Value>,
}

impl Setup {
    /// One worker, everything in place, and this policy.
    pub(crate) fn of(policy: &Value) -> Self {
        Self {
            policy: policy.to_string(),
            secret: Some(SECRET),
            environment: SECRETS
                .map(|(name, secret)| (name, secret.to_owned()))
                .into(),
            workers: 1,
            stops: true,
            dynamic: false,
            denied: None,
            tls: None,
            client: None,
            port: 0,
            module: Some(built()),
            clusters: Vec::new(),
            also: Vec::new(),
            retries: 0,
            elsewhere: Vec::new(),
            routes: None,
        }
    }

    /// With a cluster at a loopback port.
    pub(crate) fn with(mut self, cluster: &'static str, port: u16) -> Self {
        self.clusters.push((cluster, port));
        self
    }

    /// With a cluster at a loopback port that speaks HTTP/2 alone.
    pub(crate) fn with_grpc(self, cluster: &'static str, port: u16) -> Self {
        self.with(cluster, port)
            .having(cluster, json!({ "http2_protocol_options": {} }))
    }

    /// With further members of a cluster, in place of those that it has.
    pub(crate) fn having(mut self, cluster: &'static str, members: Value) -> Self {
        self.also.push((cluster, members));
        self
    }

    /// The bootstrap.
    pub(crate) fn bootstrap(&self, folder: &Path) -> Value {
        let mut resources = json!({ "clusters": self.clusters() });
        let mut bootstrap = json!({
            "node": { "id": "test", "cluster": "test" },
            "stats_config": example()["stats_config"],
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
        let router = json!({ "name": "router", "typed_config": { "@type": router } });
        let gate = self.module.as_deref().map(|module| self.filter(module));
        let filters: Vec<Value> = gate.into_iter().chain([router]).collect();
        let targets: Vec<Value> = self
            .elsewhere
            .iter()
            .chain(&[("/", "upstream")])
            .map(|(prefix, cluster)| {
                let mut route = json!({ "cluster": cluster });
                if self.retries > 0 {
                    route["retry_policy"] =
                        json!({ "retry_on": "5xx", "num_retries": self.retries });
                }
                json!({ "match": { "prefix": prefix }, "route": route })
            })
            .collect();
        let mut listener = json!({
            "name": "gate",
            "address": { "socket_address": {
                "address": "127.0.0.1", "port_value": self.port,
            }},
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
                    "http_filters": filters,
                    "route_config": { "virtual_hosts": [{
                        "name": "all",
                        "domains": ["*"],
                        "routes": self.routes.clone().unwrap_or(json!(targets)),
                    }]},
                },
            }]}],
        });
        if let Some(tls) = &self.tls {
            let chain = &mut listener["filter_chains"][0];
            chain["transport_socket"] = tls.party.socket("Downstream");
            let manager = &mut chain["filters"][0]["typed_config"];
            manager["forward_client_cert_details"] = json!(tls.forwards);
            if matches!(tls.forwards, "SANITIZE_SET" | "APPEND_FORWARD") {
                manager["set_current_client_cert_details"] = json!({ "subject": true, "cert": true, "chain": true, "uri": true, "dns": true });
            }
        }
        listener
    }

    fn filter(&self, module: &Path) -> Value {
        let mut environment = json!({});
        if let Some(secret) = self.secret {
            environment["COUNTERSIGN_SECRET"] = json!(secret);
        }
        for (name, value) in &self.environment {
            environment[name] = json!(value);
        }
        let mut capabilities = json!({});
        if self.denied.is_some() {
            let allowed = CAPABILITIES
                .iter()
                .filter(|name| Some(**name) != self.denied);
            let allowed: Map<_, _> = allowed
                .map(|name| (*name).to_owned())
                .map(|name| (name, json!({})))
                .collect();
            capabilities = json!({ "allowed_capabilities": allowed });
        }
        let config = json!({
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
                    "capability_restriction_config": capabilities,
                },
                "configuration": {
                    "@type": "type.googleapis.com/google.protobuf.StringValue",
                    "value": self.policy,
                },
            },
        });
        json!({ "name": "countersign", "typed_config": config })
    }

    fn clusters(&self) -> Vec<Value> {
        let cluster = |(name, port): &(&str, u16)| {
            let mut cluster = json!({
                "name": name,
                "connect_timeout": "1s",
                "http_protocol_options": { "enable_trailers": true },
                "load_assignment": { "cluster_name": name, "endpoints": [{ "lb_endpoints": [{
                    "endpoint": { "address": { "socket_address": {
                        "address": "127.0.0.1", "port_value": port,
                    }}},
                }]}]},
            });
            for (_, members) in self.also.iter().filter(|(own, _)| own == name) {
                let members = members.as_object().unwrap();
                for (member, value) in members {
                    cluster[member] = value.clone();
                }
                if members.contains_key("http2_protocol_options") {
                    cluster
                        .as_object_mut()
                        .unwrap()
                        .remove("http_protocol_options");
                }
            }
            if let (Some(party), "upstream") = (&self.client, *name) {
                cluster["transport_socket"] = party.socket("Upstream");
            }
            cluster
        };
        self.clusters.iter().map(cluster).collect()
    }
}

/// Who speaks TLS, and which authority it trusts. All are files.
#[derive(Clone, Debug)]
pub(crate) struct Party {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) authority: PathBuf,
}

/// A listener that asks the client for a certificate, and takes it from one authority alone.
#[derive(Clone, Debug)]
pub(crate) struct Tls {
    pub(crate) party: Party,
    /// `forward_client_cert_details`.
    pub(crate) forwards: &'static str,
}

impl Party {
    /// The transport socket of this side.
    fn socket(&self, side: &str) -> Value {
        let file = |path: &Path| json!({ "filename": path });
        let package = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3";
        json!({
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": format!("{package}.{side}TlsContext"),
                "common_tls_context": {
                    "tls_certificates": [{
                        "certificate_chain": file(&self.certificate),
                        "private_key": file(&self.key),
                    }],
                    "validation_context": { "trusted_ca": file(&self.authority) },
                },
            },
        })
    }
}
