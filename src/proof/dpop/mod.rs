//! DPoP: proof of possession at the application layer (RFC 9449).

pub mod nonce;
#[cfg(test)]
mod tests;

use crate::crypto::digest::{Digest32, from_base64url, sha256};
use crate::crypto::{Algorithm, Verifier};
use crate::http::uri::normal_form;
use crate::http::{Field, RequestHead};
use crate::jose::jwk::Jwk;
use crate::jose::{Limits, Untrusted};
use crate::json::Json;
use crate::proof::{Method, Proven};
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::uses::Window;
use nonce::{Audience, Mint, Mode, Purpose};
use std::time::Duration;

/// How large a proof may be. One with an RSA key of 4096 bits has about 2 KiB.
const LIMITS: Limits = Limits {
    bytes: 4 * 1024,
    depth: 8,
};
/// Most that the clocks of gates with the same nonces may lie apart.
const MOST_SKEW: Duration = Duration::from_secs(2);
/// Most that a policy lets a proof be dated ahead.
const MOST_AHEAD: Duration = Duration::from_mins(1);
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
    /// What nonces are made with, where any route has them.
    pub nonces: Option<nonce::Rules>,
}

impl Rules {
    /// How long a proof may pass: by its own date, or by its nonce.
    #[must_use]
    pub fn window(&self) -> Window {
        let nonces = self.nonces.as_ref();
        let lifetime = nonces.map_or(Duration::ZERO, |nonces| nonces.lifetime);
        Window {
            max_age: self.max_age.max(lifetime),
            max_ahead: self.max_ahead,
        }
    }

    /// What makes nonces with these secrets, the newest first. The clocks of gates that share them
    /// may lie apart by two seconds, or by as much as a client's may be ahead if that is less. None
    /// where the policy has no nonces.
    #[must_use]
    pub fn mint(&self, secrets: &[impl AsRef<[u8]>]) -> Option<Mint> {
        let rules = self.nonces.as_ref()?;
        let skew = self.max_ahead.min(MOST_SKEW);
        Mint::of(secrets, rules.lifetime, skew)
    }
}

/// What the proof must fit.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The request method.
    pub method: &'a str,
    /// The request URI from the policy's origin and the path, in normal form, without query.
    pub target: &'a str,
    /// SHA-256 of the token as sent, which `ath` must be. None where the request is for a token and
    /// brings none (RFC 9449 section 5): an `ath` is then ignored, as nothing could bear it out.
    pub token_hash: Option<&'a Digest32>,
    /// `cnf.jkt` of the token, where it is known already. What is shown is bound to it afterwards
    /// all the same: see [`Shown::bind`].
    pub thumbprint: Option<&'a Digest32>,
    /// What the route does with nonces. None where it has none: a `nonce` claim is then ignored.
    pub nonces: Option<Nonces<'a>>,
}

/// What a route does with nonces.
#[derive(Clone, Copy, Debug)]
pub struct Nonces<'a> {
    /// Whether it wants them.
    pub mode: Mode,
    /// The origin of the route.
    pub origin: &'a str,
    /// Makes and knows them.
    pub mint: &'a Mint,
}

/// A proof that fits its request and is signed by the key in it. Only [`show`] makes one. It is
/// evidence of nothing that a token says until it is bound to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    proven: Proven,
    fresh_nonce: Option<String>,
}

impl Shown {
    /// Evidence that the sender holds the key that its token is bound to.
    ///
    /// # Errors
    /// [`Reason::ProofKeyMismatch`] where it holds another.
    pub fn bind(self, thumbprint: &Digest32) -> Result<Proven, Reason> {
        if self.proven.thumbprint != *thumbprint {
            return Err(Reason::ProofKeyMismatch); // D12
        }
        Ok(self.proven)
    }

    /// Evidence that the sender holds a key, where there is no token that could say which.
    #[must_use]
    pub fn of_any_key(self) -> Proven {
        self.proven
    }

