//! What a service decided, whichever protocol it spoke, and how decisions in JSON are read.

use crate::json::{Json, Limits};
use crate::reason::Reason;
use crate::step_up::{MAX_ANSWER_BYTES, Response};
use std::rc::Rc;

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes, for this transaction only, where each of these is met.
    Permit(Vec<Obligation>, Edits),
    /// No; and the authentication with which it might be yes, where the service says so.
    Deny(Option<Demand>, Denial),
}

impl Decision {
    /// Yes, and nothing else.
    #[must_use]
    pub fn permit() -> Self {
        Self::Permit(Vec::new(), Edits::default())
    }

    /// No, and nothing else.
    #[must_use]
    pub fn deny() -> Self {
        Self::Deny(None, Denial::default())
    }
}

/// Something that a permit depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// Its id. Empty where the protocol has none.
    pub id: String,
    /// What is to be done.
    pub duty: Duty,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duty {
    /// The caller must have authenticated so.
    StepUp(Demand),
    /// The decision must be recorded. Each is.
    Log,
    /// Something that this gate does not do.
    Other,
}

impl Duty {
    /// Its name in records.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::StepUp(_) => "step-up",
            Self::Log => "log",
            Self::Other => "other",
        }
    }
}

/// An authentication that a service asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Any one of these satisfies, the preferred first; empty means any.
    pub acr_values: Vec<String>,
    /// All of these must have been used.
    pub amr_values: Vec<String>,
}

/// What a permit changes of the request. Only headers that the policy leaves to the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// Request headers to set.
    pub set: Vec<(Rc<str>, String)>,
}

/// How a service wants its denial told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Denial {
    /// The status.
    pub status: Option<u16>,
    /// Headers. Only those that the policy leaves to the service.
    pub headers: Vec<(Rc<str>, String)>,
}

/// Most obligations of a permit, and most values of a demand.
const MOST: usize = 16;
/// Most bytes of an id or a value.
const LONGEST: usize = 256;

/// Reads an answer over HTTP. Only `200` with JSON is one.
///
/// A proxy answers `503` in the place of a service that it cannot reach, and `504` where the time is
/// up. The service's own `503` and `504` look the same and say the same.
///
/// # Errors
/// [`Reason::DecisionOversized`], [`Reason::DecisionOverflow`] and [`Reason::DecisionUnreachable`]
/// for `503`, [`Reason::DecisionTimeout`] for `504`, [`Reason::DecisionStatus`] for any other
/// status, [`Reason::DecisionMismatched`], [`Reason::DecisionMalformed`].
pub(super) fn json(response: &Response, request_id: &str) -> Result<Json, Reason> {
    // A host does not read such an answer at all, so its size comes first.
    if response.body.len() > MAX_ANSWER_BYTES {
        return Err(Reason::DecisionOversized);
    }
    match response.status {
        Some(200) => {}
        Some(503) if response.is_overload => return Err(Reason::DecisionOverflow),
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
    Json::parse(&response.body, limits).map_err(|_| Reason::DecisionMalformed)
}

/// A decision, by what stands beside it. On a permit all of it must be understood; on a denial it
/// can only tell what would do.
pub(super) fn decision(permits: bool, answer: &Json, context: Option<&Json>) -> Decision {
    // Obligations belong into the context, but nobody writes them beside it for nothing.
    let beside = answer.get("obligations").map(of_unread);
    let inside = context
        .and_then(|it| it.get("obligations"))
        .map(obligations);
    let named = context.and_then(named);
    if permits {
        let mut all: Vec<Obligation> = beside.into_iter().chain(inside).flatten().collect();
        // Whoever permits and names an authentication means one that the caller must have shown.
        all.extend(context.filter(|it| names(it)).map(|_| Obligation {
            id: String::new(),
            duty: named.map_or(Duty::Other, Duty::StepUp),
        }));
        return Decision::Permit(all, Edits::default());
    }
    let mut asked = named.unwrap_or_default();
    for obligation in inside.into_iter().flatten() {
        if let Duty::StepUp(demand) = obligation.duty {
            asked.acr_values.extend(demand.acr_values);
            asked.amr_values.extend(demand.amr_values);
        }
    }
    asked.acr_values.truncate(MOST);
    let is_demand = !asked.acr_values.is_empty();
    Decision::Deny(is_demand.then_some(asked), Denial::default())
}

/// What stands where obligations are not looked for: nothing, or something unmet.
fn of_unread(obligations: &Json) -> Vec<Obligation> {
    match obligations.as_array() {
        Some([]) => Vec::new(),
        Some(_) | None => vec![unmet()],
    }
}

/// Obligations as the profile has them, with the members of each in `properties`; or beside `type`, as
/// its first draft had it.
fn obligations(written: &Json) -> Vec<Obligation> {
    match written.as_array() {
        Some(items) if items.len() <= MOST => items.iter().map(obligation).collect(),
        Some(_) | None => vec![unmet()],
    }
}

/// An obligation that nothing here meets.
pub(super) fn unmet() -> Obligation {
    Obligation {
        id: String::new(),
        duty: Duty::Other,
    }
}

fn obligation(written: &Json) -> Obligation {
    let text = |name| written.get(name).and_then(Json::as_str);
    let id = text("id").filter(|id| !id.is_empty() && id.len() <= LONGEST);
    let properties = written.get("properties").unwrap_or(written);
    let duty = match (id, text("type")) {
        (Some(_), Some("step-up")) => step_up(properties).map_or(Duty::Other, Duty::StepUp),
        (Some(_), Some("log")) => Duty::Log,
        (_, Some(_) | None) => Duty::Other,
    };
    Obligation {
        id: id.unwrap_or_default().to_owned(),
        duty,
    }
}

fn step_up(properties: &Json) -> Option<Demand> {
    let acr = properties.get("acr_value")?.as_str()?;
    let amr = properties.get("amr_values").map_or(Some(Vec::new()), list);
    Some(Demand {
        acr_values: vec![value(acr)?],
        amr_values: amr?,
    })
}

/// Whether a context names an authentication.
fn names(context: &Json) -> bool {
    ["acr_values", "amr_values"]
        .iter()
        .any(|name| context.get(name).is_some())
}

/// The authentication that a context names by itself: lists, or texts with spaces between values.
fn named(context: &Json) -> Option<Demand> {
    let values = |name| match context.get(name) {
        None => Some(Vec::new()),
        Some(Json::String(text)) => text.split(' ').map(value).collect(),
        Some(other) => list(other),
    };
    Some(Demand {
        acr_values: values("acr_values")?,
        amr_values: values("amr_values")?,
    })
    .filter(|demand| demand.acr_values.len() <= MOST && demand.amr_values.len() <= MOST)
}

fn list(written: &Json) -> Option<Vec<String>> {
    let items = written.as_array().filter(|items| items.len() <= MOST)?;
    items.iter().map(|item| value(item.as_str()?)).collect()
}

/// A value that can stand in a challenge (RFC 6750 section 3).
fn value(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    let is_value = (1..=LONGEST).contains(&text.len()) && text.bytes().all(plain);
    is_value.then(|| text.to_owned())
}
