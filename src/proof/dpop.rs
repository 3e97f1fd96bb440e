//! DPoP: proof of possession at the application layer (RFC 9449).

#[cfg(test)]
mod tests;

use crate::crypto::digest::{Digest32, from_base64url, sha256};
use crate::crypto::{Algorithm, Verifier};
use crate::http::uri::normal_form;
use crate::http::{Field, RequestHead};
use crate::jose::jwk::Jwk;
use crate::jose::{Limits, Untrusted};
use crate::json::Json;
use crate::proof::replay::Window;
use crate::proof::{Method, Proven};
use crate::reason::Reason;
use crate::time::UnixTime;
use std::time::Duration;

/// How large a proof may be. One with an RSA key of 4096 bits has about 2 KiB.
const LIMITS: Limits = Limits {
    bytes: 4 * 1024,
    depth: 8,
};
/// Longest `jti`, in bytes.
const LONGEST_ID: usize = 256;

/// What the policy says of DPoP proofs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How old a proof may be. At most 300 s.
    pub max_age: Duration,
    /// How far in the future `iat` may lie. At most 60 s.
    pub max_ahead: Duration,
    /// Accepted `alg`.
    pub algorithms: Vec<Algorithm>,
}

impl Rules {
    /// How long a proof may pass.
    #[must_use]
    pub fn window(&self) -> Window {
        Window {
            max_age: self.max_age,
            max_ahead: self.max_ahead,
        }
    }
}

/// What the proof must fit.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The request method.
    pub method: &'a str,
    /// The request URI from the policy's origin and the path, in normal form, without query.
    pub target: &'a str,
    /// SHA-256 of the token as sent, which `ath` must be.
    pub token_hash: &'a Digest32,
    /// `cnf.jkt` of the token.
    pub thumbprint: &'a Digest32,
}

/// Verifies the one `DPoP` field of a request (RFC 9449 section 4.3), cheap checks first.
///
/// - D1: one field line that is one JWT.
/// - D2: a strict compact JWS within the limits, without `crit`.
/// - D3: `jwk` in the header, `jti`, `htm`, `htu`, `iat` and `ath` in the claims, each of its type.
///   Other parameters and claims are ignored.
/// - D4: `typ` is `dpop+jwt`.
/// - D5: `alg` is one of the policy's, and fits the key.
/// - D6: the signature holds under `jwk`.
/// - D7: `jwk` is a public key. No other header parameter (`kid`, `x5c`) says whose it is.
/// - D8: `htm` is the request's method, exactly.
/// - D9: `htu` is the request's URI, both in the normal form of RFC 3986 sections 6.2.2 and 6.2.3
///   and without query and fragment.
/// - D11: `iat` is not older than `max_age` and not further ahead than `max_ahead`; both ends count
///   as inside.
/// - D12: `ath` is the hash of the token, and the key is the one that the token is bound to.
/// - D13: the thumbprint comes from the decoded numbers of the key, so it has one spelling.
///
/// # Errors
/// The [`Reason`] of the first check that fails.
///
/// # Does not check
/// Whether the proof was used before (D15): that is [`ReplayLog`](crate::proof::replay::ReplayLog),
/// asked once both signatures hold. Nonces (D10, D16): none are issued, so a `nonce` claim is
/// ignored. The query and the body, which RFC 9449 leaves unprotected (section 11.7).
pub fn verify(
    rules: &Rules,
    head: &RequestHead,
    expected: &Expected<'_>,
    now: UnixTime,
    verifier: &dyn Verifier,
) -> Result<Proven, Reason> {
    let jws = Untrusted::parse(single(head)?, LIMITS).map_err(|_| Reason::ProofMalformed)?; // D1, D2
    if !jws
        .media_type()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("dpop+jwt"))
    {
        return Err(Reason::ProofType); // D4
    }
    let algorithm = Algorithm::from_name(jws.algorithm())
        .filter(|algorithm| rules.algorithms.contains(algorithm))
        .ok_or(Reason::ProofAlgorithm)?; // D5
    let claims = Claims::read(jws.unverified_claims()).ok_or(Reason::ProofMalformed)?; // D3
    claims.fit(rules, expected, now)?; // D8, D9, D11, D12
    let (id, issued_at) = (sha256(&[claims.id.as_bytes()]), claims.issued_at);
    let key = jws.header().get("jwk").ok_or(Reason::ProofMalformed)?; // D3
    let key = Jwk::parse(key).map_err(|_| Reason::ProofKey)?; // D7
    if !key.fits(algorithm) {
        return Err(Reason::ProofKey); // D5
    }
    if key.thumbprint() != expected.thumbprint {
        return Err(Reason::ProofKeyMismatch); // D12, D13
    }
    let jws = jws
        .verify(algorithm, key.key(), verifier)
        .map_err(|_| Reason::ProofSignature)?; // D6
    Ok(Proven {
        method: Method::Dpop,
        thumbprint: *key.thumbprint(),
        engine: jws.engine(),
        id,
        issued_at,
    })
}

/// The value of the one `DPoP` field line. A comma joins what were several lines.
fn single(head: &RequestHead) -> Result<&str, Reason> {
    match head.field("dpop") {
        Field::Absent => Err(Reason::ProofMissing),   // D1, D23
        Field::Several => Err(Reason::ProofRepeated), // D1
        Field::One(value) if value.contains(&b',') => Err(Reason::ProofRepeated), // D1
        Field::One(value) => std::str::from_utf8(value).map_err(|_| Reason::ProofMalformed),
    }
}

/// The claims of a proof, of their types.
struct Claims<'a> {
    id: &'a str,
    method: &'a str,
    target: &'a str,
    issued_at: UnixTime,
    token_hash: &'a str,
}

impl<'a> Claims<'a> {
    fn read(claims: &'a Json) -> Option<Self> {
        let text = |name| claims.get(name).and_then(Json::as_str);
        Some(Self {
            id: text("jti").filter(|id| (1..=LONGEST_ID).contains(&id.len()))?,
            method: text("htm")?,
            target: text("htu")?,
            issued_at: UnixTime::from_secs(claims.get("iat")?.as_i64()?),
            token_hash: text("ath")?,
        })
    }

    fn fit(&self, rules: &Rules, expected: &Expected<'_>, now: UnixTime) -> Result<(), Reason> {
        if self.method != expected.method {
            return Err(Reason::ProofMethod); // D8
        }
        if now > self.issued_at.after(rules.max_age) {
            return Err(Reason::ProofExpired); // D11
        }
        if self.issued_at > now.after(rules.max_ahead) {
            return Err(Reason::ProofEarly); // D11
        }
        if from_base64url(self.token_hash).as_ref() != Some(expected.token_hash) {
            return Err(Reason::ProofToken); // D12
        }
        // What is spelled as expected is in normal form already.
        if self.target != expected.target
            && normal_form(self.target).as_deref() != Some(expected.target)
        {
            return Err(Reason::ProofTarget); // D9
        }
        Ok(())
    }
}
