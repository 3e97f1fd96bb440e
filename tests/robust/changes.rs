//! What is changed of a valid request: one thing at a time, to something that may be right elsewhere.

use super::values;
use crate::support::plan::{ORIGIN, Plan, Signer, Wire, thief_key};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

/// One change of a plan, or of what goes over the wire.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A member of the token's header, its claims, the proof's header, its claims or the body.
    Set(Part, &'static str, Option<Value>),
    Field(&'static str, &'static str),
    Method(&'static str),
    Path(&'static str),
    /// The path, and the proof with it.
    Target(&'static str),
    Authority(&'static str),
    Scheme(Option<&'static str>),
    TokenBy(u8),
    ProofBy(Option<u8>),
    /// The proof by another key, which it carries.
    Stolen,
    Body(&'static str),
    /// A byte of a header line or of the body, after the signing.
    Byte(Index, Index, u8),
    Twice(Index),
}

impl Change {
    /// Whether it says something of a read (0), a payment (1) or one that asks (2) that it does not
    /// say of the others.
    pub(crate) fn concerns(&self, kind: u8) -> bool {
        match self {
            Self::Set(Part::TokenClaims, "/acr" | "/auth_time", _) => kind == 2,
            Self::Set(Part::TokenClaims, at, _) if at.starts_with("/authorization_details") => {
                kind > 0
            }
            Self::Set(Part::Body, ..) | Self::Body(_) => kind > 0,
            Self::Set(..) => kind == 0,
            Self::Field(..)
            | Self::Method(_)
            | Self::Path(_)
            | Self::Target(_)
            | Self::Authority(_)
            | Self::Scheme(_)
            | Self::TokenBy(_)
            | Self::ProofBy(_)
            | Self::Stolen
            | Self::Byte(..)
            | Self::Twice(_) => kind < 2,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    TokenHeader,
    TokenClaims,
    ProofHeader,
    ProofClaims,
    Body,
}

/// Any change.
pub(crate) fn change() -> impl Strategy<Value = Change> {
    let byte = (any::<Index>(), any::<Index>(), any::<u8>());
    prop_oneof![
        8 => select(values::all()),
        1 => byte.prop_map(|(line, at, byte)| Change::Byte(line, at, byte)),
        1 => any::<Index>().prop_map(Change::Twice),
    ]
}

/// Sets or removes a member, if there is an object for it.
fn set(tree: &mut Value, at: &str, value: Option<&Value>) {
    let (parent, name) = at.rsplit_once('/').unwrap();
    if let Some(Value::Object(members)) = tree.pointer_mut(parent) {
        match value {
            Some(value) => members.insert(name.to_owned(), value.clone()),
            None => members.remove(name),
        };
    }
}

pub(crate) fn apply(plan: &mut Plan, change: &Change) {
    match change {
        Change::Set(Part::TokenHeader, at, value) => {
            set(&mut plan.token_header, at, value.as_ref());
        }
        Change::Set(Part::TokenClaims, at, value) => {
            set(&mut plan.token_claims, at, value.as_ref());
        }
        Change::Set(Part::ProofHeader, at, value) => {
            set(&mut plan.proof_header, at, value.as_ref());
        }
        Change::Set(Part::ProofClaims, at, value) => {
            set(&mut plan.proof_claims, at, value.as_ref());
        }
        Change::Set(Part::Body, at, value) => {
            let body = plan.body.as_deref().unwrap_or_default();
            if let Ok(mut body) = serde_json::from_slice(body) {
                set(&mut body, at, value.as_ref());
                plan.body = Some(body.to_string().into_bytes());
            }
        }
        Change::Field(name, value) => plan.field(name, value),
        Change::Method(method) => plan.method = (*method).to_owned(),
        Change::Path(path) => plan.path = (*path).to_owned(),
        Change::Target(path) => {
            plan.path = (*path).to_owned();
            plan.proof_claims["htu"] = json!(format!("{ORIGIN}{path}"));
        }
        Change::Authority(authority) => plan.authority = (*authority).to_owned(),
        Change::Scheme(scheme) => plan.scheme = *scheme,
        Change::TokenBy(number) => plan.token_signer = Signer::of(*number, "any"),
        Change::ProofBy(number) => {
            plan.proof_signer = number.map(|number| Signer::of(number, "any"));
        }
        Change::Stolen => {
            plan.proof_signer = Some(thief_key());
            plan.proof_header["jwk"] = thief_key().jwk();
        }
        Change::Body(body) => plan.body = Some(body.as_bytes().to_vec()),
        Change::Byte(..) | Change::Twice(_) => {}
    }
}

pub(crate) fn damage(wire: &mut Wire, change: &Change) {
    match change {
        Change::Byte(line, at, byte) => {
            let mut texts: Vec<&mut Vec<u8>> =
                wire.fields.iter_mut().map(|(_, value)| value).collect();
            texts.extend(wire.body.as_mut());
            if !texts.is_empty() {
                let text = line.get_mut(&mut texts);
                if !text.is_empty() {
                    *at.get_mut(text) = *byte;
                }
            }
        }
        Change::Twice(line) if !wire.fields.is_empty() => {
            let line = line.get(&wire.fields).clone();
            wire.fields.push(line);
        }
        Change::Twice(_)
        | Change::Set(..)
        | Change::Field(..)
        | Change::Method(_)
        | Change::Path(_)
        | Change::Target(_)
        | Change::Authority(_)
        | Change::Scheme(_)
        | Change::TokenBy(_)
        | Change::ProofBy(_)
        | Change::Stolen
        | Change::Body(_) => {}
    }
}
