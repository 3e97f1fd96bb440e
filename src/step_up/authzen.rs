//! The AuthZEN Authorization API 1.0 as its policy enforcement point: one evaluation, read strictly.
//!
//! # Does not check
//! Who the service is: the proxy's cluster names it and its TLS settings authenticate it.

use crate::json::{Json, Limits};
use crate::reason::Reason;
use crate::risk::Contribution;
use crate::step_up::{Decision, MAX_ANSWER_BYTES, Response};
use serde_json::{Map, Value, json};

/// What the service is told. Never the token, never the proof.
#[derive(Clone, Debug)]
pub struct Evaluation<'a> {
    /// The route.
    pub route: &'a str,
    /// The method of the request.
    pub method: &'a str,
    /// The origin of the route.
    pub origin: &'a str,
    /// The path of the request, without its query.
    pub path: &'a str,
    /// `iss`.
    pub issuer: Option<&'a str>,
    /// What sort of subject it is, and its name: `identity` and `sub` for one that an issuer vouches
    /// for.
    pub subject: (&'static str, &'a str),
    /// `client_id`.
    pub client: Option<&'a str>,
    /// What kind of subject it is.
    pub subject_kind: Option<&'a str>,
    /// The outermost `act`.
    pub actor: Option<Actor<'a>>,
    /// `acr`.
    pub acr: Option<&'a str>,
    /// How possession was shown.
    pub proofs: Vec<&'a str>,
    /// The granted transaction.
    pub transaction: Option<&'a Json>,
    /// The call, where the request is one of the Model Context Protocol.
    pub call: Option<Told<'a>>,
    /// The score.
    pub score: u32,
    /// What it is made of.
    pub contributions: &'a [Contribution],
    /// The revision of the policy.
    pub revision: u64,
    /// The id of this decision.
    pub decision: &'a str,
}

/// Who acts for the subject.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    /// Who vouches for it.
    pub issuer: &'a str,
    /// `sub`.
    pub subject: &'a str,
    /// What kind of subject it is.
    pub kind: Option<&'a str>,
}

/// A call of the Model Context Protocol. Never a value of its arguments, only their digest.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The method of the message.
    pub method: &'a str,
    /// The name of the tool or prompt, or the URI of the resource.
    pub name: Option<&'a str>,
    /// The class in the policy.
    pub class: &'a str,
    /// SHA-256 of the canonical JSON of the arguments, base64url.
    pub arguments: Option<&'a str>,
}

/// The request body of an evaluation (section 6).
#[must_use]
pub fn write(evaluation: &Evaluation<'_>) -> Vec<u8> {
    let mut identity = Map::new();
    for (name, value) in [
        ("issuer", evaluation.issuer),
        ("client_id", evaluation.client),
        ("kind", evaluation.subject_kind),
        ("actor", evaluation.actor.map(|it| it.subject)),
        ("actor_issuer", evaluation.actor.map(|it| it.issuer)),
        ("actor_kind", evaluation.actor.and_then(|it| it.kind)),
        ("acr", evaluation.acr),
    ] {
        if let Some(value) = value {
            identity.insert(name.to_owned(), value.into());
        }
    }
    identity.insert("proof".to_owned(), json!(evaluation.proofs));
    let mut target = Map::new();
    target.insert("origin".to_owned(), evaluation.origin.into());
    target.insert("path".to_owned(), evaluation.path.into());
    if let Some(transaction) = evaluation.transaction {
        target.insert("transaction".to_owned(), value(transaction));
    }
    let contributions: Vec<Value> = evaluation
        .contributions
        .iter()
        .map(|part| json!({ "name": &*part.name, "add": part.add }))
        .collect();
    let mut action = Map::new();
    action.insert("method".to_owned(), evaluation.method.into());
    if let Some(call) = evaluation.call {
        let mut facts = Map::new();
        for (name, value) in [
            ("method", Some(call.method)),
            ("name", call.name),
            ("class", Some(call.class)),
            ("arguments", call.arguments),
        ] {
            if let Some(value) = value {
                facts.insert(name.to_owned(), value.into());
            }
        }
        action.insert("mcp".to_owned(), facts.into());
    }
    let (sort, name) = evaluation.subject;
    json!({
        "subject": { "type": sort, "id": name, "properties": identity },
        "action": { "name": evaluation.route, "properties": action },
        "resource": { "type": "route", "id": evaluation.route, "properties": target },
        "context": {
            "decision_id": evaluation.decision,
            "policy_revision": evaluation.revision,
            "score": evaluation.score,
            "contributions": contributions,
            "supported_obligations": [],
        },
    })
    .to_string()
    .into_bytes()
}

