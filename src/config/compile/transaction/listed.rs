//! What may be there although nothing binds it, and what must not be listed twice.

use super::grant::Form;
use super::{At, Faults, Ground, Part, text};
use crate::json::Pointer;
use crate::transaction::binding::{Binding, Comparison, Digits, Source};
use crate::transaction::body::Reading;
use crate::transaction::place::Place;

/// The allow-lists as they are written.
pub(super) struct Written {
    pub(super) grant: Option<Part<Vec<String>>>,
    pub(super) body: Option<Part<Vec<String>>>,
    pub(super) query: Option<Part<Vec<String>>>,
    pub(super) form: Option<Part<Vec<String>>>,
}

/// The allow-lists.
pub(super) struct Allowed {
    pub(super) grant: Vec<Pointer>,
    pub(super) body: Vec<Pointer>,
    pub(super) query: Vec<String>,
    pub(super) form: Vec<String>,
}

pub(super) fn compile(
    written: Written,
    bound: &[Binding],
    identifier: Option<&Place>,
    ground: &Ground<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Allowed> {
    let places = || bound.iter().map(|it| &it.place).chain(identifier);
    let (grant_at, body_at) = (at.member("allow_grant"), at.member("allow_body"));
    let (query_at, form_at) = (at.member("allow_query"), at.member("allow_form"));

    if written.grant.is_some() && ground.grant == Some(Form::Claims) {
        let problem = "has no effect with `granted_in: claims`, which are not closed";
        faults.add(&grant_at, problem);
    }
    let claims = bound.iter().map(|it| &it.claim);
    let claims = claims.filter(|claim| claim.source == Source::Grant);
    let claims: Vec<&[String]> = claims.map(|claim| claim.pointer.tokens()).collect();
    let grant = pointers(written.grant, &claims, &grant_at, faults);
    for (place, pointer) in grant.iter().flatten() {
        own_rule(pointer, ground, &grant_at.item(*place), faults);
    }

    if written.body.is_some() {
        let problem = "has no effect without `body: held`";
        faults.check(ground.reads(Reading::Json), &body_at, problem);
        let names_all = places().any(|place| *place == Place::Digest);
        let problem = "has no effect: `digest` names all of the body";
        faults.check(!names_all, &body_at, problem);
    }
    let members: Vec<Vec<String>> = places().filter_map(member).collect();
    let members: Vec<&[String]> = members.iter().map(Vec::as_slice).collect();
    let body = pointers(written.body, &members, &body_at, faults);

    if written.form.is_some() {
        let problem = "has no effect without `body: form`";
        faults.check(ground.reads(Reading::Form), &form_at, problem);
    }
    let is_query = |name: &str| places().any(|it| matches!(it, Place::Query(own) if own == name));
    let query = names(written.query, is_query, &query_at, faults);
    let is_form = |name: &str| places().any(|it| matches!(it, Place::Form(own) if own == name));
    let form = names(written.form, is_form, &form_at, faults);
    let of = |listed: Vec<(usize, Pointer)>| listed.into_iter().map(|(_, it)| it).collect();
    Some(Allowed {
        grant: of(grant?),
        body: of(body?),
        query: query?,
        form: form?,
    })
}

/// The names of an allow-list, where none is bound.
fn names(
    part: Option<Part<Vec<String>>>,
    is_bound: impl Fn(&str) -> bool,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<String>> {
    let names = Part::open_if_there(part, at, faults)?.unwrap_or_default();
    text::repeated(&names, at, faults);
    for (place, name) in names.iter().enumerate() {
        let problem = "is bound, so it need not be listed";
        faults.check(!is_bound(name), &at.item(place), problem);
    }
    Some(names)
}

/// The pointers of an allow-list with their places, where none lies inside of another one.
fn pointers(
    part: Option<Part<Vec<String>>>,
    bound: &[&[String]],
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<(usize, Pointer)>> {
    let written = Part::open_if_there(part, at, faults)?.unwrap_or_default();
    text::repeated(&written, at, faults);
    let listed = written.iter().enumerate();
    let listed: Vec<(usize, Pointer)> = listed
        .filter_map(|(place, it)| Some((place, text::pointer(it, &at.item(place), faults)?)))
        .collect();
    for (place, pointer) in &listed {
        let tokens = pointer.tokens();
        let at = at.item(*place);
        let problem = "is bound, so it need not be listed";
        faults.check(!bound.contains(&tokens), &at, problem);
        let mut others = listed.iter();
        let around = others.find(|(_, other)| {
            let other = other.tokens();
            other.len() < tokens.len() && tokens.starts_with(other)
        });
        if let Some((other, _)) = around {
            let problem =
                format!("is allowed already, with all that is in the one at place {other}");
            faults.add(&at, problem);
        }
    }
    Some(listed)
}

/// The reference tokens of a place in the body.
fn member(place: &Place) -> Option<Vec<String>> {
    match place {
        Place::Body(pointer) => Some(pointer.tokens().to_vec()),
        Place::Each(items) | Place::Sum(items) => Some(items.tokens()),
        Place::Method
        | Place::Path(_)
        | Place::Query(_)
        | Place::Header(_)
        | Place::Form(_)
        | Place::Count(_)
        | Place::Digest
        | Place::Tool
        | Place::Now => None,
    }
}

/// Tells of a member of a detail that is judged, whatever is allowed.
fn own_rule(pointer: &Pointer, ground: &Ground<'_>, at: &At<'_>, faults: &mut Faults) {
    if !matches!(ground.grant, Some(Form::Detail(_))) {
        return;
    }
    let name = pointer.tokens().first().map(String::as_str);
    if let Some(name @ ("type" | "locations")) = name {
        faults.add(
            at,
            format!("`{name}` has a rule of its own: it is judged wherever it is"),
        );
    }
    if let Some(name) = name.filter(|name| ground.asked.contains(name)) {
        faults.add(at, format!("`{name}` is judged by the field of that name"));
    }
}

/// Tells of currencies that say which digits an amount may have, and that no request is held against:
/// the grant is closed, so such a claim would refuse wherever it is.
pub(super) fn currencies(
    bindings: &[(usize, Binding)],
    allowed: &[Pointer],
    ground: &Ground<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) {
    if !matches!(ground.grant, Some(Form::Detail(_) | Form::Context)) {
        return;
    }
    let at = at.member("bind");
    for (place, binding) in bindings {
        let (Comparison::Decimal(Digits::OfCurrency(currency))
        | Comparison::Caps(Digits::OfCurrency(currency))) = &binding.comparison
        else {
            continue;
        };
        let mut claims = bindings.iter().map(|(_, it)| &it.claim);
        let tokens = currency.pointer.tokens();
        let is_named = claims.any(|claim| claim == currency)
            || allowed.iter().any(|it| tokens.starts_with(it.tokens()))
            || currency.source != Source::Grant;
        let at = at.item(*place);
        let problem = "nothing holds the currency against the request: bind it too, or list it \
                       under `allow_grant`";
        faults.check(is_named, &at.member("as").member("amount_in"), problem);
    }
}
