//! What routes refer to.

use super::break_glass::Profile;
use super::replay::Section;
use super::{At, Faults};
use crate::crypto::Algorithm;
use crate::http::forwarded_certificate::Hop;
use crate::http::origin::Origin;
use crate::policy::{Handing, IdentityRules, Streams};
use crate::token::issuer::Issuer;
use crate::token::subject::SubjectKind;
use std::collections::BTreeMap;

/// What the routes of a policy refer to. None where the section itself is at fault, so that nothing
/// more is said of it.
pub(super) struct Known<'a> {
    pub(super) origins: Option<&'a [Origin]>,
    pub(super) issuers: Option<Names>,
    /// The issuers themselves, in the order of their names.
    pub(super) compiled: Option<&'a [Issuer]>,
    pub(super) services: Option<Names>,
    pub(super) hops: &'a [Hop],
    pub(super) algorithms: Option<&'a [Algorithm]>,
    /// What becomes of proofs where a route says nothing else.
    pub(super) handing: Option<Handing>,
    /// How long streams may be open where a route says nothing else.
    pub(super) streams: Option<Streams>,
    /// Whether the policy has nonces.
    pub(super) nonces: Option<bool>,
    pub(super) replay: &'a Section,
    /// Servers that exchange tokens.
    pub(super) exchanges: Option<Names>,
    /// By which profile people break the glass.
    pub(super) glass: Profile,
    /// Whether the policy has a `behaviour`.
    pub(super) has_behaviour: bool,
    /// The scheme of workload proof tokens, where their draft has one.
    pub(super) workload_scheme: Option<&'static str>,
}

impl Known<'_> {
    /// Whether any issuer of the callers tells of which kind its subjects are. Those at fault may.
    pub(super) fn tell_kinds(&self, identity: &IdentityRules) -> bool {
        let all = [
            SubjectKind::Human,
            SubjectKind::Workload,
            SubjectKind::Agent,
        ];
        let issuers = identity.issuers.iter().chain(&identity.workload_issuers);
        let tells = |issuer: &Issuer| all.into_iter().any(|kind| issuer.tells(kind));
        self.compiled.is_none_or(|compiled| {
            let mut issuers = issuers.filter_map(|id| compiled.get(id.0));
            issuers.any(tells) || !identity.peers.is_empty()
        })
    }
}

/// Names, and the place that each has in its compiled list.
pub(super) struct Names(BTreeMap<String, usize>);

impl Names {
    /// The names of a map, whose compiled list is in their order.
    pub(super) fn of<T>(map: &BTreeMap<String, T>) -> Self {
        let numbered = map.keys().enumerate();
        Self(
            numbered
                .map(|(place, name)| (name.clone(), place))
                .collect(),
        )
    }

    /// Names in the order of their compiled list.
    pub(super) fn numbered(names: impl Iterator<Item = String>) -> Self {
        Self(
            names
                .enumerate()
                .map(|(place, name)| (name, place))
                .collect(),
        )
    }

    /// The place of a name, or a fault that lists the names there are.
    pub(super) fn place(
        &self,
        name: &str,
        kind: &str,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<usize> {
        let problem = || {
            let names: Vec<String> = self.0.keys().map(|name| format!("{name:?}")).collect();
            let there = match names.as_slice() {
                [] => "the policy names none".to_owned(),
                names => format!("there is {}", names.join(", ")),
            };
            format!("there is no {kind} named {name:?}: {there}")
        };
        faults.keep(self.0.get(name).copied().ok_or_else(problem), at)
    }
}
