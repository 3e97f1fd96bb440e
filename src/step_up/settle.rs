//! From an answer, or its absence, to what it comes to under the rules of the route.

use crate::json::Json;
use crate::reason::Reason;
use crate::step_up::{
    Authentication, Decision, Demand, Denial, Duty, Edits, Obligation, OnSilence, Protocol,
    Response, Rules, Silence,
};

/// Evidence that a service permitted, or that its silence may pass. Only [`settle`] makes one.
#[derive(Debug)]
pub struct Passed(Edits);

impl Passed {
    /// What the permit changes of the request.
    #[must_use]
    pub fn into_edits(self) -> Edits {
        self.0
    }
}

/// What an answer, or its absence, comes to.
#[derive(Debug)]
pub enum Settled {
    /// Permitted, for this transaction only, and each of these obligations is met.
    Permitted(Passed, Vec<Obligation>),
    /// Denied, or permitted only under an obligation that is not met.
    Denied(Reason, Denial),
    /// Denied for now: the caller can authenticate so.
    Challenged(Authentication),
    /// Silence, why, and whether it may pass.
    Silent(Reason, Option<Passed>),
}

/// How the caller authenticated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown<'a> {
    /// The claims of its token.
    pub claims: Option<&'a Json>,
    /// `acr`.
    pub acr: Option<&'a str>,
    /// Whether it could authenticate in another way: no workload can.
    pub may_step_up: bool,
}

impl Shown<'_> {
    fn has_acr(&self, demand: &Demand) -> bool {
        demand.acr_values.is_empty()
            || self
                .acr
                .is_some_and(|acr| demand.acr_values.iter().any(|value| value == acr))
    }

    /// Whether each method was used that is asked for (RFC 8176). A token that names none used none.
    fn has_amr(&self, demand: &Demand) -> bool {
        let used = self.claims.and_then(|claims| claims.get("amr"));
        let used = used.and_then(Json::as_array).unwrap_or_default();
        demand
            .amr_values
            .iter()
            .all(|value| used.iter().any(|own| own.as_str() == Some(value)))
    }

    /// The authentication to ask for. None where it was shown already, so that nobody is asked for the
    /// same twice (RFC 9470 section 9), or where no challenge could say it.
    fn lacks(&self, demand: &Demand) -> Option<Authentication> {
        let is_answerable = self.may_step_up && !self.has_acr(demand);
        is_answerable.then(|| Authentication {
            acr_values: demand.acr_values.clone(),
            max_age: None,
        })
    }
}

/// Turns an answer, or its absence, into what it comes to.
#[must_use]
pub fn settle(
    rules: &Rules,
    protocol: &Protocol,
    answer: Result<Response, Silence>,
    request_id: &str,
    score: u32,
    shown: Shown<'_>,
) -> Settled {
    let read = answer
        .map_err(Silence::reason)
        .and_then(|response| protocol.read(&response, request_id));
    match read {
        Ok(Decision::Permit(obligations, edits)) => permitted(obligations, edits, shown),
        Ok(Decision::Deny(demand, denial)) => {
            match demand.and_then(|demand| shown.lacks(&demand)) {
                Some(authentication) => Settled::Challenged(authentication),
                None => Settled::Denied(Reason::DecisionDenied, denial),
            }
        }
        Err(reason) => {
            let passed = match rules.on_silence {
                OnSilence::Refuse => None,
                OnSilence::AllowBelow(limit) => (score < limit).then_some(Passed(Edits::default())),
            };
            Settled::Silent(reason, passed)
        }
    }
}

/// A permit holds where each of its obligations is met. What is not met is challenged only if that is
/// all there is, and one authentication can meet it.
fn permitted(obligations: Vec<Obligation>, edits: Edits, shown: Shown<'_>) -> Settled {
    let mut demands = Vec::new();
    for obligation in &obligations {
        match &obligation.duty {
            Duty::Log => {}
            Duty::StepUp(demand) => demands.push(demand),
            Duty::Other => return unmet(),
        }
    }
    let lacking = demands
        .iter()
        .find(|demand| !shown.has_acr(demand) || !shown.has_amr(demand));
    let Some(lacking) = lacking else {
        return Settled::Permitted(Passed(edits), obligations);
    };
    // A token shows one class, so whoever met one of several would lack the others.
    let is_one = demands
        .iter()
        .all(|other| other.acr_values == lacking.acr_values);
    match shown.lacks(lacking).filter(|_| is_one) {
        Some(authentication) => Settled::Challenged(authentication),
        None => unmet(),
    }
}

fn unmet() -> Settled {
    Settled::Denied(Reason::DecisionObligation, Denial::default())
}
