//! What the demo changes in the committed configuration, and nothing else: where things listen,
//! which module runs, the few lines of the policy that would make a run depend on the clock, and the
//! token exchange of another example, which the transfers of the policy get too.

use super::envoy::CLIENT_SECRET;
use anyhow::{Context, Result, bail};
use countersign::config;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;

/// The type under which the filter's configuration carries the policy as JSON.
const STRING_VALUE: &str = "type.googleapis.com/google.protobuf.StringValue";

/// How far ahead a proof of the demo may be dated. It is also how long a fresh gate refuses.
pub(crate) const MAX_AHEAD: &str = "1s";
/// A window that is always open.
pub(crate) const ALWAYS: &str = "daily 00:00-24:00 UTC";

/// Where the servers of the demo listen, and which module runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places<'a> {
    pub(crate) upstream: SocketAddr,
    pub(crate) issuer: SocketAddr,
    pub(crate) pdp: SocketAddr,
    pub(crate) tts: SocketAddr,
    pub(crate) module: &'a Path,
}

/// Reads a YAML document.
pub(crate) fn read_yaml(path: &Path) -> Result<Value> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_saphyr::from_str(&text).with_context(|| format!("{} is not YAML", path.display()))
}

fn read_policy(path: &Path) -> Result<Value> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(serde_json::from_slice(&config::from_yaml(&text)?)?)
}

/// Reads the policy and changes what the demo must change.
pub(crate) fn policy(path: &Path, exchange: &Path) -> Result<Value> {
    let mut policy = read_policy(path)?;
    let mut example = read_policy(exchange)?;
    for section in ["transaction_token_issuers", "exchanges"] {
        let taken = at(&mut example, &format!("/{section}"))?.take();
        set(&mut policy, "/", section, taken)?;
    }
    let taken = at(&mut example, "/routes/0/exchange")?.take();
    let transfer = named(array(&mut policy, "/routes")?, "transfer")?;
    set(transfer, "/", "exchange", taken)?;
    let members = policy.as_object_mut().context("the policy is no object")?;
    let dpop = members.entry("dpop").or_insert_with(|| json!({}));
    set(dpop, "/", "max_ahead", json!(MAX_AHEAD))?;
    for signal in array(&mut policy, "/routes")?
        .iter_mut()
        .filter_map(|route| route.pointer_mut("/risk/signals"))
        .filter_map(Value::as_array_mut)
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        if let Some(window) = signal.get_mut("outside") {
            *window = json!(ALWAYS);
        }
    }
    if let Err(faults) = config::load(policy.to_string().as_bytes()) {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        bail!("{} does not load:\n{}", path.display(), faults.join("\n"));
    }
    Ok(policy)
}

/// The configuration of the demo's Envoy: every port is one that the system picks.
pub(crate) fn envoy(mut config: Value, policy: &Value, places: &Places<'_>) -> Result<Value> {
    let any: SocketAddr = ([127, 0, 0, 1], 0).into();
    listen(at(&mut config, "/admin")?, any)?;
    let listener = "/static_resources/listeners/0";
    listen(at(&mut config, listener)?, any)?;
    let filters = format!("{listener}/filter_chains/0/filters/0/typed_config/http_filters");
    let filter = named(array(&mut config, &filters)?, "countersign")?;
    set(
        filter,
        "/typed_config/config/vm_config/code/local",
        "filename",
        json!(places.module),
    )?;
    let environment = "/typed_config/config/vm_config/environment_variables/host_env_keys";
    array(filter, environment)?.push(json!(CLIENT_SECRET));
    set(
        filter,
        "/typed_config/config",
        "configuration",
        json!({ "@type": STRING_VALUE, "value": policy.to_string() }),
    )?;
    let clusters = array(&mut config, "/static_resources/clusters")?;
    let mut cluster = named(clusters, "pdp")?.clone();
    set(&mut cluster, "/", "name", json!("tts"))?;
    set(
        &mut cluster,
        "/load_assignment",
        "cluster_name",
        json!("tts"),
    )?;
    clusters.push(cluster);
    for (name, address) in [
        ("tts", places.tts),
        ("upstream", places.upstream),
        ("as", places.issuer),
        ("pdp", places.pdp),
    ] {
        let cluster = named(array(&mut config, "/static_resources/clusters")?, name)?;
        let endpoint = "/load_assignment/endpoints/0/lb_endpoints/0/endpoint";
        listen(at(cluster, endpoint)?, address)?;
    }
    Ok(config)
}

fn listen(owner: &mut Value, address: SocketAddr) -> Result<()> {
    let socket = "/address/socket_address";
    set(owner, socket, "address", json!(address.ip()))?;
    set(owner, socket, "port_value", json!(address.port()))
}

fn at<'v>(value: &'v mut Value, pointer: &str) -> Result<&'v mut Value> {
    value
        .pointer_mut(pointer)
        .with_context(|| format!("the configuration has no {pointer}"))
}

fn array<'v>(value: &'v mut Value, pointer: &str) -> Result<&'v mut Vec<Value>> {
    at(value, pointer)?
        .as_array_mut()
        .with_context(|| format!("{pointer} is no list"))
}

fn named<'v>(items: &'v mut [Value], name: &str) -> Result<&'v mut Value> {
    items
        .iter_mut()
        .find(|item| item.get("name").and_then(Value::as_str) == Some(name))
        .with_context(|| format!("the configuration has no {name}"))
}

fn set(value: &mut Value, pointer: &str, member: &str, new: Value) -> Result<()> {
    at(value, pointer.trim_end_matches('/'))?
        .as_object_mut()
        .with_context(|| format!("{pointer} is no object"))?
        .insert(member.to_owned(), new);
    Ok(())
}
