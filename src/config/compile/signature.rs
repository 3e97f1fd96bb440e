//! Signatures over requests: what they must be like, and the keys that the policy has by name.

use super::{At, Faults, MILLISECOND, MINUTE, Part, span_or, text};
use crate::config::wire::signature::{Nonce, Signature as Written};
use crate::jose::jwk::{BadJwk, Jwk};
use crate::json::{Json, Limits};
use crate::proof::http_signature::{Component, Presence, Rules};
use crate::proof::{self, Method};
use crate::uses::Window;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// What the route says beside its signature.
pub(super) struct Carrier<'a> {
    /// Which signatures it accepts. None where that is at fault.
    pub(super) accepted: Option<Accepted>,
    /// A method that may carry a body, where none is held.
    pub(super) unheld: Option<&'a str>,
}

/// Which signatures over requests a route accepts.
#[derive(Clone, Copy)]
pub(super) struct Accepted {
    /// Those of `http_signature`.
    plain: bool,
    /// Of whichever kind.
    pub(super) any: bool,
}

impl Accepted {
    pub(super) fn of(proof: &proof::Rules) -> Self {
        let plain = proof.any_of.contains(&Method::HttpSignature);
        Self {
            plain,
            any: plain || proof.any_of.contains(&Method::WimseSignature),
        }
    }
}

/// What must be covered, and what covers as much.
const EVERYWHERE: [(&str, &[&str]); 4] = [
    ("@method", &["\"@method\""]),
    ("@authority", &["\"@authority\"", "\"@target-uri\""]),
    (
        "@path",
        &["\"@path\"", "\"@target-uri\"", "\"@request-target\""],
    ),
    (
        "@query",
        &["\"@query\"", "\"@target-uri\"", "\"@request-target\""],
    ),
];

/// The rules of a route that accepts message signatures.
#[expect(
    clippy::option_option,
    reason = "no signatures and at fault are two things"
)]
pub(super) fn compile(
    part: Option<Part<Written>>,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Option<Rules>> {
    let own = at.member("signature");
    let is_written = part.is_some();
    let written = Part::open_if_there(part, &own, faults);
    let is_any = carrier.accepted.is_some_and(|it| it.any);
    if let Some(method) = carrier.unheld.filter(|_| is_any) {
        let problem = format!(
            "is missing: on {method} a signature covers the digest of a body, which only \
             `body: held` can hold it against"
        );
        faults.add(&at.member("body"), problem);
    }
    if !carrier.accepted.is_some_and(|it| it.plain) {
        let needless = is_written && carrier.accepted.is_some();
        let problem = "has no effect without `http_signature` in `proof`";
        faults.check(!needless, &own, problem);
        return Some(None);
    }
    rules(written?.unwrap_or_default(), &own, faults).map(Some)
}

fn rules(written: Written, at: &At<'_>, faults: &mut Faults) -> Option<Rules> {
    let tag_at = at.member("tag");
    let tag = Part::open_if_there(written.tag, &tag_at, faults);
    let tag = tag.and_then(|tag| match tag {
        None => Some(None),
        Some(tag) => text::visible(tag, &tag_at, faults).map(Some),
    });
    let components = components(written.components, &at.member("components"), faults);
    let mut shortest = |part, name, default, most| {
        let at = at.member(name);
        span_or(part, default, MILLISECOND..=most, &at, faults)
    };
    let max_age = shortest(written.max_age, "max_age", MINUTE, Duration::from_mins(5));
    let default = Duration::from_secs(10);
    let max_ahead = shortest(written.max_ahead, "max_ahead", default, MINUTE);
    let algorithms_at = at.member("algorithms");
    let algorithms = Part::open_if_there(written.algorithms, &algorithms_at, faults);
    let algorithms = algorithms.and_then(|names| {
        let default = || {
            ["ES256", "ES384", "EdDSA", "PS512"]
                .map(str::to_owned)
                .to_vec()
        };
        text::algorithms(&names.unwrap_or_else(default), &algorithms_at, faults)
    });
    let nonce = Part::open_if_there(written.nonce, &at.member("nonce"), faults);
    Some(Rules {
        method: Method::HttpSignature,
        tag: tag?,
        components: components?,
        when_present: Vec::new(),
        algorithms: algorithms?,
        window: Window {
            max_age: max_age?,
            max_ahead: max_ahead?,
        },
        expires: Presence::Optional,
        nonce: match nonce? {
            None | Some(Nonce::Required) => Presence::Required,
            Some(Nonce::Optional) => Presence::Optional,
        },
        keyid: Presence::Optional,
        alg: Presence::Optional,
        texts: Vec::new(),
    })
}

fn components(
    part: Option<Part<Vec<String>>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<Component>> {
    let written = Part::open_if_there(part, at, faults)?;
    let default = || {
        ["@method", "@authority", "@path", "@query"]
            .map(str::to_owned)
            .to_vec()
    };
    let mut components = Vec::new();
    let mut whole = true;
    for (place, text) in written.unwrap_or_else(default).iter().enumerate() {
        let how = "write @method or a field in lower case, with parameters as in Signature-Input";
        let problem = format!("{text:?} is no component of a request: {how}");
        let component = Component::parse(text).map_err(|_| problem);
        match faults.keep(component, &at.item(place)) {
            Some(component) => components.push(component),
            None => whole = false,
        }
    }
    let names: Vec<&str> = components.iter().map(Component::as_str).collect();
    text::repeated(&names, at, faults);
    let is_covered = |enough: &[&str]| names.iter().any(|own| enough.contains(own));
    let left_out = EVERYWHERE.iter().filter(|(_, enough)| !is_covered(enough));
    let left_out: Vec<&str> = left_out.map(|(name, _)| *name).collect();
    let problem = format!(
        "leaves out {}: whoever sees a signed request could send it elsewhere",
        left_out.join(", ")
    );
    faults.check(!whole || left_out.is_empty(), at, problem);
    for always in ["authorization", "content-digest"] {
        let component = Component::parse(always).ok()?;
        if !components.contains(&component) {
            components.push(component);
        }
    }
    whole.then_some(components)
}

/// The keys of `signature_keys`.
pub(super) fn keys(
    part: Option<Part<BTreeMap<String, Part<Value>>>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<BTreeMap<String, Jwk>> {
    let written = Part::open_if_there(part, at, faults)?;
    let mut keys = BTreeMap::new();
    let mut whole = true;
    for (name, part) in written.unwrap_or_default() {
        let at = at.member(&name);
        let key = part.open(&at, faults).and_then(|it| key(&it, &at, faults));
        match (text::visible(name.clone(), &at, faults), key) {
            (Some(name), Some(key)) => {
                keys.insert(name, key);
            }
            (None, _) | (_, None) => whole = false,
        }
    }
    whole.then_some(keys)
}

fn key(value: &Value, at: &At<'_>, faults: &mut Faults) -> Option<Jwk> {
    let limits = Limits {
        bytes: 8 << 10,
        depth: 4,
    };
    let key = match Json::parse(value.to_string().as_bytes(), limits) {
        Ok(json) => Jwk::parse(&json),
        Err(_) => Err(BadJwk::Unusable),
    };
    let key = key.map_err(|bad| match bad {
        BadJwk::Private => "is a private or symmetric key: write its public part",
        BadJwk::Unusable => "is no public key that can verify a signature: write a JSON Web Key",
    });
    faults.keep(key, at)
}
