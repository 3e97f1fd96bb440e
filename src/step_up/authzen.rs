//! The `AuthZEN` Authorization API 1.0 as its policy enforcement point: one evaluation, read strictly,
//! with the obligations of its profile.
//!
//! # Does not check
//! Who the service is: the proxy's cluster names it and its TLS settings authenticate it.

use crate::json::Json;
use crate::reason::Reason;
use crate::step_up::answer::{self, Decision};
use crate::step_up::{Evaluation, Response};

/// The request body of an evaluation (section 6).
pub(super) fn write(evaluation: &Evaluation<'_>) -> Vec<u8> {
    evaluation.json().to_string().into_bytes()
}

/// Reads an answer. Only a boolean `decision` decides.
pub(super) fn read(response: &Response, request_id: &str) -> Result<Decision, Reason> {
    let answer = answer::json(response, request_id)?;
    let permits = match answer.get("decision") {
        Some(Json::Bool(permits)) => *permits,
        Some(_) | None => return Err(Reason::DecisionMalformed),
    };
    let context = match answer.get("context") {
        None | Some(Json::Null) => None,
        Some(context @ Json::Object(_)) => Some(context),
        // A denial stays one, whatever stands beside it.
        Some(_) if !permits => None,
        Some(_) => return Err(Reason::DecisionMalformed),
    };
    Ok(answer::decision(permits, &answer, context))
}
