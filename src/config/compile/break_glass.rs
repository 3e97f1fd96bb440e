//! The profile by which people break the glass, and the routes where they may.

use super::names::Known;
use super::{At, Faults, Part, SECOND, identity, span_or, text};
use crate::config::wire::break_glass::BreakGlass as Written;
use crate::policy::{BreakGlass, Route};
use crate::proof::Method;
use crate::revocation::List;
use crate::step_up::Authentication;
use crate::token::issuer::{Issuer, KeySource, StatusDemand};
use crate::token::subject::SubjectKind;
use crate::token::{IssuerId, Kind};
use std::rc::Rc;
use std::time::Duration;

/// What the routes of a policy know of its profile.
pub(super) enum Profile {
    /// It is at fault.
    AtFault,
    /// The policy has none.
    Absent,
    /// Tokens of these issuers break the glass.
    Of(Rc<BreakGlass>),
}

impl Profile {
    /// Whether tokens of this issuer break the glass.
    pub(super) fn has(&self, id: IssuerId) -> bool {
        match self {
            Self::AtFault | Self::Absent => false,
            Self::Of(profile) => profile.issuers.contains(&id),
        }
    }
}

impl Profile {
    /// The profile, if there is one. None where it is at fault.
    #[expect(clippy::option_option, reason = "absent and at fault are two things")]
    pub(super) fn kept(self) -> Option<Option<Rc<BreakGlass>>> {
        match self {
            Self::AtFault => None,
            Self::Absent => Some(None),
            Self::Of(profile) => Some(Some(profile)),
        }
    }
}

/// Reads the profile.
pub(super) fn compile(
    part: Option<Part<Written>>,
    known: &Known<'_>,
    lists: &[List],
    at: &At<'_>,
    faults: &mut Faults,
) -> Profile {
    match Part::open_if_there(part, at, faults) {
        None => Profile::AtFault,
        Some(None) => Profile::Absent,
        Some(Some(written)) => profile(written, known, lists, at, faults)
            .map_or(Profile::AtFault, |it| Profile::Of(Rc::new(it))),
    }
}

