//! Where clients learn of the authorization server (RFC 9728).

use super::{At, Carrier, Faults};
use crate::policy::mcp::{Class, Served, WELL_KNOWN};
use crate::proof::Method;
use crate::route::{Segment, Template};
use crate::token::Kind;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::rc::Rc;

/// The word for what the gate itself serves.
const SERVED: &str = "served";

/// What challenges name, and what is served there.
pub(super) struct Metadata {
    pub(super) url: Rc<str>,
    pub(super) served: Option<Served>,
}

impl Default for Metadata {
    fn default() -> Self {
        Self {
            url: "".into(),
            served: None,
        }
    }
}

pub(super) fn compile(
    written: &str,
    carrier: &Carrier<'_>,
    classes: &[Class],
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Metadata> {
    if written != SERVED {
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        let is_url = written.starts_with("https://") && written.bytes().all(plain);
        let problem = format!("{written:?} is neither `{SERVED}` nor a URL with https");
        return faults.check(is_url, at, problem).then(|| Metadata {
            url: written.into(),
            served: None,
        });
    }
    let own_path = path(carrier.transaction.template?);
    let problem = "cannot be served for a path with parameters: name a URL";
    let own_path = faults.keep(own_path.ok_or(problem), at)?;
    let servers = servers(carrier);
    let problem =
        "has no authorization server to name: no issuer of this route is of access tokens";
    faults
        .check(!servers.is_empty(), at, problem)
        .then_some(())?;
    let methods = &carrier.proof?.any_of;
    let origin = carrier.origin?.as_str();
    let of_route = carrier.identity?.scopes.iter();
    let scopes: BTreeSet<&String> = of_route
        .chain(classes.iter().flat_map(|class| &class.scopes))
        .collect();
    let mut document = Map::new();
    let mut say = |name: &str, value: Value| document.insert(name.to_owned(), value);
    say("resource", Value::String([origin, &own_path].concat()));
    say("authorization_servers", json!(servers));
    say("bearer_methods_supported", json!(["header"]));
    let by_dpop_alone = *methods == [Method::Dpop];
    say("dpop_bound_access_tokens_required", json!(by_dpop_alone));
    if !scopes.is_empty() {
        say("scopes_supported", json!(scopes));
    }
    if methods.contains(&Method::Dpop) {
        let algs: Vec<&str> = carrier.algs.split(' ').collect();
        say("dpop_signing_alg_values_supported", json!(algs));
    }
    if methods.contains(&Method::Mtls) {
        say("tls_client_certificate_bound_access_tokens", json!(true));
    }
    let path = [WELL_KNOWN, &own_path].concat();
    Some(Metadata {
        url: [origin, &path].concat().into(),
        served: Some(Served {
            path,
            text: Value::Object(document).to_string().into(),
        }),
    })
}

/// The issuers of access tokens that the route accepts.
fn servers<'a>(carrier: &Carrier<'a>) -> Vec<&'a str> {
    let accepted = carrier.identity.map_or(&[][..], |it| &it.issuers);
    let issuers = carrier.issuers.unwrap_or_default();
    accepted
        .iter()
        .filter_map(|id| issuers.get(id.0))
        .filter(|issuer| matches!(issuer.kind, Kind::Access | Kind::Opaque))
        .map(|issuer| &*issuer.uri)
        .collect()
}

/// The one path of a template without parameters.
fn path(template: &Template) -> Option<String> {
    let mut path = String::new();
    for segment in template.segments() {
        match segment {
            Segment::Literal(text) => {
                path.push('/');
                path.push_str(text);
            }
            Segment::Parameter(_) => return None,
        }
    }
    Some(path)
}
