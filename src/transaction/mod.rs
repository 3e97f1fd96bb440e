//! The transaction: what a token grants, held against what the request asks for.

pub mod binding;
pub mod body;
mod detail;
mod members;
pub mod place;
pub mod request;
pub mod single_use;
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
    form: Vec<String>,
    single_use: Option<single_use::Rules>,
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
    /// members of the body (with all that they hold), the query parameters and the members of a form
    /// that may be there although nothing binds them.
    ///
    /// # Errors
    /// [`BadRules`] where no request could ever fit, or names collide: a binding of the whole body,
    /// something listed inside of a bound value, a header name that is not in lower case, body
    /// members that differ only in case, query parameters or members of a form that some reader takes
    /// for one or for the method.
    pub fn new(
        grant: Grant,
        bindings: Vec<Binding>,
        allow_members: &[Pointer],
        allow_query: Vec<String>,
        allow_form: Vec<String>,
    ) -> Result<Self, BadRules> {
        let (mut bound, mut binds_form) = (Vec::new(), false);
        let (mut query, mut form) = (allow_query, allow_form);
        for binding in &bindings {
            match &binding.place {
                Place::Path(_) => {}
                Place::Query(name) => query.push(name.clone()),
                Place::Header(name) if is_field_name(name) => {}
                Place::Header(_) => return Err(BadRules("not a header name in lower case")),
                Place::Body(pointer) => bound.push(pointer),
                Place::Form(name) => {
                    binds_form = true;
                    form.push(name.clone());
                }
            }
        }
        let binds_body = binds_form || !bound.is_empty();
        let members = Members::new(&bound, allow_members).map_err(BadRules)?;
        let names = members.names().map(str::to_owned).collect();
        distinct(&mut query, &mut form, names).map_err(BadRules)?;
        Ok(Self {
            grant,
            bindings,
            members,
            binds_body,
            query,
            form,
            single_use: None,
        })
    }

    /// The same rules for transactions that are used once, if they are.
    #[must_use]
    pub fn used_once(mut self, single_use: Option<single_use::Rules>) -> Self {
        self.single_use = single_use;
        self
    }

    /// How its transactions are used once, if they are.
    #[must_use]
    pub fn single_use(&self) -> Option<&single_use::Rules> {
        self.single_use.as_ref()
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

/// Makes each listed name of the query and of a form one of its own, and sees to it that no reader
/// takes two of them for one, nor one of them for another method. Many read the query and the body
/// into one map, so a name of the one must be none of the other.
fn distinct(
    query: &mut Vec<String>,
    form: &mut Vec<String>,
    mut members: Vec<String>,
) -> Result<(), &'static str> {
    members.append(&mut form.clone());
    for names in [&mut *query, &mut *form, &mut members] {
        names.sort_unstable();
        names.dedup();
        if names.iter().any(|name| overrides::is_method(name)) {
            return Err(
                "a name is listed that frameworks take for the method, and that is refused",
            );
        }
    }
    let texts = |names: &[String]| form::collide(names.iter().map(String::as_str));
    if texts(query) {
        return Err("some reader takes two query parameters for one");
    }
    if texts(form) {
        return Err("some reader takes two members of the form for one");
    }
    members.extend_from_slice(query);
    if texts(&members) {
        return Err("some reader takes a query parameter and a member of the body for one");
    }
    Ok(())
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
        // F2: what may stand there unlisted is no parameter of the query to a reader of both.
        if rules.members.is_open() && !is_apart(body, &rules.query) {
            return Err(Reason::BodyUnlisted);
        }
    }
    if let Content::Form(members) = request.content {
        // F1: every member is listed, in these very characters.
        let is_listed = |name: &str| rules.form.iter().any(|listed| listed == name);
        if !members.iter().all(|(name, _)| is_listed(name)) {
            return Err(Reason::BodyUnlisted);
        }
    }
    for binding in &rules.bindings {
        binding.hold(grant, claims, request, &query)?;
    }
    Ok(granted)
}

/// Whether no member of this name is also a listed parameter of the query.
fn is_apart(body: &Json, query: &[String]) -> bool {
    let mut members = body.as_object().unwrap_or_default().iter();
    members.all(|(member, _)| {
        let names = [member.as_str()].into_iter();
        query
            .iter()
            .all(|name| !form::collide(names.clone().chain([name.as_str()])))
    })
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
