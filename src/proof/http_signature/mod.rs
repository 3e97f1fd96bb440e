//! HTTP message signatures (RFC 9421): proof of possession over what the request itself says.

mod base;
mod digest;
mod field;
mod input;
#[cfg(test)]
mod tests;
mod verify;

pub use base::{Component, UnknownComponent};
pub use digest::ContentDigest;
pub use verify::{Signed, verify};

use crate::crypto::Algorithm;
use crate::http::RequestHead;
use crate::http::origin::Origin;
use crate::http::structured::write_text;
use crate::http::target::Target;
use crate::jose::jwk::Jwk;
use crate::proof::Method;
use crate::uses::Window;

/// Whether a signature has a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It must.
    Required,
    /// It may.
    Optional,
    /// It must not.
    Forbidden,
}

/// What the policy says of message signatures, or what a profile of them says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What a signature under these rules proves.
    pub method: Method,
    /// The `tag` of the one signature that counts; others are not looked at. None: the request has
    /// one signature, with any `tag`.
    pub tag: Option<String>,
    /// What it must cover. `content-digest` is asked for only of a request that may have a body.
    pub components: Vec<Component>,
    /// Fields that it must cover whole where the request has them, beside those that always are:
    /// `authorization`, `dpop`, `txn-token`, `workload-identity-token`.
    pub when_present: Vec<String>,
    /// Accepted algorithms.
    pub algorithms: Vec<Algorithm>,
    /// How long a signature may pass, by its `created`.
    pub window: Window,
    /// `expires`.
    pub expires: Presence,
    /// `nonce`. Without one, a request that is signed twice within a second counts as replayed.
    pub nonce: Presence,
    /// `keyid`.
    pub keyid: Presence,
    /// `alg`.
    pub alg: Presence,
    /// Further String parameters that must be there. What they say is in [`Signed::texts`].
    pub texts: Vec<&'static str>,
}

/// The request, with what the policy knows of it.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The head.
    pub head: &'a RequestHead,
    /// Its target.
    pub target: &'a Target,
    /// The origin that the policy gives its route. Neither `Host` nor a forwarding header counts.
    pub origin: &'a Origin,
}

/// The key that must have signed.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    /// The key.
    pub jwk: &'a Jwk,
    /// Its name in the registry, which `keyid` must be. None for a key that the token itself holds:
    /// `keyid` then selects nothing.
    pub id: Option<&'a str>,
}

impl Rules {
    /// A value for `Accept-Signature` (RFC 9421 section 5.1): what a client has to sign. `body` is
    /// whether its request has one. None where a text of the policy is not ASCII.
    #[must_use]
    pub fn accept_signature(&self, body: bool) -> Option<String> {
        let mut out = String::from("sig=(");
        for component in &self.components {
            if component.is_content_digest() && !body {
                continue;
            }
            if !out.ends_with('(') {
                out.push(' ');
            }
            out.push_str(component.as_str());
        }
        out.push_str(");created");
        if self.expires == Presence::Required {
            out.push_str(";expires");
        }
        if let Some(tag) = &self.tag {
            out.push_str(";tag=");
            write_text(tag, &mut out).ok()?;
        }
        Some(out)
    }
}

/// The name of an algorithm in the registry of RFC 9421 section 6.2.2. None for one that has none.
#[must_use]
pub const fn registered_name(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm {
        Algorithm::Es256 => Some("ecdsa-p256-sha256"),
        Algorithm::Es384 => Some("ecdsa-p384-sha384"),
        Algorithm::Ed25519 => Some("ed25519"),
        Algorithm::Rs256 => Some("rsa-v1_5-sha256"),
        Algorithm::Ps512 => Some("rsa-pss-sha512"),
        Algorithm::Ps256 => None,
    }
}
