//! OPA's data API: `POST /v1/data/<path>` with an `input`, answered by a `result` that is a boolean, or an
//! object whose `allow` is one. What is undefined has no `result`, and denies.
//!
//! # Does not check
//! Who the service is: the proxy's cluster names it and its TLS settings authenticate it.

use crate::json::Json;
use crate::reason::Reason;
use crate::step_up::answer::{self, Decision};
use crate::step_up::{Evaluation, Response};
use serde_json::json;

/// The body of a question.
pub(super) fn write(evaluation: &Evaluation<'_>) -> Vec<u8> {
    json!({ "input": evaluation.json() })
        .to_string()
        .into_bytes()
}

/// Reads an answer.
pub(super) fn read(response: &Response, request_id: &str) -> Result<Decision, Reason> {
    let answer = answer::json(response, request_id)?;
    if answer.as_object().is_none() {
        return Err(Reason::DecisionMalformed);
    }
    match answer.get("result") {
        None | Some(Json::Bool(false)) => Ok(Decision::deny()),
        Some(Json::Bool(true)) => Ok(Decision::permit()),
        Some(result @ Json::Object(_)) => match result.get("allow") {
            // A rule without a value is undefined.
            None => Ok(Decision::deny()),
            Some(Json::Bool(permits)) => {
                let nothing = Json::Null;
                Ok(answer::decision(*permits, &nothing, Some(result)))
            }
            Some(_) => Err(Reason::DecisionMalformed),
        },
        Some(Json::Null | Json::Number(_) | Json::String(_) | Json::Array(_)) => {
            Err(Reason::DecisionMalformed)
        }
    }
}
