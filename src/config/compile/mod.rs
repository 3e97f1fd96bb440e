//! From what is written to what is meant. Every function tells its faults and goes on, so that one
//! reading shows them all; None means that a fault was told.

mod behaviour;
mod body;
mod break_glass;
mod call;
mod delegation;
mod domains;
mod dpop;
mod exchange;
mod hops;
mod identity;
mod issuance;
mod issuers;
mod matches;
mod mcp;
mod names;
mod opaque;
mod peers;
mod replay;
mod revocation;
mod risk;
mod routes;
mod sections;
mod services;
mod signature;
mod step_up;
mod streams;
mod svid;
mod text;
mod transaction;
mod upstream;
mod workload;

use super::error::{At, Faults};
use super::part::Part;
use super::units;
use super::wire::scalar::{Age, Size, Span, Whole};
use super::wire::{self, Document};
use crate::http::origin::Origin;
use crate::policy::{self, Policy};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::time::Duration;

const SCHEMA: &str = "countersign/v1";

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

#[expect(clippy::too_many_lines, reason = "one section after the other")]
pub(super) fn policy(document: Document, digest: Rc<str>, faults: &mut Faults) -> Option<Policy> {
    let root = At::Document;
    let whole = document;

    let at = root.member("schema");
    let schema = whole.schema.open(&at, faults);
    if let Some(schema) = schema {
        let problem = format!("is {schema:?}, and this filter reads \"{SCHEMA}\"");
        faults.check(schema == SCHEMA, &at, problem);
    }
    let at = root.member("revision");
    let revision = whole.revision.open(&at, faults);
    let revision = revision.and_then(|it| within(it, 1..=units::MAX_INTEGER, &at, faults));
    let origins = origins(whole.origins, &root.member("origins"), faults);
    let unmatched = whole.unmatched.open(&root.member("unmatched"), faults);
    let dpop = dpop::compile(whole.dpop, &root.member("dpop"), faults);
    let keys_at = root.member("signature_keys");
    let signature_keys = signature::keys(whole.signature_keys, &keys_at, faults);
    let wpt = workload::wpt(whole.wpt, &root.member("wpt"), faults);
    let wimse_at = root.member("wimse_signature");
    let wimse_signature = workload::signature(whole.wimse_signature, &wimse_at, faults);
    let waiting = waiting(whole.waiting, &root.member("waiting"), faults);
    let has_behaviour = whole.behaviour.is_some();
    let behaviour = behaviour::limits(whole.behaviour, &root.member("behaviour"), faults);
    let deadline = waiting.map(|it| it.deadline);
    let replay = replay::Section::read(whole.replay, whole.stores, deadline, &root, faults);
    let upstream = upstream::compile(whole.upstream, &root.member("upstream"), faults);
    let hops = hops::compile(whole.hops, &root.member("hops"), faults);
    let services = Part::open_if_there(whole.services, &root.member("services"), faults);

    let sections = sections::Sections {
        access: whole.issuers,
        opaque: whole.opaque_issuers,
        svids: whole.jwt_svid_issuers,
        workloads: whole.workload_issuers,
        transactions: whole.transaction_token_issuers,
    };
    let pool = sections.pool(deadline, &root, faults);
    let issuer_names = pool.as_ref().map(issuers::Pool::names);
    let issuers = pool.and_then(issuers::Pool::finish);
    let streams = streams::compile(whole.streams, &root.member("streams"), faults);
    let mut known = names::Known {
        streams,
        origins: origins.as_deref(),
        issuers: issuer_names,
        compiled: issuers.as_ref().map(|(compiled, _)| compiled.as_slice()),
        services: services.as_ref().map(|it| {
            let none = BTreeMap::new();
            names::Names::of(it.as_ref().unwrap_or(&none))
        }),
        hops: hops.as_deref().unwrap_or_default(),
        algorithms: dpop.as_ref().map(|rules| rules.algorithms.as_slice()),
        handing: upstream.as_ref().map(|(_, handing)| *handing),
        nonces: dpop.as_ref().map(|rules| rules.nonces.is_some()),
        replay: &replay,
        glass: break_glass::Profile::AtFault,
        exchanges: None,
        has_behaviour,
        workload_scheme: wpt.as_ref().and_then(|rules| rules.profile.challenge()),
    };
    let referred = revocation::Known {
        names: known.issuers.as_ref(),
        issuers: known.compiled,
    };
    let at = root.member("status_lists");
    let status_lists = revocation::lists(whole.status_lists, referred, &at, faults);
    if let (Some(lists), Some(issuers)) = (&status_lists, known.compiled) {
        revocation::check_demands(lists, issuers, &root.member("issuers"), faults);
    }
    let glass_at = root.member("break_glass");
    let lists = status_lists.as_deref().unwrap_or_default();
    known.glass = break_glass::compile(whole.break_glass, &known, lists, &glass_at, faults);
    let deny = revocation::deny(whole.deny, referred, &root.member("deny"), faults);
    let services = services.and_then(|it| {
        services::compile(
            it.unwrap_or_default(),
            waiting,
            &root.member("services"),
            faults,
        )
    });
    let exchanges_at = root.member("exchanges");
    let exchanges = Part::open_if_there(whole.exchanges, &exchanges_at, faults);
    let exchanges = exchanges.map(Option::unwrap_or_default);
    known.exchanges = exchanges.as_ref().map(names::Names::of);
    let exchanges =
        exchanges.and_then(|it| exchange::compile(it, &known, deadline, &exchanges_at, faults));
    let routes = whole.routes.open(&root.member("routes"), faults);
    let count = routes.as_ref().map(Vec::len);
    let routes = routes.and_then(|it| routes::compile(it, &known, &root.member("routes"), faults));

    let namespace =
        matches::name_of_envoy(whole.route_metadata, &root.member("route_metadata"), faults);

    let glass = known.glass;
    let (issuers, sources) = issuers?;
    let matches::Found {
        routes,
        index,
        alike,
    } = routes?;
    let is_named = routes.iter().any(|route| route.envoy_route.is_some());
    let (upstream, _) = upstream?;
    upstream::unlisted(&upstream, &index, &root.member("upstream"), faults)?;
    let dpop = dpop?;
    let all = count == Some(routes.len());
    if let Some(services) = &services {
        services::unread(services, &routes, &root.member("services"), faults);
    }
    if all {
        dpop::used(&dpop, &routes, &root.member("dpop"), faults);
        break_glass::used(&glass, &routes, &glass_at, faults);
        let exchanges = exchanges.as_deref().unwrap_or_default();
        exchange::used(exchanges, &routes, &exchanges_at, faults);
    }
    let replay = replay.finish(&routes, all, &root, faults);
    Some(Policy {
        revision: revision?,
        digest,
        unmatched: match unmatched? {
            wire::Unmatched::Refuse => policy::Unmatched::Refuse,
            wire::Unmatched::Pass => policy::Unmatched::Pass,
        },
        replay: replay?,
        single_use: policy::SingleUse::of(&routes, &issuers),
        dpop,
        upstream,
        hops: hops?,
        wpt: wpt?,
        wimse_signature: wimse_signature?,
        waiting: waiting?,
        behaviour: behaviour?,
        issuers,
        signature_keys: signature_keys?,
        sources,
        status_lists: status_lists?,
        deny: deny?,
        break_glass: glass.kept()?,
        services: services?,
        exchanges: exchanges?,
        routes,
        index,
        mesh: policy::Mesh {
            namespace: namespace?,
            is_named,
            alike,
        },
    })
}

