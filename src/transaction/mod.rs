//! The transaction: what a token grants, held against what the request asks for.

pub mod binding;
pub mod body;
mod currency;
pub mod detail;
mod instant;
pub mod items;
mod members;
pub mod place;
pub mod request;
mod rules;
mod segments;
pub mod single_use;
#[cfg(test)]
mod tests;

pub use rules::{BadRules, Grant, Rules, Terms};

use crate::http::form;
use crate::json::Json;
use crate::reason::Reason;
use crate::time::UnixTime;
use binding::Source;
use request::{Claims, Content, Request};
use std::fmt;

/// The transaction that grants a request. Only [`fit`] makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct Granted(Found);

#[derive(Clone, PartialEq, Eq)]
enum Found {
    /// At this place of `authorization_details`.
    Detail(usize),
    Context,
    /// Of the claims of the caller's token those that are bound, and no others: what is granted goes
    /// to decision services.
    Claims(Json),
}

// Transactions are personal, so they are never shown.
impl fmt::Debug for Granted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Granted").finish_non_exhaustive()
    }
}

impl Granted {
    /// The granted transaction, in the claims that it was found in.
    #[must_use]
    pub fn of<'c>(&'c self, claims: &Claims<'c>) -> Option<&'c Json> {
        match &self.0 {
            Found::Detail(place) => detail::at(claims.token?, *place),
            Found::Context => claims.transaction_token?.get("tctx"),
            Found::Claims(bound) => Some(bound),
        }
    }
}

/// Finds the one granted transaction and holds the request against it: first that neither says
/// anything that the rules do not list, then every binding, in order.
///
/// # Errors
/// The [`Reason`] of the first check that fails.
///
/// # Does not check
/// Whether the request has a body that is not given here, and whether the transaction was used
/// before. Which value of one binding goes with which of another: the items of a batch are held
/// against a claim one by one.
pub fn fit(rules: &Rules, claims: &Claims<'_>, request: &Request<'_>) -> Result<Granted, Reason> {
    let query = listed_query(rules, request.query);
    let granted = Granted(match &rules.grant {
        Grant::Detail(detail) => {
            let identifier = match rules.grant.identifier() {
                None => None,
                Some(place) => Some(place.text(request, query.as_deref().map_err(|it| *it)?)?),
            };
            let target = detail::Target {
                origin: request.origin,
                path: request.path,
                identifier: identifier.as_deref(),
            };
            Found::Detail(detail::select(detail, claims, &target)?)
        }
        // An object, as every `tctx` of a verified token is.
        Grant::Context => Found::Context,
        Grant::Claims => Found::Claims(bound_claims(rules, claims)),
    });
    let grant = granted.of(claims).ok_or(Reason::DetailMissing)?;
    // T15: it has listed members only.
    if rules.granted.as_ref().is_some_and(|it| !it.admit(grant)) {
        return Err(Reason::ClaimUnlisted);
    }
    let query = query?;
    if let Content::Json(body) = request.content {
        // T7: the body is an object, where members of it are bound, or an array, where its items
        // are. T8: it has listed members only.
        let is_container =
            body.as_object().is_some() || (rules.members.is_list() && body.as_array().is_some());
        if rules.names_members && !is_container {
            return Err(Reason::BodyMalformed);
        }
        if !rules.members.admit(body) {
            return Err(Reason::BodyUnlisted);
        }
        // F2: what may stand there unlisted is no parameter of the query to a reader of both.
        let members = body.as_object().unwrap_or_default().iter();
        let names = members.map(|(name, _)| name.as_str());
        if rules.members.is_open() && form::overlap(names, rules.query.iter().map(String::as_str)) {
            return Err(Reason::BodyUnlisted);
        }
    }
    if let Content::Form(members) = request.content {
        let mut names = members.iter().map(|(name, _)| name.as_ref());
        let is_fit = if rules.binds_digest {
            // F2: so it is with a form that is named by its digest alone.
            !form::overlap(names, rules.query.iter().map(String::as_str))
        } else {
            // F1: every member is listed, in these very characters.
            names.all(|name| rules.form.iter().any(|listed| listed == name))
        };
        if !is_fit {
            return Err(Reason::BodyUnlisted);
        }
    }
    let sets = binding::Sets {
        grant,
        claims: *claims,
    };
    for binding in &rules.bindings {
        binding.hold(&sets, request, &query)?;
    }
    Ok(granted)
}

/// The last moment at which what was granted holds, where bindings hold it against the clock: the
/// earliest that one of them knows.
#[must_use]
pub fn until(rules: &Rules, granted: &Granted, claims: &Claims<'_>) -> Option<UnixTime> {
    let sets = binding::Sets {
        grant: granted.of(claims)?,
        claims: *claims,
    };
    let bindings = rules.bindings.iter();
    bindings.filter_map(|it| it.until(&sets)).min()
}

/// The members of the caller's token that bindings read as the grant.
fn bound_claims(rules: &Rules, claims: &Claims<'_>) -> Json {
    let members = claims.token.and_then(Json::as_object).unwrap_or_default();
    let bindings = rules.bindings.iter().map(|binding| &binding.claim);
    let read = bindings.filter(|claim| claim.source == Source::Grant);
    let is_read = |name: &String| {
        read.clone()
            .any(|it| it.pointer.tokens().first() == Some(name))
    };
    let bound = members.iter().filter(|(name, _)| is_read(name));
    Json::Object(bound.cloned().collect())
}

/// The parameters of the query, all of them listed, none of them twice.
fn listed_query<'q>(
    rules: &Rules,
    query: Option<&'q str>,
) -> Result<Vec<form::Parameter<'q>>, Reason> {
    let mut read: Vec<form::Parameter<'q>> = Vec::new();
    for parameter in form::parameters(query.unwrap_or_default()) {
        // T5: every reader reads the same parameter, and it is listed, in these very characters.
        let parameter = parameter
            .filter(|(name, _)| rules.query.iter().any(|listed| listed == name))
            .ok_or(Reason::QueryUnlisted)?;
        // T6: it was not there before.
        if read.iter().any(|(name, _)| *name == parameter.0) {
            return Err(Reason::QueryUnlisted);
        }
        read.push(parameter);
    }
    Ok(read)
}
