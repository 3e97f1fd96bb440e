//! Transactions: what must be granted, and where the request must agree with it.

mod binding;
mod claim;
mod grant;
mod listed;
mod place;
mod single_use;

use super::body::Bodies;
use super::replay::Section;
use super::{At, Faults, Part, text};
use crate::config::wire::transaction::{Binding as Written, Transaction};
use crate::policy::Route;
use crate::risk::Condition;
use crate::route::Template;
use crate::token::Kind;
use crate::transaction::binding::Binding;
use crate::transaction::body::Reading;
use crate::transaction::{Rules, Terms};
use grant::Form;
use std::ops::Deref;

/// What the route has to bind to.
#[derive(Clone, Copy)]
pub(super) struct Carrier<'a> {
    pub(super) template: Option<&'a Template>,
    /// A method of the route that carries no body.
    pub(super) bodiless: Option<&'a str>,
    /// What becomes of the bodies; none where that is at fault.
    pub(super) bodies: Option<Bodies>,
    /// What sorts of token the route accepts in `Authorization` and beside it. None where that is at
    /// fault.
    pub(super) kinds: Option<&'a [Kind]>,
    /// The route asks for a transaction token.
    pub(super) has_transaction_token: bool,
    /// It is of a class of calls: what is bound are their arguments, not the body.
    pub(super) is_of_calls: bool,
    /// What the policy has to remember uses in.
    pub(super) replay: &'a Section,
}

/// The carrier, and what the transaction itself says that its bindings must agree with.
struct Ground<'a> {
    carrier: Carrier<'a>,
    /// Where the transaction is granted.
    grant: Option<Form>,
    /// The common members of a detail that the route asks for.
    asked: Vec<&'static str>,
}

impl<'a> Deref for Ground<'a> {
    type Target = Carrier<'a>;

    fn deref(&self) -> &Carrier<'a> {
        &self.carrier
    }
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
    let (detail, granted_in) = (written.authorization_details, written.granted_in);
    let form = grant::form(detail, granted_in, carrier, at, faults);
    let common = grant::Common {
        lists: [written.actions, written.datatypes, written.privileges],
        identifier: written.identifier,
    };
    let ground = Ground {
        carrier: *carrier,
        grant: form.clone(),
        asked: common.names(),
    };
    let asked = common.compile(&ground, at, faults);
    let (placed, is_whole) = bindings(written.bind, &ground, at, faults)?;
    let bindings: Vec<Binding> = placed.iter().map(|(_, it)| it.clone()).collect();
    let allowed = listed::Written {
        grant: written.allow_grant,
        body: written.allow_body,
        query: written.allow_query,
        form: written.allow_form,
    };
    let identifier = asked.as_ref().and_then(|it| it.identifier.as_ref());
    let allowed = listed::compile(allowed, &bindings, identifier, &ground, at, faults)?;
    if is_whole {
        listed::currencies(&placed, &allowed.grant, &ground, at, faults);
        binding::batches(&placed, at, faults);
    }
    let single_at = at.member("single_use");
    let single_use = match Part::open_if_there(written.single_use, &single_at, faults)? {
        None => None,
        Some(written) => Some(single_use::compile(written, carrier, &single_at, faults)?),
    };
    let rules = Rules::new(Terms {
        grant: grant::finish(form?, asked?, &bindings, &allowed.grant),
        bindings,
        allow_grant: allowed.grant,
        allow_body: allowed.body,
        allow_query: allowed.query,
        allow_form: allowed.form,
    });
    let rules = faults.keep(rules.map_err(|bad| bad.0), at);
    // What follows from a binding that is missing here is no fault of its own.
    let rules = rules.filter(|_| is_whole)?;
    Some(rules.used_once(single_use))
}

/// Tells amounts of the score that no granted transaction may hold: where one is, it refuses.
pub(super) fn check(route: &Route, at: &At<'_>, faults: &mut Faults) {
    let Some(rules) = &route.transaction else {
        return;
    };
    let risk_at = at.member("risk");
    let signals_at = risk_at.member("signals");
    let problem = "is refused wherever it is: bind it, or list it under `transaction.allow_grant`";
    for (place, signal) in route.risk.signals.iter().enumerate() {
        let Condition::Above(amount) = &signal.when else {
            continue;
        };
        let at = signals_at.item(place);
        let at = at.member("above");
        faults.check(rules.may_grant(&amount.claim), &at.member("claim"), problem);
        if let Some((claim, _)) = &amount.currency {
            let at = at.member("currency");
            faults.check(rules.may_grant(claim), &at.member("claim"), problem);
        }
    }
}

/// The bindings, with their places in the list, and whether they are all of it: those at fault are
/// left out.
fn bindings(
    part: Part<Vec<Part<Written>>>,
    ground: &Ground<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<(Vec<(usize, Binding)>, bool)> {
    let at = at.member("bind");
    let mut bindings: Vec<(usize, Binding)> = Vec::new();
    let parts = part.open(&at, faults)?;
    let count = parts.len();
    for (place, part) in parts.into_iter().enumerate() {
        let at = at.item(place);
        let written = part.open(&at, faults);
        let Some(binding) = written.and_then(|it| binding::compile(it, ground, &at, faults)) else {
            continue;
        };
        let mut known = bindings.iter();
        let first = known.find(|(_, it)| it.claim == binding.claim && it.place == binding.place);
        if let Some((first, _)) = first {
            let problem = format!("binds the claim and the place of bind[{first}] again");
            faults.add(&at, problem);
        }
        bindings.push((place, binding));
    }
    let is_whole = count > 0 && bindings.len() == count;
    Some((bindings, is_whole))
}
