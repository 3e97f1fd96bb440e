//! Step-ups: what is asked, of whom, and what silence means.

use super::names::Names;
use super::{At, Faults, Part, SECOND, span, text};
use crate::config::wire::route::{Challenge as WrittenChallenge, OnSilence as Written, StepUp};
use crate::config::wire::scalar::Whole;
use crate::risk;
use crate::step_up::{Authentication, OnSilence, Rules, ServiceId};
use std::time::Duration;

/// Methods that are safe by definition (RFC 9110 section 9.2.1) and meant for APIs.
const SAFE: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// The route that asks.
pub(super) struct Asking<'a> {
    pub(super) services: Option<&'a Names>,
    pub(super) methods: &'a [String],
    pub(super) is_transaction: bool,
    /// The route accepts workload identity tokens.
    pub(super) is_of_workloads: bool,
    pub(super) risk: Option<&'a risk::Rules>,
}

pub(super) fn compile(
    written: StepUp,
    route: &Asking<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Rules> {
    let challenge_at = at.member("challenge");
    let challenge = match Part::open_if_there(written.challenge, &challenge_at, faults) {
        None => None,
        Some(None) => Some(None),
        Some(Some(written)) => {
            let problem = "can be met by no workload: give workloads a route of their own";
            faults.check(!route.is_of_workloads, &challenge_at, problem);
            challenge_of(written, &challenge_at, faults).map(Some)
        }
    };
    let ask_at = at.member("ask");
    let service = written.ask.open(&ask_at, faults);
    let service = service.and_then(|name| {
        let services = route.services?;
        services.place(&name, "service", &ask_at, faults)
    });
    let silence_at = at.member("on_silence");
    let on_silence = match Part::open_if_there(written.on_silence, &silence_at, faults)? {
        None | Some(Written::Refuse) => Some(OnSilence::Refuse),
        Some(Written::AllowBelow(number)) => {
            let at = silence_at.member("allow_below");
            allow_below(number, route, &at, faults)
        }
    };
    Some(Rules {
        challenge: challenge?,
        service: ServiceId(service?),
        on_silence: on_silence?,
    })
}

fn challenge_of(
    written: WrittenChallenge,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Authentication> {
    let values_at = at.member("acr_values");
    let values = Part::open_if_there(written.acr_values, &values_at, faults);
    if let Some(Some(values)) = &values {
        text::repeated(values, &values_at, faults);
        for (place, value) in values.iter().enumerate() {
            text::token(value, &values_at.item(place), faults);
        }
    }
    let age_at = at.member("max_age");
    let max_age = match Part::open_if_there(written.max_age, &age_at, faults)? {
        None => None,
        Some(written) => {
            let age = span(
                &written,
                SECOND..=Duration::from_hours(8760),
                &age_at,
                faults,
            )?;
            let problem = "must be whole seconds, as the challenge says it in seconds";
            faults.check(age.subsec_nanos() == 0, &age_at, problem);
            Some(age)
        }
    };
    Some(Authentication {
        acr_values: values?.unwrap_or_default(),
        max_age,
    })
}

/// Silence may allow only what is safe, and only scores between the thresholds.
fn allow_below(
    number: Whole,
    route: &Asking<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<OnSilence> {
    let problem = "is not for transaction routes: write `on_silence: refuse`";
    faults.check(!route.is_transaction, at, problem);
    let unsafe_method = route.methods.iter().find(|it| !SAFE.contains(&it.as_str()));
    if let Some(method) = unsafe_method {
        let problem = format!(
            "is not for {method}, only for GET, HEAD and OPTIONS: write `on_silence: refuse`"
        );
        faults.add(at, problem);
    }
    if let Some(rules) = route.risk {
        if let Some(refuse) = rules.refuse_at {
            let problem = format!(
                "is {}, and must not be above `refuse_at`, {refuse}",
                number.0
            );
            faults.check(number.0 <= u64::from(refuse), at, problem);
        }
        if let Some(step_up) = rules.step_up_at {
            let problem = format!(
                "is {}, and allows nothing unless it is above `step_up_at`, {step_up}",
                number.0
            );
            faults.check(number.0 > u64::from(step_up), at, problem);
        }
    }
    let bound = u32::try_from(number.0).map_err(|_| "is larger than any score");
    faults.keep(bound, at).map(OnSilence::AllowBelow)
}
