//! Issuers and where their keys come from.

use super::names::Names;
use super::{At, Faults, MILLISECOND, MINUTE, Part, SECOND, delegation, span, span_or, text};
use crate::config::wire::issuer::{Issuer as Written, Keys, UnknownConfirmation};
use crate::config::wire::revocation::StatusDemand;
use crate::crypto::Algorithm;
use crate::crypto::digest::Digest32;
use crate::jose::jwk::Purpose;
use crate::jose::{KeySet, KeySetFault};
use crate::supply::Source;
use crate::token::Kind;
use crate::token::issuer::{self, Issuer, KeySource};
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// `typ` of proofs.
const PROOF_TYPES: [&str; 2] = ["dpop+jwt", "wpt+jwt"];
/// `typ` of tokens that are no access tokens.
const OTHER_TYPES: [&str; 2] = ["wit+jwt", "txntoken+jwt"];

/// The issuers of all sections, in the order in which they were added, and the sources of those
/// whose keys are fetched.
#[derive(Default)]
pub(super) struct Pool {
    names: Vec<String>,
    issuers: Vec<Option<Issuer>>,
    sources: Vec<Source>,
    seen: Seen,
}

/// What no two issuers may share, and the issuer that has it.
#[derive(Default)]
struct Seen {
    uris: BTreeMap<String, String>,
    keys: BTreeMap<Digest32, String>,
    sources: BTreeMap<(String, String, String), String>,
}

/// Whose keys are read, and for what.
#[derive(Clone, Copy)]
pub(super) struct Publisher<'a> {
    /// The name of the issuer in the policy.
    pub(super) name: &'a str,
    /// Its algorithms. None where they are at fault.
    pub(super) algorithms: Option<&'a [Algorithm]>,
    /// What its keys must be for.
    pub(super) purpose: Purpose,
}

impl Pool {
    /// Adds the issuers of access tokens.
    pub(super) fn add_access(
        &mut self,
        written: BTreeMap<String, Part<Written>>,
        at: &At<'_>,
        faults: &mut Faults,
    ) {
        for (name, part) in written {
            let at = at.member(&name);
            let named = text::name(&name, &at, faults);
            let written = part.open(&at, faults);
            let issuer = written.and_then(|it| issuer(&name, it, self, &at, faults));
            self.add(&name, issuer.filter(|_| named.is_some()), &at, faults);
        }
    }

    /// Adds an issuer, or the place of one that is at fault.
    pub(super) fn add(
        &mut self,
        name: &str,
        issuer: Option<Issuer>,
        at: &At<'_>,
        faults: &mut Faults,
    ) {
        let problem = "is the name of another issuer already";
        faults.check(!self.names.iter().any(|other| other == name), at, problem);
        self.names.push(name.to_owned());
        self.issuers.push(issuer);
    }

    /// Notes who vouches for the tokens of an issuer. No two may share it.
    pub(super) fn claim_uri(&mut self, uri: &str, name: &str, at: &At<'_>, faults: &mut Faults) {
        if let Some(other) = self.seen.uris.insert(uri.to_owned(), name.to_owned()) {
            faults.add(at, format!("is the issuer of `{other}` already"));
        }
    }

