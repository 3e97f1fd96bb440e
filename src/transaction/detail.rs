//! The one object of `authorization_details` that grants the request (RFC 9396 sections 2 and 9.1).

use crate::http::origin::Origin;
use crate::http::uri::normal_form;
use crate::json::Json;
use crate::reason::Reason;
use crate::transaction::place::Place;
use crate::transaction::request::Claims;

/// The common members of RFC 9396 section 2.2 that are lists of strings and that a route may ask for.
pub const LISTS: [&str; 3] = ["actions", "datatypes", "privileges"];
/// The common member that names what the request is about.
pub const IDENTIFIER: &str = "identifier";

/// Which object of `authorization_details` a route takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Its `type`.
    pub kind: String,
    /// What a route asks of each of [`LISTS`].
    pub lists: [Member<Vec<String>>; 3],
    /// Where the value stands that `identifier` must be.
    pub identifier: Member<Place>,
}

/// What a route asks of a common member.
///
/// The members of a detail narrow what it grants: what it grants is every combination of the listed
/// actions, datatypes and so on (RFC 9396 section 2.2), and nothing else. So one that the route does
/// not judge cannot be ignored: whoever granted `actions: [read]` did not grant a payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Member<T> {
    /// Nothing: a detail that has it does not fit.
    #[default]
    Absent,
    /// Nothing here: a binding judges it, or the policy lets it be.
    Free,
    /// A detail must have it, with every value that is listed, or with the value of the place.
    Asked(T),
}

/// What a detail is for.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) origin: &'a Origin,
    /// The path as it came.
    pub(super) path: &'a str,
    /// The value of the place that the identifier must be.
    pub(super) identifier: Option<&'a str>,
}

/// The place of the one object that fits the rules.
///
/// # Errors
/// [`Reason::DetailMissing`] where there is none, or where the claim is not an array of objects that
/// each have a `type`; [`Reason::DetailAmbiguous`] where there are several.
pub(super) fn select(
    rules: &Detail,
    claims: &Claims<'_>,
    target: &Target<'_>,
) -> Result<usize, Reason> {
    let details = claims.token.and_then(all).ok_or(Reason::DetailMissing)?;
    let mut found = None;
    for (place, detail) in details.iter().enumerate() {
        // T1: every item has a type, a string. Types are compared by code points (section 12).
        let given = detail
            .get("type")
            .and_then(Json::as_str)
            .ok_or(Reason::DetailMissing)?;
        // T2: the type is the route's. T3: one of the locations covers the target. T13: the lists
        // have what the route asks for. T14: the identifier is the one of the request.
        if given == rules.kind
            && is_for(target, detail)
            && has_lists(rules, detail)
            && names(rules, target, detail)
        {
            // T4: there is no second one.
            if found.replace(place).is_some() {
                return Err(Reason::DetailAmbiguous);
            }
        }
    }
    found.ok_or(Reason::DetailMissing)
}

/// The object at a place of `authorization_details`.
pub(super) fn at(claims: &Json, place: usize) -> Option<&Json> {
    all(claims)?.get(place)
}

fn all(claims: &Json) -> Option<&[Json]> {
    claims.get("authorization_details").and_then(Json::as_array)
}

/// Whether `locations` is absent, or an array of strings of which one covers the target.
fn is_for(target: &Target<'_>, detail: &Json) -> bool {
    let Some(locations) = detail.get("locations") else {
        return true;
    };
    let Some(locations) = locations.as_array() else {
        return false;
    };
    let Some(uri) = normal_form(&[target.origin.as_str(), target.path].concat()) else {
        return false;
    };
    let mut named = false;
    for location in locations {
        let Some(text) = location.as_str() else {
            return false;
        };
        named = named || covers(text, &uri);
    }
    named
}

/// Whether a URI is this location, or lies under it by whole segments of its path. A location with a
/// query or a fragment is narrower than a path, so it covers nothing.
fn covers(location: &str, uri: &str) -> bool {
    if location.contains(['?', '#']) {
        return false;
    }
    normal_form(location).is_some_and(|location| {
        let location = location.strip_suffix('/').unwrap_or(&location);
        let rest = uri.strip_prefix(location);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn has_lists(rules: &Detail, detail: &Json) -> bool {
    let mut lists = LISTS.iter().zip(&rules.lists);
    lists.all(|(name, asked)| match (asked, detail.get(name)) {
        (Member::Absent, given) => given.is_none(),
        (Member::Free, _) => true,
        (Member::Asked(_), None) => false,
        (Member::Asked(due), Some(given)) => {
            let given = given.as_array().unwrap_or_default();
            let has = |due: &String| given.iter().any(|it| it.as_str() == Some(due));
            given.iter().all(|it| it.as_str().is_some()) && due.iter().all(has)
        }
    })
}

fn names(rules: &Detail, target: &Target<'_>, detail: &Json) -> bool {
    let given = detail.get(IDENTIFIER);
    match &rules.identifier {
        Member::Absent => given.is_none(),
        Member::Free => true,
        Member::Asked(_) => {
            let given = given.and_then(Json::as_str);
            given.is_some_and(|given| target.identifier == Some(given))
        }
    }
}