fn origins(part: Part<Vec<String>>, at: &At<'_>, faults: &mut Faults) -> Option<Vec<Origin>> {
    let mut origins = Vec::new();
    let mut whole = true;
    for (place, text) in part.open(at, faults)?.into_iter().enumerate() {
        let at = at.item(place);
        match Origin::parse(&text) {
            Ok(origin) if origins.contains(&origin) => {
                faults.add(&at, format!("{} is listed already", origin.as_str()));
            }
            Ok(origin) => origins.push(origin),
            Err(_) => {
                whole = false;
                let how = "write https://host or https://host:port, without a path";
                faults.add(&at, format!("{text:?} is not an origin: {how}"));
            }
        }
    }
    (whole && !origins.is_empty()).then_some(origins)
}

fn waiting(
    part: Option<Part<wire::Waiting>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<policy::Waiting> {
    let written = Part::open_if_there(part, at, faults)?;
    let (deadline, requests) = written
        .map(|it| (it.deadline, it.requests))
        .unwrap_or_default();
    let bounds = MILLISECOND..=MINUTE;
    let deadline = span_or(
        deadline,
        Duration::from_secs(5),
        bounds,
        &at.member("deadline"),
        faults,
    );
    let at = at.member("requests");
    let requests = Part::open_if_there(requests, &at, faults);
    let requests = requests
        .and_then(|it| within(it.unwrap_or(Whole(1024)), 1..=65_536, &at, faults))
        .and_then(|it| usize::try_from(it).ok());
    Some(policy::Waiting {
        deadline: deadline?,
        requests: requests?,
    })
}

fn within(
    number: Whole,
    bounds: RangeInclusive<u64>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<u64> {
    let (least, most) = (bounds.start(), bounds.end());
    let problem = format!("is {}, and must be from {least} to {most}", number.0);
    faults
        .check(bounds.contains(&number.0), at, problem)
        .then_some(number.0)
}

fn span(
    written: &Span,
    bounds: RangeInclusive<Duration>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Duration> {
    let how = "write a whole number above zero and a unit: 250ms, 10s, 5m, 24h";
    let problem = format!("{:?} is not a duration: {how}", written.0);
    let duration = faults.keep(units::duration(&written.0).ok_or(problem), at)?;
    let [least, most] = [bounds.start(), bounds.end()].map(|it| units::show_duration(*it));
    let problem = format!("is {}, and must be from {least} to {most}", written.0);
    faults
        .check(bounds.contains(&duration), at, problem)
        .then_some(duration)
}

fn span_or(
    part: Option<Part<Span>>,
    default: Duration,
    bounds: RangeInclusive<Duration>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Duration> {
    match Part::open_if_there(part, at, faults)? {
        None => Some(default),
        Some(written) => span(&written, bounds, at, faults),
    }
}

/// A duration of at most this much, or none at all.
fn age(written: &Age, most: Duration, at: &At<'_>, faults: &mut Faults) -> Option<Duration> {
    if written.0 == "0s" {
        return Some(Duration::ZERO);
    }
    if most.is_zero() {
        faults.add(at, format!("is {}, and must be 0s", written.0));
        return None;
    }
    span(&Span(written.0.clone()), MILLISECOND..=most, at, faults)
}

fn size(
    written: &Size,
    bounds: RangeInclusive<usize>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<usize> {
    let how = "write a whole number above zero and a unit: 64KiB, 8MiB";
    let problem = format!("{:?} is not a size: {how}", written.0);
    let bytes = faults.keep(units::size(&written.0).ok_or(problem), at)?;
    let [least, most] = [bounds.start(), bounds.end()].map(|it| units::show_size(*it));
    let problem = format!("is {}, and must be from {least} to {most}", written.0);
    faults
        .check(bounds.contains(&bytes), at, problem)
        .then_some(bytes)
}
