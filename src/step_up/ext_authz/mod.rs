//! `envoy.service.auth.v3.Authorization`: the protocol of Envoy's own external authorization, so that a
//! server of it works here too.
//!
//! # Does not check
//! Who the service is: the proxy's cluster names it and its TLS settings authenticate it. That an
//! answer belongs to its question: a call of gRPC is one exchange, and the message has no id.

pub mod message;
#[cfg(test)]
mod tests;

use crate::reason::Reason;
use crate::step_up::answer::unmet;
use crate::step_up::{Decision, Denial, Edits, Evaluation, Response};
use message::{
    AttributeContext, CheckRequest, CheckResponse, DeniedHttpResponse, EnvoyGrpc, GrpcService,
    HeaderValue, HeaderValueOption, HttpRequest, OkHttpResponse, Request, Timestamp, UInt32Value,
};
use prost::Message as _;
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The service of the protocol.
pub const SERVICE: &str = "envoy.service.auth.v3.Authorization";
/// Its one method.
pub const METHOD: &str = "Check";

/// The largest answer that the proxy takes, in bytes: a little more than the gate reads.
const CAP: u32 = 65_602;

/// What a service may do beside its decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// The cluster, as [`target`] writes it for the host.
    pub target: String,
    /// Request headers that are the service's: it may set and remove them, and a caller may not send
    /// them. In lower case.
    pub upstream: Vec<Rc<str>>,
    /// Headers that its denials may carry. In lower case.
    pub denial: Vec<Rc<str>>,
    /// Headers that its permits may name to no effect. In lower case.
    pub ignored: Vec<Rc<str>>,
}

/// The cluster of a service as the host wants it: a serialized `GrpcService`, with a cap on answers,
/// which has none by default. None where it is not text, which the host's interface takes alone: the
/// names are too long. The cap is a number whose bytes are text.
#[must_use]
pub fn target(cluster: &str, authority: &str) -> Option<String> {
    let service = GrpcService {
        envoy_grpc: Some(EnvoyGrpc {
            cluster_name: cluster.to_owned(),
            authority: authority.to_owned(),
            max_receive_message_length: Some(UInt32Value { value: CAP }),
        }),
    };
    String::from_utf8(service.encode_to_vec()).ok()
}

/// The question, a `CheckRequest`.
pub(super) fn write(evaluation: &Evaluation<'_>) -> Vec<u8> {
    let (scheme, host) = evaluation
        .origin
        .split_once("://")
        .unwrap_or(("https", evaluation.origin));
    let text = str::to_owned;
    let headers = [
        (":method", evaluation.method),
        (":path", evaluation.path),
        (":authority", host),
        (":scheme", scheme),
        ("x-request-id", evaluation.decision),
    ];
    let millis = evaluation.now.millis();
    let request = Request {
        time: Some(Timestamp {
            seconds: evaluation.now.secs(),
            nanos: i32::try_from(millis.rem_euclid(1000))
                .unwrap_or_default()
                .saturating_mul(1_000_000),
        }),
        http: Some(HttpRequest {
            id: text(evaluation.decision),
            method: text(evaluation.method),
            headers: headers.map(|(name, own)| (text(name), text(own))).into(),
            path: text(evaluation.path),
            host: text(host),
            scheme: text(scheme),
        }),
    };
    CheckRequest {
        attributes: Some(AttributeContext {
            request: Some(request),
            context_extensions: extensions(evaluation),
        }),
    }
    .encode_to_vec()
}

