//! What a decision service is told of a request.

use crate::crypto::digest::{Digest32, sha256, to_base64url};
use crate::json::Json;
use crate::risk::Contribution;
use crate::time::UnixTime;
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
    /// Now.
    pub now: UnixTime,
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

impl Told<'_> {
    /// What is told of it, by name.
    fn facts(&self) -> Map<String, Value> {
        let facts = [
            ("method", Some(self.method)),
            ("name", self.name),
            ("class", Some(self.class)),
            ("arguments", self.arguments),
        ];
        let told = facts.into_iter();
        told.filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
            .collect()
    }
}

/// The obligations that the gate meets.
const SUPPORTED: [&str; 2] = ["step-up", "log"];

impl Evaluation<'_> {
    /// Who does what to what: `subject`, `action` and `resource`.
    fn matter(&self) -> Map<String, Value> {
        let mut identity = Map::new();
        for (name, value) in [
            ("issuer", self.issuer),
            ("client_id", self.client),
            ("kind", self.subject_kind),
            ("actor", self.actor.map(|it| it.subject)),
            ("actor_issuer", self.actor.map(|it| it.issuer)),
            ("actor_kind", self.actor.and_then(|it| it.kind)),
            ("acr", self.acr),
        ] {
            if let Some(value) = value {
                identity.insert(name.to_owned(), value.into());
            }
        }
        identity.insert("proof".to_owned(), json!(self.proofs));
        let mut target = Map::new();
        target.insert("origin".to_owned(), self.origin.into());
        target.insert("path".to_owned(), self.path.into());
        if let Some(transaction) = self.transaction {
            target.insert("transaction".to_owned(), value(transaction));
        }
        let mut action = Map::new();
        action.insert("method".to_owned(), self.method.into());
        if let Some(call) = self.call {
            action.insert("mcp".to_owned(), call.facts().into());
        }
        let (sort, name) = self.subject;
        let mut matter = Map::new();
        matter.insert(
            "subject".to_owned(),
            json!({ "type": sort, "id": name, "properties": identity }),
        );
        matter.insert(
            "action".to_owned(),
            json!({ "name": self.route, "properties": action }),
        );
        matter.insert(
            "resource".to_owned(),
            json!({ "type": "route", "id": self.route, "properties": target }),
        );
        matter
    }

    /// The name of the transaction: SHA-256 over issuer and subject, who acts for it, method, origin
    /// and path, the call, and the granted transaction. A fresh token or another authentication leaves it as it is.
    #[must_use]
    pub fn transaction(&self) -> Digest32 {
        let (sort, name) = self.subject;
        let named = json!([
            sort,
            self.issuer,
            name,
            self.actor.map(|it| [it.issuer, it.subject]),
            self.method,
            self.origin,
            self.path,
            self.call.map(|call| call.facts()),
            self.transaction.map(value),
        ]);
        sha256(&[named.to_string().as_bytes()])
    }

    /// The question as JSON: `subject`, `action`, `resource` and `context`, as section 6 of the
    /// Authorization API has them.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut question = self.matter();
        question.insert(
            "context".to_owned(),
            json!({
                "decision_id": self.decision,
                "policy_revision": self.revision,
                "score": self.score,
                "contributions": self.contributions(),
                "transaction_hash": to_base64url(&self.transaction()),
                "supported_obligations": SUPPORTED,
            }),
        );
        Value::Object(question)
    }

    /// What the score is made of.
    #[must_use]
    pub fn contributions(&self) -> Vec<Value> {
        self.contributions
            .iter()
            .map(|part| json!({ "name": &*part.name, "add": part.add }))
            .collect()
    }

    /// The call of the Model Context Protocol.
    #[must_use]
    pub fn called(&self) -> Option<Value> {
        self.call.map(|call| call.facts().into())
    }

    /// The granted transaction.
    #[must_use]
    pub fn detail(&self) -> Option<Value> {
        self.transaction.map(value)
    }
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
