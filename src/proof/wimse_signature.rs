//! The message signature of a workload (draft-ietf-wimse-http-signature-07): a profile of RFC 9421
//! whose key is that of the workload identity token.

#[cfg(test)]
mod tests;

use crate::crypto::digest::Digest32;
use crate::crypto::{Algorithm, Verifier};
use crate::http::uri::normal_form;
use crate::proof::http_signature::{
    self, Component, ContentDigest, Key, Message, Presence, UnknownComponent,
};
use crate::proof::{Method, Proven, transaction_of};
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::token::workload::ProofKey;
use crate::uses::Window;

/// What tells the signature from others (H1).
const TAG: &str = "wimse-workload-to-workload";
/// Whom it is for (H4).
const AUDIENCE: &str = "wimse-aud";
/// What it always covers (H2). `content-digest` is asked for where there may be a body.
const COMPONENTS: [&str; 5] = [
    "@method",
    "@path",
    "@query",
    "workload-identity-token",
    "content-digest",
];
/// What it covers where it is there, beside the credentials, which every signature covers (H2).
const WHERE_THERE: [&str; 2] = ["content-type", "content-digest"];

/// What the policy and the profile say of these signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules(http_signature::Rules);

impl Rules {
    /// The profile, with what it leaves to the policy.
    ///
    /// # Errors
    /// [`UnknownComponent`], which cannot be: the components are those of the profile.
    pub fn of(window: Window, algorithms: Vec<Algorithm>) -> Result<Self, UnknownComponent> {
        let components = COMPONENTS.iter().map(|name| Component::parse(name));
        Ok(Self(http_signature::Rules {
            method: Method::WimseSignature,
            tag: Some(TAG.to_owned()),
            components: components.collect::<Result<_, _>>()?,
            when_present: WHERE_THERE.map(str::to_owned).to_vec(),
            algorithms,
            window,
            expires: Presence::Required,
            nonce: Presence::Required,
            keyid: Presence::Forbidden,
            alg: Presence::Forbidden,
            texts: vec![AUDIENCE],
        }))
    }

    /// Rules that no signature meets: they accept no algorithm.
    #[must_use]
    pub fn unmeetable() -> Self {
        Self(http_signature::Rules {
            method: Method::WimseSignature,
            tag: Some(TAG.to_owned()),
            components: Vec::new(),
            when_present: Vec::new(),
            algorithms: Vec::new(),
            window: Window::default(),
            expires: Presence::Required,
            nonce: Presence::Required,
            keyid: Presence::Forbidden,
            alg: Presence::Forbidden,
            texts: vec![AUDIENCE],
        })
    }

    /// How long the replay log must remember a signature.
    #[must_use]
    pub fn window(&self) -> Window {
        self.0.window
    }
}

/// Evidence that the sender holds the key of its workload identity token, and what it signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The key.
    pub proven: Proven,
    /// SHA-256 of the transaction token that the signature covers, where the request has one.
    pub transaction: Option<Digest32>,
    /// The digest that the body must have, where the signature covers one.
    pub content: Option<ContentDigest>,
}

/// Verifies the one message signature of a workload (draft-ietf-wimse-http-signature-07 section 3).
///
/// - H1: one signature with the tag of the profile. Others are not looked at, two refuse.
/// - H2: it covers method, path, query and the workload identity token, and where they are there
///   `content-type`, `content-digest`, `authorization` and `txn-token`. A request that may have a body
///   has a `Content-Digest`.
/// - H3: `created`, `expires`, `nonce`, `tag` and `wimse-aud` are there, `keyid` and `alg` are not: the
///   algorithm is the one of the token's key, and one of the policy's.
/// - H4: `wimse-aud` is the request's URI under the origin of its route, both in the normal form of
///   RFC 3986 sections 6.2.2 and 6.2.3 and without query and fragment.
///
/// The rest is RFC 9421's, of which [`http_signature::verify`] has the list.
///
/// # Errors
/// The [`Reason`] of the first check that fails.
///
/// # Does not check
/// Whether the signature was used before: that is [`ReplayLog`](crate::proof::replay::ReplayLog), which
/// remembers the `nonce`. The body itself: that is [`ContentDigest::verify`]. Whether the response is
/// signed where `wimse-sign-response` asks for it: the upstream signs it, or refuses.
pub fn verify(
    rules: &Rules,
    message: &Message<'_>,
    target: &str,
    key: &ProofKey,
    now: UnixTime,
    verifier: &dyn Verifier,
) -> Result<Shown, Reason> {
    // The key has its algorithm in it, so no other fits (H3).
    let own = Key {
        jwk: key.key(),
        id: None,
    };
    let signed = http_signature::verify(&rules.0, message, own, now, verifier)?; // H1, H2, H3
    let audience = signed.texts.first().ok_or(Reason::ProofMalformed)?; // H3
    if audience != target && normal_form(audience).as_deref() != Some(target) {
        return Err(Reason::ProofTarget); // H4
    }
    Ok(Shown {
        proven: signed.proven,
        // Every signature covers it where it is there (H2).
        transaction: transaction_of(message.head),
        content: signed.content,
    })
}
