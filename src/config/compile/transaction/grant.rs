//! Where the granted transaction stands, and which object of a list it is.

use super::{At, Carrier, Faults, Ground, Part, place, text};
use crate::config::wire::transaction::GrantedIn;
use crate::json::Pointer;
use crate::token::Kind;
use crate::transaction::Grant;
use crate::transaction::binding::{Binding, Source};
use crate::transaction::detail::{self, Detail, LISTS, Member};
use crate::transaction::place::Place;

/// Where the granted transaction stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The object of this type.
    Detail(String),
    Context,
    Claims,
}

/// What is written of the common members of a detail.
pub(super) struct Common {
    pub(super) lists: [Option<Part<Vec<String>>>; 3],
    pub(super) identifier: Option<Part<String>>,
}

/// What is asked of them.
pub(super) struct Asked {
    lists: [Option<Vec<String>>; 3],
    pub(super) identifier: Option<Place>,
}

/// Where it stands: exactly one of the two is written.
pub(super) fn form(
    detail: Option<Part<String>>,
    granted_in: Option<Part<GrantedIn>>,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Form> {
    let (detail_at, in_at) = (at.member("authorization_details"), at.member("granted_in"));
    match (detail, granted_in) {
        (Some(detail), None) => {
            let kinds = carrier.kinds.unwrap_or_default();
            for kind in kinds {
                match kind {
                    Kind::Access | Kind::Opaque | Kind::Transaction => {}
                    Kind::Svid => faults.add(
                        &detail_at,
                        "JWT-SVIDs grant none: write `granted_in: tctx` instead",
                    ),
                    Kind::Workload => faults.add(
                        &detail_at,
                        "workload identity tokens grant none: write `granted_in: tctx` instead",
                    ),
                }
            }
            detail.open(&detail_at, faults).map(Form::Detail)
        }
        (None, Some(part)) => match part.open(&in_at, faults)? {
            GrantedIn::Tctx => {
                let problem = "is never there: write `transaction_token` on this route";
                faults.check(carrier.has_transaction_token, &in_at, problem);
                Some(Form::Context)
            }
            GrantedIn::Claims => Some(Form::Claims),
        },
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

impl Common {
    /// The members that are written.
    pub(super) fn names(&self) -> Vec<&'static str> {
        let lists = LISTS.into_iter().zip(&self.lists);
        let lists = lists.filter_map(|(name, part)| part.as_ref().map(|_| name));
        let identifier = self.identifier.as_ref().map(|_| detail::IDENTIFIER);
        lists.chain(identifier).collect()
    }

    pub(super) fn compile(
        self,
        ground: &Ground<'_>,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<Asked> {
        if !matches!(ground.grant, Some(Form::Detail(_)) | None) {
            for name in self.names() {
                let problem = "has no effect without `authorization_details`";
                faults.add(&at.member(name), problem);
            }
        }
        let identifier_at = at.member(detail::IDENTIFIER);
        let identifier = Part::open_if_there(self.identifier, &identifier_at, faults);
        let identifier = identifier.and_then(|written| match written {
            None => Some(None),
            Some(text) => place::of_text(&text, ground, &identifier_at, faults).map(Some),
        });
        let [actions, datatypes, privileges] = self.lists;
        let mut list = |part, name| {
            let at = at.member(name);
            let list = Part::open_if_there(part, &at, faults)?;
            text::repeated(list.as_deref().unwrap_or_default(), &at, faults);
            Some(list)
        };
        let [first, second, third] = LISTS;
        let lists = (
            list(actions, first),
            list(datatypes, second),
            list(privileges, third),
        );
        Some(Asked {
            lists: [lists.0?, lists.1?, lists.2?],
            identifier: identifier?,
        })
    }
}

/// The grant, once it is known what is bound and what is allowed of it.
pub(super) fn finish(form: Form, asked: Asked, bound: &[Binding], allowed: &[Pointer]) -> Grant {
    let kind = match form {
        Form::Context => return Grant::Context,
        Form::Claims => return Grant::Claims,
        Form::Detail(kind) => kind,
    };
    let is_free = |name: &str| {
        let claims = bound.iter().map(|binding| &binding.claim);
        let claims = claims.filter(|claim| claim.source == Source::Grant);
        let mut pointers = claims.map(|claim| &claim.pointer).chain(allowed);
        pointers.any(|pointer| pointer.tokens().first().is_some_and(|it| it == name))
    };
    let [actions, datatypes, privileges] = asked.lists;
    let [first, second, third] = LISTS;
    Grant::Detail(Box::new(Detail {
        kind,
        lists: [
            member(actions, is_free(first)),
            member(datatypes, is_free(second)),
            member(privileges, is_free(third)),
        ],
        identifier: member(asked.identifier, is_free(detail::IDENTIFIER)),
    }))
}

fn member<T>(asked: Option<T>, is_free: bool) -> Member<T> {
    match asked {
        Some(asked) => Member::Asked(asked),
        None if is_free => Member::Free,
        None => Member::Absent,
    }
}
