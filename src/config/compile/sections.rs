//! The sections of issuers, each of one kind, and the one pool that they fill.

use super::issuers::Pool;
use super::{At, Faults, Part};
use crate::config::wire::issuer::Issuer as Written;
use crate::config::wire::opaque::OpaqueIssuer;
use crate::config::wire::svid::SvidIssuer;
use crate::config::wire::workload::DomainIssuer;
use crate::token::Kind;
use std::collections::BTreeMap;
use std::time::Duration;

/// The sections of the policy that name issuers.
pub(super) struct Sections {
    pub(super) access: Section<Written>,
    pub(super) opaque: Section<OpaqueIssuer>,
    pub(super) svids: Section<SvidIssuer>,
    pub(super) workloads: Section<DomainIssuer>,
    pub(super) transactions: Section<DomainIssuer>,
}

type Section<T> = Option<Part<BTreeMap<String, Part<T>>>>;

impl Sections {
    /// The issuers of all of them. None where a section itself is at fault.
    pub(super) fn pool(
        self,
        deadline: Option<Duration>,
        root: &At<'_>,
        faults: &mut Faults,
    ) -> Option<Pool> {
        let access_at = root.member("issuers");
        let opaque_at = root.member("opaque_issuers");
        let svids_at = root.member("jwt_svid_issuers");
        let access = Part::open_if_there(self.access, &access_at, faults);
        let opaque = Part::open_if_there(self.opaque, &opaque_at, faults);
        let svids = Part::open_if_there(self.svids, &svids_at, faults);
        let workloads_at = root.member("workload_issuers");
        let transactions_at = root.member("transaction_token_issuers");
        let workloads = Part::open_if_there(self.workloads, &workloads_at, faults);
        let transactions = Part::open_if_there(self.transactions, &transactions_at, faults);
        let are_whole = access.is_some() && opaque.is_some() && svids.is_some();
        let are_whole = are_whole && workloads.is_some() && transactions.is_some();
        let mut pool = Pool::default();
        pool.add_access(access.flatten().unwrap_or_default(), &access_at, faults);
        pool.add_opaque(
            opaque.flatten().unwrap_or_default(),
            deadline,
            &opaque_at,
            faults,
        );
        pool.add_svids(svids.flatten().unwrap_or_default(), &svids_at, faults);
        for (kind, section, at) in [
            (Kind::Workload, workloads, workloads_at),
            (Kind::Transaction, transactions, transactions_at),
        ] {
            pool.add_domains(kind, section.flatten().unwrap_or_default(), &at, faults);
        }
        are_whole.then_some(pool)
    }
}
