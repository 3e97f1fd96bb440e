//! Decision services.

use super::{At, Faults, MINUTE, Part, SECOND, call, span_or, text, within};
use crate::config::wire::scalar::Whole;
use crate::config::wire::service::{
    Circuit, Headers, Protocol as WrittenProtocol, Service as Written,
};
use crate::pipeline::is_ours;
use crate::policy::{Route, Waiting};
use crate::step_up::{Protocol, Service, circuit, ext_authz};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// Headers that no service touches: those that frame and route a message, that carry credentials and
/// proofs, or by which a request is sent again or elsewhere.
const UNTOUCHABLE: [&str; 30] = [
    "host",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "content-type",
    "content-encoding",
    "content-digest",
    "expect",
    "authorization",
    "proxy-authorization",
    "www-authenticate",
    "proxy-authenticate",
    "cookie",
    "set-cookie",
    "dpop",
    "dpop-nonce",
    "signature",
    "signature-input",
    "accept-signature",
    "txn-token",
    "cache-control",
    "forwarded",
    "x-original-url",
    "x-original-uri",
    "x-rewrite-url",
];
/// Beginnings of names that no service touches.
const UNTOUCHABLE_KINDS: [&str; 6] = [
    "x-envoy-",
    "x-forwarded-",
    "x-http-method",
    "x-method-",
    "workload-",
    "access-control-",
];

