mod answers;
mod circuits;
mod questions;
mod truth;

use crate::step_up::{Protocol, Response};

/// An answer of JSON.
fn answer(body: &str) -> Response {
    Response {
        status: Some(200),
        content_type: Some("application/json; charset=utf-8".to_owned()),
        request_id: Some("an-id".to_owned()),
        is_overload: false,
        body: body.as_bytes().to_vec(),
    }
}

fn authzen() -> Protocol {
    Protocol::Authzen("/".to_owned())
}

fn opa() -> Protocol {
    Protocol::Opa("/".to_owned())
}
