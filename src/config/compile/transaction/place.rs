//! Places of a request, as a policy writes them.

use super::super::body::Bodies;
use super::{At, Carrier, Faults, text};
use crate::http::field;
use crate::json::Pointer;
use crate::transaction::body::Reading;
use crate::transaction::items::{EVERY, Items};
use crate::transaction::place::Place;

/// Headers that the filter sets or removes, or that carry the credentials: never a value to bind.
const OWN_HEADERS: [&str; 5] = [
    "authorization",
    "dpop",
    "txn-token",
    "workload-identity-token",
    "workload-proof-token",
];
const OWN_PREFIX: &str = "x-countersign-";
const OF_A_CALL: &str = "is of a call: write it in a class under `mcp`";

pub(super) fn compile(
    text: &str,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Place> {
    let problem = || {
        format!(
            "{text:?} is no place: write `method`, `path:name`, `query:name`, `header:name`, \
             `form:name`, `body:/pointer`, `each:/a/*/b`, `sum:/a/*/b`, `count:/pointer`, `digest` or `now`"
        )
    };
    let (kind, name) = match text.split_once(':') {
        Some((kind, name)) if !name.is_empty() => (kind, name),
        Some(_) | None => match text {
            "method" => return Some(Place::Method),
            "now" => return Some(Place::Now),
            "digest" if carrier.is_of_calls => {
                faults.add(at, "is of the whole message: write `arguments`");
                return None;
            }
            "digest" => {
                is_held(carrier, at, faults);
                return Some(Place::Digest);
            }
            // The digest of what the call says, which are its arguments.
            "arguments" if carrier.is_of_calls => return Some(Place::Digest),
            "tool" if carrier.is_of_calls => return Some(Place::Tool),
            "arguments" | "tool" => {
                faults.add(at, OF_A_CALL);
                return None;
            }
            _ => {
                faults.add(at, problem());
                return None;
            }
        },
    };
    match kind {
        "body" if carrier.is_of_calls => {
            let problem =
                "is the whole message: write `argument:` and a pointer into the arguments";
            faults.add(at, problem);
            None
        }
        "argument" if carrier.is_of_calls => single(name, at, faults).map(Place::Body),
        "argument" => {
            faults.add(at, OF_A_CALL);
            None
        }
        "body" => member(name, carrier, at, faults).map(Place::Body),
        "count" => member(name, carrier, at, faults).map(Place::Count),
        "each" => items(name, carrier, at, faults).map(Place::Each),
        "sum" => items(name, carrier, at, faults).map(Place::Sum),
        "path" => {
            let there = carrier
                .template
                .is_none_or(|it| it.names().any(|own| **own == *name));
            let problem = format!("the path of this route has no parameter {{{name}}}");
            faults
                .check(there, at, problem)
                .then(|| Place::Path(name.to_owned()))
        }
        "form" => {
            let problem = "the body is not read as a form: write `body: form` on this route";
            let read = faults.check(carrier.reads(Reading::Form), at, problem);
            read.then(|| Place::Form(name.to_owned()))
        }
        "query" => Some(Place::Query(name.to_owned())),
        "header" => header(name, carrier, at, faults),
        _ => {
            faults.add(at, problem());
            None
        }
    }
}

/// A place that has one text, and not the text of everything.
pub(super) fn of_text(
    text: &str,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Place> {
    let place = compile(text, carrier, at, faults)?;
    let fits = match &place {
        Place::Path(_) | Place::Query(_) | Place::Header(_) | Place::Form(_) | Place::Body(_) => {
            true
        }
        Place::Method
        | Place::Each(_)
        | Place::Sum(_)
        | Place::Count(_)
        | Place::Digest
        | Place::Tool
        | Place::Now => false,
    };
    let how = "write `path:name`, `query:name`, `header:name`, `form:name` or `body:/pointer`";
    let problem = format!("{text:?} identifies nothing: {how}");
    faults.check(fits, at, problem).then_some(place)
}

fn member(name: &str, carrier: &Carrier<'_>, at: &At<'_>, faults: &mut Faults) -> Option<Pointer> {
    let pointer = single(name, at, faults)?;
    body_is_there(carrier, at, faults);
    Some(pointer)
}

/// A pointer to one value.
fn single(name: &str, at: &At<'_>, faults: &mut Faults) -> Option<Pointer> {
    let pointer = text::pointer(name, at, faults)?;
    let problem = "`*` stands for every item: write `each:` or `sum:` before the pointer";
    let is_one = pointer.tokens().iter().all(|token| token != EVERY);
    faults.check(is_one, at, problem).then_some(pointer)
}

fn items(name: &str, carrier: &Carrier<'_>, at: &At<'_>, faults: &mut Faults) -> Option<Items> {
    text::pointer(name, at, faults)?;
    let problem = format!("{name:?} must hold one `*`, for every item: write /payments/*/iban");
    let items = faults.keep(Items::parse(name).ok_or(problem), at)?;
    body_is_there(carrier, at, faults);
    Some(items)
}

/// Tells where no body is read as JSON.
fn body_is_there(carrier: &Carrier<'_>, at: &At<'_>, faults: &mut Faults) {
    match carrier.bodies {
        Some(Bodies::Held(rules)) if rules.reading == Reading::Form => {
            faults.add(at, "the body is a form: write `form:name`");
        }
        Some(Bodies::Held(_) | Bodies::Grpc | Bodies::Unread) | None => {
            is_held(carrier, at, faults);
        }
    }
}

/// Tells where no body is held.
fn is_held(carrier: &Carrier<'_>, at: &At<'_>, faults: &mut Faults) {
    let problem = match (carrier.bodies, carrier.bodiless) {
        // `body` is at fault there if the method carries none, and says so itself.
        (Some(Bodies::Held(_)) | None, _) => return,
        (Some(Bodies::Grpc), _) => {
            "nothing reads the messages of gRPC: bind `path:name` or `header:name`"
        }
        (Some(Bodies::Unread), Some(method)) => {
            faults.add(at, format!("{method} carries no body to bind to"));
            return;
        }
        (Some(Bodies::Unread), None) => "nothing reads the body: write `body: held` on this route",
    };
    faults.add(at, problem);
}

fn header(name: &str, carrier: &Carrier<'_>, at: &At<'_>, faults: &mut Faults) -> Option<Place> {
    if !field_name(name, at, faults) {
        return None;
    }
    let is_binary = carrier.bodies == Some(Bodies::Grpc) && name.ends_with("-bin");
    let problem = format!(
        "{name:?} is metadata of gRPC in base64, which has more than one spelling: bind a text"
    );
    faults
        .check(!is_binary, at, problem)
        .then(|| Place::Header(name.to_owned()))
}

/// Whether this is the name of a header that the client has to itself.
pub(super) fn field_name(name: &str, at: &At<'_>, faults: &mut Faults) -> bool {
    let problem = format!("{name:?} is not a header name in lower case");
    if !faults.check(field::is_name(name), at, problem) {
        return false;
    }
    let dashed = name.replace('_', "-");
    let own = OWN_HEADERS.contains(&dashed.as_str()) || dashed.starts_with(OWN_PREFIX);
    let problem = format!("{name:?} is a header of the filter itself, or carries the credentials");
    faults.check(!own, at, problem)
}
