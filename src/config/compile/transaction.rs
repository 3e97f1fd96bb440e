//! Transactions: what must be granted, and where the request must agree with it.

use super::{At, Faults, Part, text};
use crate::config::wire::route::{As, Binding as WrittenBinding, GrantedIn, Transaction};
use crate::json::Pointer;
use crate::route::Template;
use crate::transaction::{Binding, Comparison, Grant, Place, Rules};

/// Headers that the filter sets or removes, or that carry the credentials: never a value to bind.
const OWN_HEADERS: [&str; 5] = [
    "authorization",
    "dpop",
    "txn-token",
    "workload-identity-token",
    "workload-proof-token",
];
const OWN_PREFIX: &str = "x-countersign-";

/// What the route has to bind to.
pub(super) struct Carrier<'a> {
    pub(super) template: Option<&'a Template>,
    /// A method of the route that carries no body.
    pub(super) bodiless: Option<&'a str>,
    pub(super) body_is_held: bool,
    /// The route accepts workload identity tokens.
    pub(super) is_of_workloads: bool,
    /// The route asks for a transaction token.
    pub(super) has_transaction_token: bool,
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
        let binding = part.open(&at, faults);
        bindings.extend(binding.and_then(|it| self::binding(it, carrier, &at, faults)));
    }

    let body_at = at.member("allow_body");
    let allow_body = Part::open_if_there(written.allow_body, &body_at, faults)?;
    if allow_body.is_some() {
        faults.check(
            carrier.body_is_held,
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
    let rules = Rules::new(grant?, bindings, &allow_members, allow_query);
    faults.keep(rules.map_err(|bad| bad.0), at)
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

fn binding(
    written: WrittenBinding,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Binding> {
    let claim_at = at.member("claim");
    let claim = written.claim.open(&claim_at, faults);
    let claim = claim.and_then(|it| text::pointer(&it, &claim_at, faults));
    let place_at = at.member("equals");
    let place = written.equals.open(&place_at, faults);
    let place = place.and_then(|it| place_of(&it, carrier, &place_at, faults));
    let comparison = match Part::open_if_there(written.r#as, &at.member("as"), faults)? {
        None => Comparison::Exact,
        Some(As::Decimal) => Comparison::Decimal,
    };
    Some(Binding {
        claim: claim?,
        place: place?,
        comparison,
    })
}

fn place_of(text: &str, carrier: &Carrier<'_>, at: &At<'_>, faults: &mut Faults) -> Option<Place> {
    let problem = || {
        format!(
            "{text:?} is no place: write `body:/pointer`, `path:name`, `query:name` or `header:name`"
        )
    };
    let (kind, name) = faults.keep(text.split_once(':').ok_or_else(problem), at)?;
    if name.is_empty() {
        faults.add(at, problem());
        return None;
    }
    match kind {
        "body" => {
            let pointer = text::pointer(name, at, faults)?;
            body_is_there(carrier, at, faults);
            Some(Place::Body(pointer))
        }
        "path" => {
            let there = carrier
                .template
                .is_none_or(|it| it.names().any(|own| **own == *name));
            let problem = format!("the path of this route has no parameter {{{name}}}");
            faults
                .check(there, at, problem)
                .then(|| Place::Path(name.to_owned()))
        }
        "query" => Some(Place::Query(name.to_owned())),
        "header" => header(name, at, faults),
        _ => {
            faults.add(at, problem());
            None
        }
    }
}

fn body_is_there(carrier: &Carrier<'_>, at: &At<'_>, faults: &mut Faults) {
    match (carrier.bodiless, carrier.body_is_held) {
        // `body: held` is at fault there, and says so itself.
        (_, true) => {}
        (Some(method), false) => {
            faults.add(at, format!("{method} carries no body to bind to"));
        }
        (None, false) => faults.add(
            at,
            "nothing reads the body: write `body: held` on this route",
        ),
    }
}

fn header(name: &str, at: &At<'_>, faults: &mut Faults) -> Option<Place> {
    let is_name = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte)
    };
    let problem = format!("{name:?} is not a header name in lower case");
    faults
        .check(name.bytes().all(is_name), at, problem)
        .then_some(())?;
    let dashed = name.replace('_', "-");
    let own = OWN_HEADERS.contains(&dashed.as_str()) || dashed.starts_with(OWN_PREFIX);
    let problem = format!("{name:?} is a header of the filter itself, or carries the credentials");
    faults
        .check(!own, at, problem)
        .then(|| Place::Header(name.to_owned()))
}
