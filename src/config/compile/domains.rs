//! Issuers that are known by their trust domain: of workload identity tokens and of transaction
//! tokens.

use super::issuers::{Pool, Publisher};
use super::{At, Faults, MILLISECOND, MINUTE, Part, span_or, text};
use crate::config::wire::workload::DomainIssuer as Written;
use crate::http::spiffe::TrustDomain;
use crate::jose::jwk::Purpose;
use crate::token::Kind;
use crate::token::issuer::{Issuer, StatusDemand, UnknownConfirmation};
use std::collections::BTreeMap;
use std::time::Duration;

impl Pool {
    /// Adds the issuers of one of the two kinds. No two of a kind share a trust domain.
    pub(super) fn add_domains(
        &mut self,
        kind: Kind,
        written: BTreeMap<String, Part<Written>>,
        at: &At<'_>,
        faults: &mut Faults,
    ) {
        let mut seen = BTreeMap::new();
        for (name, part) in written {
            let at = at.member(&name);
            let named = text::name(&name, &at, faults);
            let written = part.open(&at, faults);
            let issuer = written.and_then(|it| self.domain(kind, &name, it, &at, faults));
            if let Some(issuer) = &issuer
                && let Some(other) = seen.insert(issuer.uri.to_string(), name.clone())
            {
                let problem = format!("is the trust domain of `{other}` already");
                faults.add(&at.member("trust_domain"), problem);
            }
            self.add(&name, issuer.filter(|_| named.is_some()), &at, faults);
        }
    }

    fn domain(
        &mut self,
        kind: Kind,
        name: &str,
        written: Written,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<Issuer> {
        let domain_at = at.member("trust_domain");
        let domain = written.trust_domain.open(&domain_at, faults);
        let domain = domain.and_then(|it| {
            let how = "write its name alone, such as example.org";
            let problem = format!("{it:?} is not a trust domain: {how}");
            faults.keep(TrustDomain::parse(&it).map_err(|_| problem), &domain_at)
        });
        let algorithms_at = at.member("algorithms");
        let algorithms = written.algorithms.open(&algorithms_at, faults);
        let algorithms = algorithms.and_then(|it| text::algorithms(&it, &algorithms_at, faults));
        let (five, bounds) = (Duration::from_secs(5), MILLISECOND..=MINUTE);
        let leeway = span_or(written.leeway, five, bounds, &at.member("leeway"), faults);
        let keys_at = at.member("keys");
        let keys = written.keys.open(&keys_at, faults).and_then(|it| {
            let publisher = Publisher {
                name,
                algorithms: algorithms.as_deref(),
                purpose: Purpose::Signatures,
            };
            self.keys(&publisher, it, &keys_at, faults)
        });
        let domain = domain?;
        let (typ, audiences) = if kind == Kind::Transaction {
            ("txntoken+jwt", vec![domain.to_string()])
        } else {
            ("wit+jwt", Vec::new())
        };
        Some(Issuer {
            name: name.into(),
            kind,
            uri: domain.as_str().into(),
            audiences,
            types: vec![typ.to_owned()],
            algorithms: algorithms?,
            leeway: leeway?,
            keys: keys?,
            unknown_confirmation: UnknownConfirmation::Ignore,
            introspection: None,
            status: StatusDemand::Optional,
            kinds: Vec::new(),
        })
    }
}
