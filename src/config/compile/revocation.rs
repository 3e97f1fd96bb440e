//! Status lists and the deny list.

use super::names::Names;
use super::{At, Faults, MILLISECOND, Part, SECOND, call, size, span, span_or, text};
use crate::config::wire::revocation::{Deny, StatusList, Subject};
use crate::config::wire::scalar::Size;
use crate::crypto::digest::from_base64url;
use crate::revocation::List;
use crate::revocation::deny::{DenyList, Entries};
use crate::supply::Source;
use crate::token::IssuerId;
use crate::token::issuer::{Issuer, KeySource, StatusDemand};
use std::collections::BTreeMap;
use std::time::Duration;

const LARGEST: usize = 16 << 20;
const USUAL: usize = 1 << 20;

/// What the sections of this module refer to. None where the issuers themselves are at fault.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) names: Option<&'a Names>,
    pub(super) issuers: Option<&'a [Issuer]>,
}

/// The lists in the order of their names.
pub(super) fn lists(
    part: Option<Part<BTreeMap<String, Part<StatusList>>>>,
    known: Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<List>> {
    let written = Part::open_if_there(part, at, faults)?.unwrap_or_default();
    let mut lists: Vec<List> = Vec::new();
    let mut whole = true;
    for (name, part) in written {
        let at = at.member(&name);
        let named = text::name(&name, &at, faults);
        let list = part
            .open(&at, faults)
            .and_then(|it| list(&name, it, known, &at, faults))
            .filter(|_| named.is_some());
        whole &= list.is_some();
        if let Some(list) = list {
            let is_same = |it: &&List| (it.issuer, &it.uri) == (list.issuer, &list.uri);
            if let Some(other) = lists.iter().find(is_same) {
                let problem = format!("is the list `{}` already", other.name);
                faults.add(&at.member("uri"), problem);
            }
            lists.push(list);
        }
    }
    whole.then_some(lists)
}

/// Tells the issuers whose tokens must refer to a list, and have none.
pub(super) fn check_demands(lists: &[List], issuers: &[Issuer], at: &At<'_>, faults: &mut Faults) {
    for (place, issuer) in issuers.iter().enumerate() {
        let has_one = lists.iter().any(|list| list.issuer == IssuerId(place));
        let passes = match issuer.status {
            StatusDemand::Optional => true,
            StatusDemand::Required => has_one,
        };
        let at = at.member(&issuer.name);
        let problem = "is required, but no list of `status_lists` is of this issuer";
        faults.check(passes, &at.member("status"), problem);
    }
}

fn list(
    name: &str,
    written: StatusList,
    known: Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<List> {
    let uri_at = at.member("uri");
    let uri = written.uri.open(&uri_at, faults);
    let uri = uri.and_then(|it| text::visible(it, &uri_at, faults));
    let issuer_at = at.member("issuer");
    let issuer = issuer(written.issuer, known, &issuer_at, faults);
    if let (Some(id), Some(issuers)) = (issuer, known.issuers)
        && let Some(issuer) = issuers.get(id.0)
    {
        let has_keys = match issuer.keys {
            KeySource::Inline(_) | KeySource::Fetched(_) => true,
            KeySource::Absent => false,
        };
        let problem = "has no keys that could verify a list";
        faults.check(has_keys, &issuer_at, problem);
    }
    let address = call::address(written.cluster, written.authority, at, faults);
    let path = call::path(written.path, at, faults);
    let refresh_at = at.member("refresh");
    let refresh = written.refresh.open(&refresh_at, faults);
    let bounds = SECOND..=Duration::from_hours(24);
    let refresh = refresh.and_then(|it| span(&it, bounds, &refresh_at, faults));
    let stale_at = at.member("max_stale");
    let stale = written.max_stale.open(&stale_at, faults);
    let bounds = refresh.unwrap_or(SECOND)..=Duration::from_hours(720);
    let max_stale = stale.and_then(|it| span(&it, bounds, &stale_at, faults));
    let usual = Duration::from_secs(2);
    let bounds = MILLISECOND..=Duration::from_secs(30);
    let timeout = span_or(
        written.timeout,
        usual,
        bounds,
        &at.member("timeout"),
        faults,
    );
    let max_size = list_size(written.max_size, &at.member("max_size"), faults);
    let address = address?;
    Some(List {
        name: name.into(),
        uri: uri?.into(),
        issuer: issuer?,
        max_size: max_size?,
        source: Source {
            name: name.into(),
            cluster: address.cluster,
            authority: address.authority,
            path: path?,
            refresh: refresh?,
            max_stale: max_stale?,
            timeout: timeout?,
        },
    })
}

fn list_size(part: Option<Part<Size>>, at: &At<'_>, faults: &mut Faults) -> Option<usize> {
    match Part::open_if_there(part, at, faults)? {
        None => Some(USUAL),
        Some(written) => size(&written, 1 << 10..=LARGEST, at, faults),
    }
}

fn issuer(
    part: Part<String>,
    known: Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<IssuerId> {
    let name = part.open(at, faults)?;
    let place = known.names?.place(&name, "issuer", at, faults)?;
    Some(IssuerId(place))
}

/// What is denied.
pub(super) fn deny(
    part: Option<Part<Deny>>,
    known: Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<DenyList> {
    let Some(written) = Part::open_if_there(part, at, faults)? else {
        return Some(DenyList::default());
    };
    let tokens = Part::open_if_there(written.jti, &at.member("jti"), faults);
    let transactions = Part::open_if_there(written.txn, &at.member("txn"), faults);
    let subjects_at = at.member("sub");
    let subjects = Part::open_if_there(written.sub, &subjects_at, faults)
        .and_then(|it| subjects(it.unwrap_or_default(), known, &subjects_at, faults));
    let keys_at = at.member("key");
    let keys = Part::open_if_there(written.key, &keys_at, faults)?.unwrap_or_default();
    let how = "write 43 characters of base64url, as `jkt` and `x5t#S256` have them";
    let keys: Vec<_> = keys
        .iter()
        .enumerate()
        .map(|(place, text)| {
            let problem = format!("{text:?} is not a thumbprint: {how}");
            faults.keep(from_base64url(text).ok_or(problem), &keys_at.item(place))
        })
        .collect();
    Some(DenyList::of(&Entries {
        tokens: tokens?.unwrap_or_default(),
        subjects: subjects?,
        keys: keys.into_iter().collect::<Option<_>>()?,
        transactions: transactions?.unwrap_or_default(),
    }))
}

fn subjects(
    written: Vec<Part<Subject>>,
    known: Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<(String, String)>> {
    let mut subjects = Vec::new();
    let mut whole = true;
    for (place, part) in written.into_iter().enumerate() {
        let at = at.item(place);
        let pair = part.open(&at, faults).and_then(|it| {
            let issuer = issuer(it.issuer, known, &at.member("issuer"), faults);
            let subject = it.subject.open(&at.member("subject"), faults);
            let issuer = known.issuers?.get(issuer?.0)?;
            Some((issuer.uri.to_string(), subject?))
        });
        whole &= pair.is_some();
        subjects.extend(pair);
    }
    whole.then_some(subjects)
}
