//! Claims, as a policy writes them, and which of them can never be what a binding needs.

use super::{At, Faults, Form, Ground, text};
use crate::token::Kind;
use crate::transaction::binding::{Claim, Comparison, Source};
use crate::transaction::detail;
use crate::transaction::items::EVERY;

/// What a claim of a registered name is, wherever it is (RFC 7519, RFC 9068, `OpenID` Connect Core).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A number of seconds.
    Seconds,
    /// A string.
    Text,
    /// An array of strings.
    Texts,
    /// An object.
    Object,
    /// `true` or `false`.
    Flag,
}

const SHAPES: [(&str, Shape); 29] = [
    ("exp", Shape::Seconds),
    ("nbf", Shape::Seconds),
    ("iat", Shape::Seconds),
    ("auth_time", Shape::Seconds),
    ("updated_at", Shape::Seconds),
    ("iss", Shape::Text),
    ("sub", Shape::Text),
    ("jti", Shape::Text),
    ("client_id", Shape::Text),
    ("azp", Shape::Text),
    ("scope", Shape::Text),
    ("acr", Shape::Text),
    ("nonce", Shape::Text),
    ("sid", Shape::Text),
    ("txn", Shape::Text),
    ("req_wl", Shape::Text),
    ("amr", Shape::Texts),
    ("roles", Shape::Texts),
    ("groups", Shape::Texts),
    ("entitlements", Shape::Texts),
    ("cnf", Shape::Object),
    ("act", Shape::Object),
    ("may_act", Shape::Object),
    ("status", Shape::Object),
    ("address", Shape::Object),
    ("events", Shape::Object),
    ("active", Shape::Flag),
    ("email_verified", Shape::Flag),
    ("phone_number_verified", Shape::Flag),
];

/// All that a JWT-SVID says (JWT-SVID section 3): whatever else it claims is nobody's word.
const OF_SVIDS: [&str; 7] = ["sub", "aud", "exp", "iss", "iat", "nbf", "jti"];
/// All that a workload identity token says (draft-ietf-wimse-workload-creds).
const OF_WORKLOADS: [&str; 6] = ["sub", "exp", "iss", "iat", "jti", "cnf"];

