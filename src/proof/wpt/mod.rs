//! WIMSE workload proof tokens: a JWT by which a workload shows, for one request, that it holds the
//! key of its workload identity token (draft-ietf-wimse-wpt). The drafts differ in where the proof
//! stands; each has a file, and the policy names one. What they share is here.

mod claims;
mod draft_01;
mod draft_02;
#[cfg(test)]
mod tests;

use crate::crypto::digest::{Digest32, sha256};
use crate::crypto::{Algorithm, Verifier};
use crate::http::RequestHead;
use crate::jose::{Limits, Untrusted};
use crate::proof::{Method, Proven};
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::token::workload::ProofKey;
use crate::uses::Window;
use claims::Claims;
use std::time::Duration;

/// How large a proof may be.
const LIMITS: Limits = Limits {
    bytes: 4 * 1024,
    depth: 8,
};

/// What one draft says for itself.
struct Draft {
    /// Its name in policies.
    name: &'static str,
    /// The scheme of its challenge, if it has one.
    challenge: Option<&'static str>,
    /// The header that the proof stands in.
    field: &'static str,
    /// Finds the proof.
    presented: fn(&RequestHead) -> Result<Presented<'_>, Reason>,
}

/// A proof as it was sent.
struct Presented<'a> {
    /// The proof, unread.
    proof: &'a str,
    /// The access token that it must name by `ath`.
    access_token: Option<&'a str>,
}

/// Which draft callers speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// draft-ietf-wimse-wpt-01.
    Wpt01,
    /// draft-ietf-wimse-wpt-02.
    #[default]
    Wpt02,
}

impl Profile {
    /// Every profile, the newest first.
    pub const ALL: &'static [Self] = &[Self::Wpt02, Self::Wpt01];

    const fn draft(self) -> &'static Draft {
        match self {
            Self::Wpt01 => &draft_01::DRAFT,
            Self::Wpt02 => &draft_02::DRAFT,
        }
    }

    /// Its name in policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.draft().name
    }

    /// The scheme that a challenge names, where the draft has one: there a refused proof is a `401`,
    /// elsewhere a `400`.
    #[must_use]
    pub const fn challenge(self) -> Option<&'static str> {
        self.draft().challenge
    }

    /// The header that the proof stands in, in lower case.
    #[must_use]
    pub const fn field(self) -> &'static str {
        self.draft().field
    }
}

/// What the policy says of workload proof tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The draft.
    pub profile: Profile,
    /// How far ahead `exp` may lie. At most 300 s.
    pub max_lifetime: Duration,
    /// How far ahead `iat` may lie, where there is one. At most 60 s.
    pub max_ahead: Duration,
    /// Accepted `alg`.
    pub algorithms: Vec<Algorithm>,
}

impl Rules {
    /// How long the replay log must remember a proof.
    #[must_use]
    pub fn window(&self) -> Window {
        Window {
            max_age: self.max_lifetime,
            max_ahead: self.max_ahead,
        }
    }
}

/// What the proof must fit.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The request URI from the policy's origin and the path, in normal form, without query.
    pub target: &'a str,
    /// SHA-256 of the workload identity token as sent, which `wth` must be.
    pub token_hash: &'a Digest32,
    /// The key that the token confirms.
    pub key: &'a ProofKey,
}

/// Evidence that the sender holds the key of its workload identity token. Only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The key.
    pub proven: Proven,
    /// SHA-256 of the transaction token that the proof names, where the request has one.
    pub transaction: Option<Digest32>,
}

/// Verifies the one workload proof token of a request (draft-ietf-wimse-wpt section 2), cheap checks
/// first.
///
/// - V1, V2: where the proof stands, by draft.
/// - V3: a strict compact JWS within the limits, without `crit`; `aud`, `exp`, `jti` and `wth` in
///   the claims, each of its type. Other parameters and claims are ignored.
/// - V4: `typ` is `wpt+jwt`.
/// - V5: `alg` is one of the policy's, and the very string that the token's `cnf.jwk.alg` is.
/// - V6: the signature holds under `cnf.jwk`. No header parameter says whose the key is.
/// - V7: `aud` is one URI, the request's under the origin of its route, both in the normal form of
///   RFC 3986 sections 6.2.2 and 6.2.3 and without query and fragment. `Host` counts for nothing.
/// - V8: `exp` has not passed, and lies no further ahead than `max_lifetime`; `iat`, if there, lies
///   no further ahead than `max_ahead`.
/// - V9: `wth` is the hash of the workload identity token.
/// - V10: `tth` is the hash of the one transaction token, and there where that is there.
/// - V11: each entry of `oth` is the hash of the one line of the header it names.
/// - V12: `ath` is the hash of the access token in `Authorization`, where the draft has one there.
///
/// # Errors
/// The [`Reason`] of the first check that fails.
///
/// # Does not check
/// Whether the proof was used before: that is [`ReplayLog`](crate::proof::replay::ReplayLog), asked
/// once both signatures hold. The access token and the transaction token themselves: that they are
/// named here says who sends them, not that they are good. Method, query and body, which the draft
/// leaves unprotected.
pub fn verify(
    rules: &Rules,
    head: &RequestHead,
    expected: &Expected<'_>,
    now: UnixTime,
    verifier: &dyn Verifier,
) -> Result<Shown, Reason> {
    let presented = (rules.profile.draft().presented)(head)?; // V1, V2
    let jws = Untrusted::parse(presented.proof, LIMITS).map_err(|_| Reason::ProofMalformed)?; // V3
    if !jws.media_type().is_some_and(is_proof) {
        return Err(Reason::ProofType); // V4
    }
    let key = expected.key;
    if !rules.algorithms.contains(&key.algorithm()) || jws.algorithm() != key.algorithm_name() {
        return Err(Reason::ProofAlgorithm); // V5
    }
    let claims = Claims::read(jws.unverified_claims()).ok_or(Reason::ProofMalformed)?; // V3
    let issued_at = claims.time(rules, now)?; // V8
    claims.fit(expected)?; // V7, V9
    let transaction = claims.bind(head, presented.access_token)?; // V10, V11, V12
    let id = sha256(&[claims.id.as_bytes()]);
    let jws = jws
        .verify(key.algorithm(), key.key().key(), verifier)
        .map_err(|_| Reason::ProofSignature)?; // V6
    Ok(Shown {
        proven: Proven {
            method: Method::Wpt,
            thumbprint: *key.key().thumbprint(),
            engine: jws.engine(),
            id,
            issued_at,
            kept_from: issued_at,
        },
        transaction,
    })
}

/// Whether a `typ` is that of a proof, with or without `application/` (RFC 7515 section 4.1.9).
fn is_proof(media_type: &str) -> bool {
    ["wpt+jwt", "application/wpt+jwt"]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(media_type))
}
