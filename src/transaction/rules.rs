//! What a route asks of transactions, compiled at load.

use crate::http::{field, form, overrides};
use crate::json::Pointer;
use crate::transaction::binding::{Binding, Source};
use crate::transaction::detail::{self, Detail};
use crate::transaction::members::{Mark, Members};
use crate::transaction::place::Place;
use crate::transaction::single_use;

/// A route's transaction rules, compiled at load.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(super) grant: Grant,
    /// What the granted transaction may hold. None where it stands among other claims.
    pub(super) granted: Option<Members>,
    pub(super) bindings: Vec<Binding>,
    pub(super) members: Members,
    /// Whether members of the body are bound, or its items are counted.
    pub(super) names_members: bool,
    binds_form: bool,
    pub(super) binds_digest: bool,
    pub(super) query: Vec<String>,
    pub(super) form: Vec<String>,
    single_use: Option<single_use::Rules>,
}

/// Where the granted transaction stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// In `authorization_details` (RFC 9396 section 2): the one object that fits.
    Detail(Box<Detail>),
    /// In `tctx` of the transaction token (draft-ietf-oauth-transaction-tokens-10).
    Context,
    /// In the claims of the caller's own token, those that are bound.
    Claims,
}

/// What a policy says of a route's transaction.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Where the granted transaction stands.
    pub grant: Grant,
    /// What must agree, in the order in which it is judged.
    pub bindings: Vec<Binding>,
    /// Members of the granted transaction (with all that they hold) that may be there although
    /// nothing binds them. In each pointer, `*` stands for every item of an array.
    pub allow_grant: Vec<Pointer>,
    /// The same of the body.
    pub allow_body: Vec<Pointer>,
    /// The same of the query: names of parameters.
    pub allow_query: Vec<String>,
    /// The same of a form: names of its members.
    pub allow_form: Vec<String>,
}

/// Why rules cannot be what their author means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRules(pub &'static str);

impl Rules {
    /// Compiles the rules of a route.
    ///
    /// # Errors
    /// [`BadRules`] where no request could ever fit, or names collide: a binding of the whole body,
    /// something listed inside of a bound value or beside a `*`, a header name that is not in lower
    /// case, members that differ only in case, query parameters or members of a form that some reader
    /// takes for one or for the method.
    pub fn new(terms: Terms) -> Result<Self, BadRules> {
        let granted = granted(&terms).map_err(BadRules)?;
        let (mut query, mut form) = (terms.allow_query, terms.allow_form);
        let mut members = Members::default();
        let (mut names_members, mut binds_form, mut binds_digest) = (false, false, false);
        let bound = terms.bindings.iter().map(|binding| &binding.place);
        for place in bound.chain(terms.grant.identifier()) {
            let (tokens, mark) = match place {
                Place::Method | Place::Path(_) | Place::Tool | Place::Now => continue,
                Place::Query(name) => {
                    query.push(name.clone());
                    continue;
                }
                Place::Form(name) => {
                    binds_form = true;
                    form.push(name.clone());
                    continue;
                }
                Place::Header(name) if field::is_name(name) => continue,
                Place::Header(_) => return Err(BadRules("not a header name in lower case")),
                Place::Digest => {
                    binds_digest = true;
                    continue;
                }
                Place::Body(pointer) if pointer.tokens().is_empty() => {
                    return Err(BadRules("a binding names the whole body"));
                }
                Place::Body(pointer) => (pointer.tokens().to_vec(), Mark::Bound),
                Place::Each(items) | Place::Sum(items) => (items.tokens(), Mark::Bound),
                Place::Count(pointer) => (pointer.tokens().to_vec(), Mark::Counted),
            };
            names_members = true;
            members.insert(&tokens, mark);
        }
        for allowed in &terms.allow_body {
            members.insert(allowed.tokens(), Mark::Open);
        }
        // Who names the digest of a body names all that is in it.
        if binds_digest {
            members.insert(&[], Mark::Open);
        }
        let members = members.finish().map_err(BadRules)?;
        let names = members.names().map(str::to_owned).collect();
        distinct(&mut query, &mut form, names).map_err(BadRules)?;
        Ok(Self {
            grant: terms.grant,
            granted,
            bindings: terms.bindings,
            members,
            names_members,
            binds_form,
            binds_digest,
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

    /// Whether it is judged by this request header, or used up by it.
    #[must_use]
    pub fn reads_header(&self, name: &str) -> bool {
        let is_named = |place: &Place| matches!(place, Place::Header(own) if own == name);
        let key = self
            .single_use
            .as_ref()
            .and_then(|it| it.idempotency_key.as_deref());
        self.bindings.iter().any(|it| is_named(&it.place))
            || self.grant.identifier().is_some_and(is_named)
            || key == Some(name)
    }

    /// Whether the body or something of it is bound, so that no request fits without a body.
    #[must_use]
    pub fn binds_body(&self) -> bool {
        self.names_members || self.binds_form || self.binds_digest
    }

    /// Whether a granted transaction that fits may hold this claim.
    #[must_use]
    pub fn may_grant(&self, claim: &Pointer) -> bool {
        let first = claim.tokens().first();
        match &self.granted {
            Some(members) => members.list(claim.tokens()),
            None => self.bindings.iter().any(|binding| {
                let claim = &binding.claim;
                claim.source == Source::Grant && claim.pointer.tokens().first() == first
            }),
        }
    }

    /// Whether what is granted has an end: a binding is held against the clock.
    #[must_use]
    pub fn ends(&self) -> bool {
        self.bindings.iter().any(Binding::is_of_clock)
    }

    /// Whether the digest of the body is bound.
    #[must_use]
    pub fn binds_digest(&self) -> bool {
        self.binds_digest
    }
}

impl Grant {
    /// Where the value stands that `identifier` of a detail must be.
    #[must_use]
    pub fn identifier(&self) -> Option<&Place> {
        match self {
            Self::Detail(detail) => match &detail.identifier {
                detail::Member::Asked(place) => Some(place),
                detail::Member::Absent | detail::Member::Free => None,
            },
            Self::Context | Self::Claims => None,
        }
    }
}

/// What a granted transaction may hold: what is bound, what has a rule of its own, what is allowed.
fn granted(terms: &Terms) -> Result<Option<Members>, &'static str> {
    let mut members = Members::default();
    let mut own = |name: &str| members.insert(&[name.to_owned()], Mark::Bound);
    match &terms.grant {
        Grant::Detail(detail) => {
            own("type");
            own("locations");
            for (name, asked) in detail::LISTS.iter().zip(&detail.lists) {
                if matches!(asked, detail::Member::Asked(_)) {
                    own(name);
                }
            }
            if terms.grant.identifier().is_some() {
                own(detail::IDENTIFIER);
            }
        }
        Grant::Context => {}
        Grant::Claims => return Ok(None),
    }
    let bound = terms.bindings.iter().map(|binding| &binding.claim);
    for claim in bound.filter(|claim| claim.source == Source::Grant) {
        members.insert(claim.pointer.tokens(), Mark::Bound);
    }
    for allowed in &terms.allow_grant {
        members.insert(allowed.tokens(), Mark::Open);
    }
    members.finish().map(Some)
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
