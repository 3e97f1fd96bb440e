//! The transaction: what a token grants, held against what the request asks for.

pub mod binding;
pub mod body;
mod detail;
mod members;
pub mod place;
pub mod request;
#[cfg(test)]
mod tests;

use crate::http::{form, overrides};
use crate::json::{Json, Pointer};
use crate::reason::Reason;
use binding::Binding;
use members::Members;
use place::Place;
use request::{Claims, Content, Request};

/// A route's transaction rules, compiled at load.
#[derive(Clone, Debug)]
pub struct Rules {
    grant: Grant,
    bindings: Vec<Binding>,
    members: Members,
    binds_body: bool,
    query: Vec<String>,
}

/// Where the granted transaction stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// In `authorization_details` (RFC 9396 section 2): the one object of this `type`.
    Detail(String),
    /// In `tctx` of the transaction token (draft-ietf-oauth-transaction-tokens-10).
    Context,
}

/// Why rules cannot be what their author means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRules(pub &'static str);

impl Rules {
    /// Compiles the rules of a route: where the granted transaction stands, what must agree, and the
    /// members of the body (with all that they hold) and the query parameters that may be there
    /// although nothing binds them.
    ///
    /// # Errors
    /// [`BadRules`] where no request could ever fit, or names collide: a binding of the whole body,
    /// something listed inside of a bound value, a header name that is not in lower case, body
    /// members that differ only in case, query parameters that some reader takes for one or for the
    /// method.
    pub fn new(
        grant: Grant,
        bindings: Vec<Binding>,
        allow_members: &[Pointer],
        allow_query: Vec<String>,
    ) -> Result<Self, BadRules> {
        let mut bound = Vec::new();
        let mut query = allow_query;
        for binding in &bindings {
            match &binding.place {
                Place::Path(_) => {}
                Place::Query(name) => query.push(name.clone()),
                Place::Header(name) if is_field_name(name) => {}
                Place::Header(_) => return Err(BadRules("not a header name in lower case")),
                Place::Body(pointer) => bound.push(pointer),
            }
        }
        query.sort_unstable();
        query.dedup();
        if query.iter().any(|name| overrides::is_method(name)) {
            return Err(BadRules(
                "a query parameter is listed that frameworks take for the method, and that is refused",
            ));
        }
        if form::collide(query.iter().map(String::as_str)) {
            return Err(BadRules("some reader takes two query parameters for one"));
        }
        let binds_body = !bound.is_empty();
        let members = Members::new(&bound, allow_members).map_err(BadRules)?;
        Ok(Self {
            grant,
            bindings,
            members,
            binds_body,
            query,
        })
    }

    /// Where the granted transaction stands.
    #[must_use]
    pub fn grant(&self) -> &Grant {
        &self.grant
    }

    /// What must agree, in the order of the policy.
    #[must_use]
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// Whether a member of the body is bound, so that no request fits without a body.
    #[must_use]
    pub fn binds_body(&self) -> bool {
        self.binds_body
    }
}

/// A lower-case field name (RFC 9110 section 5.1). A pseudo-header is none.
fn is_field_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte)
        })
}

/// Where the transaction stands that grants a request. Only [`fit`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted(Found);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// At this place of `authorization_details`.
    Detail(usize),
    Context,
}

impl Granted {
    /// The granted transaction, in the claims that it was found in.
    #[must_use]
    pub fn of<'c>(&self, claims: &Claims<'c>) -> Option<&'c Json> {
        match self.0 {
            Found::Detail(place) => detail::at(claims.token?, place),
            Found::Context => claims.transaction_token?.get("tctx"),
        }
    }
}

/// Finds the one granted transaction and holds the request against it: first that the request says
/// nothing that the rules do not list, then every binding, in order.
///
/// # Errors
/// The [`Reason`] of the first check that fails.
///
/// # Does not check
/// Whether the request has a body that is not given here, and whether the transaction was used
/// before.
pub fn fit(rules: &Rules, claims: &Claims<'_>, request: &Request<'_>) -> Result<Granted, Reason> {
    let found = match &rules.grant {
        Grant::Detail(kind) => Found::Detail(detail::select(kind, claims, request.origin)?),
        // An object, as every `tctx` of a verified token is.
        Grant::Context => Found::Context,
    };
    let granted = Granted(found);
    let grant = granted.of(claims).ok_or(Reason::DetailMissing)?;
    let query = listed_query(rules, request.query)?;
    if let Content::Json(body) = request.content {
        // T7: the body is an object, where members of it are bound. T8: it has listed members only.
        if rules.binds_body && body.as_object().is_none() {
            return Err(Reason::BodyMalformed);
        }
        rules.members.hold(body)?;
    }
    for binding in &rules.bindings {
        binding.hold(grant, claims, request, &query)?;
    }
    Ok(granted)
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