    /// The keys of an issuer. No two may share a key, or where it is fetched.
    pub(super) fn keys(
        &mut self,
        publisher: &Publisher<'_>,
        written: Keys,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<KeySource> {
        keys_of(
            publisher,
            written,
            &mut self.sources,
            &mut self.seen,
            at,
            faults,
        )
    }

    /// The names, those of issuers at fault among them.
    pub(super) fn names(&self) -> Names {
        Names::numbered(self.names.iter().cloned())
    }

    /// The issuers and the sources, if none is at fault.
    pub(super) fn finish(self) -> Option<(Vec<Issuer>, Vec<Source>)> {
        let issuers: Option<Vec<Issuer>> = self.issuers.into_iter().collect();
        Some((issuers?, self.sources))
    }
}

fn issuer(
    name: &str,
    written: Written,
    pool: &mut Pool,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Issuer> {
    let uri_at = at.member("issuer");
    let uri = written.issuer.open(&uri_at, faults);
    let uri = uri.and_then(|it| text::visible(it, &uri_at, faults));
    if let Some(uri) = &uri {
        pool.claim_uri(uri, name, &uri_at, faults);
    }
    let audiences_at = at.member("audiences");
    let audiences = written.audiences.open(&audiences_at, faults);
    text::repeated(
        audiences.as_deref().unwrap_or_default(),
        &audiences_at,
        faults,
    );
    let types = types(written.types, &at.member("types"), faults);
    let algorithms_at = at.member("algorithms");
    let algorithms = written.algorithms.open(&algorithms_at, faults);
    let algorithms = algorithms.and_then(|it| text::algorithms(&it, &algorithms_at, faults));
    let bounds = MILLISECOND..=MINUTE;
    let leeway_at = at.member("leeway");
    let leeway = span_or(
        written.leeway,
        Duration::from_secs(5),
        bounds,
        &leeway_at,
        faults,
    );
    let at_unknown = at.member("unknown_confirmation");
    let unknown = Part::open_if_there(written.unknown_confirmation, &at_unknown, faults);
    let status = Part::open_if_there(written.status, &at.member("status"), faults);
    let kinds = delegation::kinds(written.kinds, &at.member("kinds"), faults);
    let keys_at = at.member("keys");
    let keys = written.keys.open(&keys_at, faults);
    let keys = keys.and_then(|it| {
        let publisher = Publisher {
            name,
            algorithms: algorithms.as_deref(),
            purpose: Purpose::Signatures,
        };
        pool.keys(&publisher, it, &keys_at, faults)
    });
    Some(Issuer {
        name: name.into(),
        kind: Kind::Access,
        uri: uri?.into(),
        audiences: audiences?,
        types: types?,
        algorithms: algorithms?,
        leeway: leeway?,
        keys: keys?,
        introspection: None,
        unknown_confirmation: unknown_confirmation(unknown?),
        status: match status? {
            None | Some(StatusDemand::Optional) => issuer::StatusDemand::Optional,
            Some(StatusDemand::Required) => issuer::StatusDemand::Required,
        },
        kinds: kinds?,
    })
}

pub(super) fn unknown_confirmation(
    written: Option<UnknownConfirmation>,
) -> issuer::UnknownConfirmation {
    match written {
        None | Some(UnknownConfirmation::Ignore) => issuer::UnknownConfirmation::Ignore,
        Some(UnknownConfirmation::Refuse) => issuer::UnknownConfirmation::Refuse,
    }
}

fn types(part: Part<Vec<String>>, at: &At<'_>, faults: &mut Faults) -> Option<Vec<String>> {
    let types: Vec<String> = part
        .open(at, faults)?
        .into_iter()
        .map(|name| {
            let name = name.to_ascii_lowercase();
            name.strip_prefix("application/")
                .unwrap_or(&name)
                .to_owned()
        })
        .collect();
    text::repeated(&types, at, faults);
    for (place, name) in types.iter().enumerate() {
        let at = at.item(place);
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        let how = "write the `typ` of access tokens, such as at+jwt";
        faults.check(plain, &at, format!("{name:?} is not a type: {how}"));
        let problem = format!("{name:?} is the type of a proof, which is not an access token");
        faults.check(!PROOF_TYPES.contains(&name.as_str()), &at, problem);
        let problem =
            format!("{name:?} is the type of another token, which has a section of its own");
        faults.check(!OTHER_TYPES.contains(&name.as_str()), &at, problem);
    }
    Some(types)
}

fn keys_of(
    publisher: &Publisher<'_>,
    written: Keys,
    sources: &mut Vec<Source>,
    seen: &mut Seen,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<KeySource> {
    let name = publisher.name;
    let Some(inline) = written.inline else {
        let source = source(publisher, written, at, faults)?;
        let place = (
            source.cluster.clone(),
            source.authority.clone(),
            source.path.clone(),
        );
        if let Some(other) = seen.sources.insert(place, name.to_owned()) {
            let problem =
                format!("is the key set of `{other}` already: one key must not serve two issuers");
            faults.add(at, problem);
        }
        sources.push(source);
        return Some(KeySource::Fetched(sources.len().saturating_sub(1)));
    };
    let inline_at = at.member("inline");
    let others = [
        ("cluster", written.cluster.is_some()),
        ("path", written.path.is_some()),
        ("refresh", written.refresh.is_some()),
        ("max_stale", written.max_stale.is_some()),
        ("authority", written.authority.is_some()),
        ("timeout", written.timeout.is_some()),
    ];
    for (member, there) in others {
        let problem = "cannot stand beside `inline`: inline keys are not fetched";
        faults.check(!there, &at.member(member), problem);
    }
    let set = key_set(
        &inline.open(&inline_at, faults)?,
        publisher.purpose,
        &inline_at,
        faults,
    )?;
    for key in set.keys() {
        if let Some(other) = seen.keys.insert(*key.thumbprint(), name.to_owned())
            && other != name
        {
            let problem = format!("holds a key of `{other}`: one key must not serve two issuers");
            faults.add(&inline_at, problem);
        }
    }
    if let Some(algorithms) = publisher.algorithms {
        let fits = |algorithm| set.keys().iter().any(|key| key.fits(algorithm));
        let usable = algorithms.iter().copied().any(fits);
        faults.check(
            usable,
            &inline_at,
            "holds no key that fits an algorithm of this issuer",
        );
    }
    Some(KeySource::Inline(Rc::new(set)))
}

fn key_set(value: &Value, purpose: Purpose, at: &At<'_>, faults: &mut Faults) -> Option<KeySet> {
    let set = KeySet::parse_for(value.to_string().as_bytes(), purpose);
    let set = set.map_err(|fault| match fault {
        KeySetFault::Malformed => "is not a JSON Web Key Set: write { keys: [...] }",
        KeySetFault::Empty if purpose == Purpose::JwtSvids => {
            "holds no public key with `use: jwt-svid` that can verify a signature"
        }
        KeySetFault::Empty => "holds no public key that can verify a signature",
        KeySetFault::Private => "holds a private or symmetric key: write public keys only",
    });
    faults.keep(set, at)
}

fn source(
    publisher: &Publisher<'_>,
    written: Keys,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Source> {
    let needed = "is missing: write `inline`, or `cluster`, `path`, `refresh` and `max_stale`";
    let [cluster, path, authority] = [
        ("cluster", written.cluster, true),
        ("path", written.path, true),
        ("authority", written.authority, false),
    ]
    .map(|(member, part, must)| {
        let at = at.member(member);
        faults.check(part.is_some() || !must, &at, needed);
        let value = Part::open_if_there(part, &at, faults)??;
        let form = if member == "path" {
            text::path
        } else {
            text::visible
        };
        form(value, &at, faults)
    });
    let refresh_at = at.member("refresh");
    faults.check(written.refresh.is_some(), &refresh_at, needed);
    let refresh = Part::open_if_there(written.refresh, &refresh_at, faults).flatten();
    let refresh =
        refresh.and_then(|it| span(&it, SECOND..=Duration::from_hours(24), &refresh_at, faults));
    let stale_at = at.member("max_stale");
    faults.check(written.max_stale.is_some(), &stale_at, needed);
    let stale = Part::open_if_there(written.max_stale, &stale_at, faults).flatten();
    let bounds = refresh.unwrap_or(SECOND)..=Duration::from_hours(720);
    let max_stale = stale.and_then(|it| span(&it, bounds, &stale_at, faults));
    let bounds = MILLISECOND..=Duration::from_secs(30);
    let timeout_at = at.member("timeout");
    let timeout = span_or(
        written.timeout,
        Duration::from_secs(2),
        bounds,
        &timeout_at,
        faults,
    );
    let cluster = cluster?;
    Some(Source {
        name: publisher.name.into(),
        authority: authority.unwrap_or_else(|| cluster.clone()),
        cluster,
        path: path?,
        refresh: refresh?,
        max_stale: max_stale?,
        timeout: timeout?,
    })
}