pub(super) fn compile(
    written: &str,
    ground: &Ground<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Claim> {
    let prefixed = written
        .split_once(':')
        .filter(|_| !written.starts_with('/'));
    let (source, pointer) = match prefixed {
        None => (Source::Grant, written),
        Some(("claims", pointer)) => (Source::Token, pointer),
        Some(("tctx", pointer)) => (Source::TransactionContext, pointer),
        Some(("rctx", pointer)) => (Source::RequestContext, pointer),
        Some(_) => {
            let how = "write /a/b, `claims:/a/b`, `tctx:/a/b` or `rctx:/a/b`";
            faults.add(at, format!("{written:?} is no claim: {how}"));
            return None;
        }
    };
    let pointer = text::pointer(pointer, at, faults)?;
    let problem = "a claim is one value: `*` cannot stand in it";
    let is_one = pointer.tokens().iter().all(|token| token != EVERY);
    faults.check(is_one, at, problem).then_some(())?;
    let of_transaction = match source {
        Source::Grant | Source::Token => false,
        Source::TransactionContext | Source::RequestContext => true,
    };
    let there = !of_transaction || ground.has_transaction_token;
    let problem = "is never there: write `transaction_token` on this route";
    faults.check(there, at, problem).then_some(())?;
    // One claim has one name, so that what is bound twice is seen.
    let source = match (source, &ground.grant) {
        (Source::TransactionContext, Some(Form::Context)) | (Source::Token, Some(Form::Claims)) => {
            Source::Grant
        }
        (source, _) => source,
    };
    Some(Claim { source, pointer })
}

/// Tells where a claim can never be what the comparison needs.
pub(super) fn check(
    claim: &Claim,
    comparison: &Comparison,
    ground: &Ground<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) {
    let Some((name, rest)) = claim.pointer.tokens().split_first() else {
        return;
    };
    let name = name.as_str();
    let of_token = || top_level(name, rest, comparison).or_else(|| not_carried(name, ground));
    let problem = match (claim.source, &ground.grant) {
        (Source::Token, _) | (Source::Grant, Some(Form::Claims)) => of_token(),
        (Source::Grant, Some(Form::Detail(_))) => of_detail(name, rest, comparison, ground),
        (Source::Grant, Some(Form::Context) | None)
        | (Source::TransactionContext | Source::RequestContext, _) => None,
    };
    if let Some(problem) = problem {
        faults.add(at, problem);
    }
}

/// Why a claim among those of the whole token can never agree.
fn top_level(name: &str, rest: &[String], comparison: &Comparison) -> Option<String> {
    match name {
        "authorization_details" => {
            let how = "write its `type` under `authorization_details`, and point into it";
            return Some(format!("is an array in no order: {how}"));
        }
        "tctx" | "rctx" => {
            return Some(format!(
                "stands in the transaction token: write `{name}:/…`"
            ));
        }
        _ => {}
    }
    let (_, shape) = SHAPES.iter().find(|(known, _)| *known == name)?;
    shaped(name, *shape, rest.is_empty(), comparison)
}

fn shaped(name: &str, shape: Shape, is_whole: bool, comparison: &Comparison) -> Option<String> {
    let is_number = match comparison {
        Comparison::Decimal(_) | Comparison::Caps(_) => true,
        Comparison::Exact | Comparison::Lists | Comparison::Covers | Comparison::Outlasts => false,
    };
    let is_list = *comparison == Comparison::Lists;
    match (shape, is_whole) {
        (Shape::Seconds | Shape::Text | Shape::Flag, false) => {
            Some(format!("`{name}` is one value, with nothing in it"))
        }
        (Shape::Seconds, true) if !is_number => Some(format!(
            "`{name}` is a number of seconds: it can only be compared `as: decimal`"
        )),
        (Shape::Text, true) if is_list => Some(format!(
            "`{name}` is one text, and no array: write `equals`"
        )),
        (Shape::Texts, true) if !is_list => {
            Some(format!("`{name}` is an array of texts: write `lists`"))
        }
        (Shape::Object, true) => Some(format!("`{name}` is an object: write a pointer into it")),
        (Shape::Flag, true) => Some(format!("`{name}` is neither a text nor a number")),
        (Shape::Seconds | Shape::Text | Shape::Texts, true)
        | (Shape::Texts | Shape::Object, false) => None,
    }
}

/// Why no token of this route says what the claim is.
fn not_carried(name: &str, ground: &Ground<'_>) -> Option<String> {
    let kinds = ground.kinds?;
    if kinds.is_empty() {
        if ground.grant != Some(Form::Context) {
            // The transaction as a whole is at fault, and says so itself.
            return None;
        }
        return Some("is never there: this route reads no token".to_owned());
    }
    kinds.iter().find_map(|kind| {
        let (what, own) = match kind {
            Kind::Access | Kind::Opaque | Kind::Transaction => return None,
            Kind::Svid => ("JWT-SVIDs", &OF_SVIDS[..]),
            Kind::Workload => ("workload identity tokens", &OF_WORKLOADS[..]),
        };
        let how = "give their callers a route of their own";
        (!own.contains(&name)).then(|| format!("{what} have no `{name}`: {how}"))
    })
}

/// Why a member of a detail cannot be bound so.
fn of_detail(
    name: &str,
    rest: &[String],
    comparison: &Comparison,
    ground: &Ground<'_>,
) -> Option<String> {
    match name {
        "type" | "locations" => Some(format!(
            "`{name}` has a rule of its own, and needs no binding"
        )),
        _ if ground.asked.contains(&name) => Some(format!(
            "`{name}` is judged by the field of that name: remove one of the two"
        )),
        _ if detail::LISTS.contains(&name) => {
            shaped(name, Shape::Texts, rest.is_empty(), comparison)
        }
        detail::IDENTIFIER => shaped(name, Shape::Text, rest.is_empty(), comparison),
        _ => None,
    }
}
