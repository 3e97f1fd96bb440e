//! The one object of `authorization_details` that grants the request (RFC 9396 sections 2 and 9.1).

use crate::http::origin::Origin;
use crate::json::Json;
use crate::reason::Reason;
use crate::transaction::request::Claims;

/// The place of the one object of this type whose locations, if it has any, name this origin.
///
/// # Errors
/// [`Reason::DetailMissing`] where there is none, or where the claim is not an array of objects that
/// each have a `type`; [`Reason::DetailAmbiguous`] where there are several.
///
/// # Does not check
/// The other common members of RFC 9396 section 2.2 (`actions`, `datatypes`, `identifier`,
/// `privileges`): a route that cares binds them.
pub(super) fn select(
    detail_type: &str,
    claims: &Claims<'_>,
    origin: &Origin,
) -> Result<usize, Reason> {
    let details = claims.token.and_then(all).ok_or(Reason::DetailMissing)?;
    let mut found = None;
    for (place, detail) in details.iter().enumerate() {
        // T1: every item has a type, a string. Types are compared by code points (section 12).
        let given = detail
            .get("type")
            .and_then(Json::as_str)
            .ok_or(Reason::DetailMissing)?;
        // T2: the type is the route's. T3: the locations name this origin.
        if given == detail_type && is_for(origin, detail) {
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

/// Whether `locations` is absent, or an array of strings of which one is the origin or lies under it.
fn is_for(origin: &Origin, detail: &Json) -> bool {
    let Some(locations) = detail.get("locations") else {
        return true;
    };
    let Some(locations) = locations.as_array() else {
        return false;
    };
    let mut named = false;
    for location in locations {
        let Some(text) = location.as_str() else {
            return false;
        };
        named = named || origin.covers(text);
    }
    named
}
