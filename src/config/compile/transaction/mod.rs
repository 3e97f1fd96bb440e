//! Transactions: what must be granted, and where the request must agree with it.

mod binding;
mod place;
mod single_use;

use super::body::Bodies;
use super::replay::Section;
use super::{At, Faults, Part, text};
use crate::config::wire::transaction::{GrantedIn, Transaction};
use crate::json::Pointer;
use crate::route::Template;
use crate::transaction::body::Reading;
use crate::transaction::{Grant, Rules};

/// What the route has to bind to.
#[derive(Clone, Copy)]
pub(super) struct Carrier<'a> {
    pub(super) template: Option<&'a Template>,
    /// A method of the route that carries no body.
    pub(super) bodiless: Option<&'a str>,
    /// What becomes of the bodies; none where that is at fault.
    pub(super) bodies: Option<Bodies>,
    /// The route accepts workload identity tokens.
    pub(super) is_of_workloads: bool,
    /// The route asks for a transaction token.
    pub(super) has_transaction_token: bool,
    /// It is of a class of calls: what is bound are their arguments, not the body.
    pub(super) is_of_calls: bool,
    /// What the policy has to remember uses in.
    pub(super) replay: &'a Section,
}

impl Carrier<'_> {
    /// Whether the body is read as this. So it is taken to be where that is at fault.
    pub(super) fn reads(&self, reading: Reading) -> bool {
        let read = |bodies: Bodies| bodies.rules().map(|rules| rules.reading);
        self.bodies.is_none_or(|it| read(it) == Some(reading))
    }
}

pub(super) fn compile(
    written: Transaction,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Rules> {
    let grant = grant(
        written.authorization_details,
        written.granted_in,
        carrier,
        at,
        faults,
    );
    let bind_at = at.member("bind");
    let mut bindings = Vec::new();
    for (place, part) in written.bind.open(&bind_at, faults)?.into_iter().enumerate() {
        let at = bind_at.item(place);
        let written = part.open(&at, faults);
        bindings.extend(written.and_then(|it| binding::compile(it, carrier, &at, faults)));
    }

    let body_at = at.member("allow_body");
    let allow_body = Part::open_if_there(written.allow_body, &body_at, faults)?;
    if allow_body.is_some() {
        faults.check(
            carrier.reads(Reading::Json),
            &body_at,
            "has no effect without `body: held`",
        );
    }
    let allow_body = allow_body.unwrap_or_default();
    text::repeated(&allow_body, &body_at, faults);
    let pointers = allow_body.iter().enumerate();
    let allow_members: Vec<Pointer> = pointers
        .filter_map(|(place, member)| text::pointer(member, &body_at.item(place), faults))
        .collect();

    let query_at = at.member("allow_query");
    let allow_query = Part::open_if_there(written.allow_query, &query_at, faults)?;
    let allow_query = allow_query.unwrap_or_default();
    text::repeated(&allow_query, &query_at, faults);
    let form_at = at.member("allow_form");
    let allow_form = Part::open_if_there(written.allow_form, &form_at, faults)?;
    if allow_form.is_some() {
        let problem = "has no effect without `body: form`";
        faults.check(carrier.reads(Reading::Form), &form_at, problem);
    }
    let allow_form = allow_form.unwrap_or_default();
    text::repeated(&allow_form, &form_at, faults);
    let single_at = at.member("single_use");
    let single_use = match Part::open_if_there(written.single_use, &single_at, faults)? {
        None => None,
        Some(written) => Some(single_use::compile(written, carrier, &single_at, faults)?),
    };
    let rules = Rules::new(grant?, bindings, &allow_members, allow_query, allow_form);
    let rules = faults.keep(rules.map_err(|bad| bad.0), at)?;
    Some(rules.used_once(single_use))
}

/// Where the granted transaction stands: exactly one of the two is written.
fn grant(
    detail: Option<Part<String>>,
    granted_in: Option<Part<GrantedIn>>,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Grant> {
    let (detail_at, in_at) = (at.member("authorization_details"), at.member("granted_in"));
    match (detail, granted_in) {
        (Some(detail), None) => {
            let problem = "workload identity tokens grant none: write `granted_in: tctx` instead";
            faults.check(!carrier.is_of_workloads, &detail_at, problem);
            detail.open(&detail_at, faults).map(Grant::Detail)
        }
        (None, Some(part)) => {
            let GrantedIn::Tctx = part.open(&in_at, faults)?;
            let problem = "is never there: write `transaction_token` on this route";
            faults.check(carrier.has_transaction_token, &in_at, problem);
            Some(Grant::Context)
        }
        (Some(_), Some(_)) => {
            faults.add(&in_at, "cannot stand beside `authorization_details`");
            None
        }
        (None, None) => {
            let problem = "is missing: write it, or `granted_in`";
            faults.add(&detail_at, problem);
            None
        }
    }
}