/// A granted transaction as a JSON value. Numbers that are not plain integers go as their text, so
/// that no amount is rounded on its way.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(text) => text
            .parse::<i64>()
            .map_or_else(|_| Value::String(text.clone()), Value::from),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Array(items.iter().map(value).collect()),
        Json::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, member)| (name.clone(), value(member)))
                .collect(),
        ),
    }
}

/// Reads an answer. Only `200`, `application/json` and a boolean `decision` is a decision.
///
/// A proxy answers `503` in the place of a service that it cannot reach, and `504` where the time is
/// up. The service's own `503` and `504` look the same and say the same.
///
/// # Errors
/// [`Reason::DecisionOversized`], [`Reason::DecisionUnreachable`] for `503`,
/// [`Reason::DecisionTimeout`] for `504`, [`Reason::DecisionStatus`] for any other status,
/// [`Reason::DecisionMismatched`], [`Reason::DecisionMalformed`].
pub fn read(response: &Response, request_id: &str) -> Result<Decision, Reason> {
    // A host does not read such an answer at all, so its size comes first.
    if response.body.len() > MAX_ANSWER_BYTES {
        return Err(Reason::DecisionOversized);
    }
    match response.status {
        Some(200) => {}
        Some(503) => return Err(Reason::DecisionUnreachable),
        Some(504) => return Err(Reason::DecisionTimeout),
        Some(_) | None => return Err(Reason::DecisionStatus),
    }
    if response
        .request_id
        .as_deref()
        .is_some_and(|id| id != request_id)
    {
        return Err(Reason::DecisionMismatched);
    }
    let media_type = response.content_type.as_deref().unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Reason::DecisionMalformed);
    }
    let limits = Limits {
        bytes: MAX_ANSWER_BYTES,
        depth: 16,
    };
    let answer = Json::parse(&response.body, limits).map_err(|_| Reason::DecisionMalformed)?;
    match answer.get("decision") {
        Some(Json::Bool(false)) => Ok(Decision::Deny),
        Some(Json::Bool(true)) => {
            let context = match answer.get("context") {
                None | Some(Json::Null) => None,
                Some(context @ Json::Object(_)) => Some(context),
                Some(Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_)) => {
                    return Err(Reason::DecisionMalformed);
                }
            };
            // Obligations belong into the context, but nobody writes them beside it for nothing.
            let mut obligations = [Some(&answer), context]
                .into_iter()
                .filter_map(|place| place?.get("obligations"));
            let none = obligations.all(|it| it.as_array().is_some_and(<[Json]>::is_empty));
            Ok(if none {
                Decision::Permit
            } else {
                Decision::Obliged
            })
        }
        Some(_) | None => Err(Reason::DecisionMalformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;
    use std::rc::Rc;

    fn answer(body: &str) -> Response {
        Response {
            status: Some(200),
            content_type: Some("application/json; charset=utf-8".to_owned()),
            request_id: Some("an-id".to_owned()),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn only_a_boolean_decision_decides() {
        for (body, decision) in [
            (r#"{"decision":true}"#, Ok(Decision::Permit)),
            (
                r#"{"decision":true,"context":{"obligations":[]},"more":1}"#,
                Ok(Decision::Permit),
            ),
            (r#"{"decision":false}"#, Ok(Decision::Deny)),
            (
                r#"{"decision":true,"context":{"obligations":[{"type":"x"}]}}"#,
                Ok(Decision::Obliged),
            ),
            (
                r#"{"decision":true,"context":{"obligations":null}}"#,
                Ok(Decision::Obliged),
            ),
            (
                r#"{"decision":true,"obligations":[{"type":"x"}]}"#,
                Ok(Decision::Obliged),
            ),
            (r#"{"decision":true,"context":null}"#, Ok(Decision::Permit)),
            (
                r#"{"decision":true,"context":[{"obligations":["x"]}]}"#,
                Err(Reason::DecisionMalformed),
            ),
            (
                r#"{"decision":true,"context":"obligations"}"#,
                Err(Reason::DecisionMalformed),
            ),
            (r#"{"decision":"true"}"#, Err(Reason::DecisionMalformed)),
            (r#"{"decision":1}"#, Err(Reason::DecisionMalformed)),
            (r#"{"decision":null}"#, Err(Reason::DecisionMalformed)),
            (
                r#"{"decision":false,"decision":true}"#,
                Err(Reason::DecisionMalformed),
            ),
            (r#"[{"decision":true}]"#, Err(Reason::DecisionMalformed)),
            (r#"{"Decision":true}"#, Err(Reason::DecisionMalformed)),
            (r#"{"decision":true} x"#, Err(Reason::DecisionMalformed)),
            ("", Err(Reason::DecisionMalformed)),
            ("true", Err(Reason::DecisionMalformed)),
        ] {
            assert_eq!(read(&answer(body), "an-id"), decision, "{body}");
        }
    }

    #[test]
    fn everything_around_a_permit_must_hold_too() {
        let permit = answer(r#"{"decision":true}"#);
        for (status, reason) in [
            (None, Reason::DecisionStatus),
            (Some(201), Reason::DecisionStatus),
            (Some(500), Reason::DecisionStatus),
            (Some(502), Reason::DecisionStatus),
            (Some(503), Reason::DecisionUnreachable),
            (Some(504), Reason::DecisionTimeout),
        ] {
            let mut other = permit.clone();
            other.status = status;
            assert_eq!(read(&other, "an-id"), Err(reason), "{status:?}");
            other.request_id = None;
            other.body.clear();
            assert_eq!(read(&other, "an-id"), Err(reason), "{status:?}, bare");
        }
        assert_eq!(read(&permit, "another"), Err(Reason::DecisionMismatched));
        for media_type in [None, Some("text/html"), Some("application/jsonx"), Some("")] {
            let mut other = permit.clone();
            other.content_type = media_type.map(str::to_owned);
            assert_eq!(read(&other, "an-id"), Err(Reason::DecisionMalformed));
        }
        let mut other = permit.clone();
        other.body.resize(MAX_ANSWER_BYTES + 1, b' ');
        assert_eq!(read(&other, "an-id"), Err(Reason::DecisionOversized));
        other.status = Some(500);
        assert_eq!(read(&other, "an-id"), Err(Reason::DecisionOversized));
        let mut silent = permit;
        silent.request_id = None;
        assert_eq!(read(&silent, "an-id"), Ok(Decision::Permit));
    }

    #[test]
    fn the_question_keeps_amounts_exact() {
        let detail = Json::Object(vec![
            ("amount".to_owned(), Json::Number("12.50".to_owned())),
            ("count".to_owned(), Json::Number("3".to_owned())),
        ]);
        let part = |name: &str, add| Contribution {
            name: Rc::from(name),
            add,
            faulted: false,
        };
        let body = write(&Evaluation {
            route: "transfer",
            method: "POST",
            origin: "https://api.example.com",
            path: "/accounts/1/transfers",
            issuer: Some("https://as.example.com"),
            subject: ("identity", "alice"),
            client: Some("app"),
            subject_kind: Some("human"),
            actor: Some(Actor {
                issuer: "https://agents.example.com",
                subject: "agent-7",
                kind: Some("agent"),
            }),
            acr: None,
            proofs: vec!["dpop"],
            transaction: Some(&detail),
            call: Some(Told {
                method: "tools/call",
                name: Some("pay"),
                class: "payments",
                arguments: None,
            }),
            score: 60,
            contributions: &[part("base", 30), part("large", 30)],
            revision: 42,
            decision: "00",
        });
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(
            body["resource"]["properties"]["transaction"]["amount"],
            "12.50"
        );
        assert_eq!(body["resource"]["properties"]["transaction"]["count"], 3);
        assert_eq!(body["context"]["contributions"][1]["name"], "large");
        assert_eq!(
            body["subject"]["properties"],
            json!({
                "issuer": "https://as.example.com",
                "client_id": "app",
                "kind": "human",
                "actor": "agent-7",
                "actor_issuer": "https://agents.example.com",
                "actor_kind": "agent",
                "proof": ["dpop"],
            })
        );
        assert_eq!(
            body["action"]["properties"]["mcp"],
            json!({ "method": "tools/call", "name": "pay", "class": "payments" })
        );
    }
}