/// What the gate knows of a request, each a text. What has parts is JSON.
fn extensions(evaluation: &Evaluation<'_>) -> BTreeMap<String, String> {
    let (sort, name) = evaluation.subject;
    let actor = evaluation.actor;
    let known = [
        ("route", Some(evaluation.route.to_owned())),
        ("subject_type", Some(sort.to_owned())),
        ("subject", Some(name.to_owned())),
        ("issuer", evaluation.issuer.map(str::to_owned)),
        ("client_id", evaluation.client.map(str::to_owned)),
        ("subject_kind", evaluation.subject_kind.map(str::to_owned)),
        ("actor", actor.map(|it| it.subject.to_owned())),
        ("actor_issuer", actor.map(|it| it.issuer.to_owned())),
        (
            "actor_kind",
            actor.and_then(|it| it.kind).map(str::to_owned),
        ),
        ("acr", evaluation.acr.map(str::to_owned)),
        ("proof", Some(evaluation.proofs.join(" "))),
        ("mcp", evaluation.called().map(|call| call.to_string())),
        (
            "transaction",
            evaluation.detail().map(|detail| detail.to_string()),
        ),
        (
            "transaction_hash",
            Some(crate::crypto::digest::to_base64url(
                &evaluation.transaction(),
            )),
        ),
        ("score", Some(evaluation.score.to_string())),
        (
            "contributions",
            Some(Value::Array(evaluation.contributions()).to_string()),
        ),
        ("policy_revision", Some(evaluation.revision.to_string())),
        ("decision_id", Some(evaluation.decision.to_owned())),
    ];
    known
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

/// Reads an answer, a `CheckResponse`.
///
/// # Errors
/// [`Reason::DecisionMalformed`].
pub(super) fn read(response: &Response, rules: &Rules) -> Result<Decision, Reason> {
    // E1: a message of the protocol, and no answer of HTTP.
    if response.status.is_some() {
        return Err(Reason::DecisionMalformed);
    }
    let answer = CheckResponse::decode(response.body.as_slice());
    let answer = answer.map_err(|_| Reason::DecisionMalformed)?;
    let code = answer.status.map(|status| status.code);
    match (code, answer.ok_response, answer.denied_response) {
        // E2: a yes that is said: protobuf cannot tell an empty message from one that was not filled.
        (Some(0), ok, None) => permit(ok.unwrap_or_default(), rules),
        (None, Some(ok), None) => permit(ok, rules),
        (None, None, None) => Err(Reason::DecisionMalformed),
        // E3: a denial stays one, whatever stands beside it.
        (None | Some(_), _, denied) => Ok(Decision::Deny(
            None,
            denied.map_or_else(Denial::default, |denied| denial(denied, rules)),
        )),
    }
}

/// A permit that changes what the policy leaves to the service. What else it would change is an
/// obligation that the gate does not meet.
fn permit(ok: OkHttpResponse, rules: &Rules) -> Result<Decision, Reason> {
    // E4: the query is a part of what was judged.
    let queries = ok.query_parameters_to_set.len();
    let mut is_met = queries == 0 && ok.query_parameters_to_remove.is_empty();
    let mut edits = Edits::default();
    for option in ok.headers {
        let (name, value) = line(option).ok_or(Reason::DecisionMalformed)?;
        match listed(&rules.upstream, &name) {
            Some(own) => set(&mut edits.set, own, value),
            // E5: only headers that are the service's.
            None => is_met &= listed(&rules.ignored, &name).is_some(),
        }
    }
    for name in ok.headers_to_remove {
        let name = name.to_ascii_lowercase();
        // E6: the same of removals. What is the service's was removed before it was asked.
        is_met &= listed(&rules.upstream, &name)
            .or_else(|| listed(&rules.ignored, &name))
            .is_some();
    }
    for option in ok.response_headers_to_add {
        let (name, _) = line(option).ok_or(Reason::DecisionMalformed)?;
        // E7: the response is the upstream's.
        is_met &= listed(&rules.ignored, &name).is_some();
    }
    let obligations = if is_met { Vec::new() } else { vec![unmet()] };
    Ok(Decision::Permit(obligations, edits))
}

/// A denial: its status where that is one of a denial, and the headers that it may carry. Its body is
/// not read: clients get the gate's.
fn denial(denied: DeniedHttpResponse, rules: &Rules) -> Denial {
    let status = denied.status.and_then(|it| u16::try_from(it.code).ok());
    let lines = denied.headers.into_iter().filter_map(line);
    let mut headers = Vec::new();
    for (name, value) in lines {
        if let Some(own) = listed(&rules.denial, &name) {
            set(&mut headers, own, value);
        }
    }
    Denial {
        status: status.filter(|status| is_denial(*status)),
        headers,
    }
}

/// Whether a status may stand in the place of `403`. Not those by which a client is told to do something
/// of HTTP's own: authenticate, try another way, or connect otherwise.
const fn is_denial(status: u16) -> bool {
    matches!(status, 400 | 402..=404 | 406 | 409 | 410 | 412 | 422..=424 | 428 | 429 | 451)
}

fn listed<'r>(names: &'r [Rc<str>], name: &str) -> Option<&'r Rc<str>> {
    names.iter().find(|own| ***own == *name)
}

/// Sets a header. Of several lines one is made, as HTTP has it.
fn set(headers: &mut Vec<(Rc<str>, String)>, name: &Rc<str>, value: String) {
    match headers.iter_mut().find(|(own, _)| own == name) {
        Some((_, own)) => {
            own.push_str(", ");
            own.push_str(&value);
        }
        None => headers.push((Rc::clone(name), value)),
    }
}

/// A header line that can be sent: its name in lower case.
fn line(option: HeaderValueOption) -> Option<(String, String)> {
    let HeaderValue {
        key,
        value,
        raw_value,
    } = option.header?;
    let value = if raw_value.is_empty() {
        value
    } else {
        String::from_utf8(raw_value).ok()?
    };
    let is_plain = value
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t'));
    let is_trim = value.trim_ascii() == value;
    (is_plain && is_trim && !key.is_empty()).then(|| (key.to_ascii_lowercase(), value))
}
