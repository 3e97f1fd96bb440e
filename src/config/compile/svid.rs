//! Trust domains whose JWT-SVIDs are accepted.

use super::issuers::{Pool, Publisher};
use super::{At, Faults, MILLISECOND, MINUTE, Part, span_or, text};
use crate::config::wire::svid::SvidIssuer as Written;
use crate::http::spiffe::TrustDomain;
use crate::jose::jwk::Purpose;
use crate::token::issuer::{Issuer, StatusDemand, UnknownConfirmation};
use crate::token::{Kind, svid};
use std::collections::BTreeMap;
use std::time::Duration;

impl Pool {
    /// Adds the trust domains whose JWT-SVIDs are accepted.
    pub(super) fn add_svids(
        &mut self,
        written: BTreeMap<String, Part<Written>>,
        at: &At<'_>,
        faults: &mut Faults,
    ) {
        for (name, part) in written {
            let at = at.member(&name);
            let named = text::name(&name, &at, faults);
            let written = part.open(&at, faults);
            let issuer = written.and_then(|it| self.svids(&name, it, &at, faults));
            self.add(&name, issuer.filter(|_| named.is_some()), &at, faults);
        }
    }

    fn svids(
        &mut self,
        name: &str,
        written: Written,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<Issuer> {
        let domain_at = at.member("trust_domain");
        let domain = written
            .trust_domain
            .open(&domain_at, faults)
            .and_then(|it| {
                let how = "write its name alone, such as example.org";
                let problem = format!("{it:?} is not a trust domain: {how}");
                faults.keep(TrustDomain::parse(&it).map_err(|_| problem), &domain_at)
            });
        let uri = domain.map(|it| format!("spiffe://{it}"));
        if let Some(uri) = &uri {
            self.claim_uri(uri, name, &domain_at, faults);
        }
        let audiences_at = at.member("audiences");
        let audiences = written.audiences.open(&audiences_at, faults);
        let all = audiences.as_deref().unwrap_or_default();
        text::repeated(all, &audiences_at, faults);
        let algorithms_at = at.member("algorithms");
        let algorithms = written.algorithms.open(&algorithms_at, faults);
        let algorithms = algorithms.and_then(|it| text::algorithms(&it, &algorithms_at, faults));
        for (place, algorithm) in algorithms.iter().flatten().enumerate() {
            let problem = format!("{} signs no JWT-SVID", algorithm.name());
            faults.check(
                svid::may_sign(*algorithm),
                &algorithms_at.item(place),
                problem,
            );
        }
        let (five, bounds) = (Duration::from_secs(5), MILLISECOND..=MINUTE);
        let leeway = span_or(written.leeway, five, bounds, &at.member("leeway"), faults);
        let keys_at = at.member("keys");
        let keys = written.keys.open(&keys_at, faults).and_then(|it| {
            let publisher = Publisher {
                name,
                algorithms: algorithms.as_deref(),
                purpose: Purpose::JwtSvids,
            };
            self.keys(&publisher, it, &keys_at, faults)
        });
        Some(Issuer {
            name: name.into(),
            kind: Kind::Svid,
            uri: uri?.into(),
            audiences: audiences?,
            types: Vec::new(),
            algorithms: algorithms?,
            leeway: leeway?,
            keys: keys?,
            introspection: None,
            status: StatusDemand::Optional,
            kinds: Vec::new(),
            unknown_confirmation: UnknownConfirmation::Refuse,
        })
    }
}