/// The services in the order of their names.
pub(super) fn compile(
    written: BTreeMap<String, Part<Written>>,
    waiting: Option<Waiting>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<Service>> {
    let mut services = Vec::new();
    let mut whole = true;
    for (name, part) in written {
        let at = at.member(&name);
        let named = text::name(&name, &at, faults);
        let service = part
            .open(&at, faults)
            .and_then(|it| service(&name, it, waiting, &at, faults));
        whole &= named.is_some() && service.is_some();
        services.extend(service);
    }
    whole.then_some(services)
}

/// Looks for headers that a service may set after a transaction was judged by them.
pub(super) fn unread(services: &[Service], routes: &[Rc<Route>], at: &At<'_>, faults: &mut Faults) {
    for service in services {
        let at = at.member(&service.name);
        let at = at.member("headers");
        let at = at.member("upstream");
        for (place, name) in service.protocol.headers().iter().enumerate() {
            let reads = |route: &&Rc<Route>| route.transactions().any(|it| it.reads_header(name));
            if let Some(route) = routes.iter().find(reads) {
                let (route, at) = (&route.name, at.item(place));
                let problem = "is what the transaction is judged by on route";
                faults.add(&at, format!("{name:?} {problem} `{route}`"));
            }
        }
    }
}

fn service(
    name: &str,
    written: Written,
    waiting: Option<Waiting>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Service> {
    let protocol = written.protocol.open(&at.member("protocol"), faults);
    let address = call::address(written.cluster, written.authority, at, faults);
    let timeout = call::timeout(written.timeout, waiting.map(|it| it.deadline), at, faults);
    let requests = requests(written.requests, waiting, &at.member("requests"), faults);
    let circuit = circuit(written.circuit, &at.member("circuit"), faults);
    let (address, protocol) = (address?, protocol?);
    let protocol = match protocol {
        WrittenProtocol::Authzen | WrittenProtocol::Opa => {
            let problem = "is for `protocol: ext_authz`: answers in JSON name no headers";
            faults.check(written.headers.is_none(), &at.member("headers"), problem);
            let Some(path) = written.path else {
                faults.add(&at.member("path"), "is missing, and has no default");
                return None;
            };
            let path = call::path(path, at, faults)?;
            if protocol == WrittenProtocol::Authzen {
                Protocol::Authzen(path)
            } else {
                Protocol::Opa(path)
            }
        }
        WrittenProtocol::ExtAuthz => {
            let problem = "is not for `protocol: ext_authz`, which has one of its own";
            faults.check(written.path.is_none(), &at.member("path"), problem);
            let target = ext_authz::target(&address.cluster, &address.authority);
            let problem = "is too long for a call of gRPC, together with `authority`";
            let target = faults.keep(target.ok_or(problem), &at.member("cluster"));
            let headers_at = at.member("headers");
            let headers = Part::open_if_there(written.headers, &headers_at, faults)?;
            let headers = headers_of(headers, &headers_at, faults);
            Protocol::ExtAuthz(ext_authz::Rules {
                target: target?,
                ..headers?
            })
        }
    };
    Some(Service {
        name: name.into(),
        cluster: address.cluster,
        authority: address.authority,
        protocol,
        timeout: timeout?,
        requests: requests?,
        circuit: circuit?,
    })
}

/// How many may wait for a service.
fn requests(
    part: Option<Part<Whole>>,
    waiting: Option<Waiting>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<usize> {
    let written = Part::open_if_there(part, at, faults)?;
    let most = waiting?.requests;
    let requests = match written {
        Some(written) => within(written, 1..=u64::try_from(most).ok()?, at, faults)?,
        None => return Some(most.div_ceil(2)),
    };
    usize::try_from(requests).ok()
}

fn circuit(
    part: Option<Part<Circuit>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<circuit::Rules> {
    let written = Part::open_if_there(part, at, faults)?;
    let (subjects, window, rest) = written
        .map(|it| (it.subjects, it.within, it.rest))
        .unwrap_or_default();
    let subjects_at = at.member("subjects");
    let subjects = Part::open_if_there(subjects, &subjects_at, faults)
        .and_then(|it| within(it.unwrap_or(Whole(5)), 1..=1024, &subjects_at, faults))
        .and_then(|it| usize::try_from(it).ok());
    let longest = MINUTE.saturating_mul(10);
    let within_at = at.member("within");
    let window = span_or(
        window,
        SECOND.saturating_mul(10),
        SECOND..=longest,
        &within_at,
        faults,
    );
    let least = Duration::from_millis(100);
    let rest_at = at.member("rest");
    let rest = span_or(
        rest,
        SECOND.saturating_mul(5),
        least..=longest,
        &rest_at,
        faults,
    );
    Some(circuit::Rules {
        subjects: subjects?,
        within: window?,
        rest: rest?,
    })
}

/// The headers that a service may touch. The cluster is another's to fill in.
fn headers_of(
    written: Option<Headers>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<ext_authz::Rules> {
    let Some(written) = written else {
        return Some(ext_authz::Rules::default());
    };
    let upstream = names(written.upstream, true, &at.member("upstream"), faults);
    let denial = names(written.denial, true, &at.member("denial"), faults);
    let ignored = names(written.ignored, false, &at.member("ignored"), faults);
    let rules = ext_authz::Rules {
        target: String::new(),
        upstream: upstream?,
        denial: denial?,
        ignored: ignored?,
    };
    for (place, name) in rules.ignored.iter().enumerate() {
        let problem = "is listed in `upstream` too, and cannot be both";
        let at = at.member("ignored");
        faults.check(!rules.upstream.contains(name), &at.item(place), problem);
    }
    Some(rules)
}

fn names(
    part: Option<Part<Vec<String>>>,
    are_touched: bool,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<Rc<str>>> {
    let written = Part::open_if_there(part, at, faults)?.unwrap_or_default();
    text::repeated(&written, at, faults);
    let mut names = Vec::new();
    for (place, name) in written.iter().enumerate() {
        let at = at.item(place);
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_name = (1..=64).contains(&name.len()) && name.bytes().all(plain);
        let how = "write up to 64 lower-case letters, digits and `-`";
        let problem = format!("{name:?} is not the name of a header: {how}");
        let mut whole = faults.check(is_name, &at, problem);
        if are_touched {
            let is_free = !is_ours(name)
                && !UNTOUCHABLE.contains(&name.as_str())
                && !UNTOUCHABLE_KINDS.iter().any(|kind| name.starts_with(kind));
            let problem = format!("{name:?} is not for services to touch");
            whole &= faults.check(is_free, &at, problem);
        }
        names.extend(whole.then(|| name.as_str().into()));
    }
    Some(names)
}
