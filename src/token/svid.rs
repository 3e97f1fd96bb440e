//! JWT-SVIDs: what a workload is called, signed by its trust domain, and bound to no key.
//!
//! - P3: `alg` is an ECDSA or RSA signature; `typ` is absent, `JWT` or `JOSE`; the header has `alg`,
//!   `kid` and `typ` alone; `sub` is the SPIFFE ID of a workload in the trust domain whose keys verify
//!   it; `aud` has one of ours; `exp` is there; keys are those with `use: "jwt-svid"`, by `kid`.
//!
//! # Does not check
//! Who sent it: like any bearer token it passes from hand to hand. That is for the certificate of the
//! connection ([`crate::proof::mtls`]). `iss`, which JWT-SVID gives no meaning.

use crate::crypto::Algorithm;
use crate::http::spiffe::SpiffeId;
use crate::jose::Untrusted;
use crate::json::Json;
use crate::reason::Reason;

/// Whether a JWT-SVID may be signed so (JWT-SVID section 2.1).
#[must_use]
pub fn may_sign(algorithm: Algorithm) -> bool {
    match algorithm {
        Algorithm::Es256
        | Algorithm::Es384
        | Algorithm::Rs256
        | Algorithm::Ps256
        | Algorithm::Ps512 => true,
        Algorithm::Ed25519 => false, // P3
    }
}

/// Whether a JWT-SVID may be of this type (JWT-SVID section 2.3).
pub(super) fn is_type(media_type: Option<&str>) -> bool {
    matches!(media_type, None | Some("JWT" | "JOSE")) // P3
}

/// The ID of the trust domain of the workload that a token claims to be of.
pub(super) fn authority(claims: &Json) -> Option<&str> {
    let text = claims.get("sub")?.as_str()?;
    let id = SpiffeId::parse(text).ok()?; // P3
    let authority = text.get(..id.authority().len())?;
    id.is_workload().then_some(authority) // P3
}

/// Holds the header to the three parameters that it may have (JWT-SVID section 2).
///
/// # Errors
/// [`Reason::TokenMalformed`].
pub(super) fn check_header(jws: &Untrusted<'_>) -> Result<(), Reason> {
    let known = |(name, _): &(String, Json)| matches!(name.as_str(), "alg" | "kid" | "typ");
    let members = jws.header().as_object().unwrap_or_default();
    if jws.key_id().is_none() || !members.iter().all(known) {
        return Err(Reason::TokenMalformed); // P3
    }
    Ok(())
}
