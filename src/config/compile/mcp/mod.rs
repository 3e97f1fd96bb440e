//! Calls of the Model Context Protocol: which the route takes, and what each class needs.

mod class;
mod listed;
mod metadata;

use super::{At, Faults, Part, text};
use crate::config::wire::mcp::{Mcp as Written, Refusals};
use crate::http::origin::Origin;
use crate::mcp::{Revision, Rules};
use crate::policy::mcp::Mcp;
use crate::policy::{IdentityRules, Route};
use crate::proof;
use crate::route::{Found, Index};
use crate::token::issuer::Issuer;
use crate::transaction::body::Reading;

/// The route that takes the calls. What is None is at fault itself.
pub(super) struct Carrier<'a> {
    pub(super) methods: Option<&'a [String]>,
    pub(super) origin: Option<&'a Origin>,
    pub(super) identity: Option<&'a IdentityRules>,
    pub(super) issuers: Option<&'a [Issuer]>,
    pub(super) proof: Option<&'a proof::Rules>,
    /// The accepted DPoP algorithms, separated by spaces.
    pub(super) algs: &'a str,
    /// What the transactions of its classes have to bind to.
    pub(super) transaction: super::transaction::Carrier<'a>,
}

/// What a route has for calls, if it has any.
#[expect(clippy::option_option, reason = "no calls and at fault are two things")]
pub(super) fn of_route(
    part: Option<Part<Written>>,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Option<Mcp>> {
    match Part::open_if_there(part, at, faults)? {
        None => Some(None),
        Some(written) => compile(written, carrier, at, faults).map(Some),
    }
}

/// Whether a class has a transaction. What is at fault is taken to have one.
pub(super) fn is_transaction(mcp: Option<&Option<Mcp>>) -> bool {
    let has_one = |it: &Mcp| it.classes.iter().any(|class| class.transaction.is_some());
    mcp.is_none_or(|it| it.as_ref().is_some_and(has_one))
}

fn compile(
    written: Written,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Mcp> {
    let problem = "needs `body: held` on this route, which reads the messages";
    faults.check(carrier.transaction.reads(Reading::Json), at, problem);
    let methods = carrier.methods.unwrap_or_default();
    if let Some(other) = methods.iter().find(|method| *method != "POST") {
        let problem = format!("takes POST alone: give {other} a route of its own");
        faults.add(at, problem);
    }
    let versions = versions(written.versions, &at.member("versions"), faults);
    let classes = class::compile(written.classes, carrier, &at.member("classes"), faults);
    let mut lists = listed::Lists::new(classes.as_deref());
    let methods = lists.methods(written.methods, &at.member("methods"), faults);
    let tools = lists.named(written.tools, &at.member("tools"), faults);
    let prompts = lists.named(written.prompts, &at.member("prompts"), faults);
    let resources = lists.resources(written.resources, &at.member("resources"), faults);
    let unknown = lists.unknown(written.unknown, &at.member("unknown"), faults);
    lists.unused(&at.member("classes"), faults);
    let refusals = Part::open_if_there(written.refusals, &at.member("refusals"), faults);
    let metadata_at = at.member("resource_metadata");
    let metadata = Part::open_if_there(written.resource_metadata, &metadata_at, faults);

    let (classes, readings): (Vec<_>, Vec<_>) = classes?.into_iter().unzip();
    let metadata = match metadata? {
        None => metadata::Metadata::default(),
        Some(written) => metadata::compile(&written, carrier, &classes, &metadata_at, faults)?,
    };
    let versions = versions?;
    let names: Vec<&str> = versions.iter().map(|it| it.name()).collect();
    let supported = format!("[\"{}\"]", names.join("\",\""));
    Some(Mcp {
        rules: Rules {
            versions,
            methods: methods?,
            tools: tools?,
            prompts: prompts?,
            resources: resources?,
            unknown: unknown?,
            classes: readings,
        },
        classes,
        answers_in_json_rpc: match refusals? {
            None | Some(Refusals::Http) => false,
            Some(Refusals::JsonRpc) => true,
        },
        metadata: metadata.url,
        served: metadata.served,
        supported: supported.into(),
    })
}

fn versions(part: Part<Vec<String>>, at: &At<'_>, faults: &mut Faults) -> Option<Vec<Revision>> {
    let names = part.open(at, faults)?;
    text::repeated(&names, at, faults);
    let mut versions = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        let problem = || {
            let known: Vec<&str> = Revision::ALL.iter().map(|it| it.name()).collect();
            format!("{name:?} is not one of {}", known.join(", "))
        };
        let revision = Revision::of(name).ok_or_else(problem);
        versions.extend(faults.keep(revision, &at.item(place)));
    }
    (versions.len() == names.len()).then_some(versions)
}

/// The most and the fewest points that a class adds. What is at fault may add any.
pub(super) fn points(mcp: Option<&Option<Mcp>>) -> (u32, u32) {
    let Some(mcp) = mcp else {
        return (u32::MAX, 0);
    };
    let points = || mcp.iter().flat_map(|it| &it.classes).map(|it| it.points.1);
    (
        points().max().unwrap_or_default(),
        points().min().unwrap_or_default(),
    )
}

/// Tells of a route that could never be reached, because the gate itself answers at its path.
pub(super) fn unlisted(route: &Route, index: &Index, at: &At<'_>, faults: &mut Faults) {
    let served = route.mcp.as_ref().and_then(|it| it.served.as_ref());
    let Some(served) = served else { return };
    let is_free = match index.find("GET", &served.path) {
        Found::Nothing => true,
        Found::Route(_) | Found::OtherMethod | Found::OtherSpelling => false,
    };
    let at = at.member("mcp");
    let problem = format!("serves {:?}, which is the path of a route", served.path);
    faults.check(is_free, &at.member("resource_metadata"), problem);
}
