//! Places of a request, as a policy writes them.

use super::super::body::Bodies;
use super::{At, Carrier, Faults, text};
use crate::transaction::body::Reading;
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

pub(super) fn compile(
    text: &str,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Place> {
    let problem = || {
        format!(
            "{text:?} is no place: write `body:/pointer`, `form:name`, `path:name`, `query:name` or `header:name`"
        )
    };
    let (kind, name) = faults.keep(text.split_once(':').ok_or_else(problem), at)?;
    if name.is_empty() {
        faults.add(at, problem());
        return None;
    }
    match kind {
        "body" if carrier.is_of_calls => {
            let problem =
                "is the whole message: write `argument:` and a pointer into the arguments";
            faults.add(at, problem);
            None
        }
        "argument" if carrier.is_of_calls => text::pointer(name, at, faults).map(Place::Body),
        "argument" => {
            faults.add(at, "is of a call: write it in a class under `mcp`");
            None
        }
        "body" => {
            let pointer = text::pointer(name, at, faults)?;
            body_is_there(carrier, at, faults);
            Some(Place::Body(pointer))
        }
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

fn body_is_there(carrier: &Carrier<'_>, at: &At<'_>, faults: &mut Faults) {
    let Some(bodies) = carrier.bodies else {
        return;
    };
    let problem = match (bodies, carrier.bodiless) {
        // `body` is at fault there if the method carries none, and says so itself.
        (Bodies::Held(rules), _) => match rules.reading {
            Reading::Json | Reading::Bytes => return,
            Reading::Form => "the body is a form: write `form:name`",
        },
        (Bodies::Grpc, _) => {
            "nothing reads the messages of gRPC: bind `path:name` or `header:name`"
        }
        (Bodies::Unread, Some(method)) => {
            faults.add(at, format!("{method} carries no body to bind to"));
            return;
        }
        (Bodies::Unread, None) => "nothing reads the body: write `body: held` on this route",
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
    let is_name = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte)
    };
    let problem = format!("{name:?} is not a header name in lower case");
    let is_field = !name.is_empty() && name.bytes().all(is_name);
    if !faults.check(is_field, at, problem) {
        return false;
    }
    let dashed = name.replace('_', "-");
    let own = OWN_HEADERS.contains(&dashed.as_str()) || dashed.starts_with(OWN_PREFIX);
    let problem = format!("{name:?} is a header of the filter itself, or carries the credentials");
    faults.check(!own, at, problem)
}