    /// The nonce that the client shall use from now on. None where the route has none.
    #[must_use]
    pub fn fresh_nonce(&self) -> Option<&str> {
        self.fresh_nonce.as_deref()
    }
}

/// Why a proof is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub reason: Reason,
    /// A nonce with which it might be: for the answer (RFC 9449 sections 8 and 9).
    pub nonce: Option<String>,
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        let nonce = None;
        Self { reason, nonce }
    }
}

/// Verifies the one `DPoP` field of a request (RFC 9449 section 4.3), cheap checks first.
///
/// - D1: one field line that is one JWT.
/// - D2: a strict compact JWS within the limits, without `crit`.
/// - D3: `jwk` in the header, `jti`, `htm`, `htu`, `iat` and, with a token, `ath` in the claims, each
///   of its type; `nonce` is text. Other parameters and claims are ignored.
/// - D4: `typ` is `dpop+jwt`.
/// - D5: `alg` is one of the policy's, and fits the key.
/// - D6: the signature holds under `jwk`.
/// - D7: `jwk` is a public key. No other header parameter (`kid`, `x5c`) says whose it is.
/// - D8: `htm` is the request's method, exactly.
/// - D9: `htu` is the request's URI, both in the normal form of RFC 3986 sections 6.2.2 and 6.2.3
///   and without query and fragment.
/// - D10: `nonce` is there where the route asks for one, and where it is there it is good.
/// - D11: `iat` is not older than `max_age` and not further ahead than `max_ahead`; both ends count
///   as inside. A nonce of ours says by our own clock when the proof was made at the earliest, so
///   with one `iat` is not compared (section 11.1).
/// - D12: `ath` is the hash of the token, and the key is the one that the token is bound to.
/// - D13: the thumbprint comes from the decoded numbers of the key, so it has one spelling.
///
/// # Errors
/// The [`Reason`] of the first check that fails, with a fresh nonce where that is D10.
///
/// # Does not check
/// Whether the proof was used before (D15): that is [`ReplayLog`](crate::proof::replay::ReplayLog),
/// asked once both signatures hold. Whether its nonce was used before: clients use one until they
/// are given another (D16). The query and the body, which RFC 9449 leaves unprotected
/// (section 11.7).
pub fn show(
    rules: &Rules,
    head: &RequestHead,
    expected: &Expected<'_>,
    now: UnixTime,
    verifier: &dyn Verifier,
) -> Result<Shown, Refused> {
    let jws = Untrusted::parse(single(head)?, LIMITS).map_err(|_| Reason::ProofMalformed)?; // D1, D2
    if !jws
        .media_type()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("dpop+jwt"))
    {
        return Err(Reason::ProofType.into()); // D4
    }
    let algorithm = Algorithm::from_name(jws.algorithm())
        .filter(|algorithm| rules.algorithms.contains(algorithm))
        .ok_or(Reason::ProofAlgorithm)?; // D5
    let claims = Claims::read(jws.unverified_claims(), expected).ok_or(Reason::ProofMalformed)?; // D3
    claims.fit(expected)?; // D8, D9, D12
    let dated_by = expected
        .nonces
        .filter(|nonces| nonces.mode != Mode::Offered || claims.nonce.is_some());
    if dated_by.is_none() {
        claims.is_recent(rules, now)?; // D11
    }
    let key = jws.header().get("jwk").ok_or(Reason::ProofMalformed)?; // D3
    let key = Jwk::parse(key).map_err(|_| Reason::ProofKey)?; // D7
    if !key.fits(algorithm) {
        return Err(Reason::ProofKey.into()); // D5
    }
    if expected.thumbprint.is_some_and(|it| it != key.thumbprint()) {
        return Err(Reason::ProofKeyMismatch.into()); // D12, D13
    }
    let issued_at = match dated_by {
        Some(nonces) => {
            let made = claims.made(nonces, expected, key.thumbprint(), now)?; // D10
            nonces.mint.issue(made, rules.max_ahead)
        }
        None => claims.issued_at,
    };
    // Another policy may date it by its nonce where this one dates it by `iat`, or the other way
    // round, or let proofs be dated further ahead. None can date it later than this.
    let kept_from = match jws.unverified_claims().get("nonce") {
        None => issued_at,
        Some(_) => now.after(MOST_SKEW).after(MOST_AHEAD),
    };
    let id = sha256(&[claims.id.as_bytes()]);
    let jws = jws
        .verify(algorithm, key.key(), verifier)
        .map_err(|_| Reason::ProofSignature)?; // D6
    Ok(Shown {
        proven: Proven {
            method: Method::Dpop,
            thumbprint: *key.thumbprint(),
            engine: jws.engine(),
            id,
            issued_at,
            kept_from,
        },
        fresh_nonce: expected
            .nonces
            .map(|nonces| nonces.next(key.thumbprint(), now)),
    })
}

