//! Issuers of opaque tokens.

use super::issuers::{Pool, unknown_confirmation};
use super::names::Known;
use super::{At, Faults, MILLISECOND, MINUTE, Part, age, call, delegation, span_or, text, within};
use crate::config::wire::opaque::{Client, Introspection, OpaqueIssuer as Written, WithoutSubject};
use crate::config::wire::scalar::{Age, Whole};
use crate::policy::IdentityRules;
use crate::proof::{self, Method};
use crate::token::introspection::{self, Endpoint};
use crate::token::issuer::{Issuer, KeySource, StatusDemand};
use crate::token::{IssuerId, Kind};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// Longest time for which an answer may serve.
const LONGEST_CACHE: Duration = Duration::from_mins(10);

impl Pool {
    /// Adds the issuers of opaque tokens.
    pub(super) fn add_opaque(
        &mut self,
        written: BTreeMap<String, Part<Written>>,
        deadline: Option<Duration>,
        at: &At<'_>,
        faults: &mut Faults,
    ) {
        let mut uris = BTreeMap::new();
        for (name, part) in written {
            let at = at.member(&name);
            let named = text::name(&name, &at, faults);
            let issuer = part
                .open(&at, faults)
                .and_then(|it| issuer(&name, it, deadline, &mut uris, &at, faults));
            self.add(&name, issuer.filter(|_| named.is_some()), &at, faults);
        }
    }
}

fn issuer(
    name: &str,
    written: Written,
    deadline: Option<Duration>,
    uris: &mut BTreeMap<String, String>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Issuer> {
    let uri_at = at.member("issuer");
    let uri = written.issuer.open(&uri_at, faults);
    let uri = uri.and_then(|it| text::visible(it, &uri_at, faults));
    if let Some(uri) = &uri
        && let Some(other) = uris.insert(uri.clone(), name.to_owned())
    {
        faults.add(&uri_at, format!("is the issuer of `{other}` already"));
    }
    let audiences_at = at.member("audiences");
    let audiences = written.audiences.open(&audiences_at, faults);
    let listed = audiences.as_deref().unwrap_or_default();
    text::repeated(listed, &audiences_at, faults);
    let bounds = MILLISECOND..=MINUTE;
    let leeway_at = at.member("leeway");
    let usual = Duration::from_secs(5);
    let leeway = span_or(written.leeway, usual, bounds, &leeway_at, faults);
    let at_unknown = at.member("unknown_confirmation");
    let unknown = Part::open_if_there(written.unknown_confirmation, &at_unknown, faults);
    let kinds = delegation::kinds(written.kinds, &at.member("kinds"), faults);
    let endpoint_at = at.member("introspection");
    let endpoint = written.introspection.open(&endpoint_at, faults);
    let endpoint = endpoint.and_then(|it| endpoint_of(it, deadline, &endpoint_at, faults));
    Some(Issuer {
        name: name.into(),
        kind: Kind::Opaque,
        uri: uri?.into(),
        audiences: audiences?,
        types: Vec::new(),
        algorithms: Vec::new(),
        leeway: leeway?,
        keys: KeySource::Absent,
        introspection: Some(Rc::new(endpoint?)),
        unknown_confirmation: unknown_confirmation(unknown?),
        status: StatusDemand::Optional,
        kinds: kinds?,
    })
}

fn endpoint_of(
    written: Introspection,
    deadline: Option<Duration>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Endpoint> {
    let address = call::address(written.cluster, written.authority, at, faults);
    let path = call::path(written.path, at, faults);
    let timeout = call::timeout(written.timeout, deadline, at, faults);
    let cache_at = at.member("max_cache");
    let max_cache = written.max_cache.open(&cache_at, faults);
    let max_cache = max_cache.and_then(|it| age(&it, LONGEST_CACHE, &cache_at, faults));
    let calls_at = at.member("max_calls");
    let max_calls = Part::open_if_there(written.max_calls, &calls_at, faults)
        .and_then(|it| within(it.unwrap_or(Whole(100)), 1..=100_000, &calls_at, faults))
        .and_then(|it| u32::try_from(it).ok());
    let without_at = at.member("without_subject");
    let without_subject = Part::open_if_there(written.without_subject, &without_at, faults);
    let client_at = at.member("client");
    let client = written.client.open(&client_at, faults);
    let client = client.and_then(|it| client_of(it, &client_at, faults));
    let (client, secret) = client?;
    let address = address?;
    Some(Endpoint {
        cluster: address.cluster,
        authority: address.authority,
        path: path?,
        timeout: timeout?,
        client,
        secret,
        max_cache: max_cache?,
        max_calls: max_calls?,
        without_subject: match without_subject? {
            None | Some(WithoutSubject::Refuse) => introspection::WithoutSubject::Refuse,
            Some(WithoutSubject::Client) => introspection::WithoutSubject::Client,
        },
    })
}

/// The gate as a client: its id, and the variable that holds its secret.
pub(super) fn client_of(
    written: Client,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<(String, String)> {
    let id = written.id.open(&at.member("id"), faults);
    let secret_at = at.member("secret");
    let secret = written.secret.open(&secret_at, faults);
    let secret = secret.filter(|it| text::variable(it, &secret_at, faults).is_some());
    Some((id?, secret?))
}

/// How old the word of an authorization server may be, where one of these issuers has one.
#[expect(clippy::option_option, reason = "no age and at fault are two things")]
pub(super) fn longest_age(
    part: Option<Part<Age>>,
    issuers: &[IssuerId],
    known: &Known<'_>,
    [issuers_at, age_at]: [&At<'_>; 2],
    faults: &mut Faults,
) -> Option<Option<Duration>> {
    let written = Part::open_if_there(part, age_at, faults)?;
    let Some(compiled) = known.compiled else {
        return Some(None);
    };
    let mut opaque = issuers.iter().enumerate().filter_map(|(place, id)| {
        let endpoint = compiled.get(id.0)?.introspection.as_ref()?;
        Some((place, endpoint))
    });
    let Some((_, endpoint)) = opaque.next() else {
        if issuers.is_empty() {
            return Some(None);
        }
        let problem = "has no effect: none of `issuers` is of opaque tokens";
        faults.check(written.is_none(), age_at, problem);
        return Some(None);
    };
    if let Some((place, _)) = opaque.next() {
        let problem = "is the second issuer of opaque tokens: a token does not say whose it is";
        faults.add(&issuers_at.item(place), problem);
    }
    match written {
        None => Some(Some(endpoint.max_cache)),
        Some(written) => age(&written, endpoint.max_cache, age_at, faults).map(Some),
    }
}

/// A route that asks about tokens takes proofs with which a key can be shown before.
pub(super) fn check_proofs(
    identity: Option<&IdentityRules>,
    proofs: Option<&proof::Rules>,
    at: &At<'_>,
    faults: &mut Faults,
) {
    let asks = identity.is_some_and(|it| it.introspection.is_some());
    let shows = |method: &Method| match method {
        Method::Dpop | Method::Mtls => true,
        Method::HttpSignature | Method::Wpt | Method::WimseSignature => false,
    };
    let can = proofs.is_none_or(|it| it.any_of.iter().any(shows));
    let problem = "has neither `dpop` nor `mtls`: nobody is asked about an opaque token before its \
                   sender has shown a key by one of them";
    faults.check(!asks || can, at, problem);
}