fn profile(
    written: Written,
    known: &Known<'_>,
    lists: &[List],
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<BreakGlass> {
    let issuers_at = at.member("issuers");
    let names = written.issuers.open(&issuers_at, faults);
    let issuers = names.and_then(|names| {
        text::repeated(&names, &issuers_at, faults);
        let mut issuers = Vec::with_capacity(names.len());
        for (place, name) in names.iter().enumerate() {
            let at = issuers_at.item(place);
            let known_names = known.issuers.as_ref();
            let id = known_names.and_then(|it| it.place(name, "issuer", &at, faults))?;
            if let Some(issuer) = known.compiled.and_then(|all| all.get(id)) {
                suits(issuer, IssuerId(id), known, lists, &at, faults);
            }
            issuers.push(IssuerId(id));
        }
        Some(issuers)
    });
    let values_at = at.member("acr_values");
    let values = written.acr_values.open(&values_at, faults);
    for (place, value) in values.iter().flatten().enumerate() {
        text::token(value, &values_at.item(place), faults);
    }
    text::repeated(values.as_deref().unwrap_or_default(), &values_at, faults);
    let age_at = at.member("max_age");
    let quarter = Duration::from_mins(15);
    let five = Duration::from_mins(5);
    let max_age = span_or(written.max_age, five, SECOND..=quarter, &age_at, faults);
    let problem = "must be whole seconds, as the challenge says it in seconds";
    let is_whole = max_age.is_none_or(|age| age.subsec_nanos() == 0);
    faults.check(is_whole, &age_at, problem);
    let hour = Duration::from_hours(1);
    let token_at = at.member("max_token_age");
    let bounds = SECOND..=hour;
    let max_token_age = span_or(written.max_token_age, quarter, bounds, &token_at, faults);
    Some(BreakGlass {
        issuers: issuers?,
        challenge: Authentication {
            acr_values: values?,
            max_age: Some(max_age?),
        },
        max_token_age: max_token_age?,
    })
}

/// Tells why tokens of an issuer cannot serve while every service is down.
fn suits(
    issuer: &Issuer,
    id: IssuerId,
    known: &Known<'_>,
    lists: &[List],
    at: &At<'_>,
    faults: &mut Faults,
) {
    let name = &issuer.name;
    let problem =
        format!("{name:?} is none of `issuers`: people break the glass with signed access tokens");
    if !faults.check(issuer.kind == Kind::Access, at, problem) {
        return;
    }
    let is_inline = match issuer.keys {
        KeySource::Inline(_) => true,
        KeySource::Fetched(_) | KeySource::Absent => false,
    };
    let problem =
        format!("the keys of {name:?} are fetched, and could be out of reach: write them `inline`");
    faults.check(is_inline, at, problem);
    let problem = format!("no rule in the `kinds` of {name:?} tells a `human`");
    faults.check(issuer.tells(SubjectKind::Human), at, problem);
    let problem = format!("the tokens of {name:?} must refer to a status list, which is fetched");
    let demands = issuer.status == StatusDemand::Required;
    faults.check(!demands, at, problem);
    let list = lists.iter().find(|list| list.issuer == id);
    let list = list.map_or("", |list| &list.name);
    let problem = format!("{name:?} has the status list {list:?}, which is fetched");
    faults.check(list.is_empty(), at, problem);
    let mut others = known.compiled.unwrap_or_default().iter();
    let twin = others.find(|it| it.uri == issuer.uri && it.name != issuer.name);
    let twin = twin.map_or("", |it| &it.name);
    let problem =
        format!("{name:?} has the `iss` of {twin:?}, which lets its subjects in elsewhere");
    faults.check(twin.is_empty(), at, problem);
}

/// Lets people break the glass on a route that says so.
pub(super) fn open(
    part: Option<Part<bool>>,
    route: &mut Route,
    known: &Known<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) {
    let glass_at = at.member("break_glass");
    let written = Part::open_if_there(part, &glass_at, faults).flatten();
    if written != Some(true) {
        return;
    }
    let profile = match &known.glass {
        Profile::AtFault => return,
        Profile::Absent => {
            let problem = "needs the profile `break_glass`, which says who may";
            return faults.add(&glass_at, problem);
        }
        Profile::Of(profile) => profile,
    };
    let problem = "is not for an issuance route, whose requests bring no token";
    faults.check(!route.issuance, &glass_at, problem);
    let problem = "is not for a route with `identity.peers`: no token is read";
    faults.check(route.identity.peers.is_empty(), &glass_at, problem);
    let problem = "cannot stand beside `transaction_token`: a person has none";
    faults.check(route.transaction_token.is_none(), &glass_at, problem);
    let takes = |method: &Method| match method {
        Method::Dpop | Method::Mtls | Method::HttpSignature => true,
        Method::Wpt | Method::WimseSignature => false,
    };
    let problem = "has no effect: no proof of this route goes with an access token";
    let methods = &route.proof.any_of;
    faults.check(methods.iter().any(takes), &glass_at, problem);
    for id in &profile.issuers {
        let issuer = known.compiled.and_then(|all| all.get(id.0));
        let all = issuer.map_or(&[][..], |issuer| &issuer.audiences);
        let elsewhere = identity::others(all, Some(&route.origin), known);
        let name = issuer.map_or("", |issuer| &issuer.name);
        let problem = format!(
            "{name:?} issues no token for this route: each of its `audiences` is another of `origins`"
        );
        let fits = all.is_empty() || elsewhere.len() < all.len();
        faults.check(fits, &glass_at, problem);
        route.identity.elsewhere.extend(elsewhere);
        route.identity.issuers.push(*id);
    }
    route.break_glass = true;
}

/// Tells of a profile that no route uses.
pub(super) fn used(profile: &Profile, routes: &[Rc<Route>], at: &At<'_>, faults: &mut Faults) {
    let has_profile = matches!(profile, Profile::Of(_));
    let is_used = routes.iter().any(|route| route.break_glass);
    let problem = "has no effect: no route has `break_glass: true`";
    faults.check(!has_profile || is_used, at, problem);
}