impl Expected<'_> {
    /// A nonce with which a proof by this key would be accepted. None where the route has none.
    #[must_use]
    pub fn nonce_for(&self, thumbprint: &Digest32, now: UnixTime) -> Option<String> {
        let nonces = self.nonces?;
        let audience = self.audience(nonces);
        Some(nonces.mint.make(&audience, thumbprint, now))
    }

    fn audience<'e>(&'e self, nonces: Nonces<'e>) -> Audience<'e> {
        let request = Purpose {
            method: self.method,
            target: self.target,
            token_hash: self.token_hash,
        };
        Audience {
            origin: nonces.origin,
            request: (nonces.mode == Mode::Challenge).then_some(request),
        }
    }
}

impl Nonces<'_> {
    /// What goes out with a good proof: a nonce for any request for this origin.
    fn next(&self, thumbprint: &Digest32, now: UnixTime) -> String {
        let audience = Audience {
            origin: self.origin,
            request: None,
        };
        self.mint.make(&audience, thumbprint, now)
    }
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
    token_hash: Option<&'a str>,
    nonce: Option<&'a str>,
}

impl<'a> Claims<'a> {
    fn read(claims: &'a Json, expected: &Expected<'_>) -> Option<Self> {
        let text = |name| claims.get(name).and_then(Json::as_str);
        let nonce = expected.nonces.and_then(|_| claims.get("nonce"));
        Some(Self {
            id: text("jti").filter(|id| (1..=LONGEST_ID).contains(&id.len()))?,
            method: text("htm")?,
            target: text("htu")?,
            issued_at: UnixTime::from_secs(claims.get("iat")?.as_i64()?),
            token_hash: match expected.token_hash {
                Some(_) => Some(text("ath")?),
                None => None,
            },
            nonce: match nonce {
                Some(nonce) => Some(nonce.as_str()?),
                None => None,
            },
        })
    }

    fn fit(&self, expected: &Expected<'_>) -> Result<(), Reason> {
        if self.method != expected.method {
            return Err(Reason::ProofMethod); // D8
        }
        if self.token_hash.and_then(from_base64url).as_ref() != expected.token_hash {
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

    fn is_recent(&self, rules: &Rules, now: UnixTime) -> Result<(), Reason> {
        if now > self.issued_at.after(rules.max_age) {
            return Err(Reason::ProofExpired); // D11
        }
        if self.issued_at > now.after(rules.max_ahead) {
            return Err(Reason::ProofEarly); // D11
        }
        Ok(())
    }

    /// When the nonce was made.
    fn made(
        &self,
        nonces: Nonces<'_>,
        expected: &Expected<'_>,
        thumbprint: &Digest32,
        now: UnixTime,
    ) -> Result<UnixTime, Refused> {
        let audience = expected.audience(nonces);
        self.nonce
            .ok_or(Reason::ProofNonceMissing)
            .and_then(|nonce| nonces.mint.check(nonce, &audience, thumbprint, now))
            .map_err(|reason| Refused {
                reason,
                nonce: expected.nonce_for(thumbprint, now),
            })
    }
}
