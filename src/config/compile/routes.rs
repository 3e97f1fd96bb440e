//! Routes, and whether each can ever be reached.

use super::body::Bodies;
use super::matches::{Found, Listed, Matching, matching};
use super::names::Known;
use super::{
    At, Faults, Part, behaviour, body, break_glass, delegation, dpop, exchange, identity, issuance,
    mcp, opaque, peers, risk, signature, step_up, streams, text, transaction, upstream, workload,
};
use crate::behaviour::Rules;
use crate::config::wire::route::{Proof, Route as Written};
use crate::http::origin::Origin;
use crate::policy::{IdentityRules, Route};
use crate::proof::{self, http_signature};
use crate::token::{IssuerId, Kind};
use crate::transaction::body::Reading;
use std::rc::Rc;

/// The routes in order, and their index.
pub(super) fn compile(
    written: Vec<Part<Written>>,
    known: &Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Found> {
    let algorithms = known.algorithms.unwrap_or_default().iter();
    let algs: Rc<str> = joined(algorithms.map(|algorithm| algorithm.name()));
    let mut listed = Listed::default();
    let mut routes = Vec::with_capacity(written.len());
    let count = written.len();
    for (place, part) in written.into_iter().enumerate() {
        let at = at.item(place);
        if let Some(written) = part.open(&at, faults) {
            let route = route(written, place, known, &mut listed, &algs, &at, faults);
            routes.extend(route);
        }
    }
    let (index, alike) = listed.index(at, faults)?;
    for (route, place) in routes.iter().zip(listed.places()) {
        mcp::unlisted(route, &index, &at.item(*place), faults);
    }
    if routes.len() == count {
        streams::check(&routes, at, faults);
        behaviour::link(&mut routes, known.has_behaviour, at, faults);
    }
    Some(Found {
        routes: routes.into_iter().map(Rc::new).collect(),
        index,
        alike,
    })
}

#[expect(clippy::too_many_lines, reason = "one member after the other")]
fn route(
    written: Written,
    place: usize,
    known: &Known<'_>,
    listed: &mut Listed,
    algs: &Rc<str>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Route> {
    let name = listed.name(written.name, place, &at.member("name"), faults);
    let Matching {
        methods,
        template,
        envoy_route,
    } = matching(written.r#match, &at.member("match"), faults);
    listed.add(
        place,
        methods.as_deref(),
        template.as_ref(),
        envoy_route.as_ref(),
    );
    let origin = origin(written.origin, known, &at.member("origin"), faults);
    let identity_at = at.member("identity");
    let has_identity = written.identity.is_some();
    let issuance_at = at.member("issuance");
    let issuance = issuance::is(written.issuance, has_identity, &issuance_at, faults);
    let identity = match written.identity {
        Some(written) => identity::compile(written, origin.as_ref(), known, &identity_at, faults),
        None => issuance::anyone(issuance, &identity_at, faults),
    };
    let delegation_at = at.member("delegation");
    let delegation = delegation::compile(written.delegation, known, &delegation_at, faults);
    let proof_at = at.member("proof");
    let proof = proofs(written.proof, &proof_at, faults);
    opaque::check_proofs(identity.as_ref(), proof.as_ref(), &proof_at, faults);
    let handing_at = at.member("upstream");
    let handing = upstream::of_route(
        written.upstream,
        issuance::handing(issuance, known.handing),
        &handing_at,
        faults,
    );
    let streams_at = at.member("streams");
    let streams = streams::of_route(written.streams, known.streams, &streams_at, faults);
    let renews = Part::open_if_there(written.renews, &at.member("renews"), faults);
    let nonce_at = at.member("nonce");
    let nonce = dpop::of_route(written.nonce, proof.as_ref(), known, &nonce_at, faults);
    let replay_at = at.member("replay");
    let replay = known
        .replay
        .scope(written.replay, proof.as_ref(), handing, &replay_at, faults);
    let signs = proof.as_ref().map(signature::Accepted::of);
    let is_json =
        written.transaction.is_some() || written.mcp.is_some() || signs.is_none_or(|it| !it.any);
    let bodies = body::compile(
        written.body,
        written.max_body,
        is_json,
        methods.as_deref(),
        at,
        faults,
    );
    let carrier = signature::Carrier {
        accepted: signs,
        unheld: body::unheld(bodies, methods.as_deref()),
    };
    let signature = signature::compile(written.signature, &carrier, at, faults);

    let token_at = at.member("transaction_token");
    let transaction_token = workload::transaction_token(
        written.transaction_token,
        proof.as_ref(),
        known,
        &token_at,
        faults,
    );
    let by_token = IdentityRules::knows_workloads;
    let is_of_workloads = identity.as_ref().is_some_and(by_token);

    let transaction_at = at.member("transaction");
    let transaction = Part::open_if_there(written.transaction, &transaction_at, faults);
    let is_transaction = transaction.as_ref().is_none_or(Option::is_some);
    let kinds = identity.as_ref().and_then(|it| kinds(it, known));
    let carrier = transaction::Carrier {
        template: template.as_ref(),
        bodiless: body::bodiless(methods.as_deref().unwrap_or_default()),
        bodies,
        kinds: kinds.as_deref(),
        has_transaction_token: transaction_token.as_ref().is_none_or(Option::is_some),
        is_of_calls: false,
        replay: known.replay,
    };
    let transaction = transaction.and_then(|written| match written {
        None => Some(None),
        Some(written) => transaction::compile(written, &carrier, &transaction_at, faults).map(Some),
    });
    let mcp_at = at.member("mcp");
    let problem = "cannot stand beside `mcp`: write it in a class";
    let beside = written.mcp.is_some() && is_transaction;
    faults.check(!beside, &transaction_at, problem);
    let carrier = mcp::Carrier {
        methods: methods.as_deref(),
        origin: origin.as_ref(),
        identity: identity.as_ref(),
        issuers: known.compiled,
        proof: proof.as_ref(),
        algs,
        transaction: transaction::Carrier {
            is_of_calls: true,
            ..carrier
        },
    };
    let mcp = mcp::of_route(written.mcp, &carrier, &mcp_at, faults);
    let is_transaction = is_transaction || mcp::is_transaction(mcp.as_ref());

    let settles_body = transaction.as_ref().map(|rules| {
        let unread = bodies == Some(Bodies::Unread);
        rules.as_ref().is_some_and(|it| it.binds_body() || unread)
    });
    let carrier = risk::Carrier {
        asks: written.step_up.is_some(),
        is_transaction,
        settles_body,
        proofs: proof.as_ref().map(|it| it.any_of.as_slice()),
        scopes: identity.as_ref().map_or(&[], |it| it.scopes.as_slice()),
        actors: delegation
            .as_ref()
            .map(|it| it.as_ref().map_or(0, |rules| rules.max_depth)),
        kinds: identity.as_ref().and_then(|it| it.kinds.as_deref()),
        tells_kinds: identity.as_ref().is_none_or(|it| known.tell_kinds(it)),
        calls: mcp
            .as_ref()
            .map(|it| it.as_ref().map(|it| it.classes.as_slice())),
        most_body: bodies.map(|it| it.rules().map(|it| it.limits.bytes)),
        reads_json: bodies.map(|it| it.rules().is_some_and(|it| it.reading == Reading::Json)),
        hops: known.hops,
        classes: mcp::points(mcp.as_ref()),
    };
    let risk = written.risk.open(&at.member("risk"), faults);
    let risk = risk.and_then(|it| risk::compile(it, &carrier, &at.member("risk"), faults));
    let step_up_at = at.member("step_up");
    let step_up = Part::open_if_there(written.step_up, &step_up_at, faults);
    let step_up = step_up.and_then(|written| match written {
        None => Some(None),
        Some(written) => {
            let route = step_up::Asking {
                services: known.services.as_ref(),
                methods: methods.as_deref().unwrap_or_default(),
                is_transaction,
                is_of_workloads,
                risk: risk.as_ref(),
            };
            step_up::compile(written, &route, &step_up_at, faults).map(Some)
        }
    });

    let exchange_at = at.member("exchange");
    let needed = identity.as_ref().map_or(&[][..], |it| &it.scopes);
    let servers = known.exchanges.as_ref();
    let exchange = exchange::of_route(written.exchange, servers, needed, &exchange_at, faults);

    let identity = identity?;
    let mut route = Route {
        name: name?,
        methods: methods?,
        template: template?,
        envoy_route: envoy_route?,
        origin: origin?,
        challenge_scope: joined(identity.scopes.iter().map(String::as_str)),
        challenge_workload: known.workload_scheme.filter(|_| is_of_workloads),
        identity,
        delegation: delegation?,
        break_glass: false,
        issuance,
        proof: proof?,
        challenge_signature: accept_signature(signature.as_ref(), bodies),
        signature: signature?,
        handing: handing?,
        transaction_token: transaction_token?,
        nonce: nonce?,
        replay: replay?,
        body: bodies?.rules(),
        is_grpc: bodies? == Bodies::Grpc,
        transaction: transaction?,
        mcp: mcp?,
        risk: risk?,
        behaviour: Rules::default(),
        streams: streams?,
        renews: renews?.map(Rc::from),
        step_up: step_up?,
        exchange: exchange?,
        challenge_algs: Rc::clone(algs),
    };
    issuance::check(&route, has_identity, at, faults);
    delegation::check(&route, known, at, faults);
    peers::check(&route, known, at, faults);
    workload::check(&route, known, at, faults);
    transaction::check(&route, at, faults);
    break_glass::open(written.break_glass, &mut route, known, at, faults);
    exchange::check(&route, known, at, faults);
    Some(route)
}

/// What a challenge asks a client to sign, with the digest of a body where the route reads one.
fn accept_signature(
    signature: Option<&Option<http_signature::Rules>>,
    bodies: Option<Bodies>,
) -> Rc<str> {
    let held = bodies.is_some_and(|it| it.rules().is_some());
    let rules = signature.and_then(Option::as_ref);
    let text = rules.and_then(|rules| rules.accept_signature(held));
    text.unwrap_or_default().into()
}

fn origin(
    part: Option<Part<String>>,
    known: &Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Origin> {
    let written = Part::open_if_there(part, at, faults)?;
    let origins = known.origins?;
    let Some(text) = written else {
        return origins.first().cloned();
    };
    let origin = Origin::parse(&text).ok().filter(|it| origins.contains(it));
    faults.keep(
        origin.ok_or(format!("{text:?} is not one of `origins`")),
        at,
    )
}

fn proofs(part: Part<Vec<Proof>>, at: &At<'_>, faults: &mut Faults) -> Option<proof::Rules> {
    let written = part.open(at, faults)?;
    let methods: Vec<proof::Method> = written
        .into_iter()
        .map(|proof| match proof {
            Proof::Dpop => proof::Method::Dpop,
            Proof::Mtls => proof::Method::Mtls,
            Proof::HttpSignature => proof::Method::HttpSignature,
            Proof::Wpt => proof::Method::Wpt,
            Proof::WimseSignature => proof::Method::WimseSignature,
        })
        .collect();
    text::repeated(&methods, at, faults);
    Some(proof::Rules { any_of: methods })
}

/// What sorts of token a route accepts, if all of its issuers are known.
fn kinds(identity: &IdentityRules, known: &Known<'_>) -> Option<Vec<Kind>> {
    let issuers = identity.issuers.iter().chain(&identity.workload_issuers);
    let kind = |id: &IssuerId| known.compiled?.get(id.0).map(|issuer| issuer.kind);
    issuers.map(kind).collect()
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> Rc<str> {
    names.collect::<Vec<_>>().join(" ").into()
}
