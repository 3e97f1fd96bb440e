//! The compact serialization (RFC 7515 section 7.1): our strict front, then `jwt-compact`.
//!
//! So header and claims are decoded and read twice: that crate's readers would take the last of two
//! members of one name, and it does not lend what it decoded. Measured, its share is 2 to 5 µs for
//! a token of 0.5 to 1 KB, at most four in a hundred of one signature.

use std::borrow::Cow;
use std::cell::Cell;
use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_compact::{AlgorithmExt as _, AlgorithmSignature, Empty, UntrustedToken};

use crate::crypto::{Algorithm, Engine, InvalidSignature, PublicKey, Verifier};
use crate::jose::{Limits, Malformed, Untrusted};
use crate::json::{self, Json};

/// Longest `kid`, in bytes.
const LONGEST_KEY_ID: usize = 256;

/// Header parameters that nobody here understands or follows: extensions that must be understood
/// (RFC 7515 section 4.1.11), the unencoded payload (RFC 7797), places to fetch keys from
/// (RFC 8725 section 3.10), and those of encryption (RFC 7516).
const REFUSED: [&str; 6] = ["crit", "b64", "jku", "x5u", "enc", "zip"];

/// Times at which a year has more digits than a calendar, in seconds. What is beyond is no time.
const END_OF_TIME: f64 = 8.2e12;

/// Reads what [`Untrusted::parse`] describes.
///
/// The checks:
/// 1. The whole has at most `limits.bytes` characters.
/// 2. There are three segments, none empty (so no detached payload, JWE or JSON serialization).
/// 3. Header and claims are canonical unpadded base64url; 4. so is the signature.
/// 5. Header and claims are strict JSON objects of at most `limits.depth` levels.
/// 6. The header has none of the refused parameters.
/// 7. `alg` is a string that is not empty; `typ`, `kid` and `cty` are strings if present; `kid` has
///    at most 256 bytes; `cty` is `json` in any case, for claims can be nothing else.
/// 8. `exp`, `nbf` and `iat` are numbers if present, and times.
///
/// # Does not check
/// What the claims mean; whether `alg` is one that we know; whether the key that `kid`, `jwk` or
/// `x5c` names is anybody's. A fraction of a second in a time is not refused here, and
/// [`Json::as_i64`] gives none for it.
pub(super) fn parse(text: &str, limits: Limits) -> Result<Untrusted<'_>, Malformed> {
    if text.len() > limits.bytes {
        return Err(Malformed); // 1
    }
    let mut segments = text.split('.');
    let (Some(header), Some(claims), Some(signature), None) = (
        segments.next(),
        segments.next(),
        segments.next(),
        segments.next(),
    ) else {
        return Err(Malformed); // 2
    };
    // An empty header or empty claims are no JSON, so this is left.
    if signature.is_empty() {
        return Err(Malformed); // 2
    }
    let header = object(header, limits)?; // 3, 5
    check_header(&header)?; // 6, 7
    let claims = object(claims, limits)?; // 3, 5
    for name in ["exp", "nbf", "iat"] {
        if !claims.get(name).is_none_or(is_time) {
            return Err(Malformed); // 8
        }
    }
    let token = UntrustedToken::try_from(text).map_err(|_| Malformed)?; // 4
    Ok(Untrusted {
        token,
        header,
        claims,
    })
}

fn object(segment: &str, limits: Limits) -> Result<Json, Malformed> {
    let bytes = URL_SAFE_NO_PAD.decode(segment).map_err(|_| Malformed)?;
    let limits = json::Limits {
        bytes: limits.bytes,
        depth: limits.depth,
    };
    let value = Json::parse(&bytes, limits).map_err(|_| Malformed)?;
    if value.as_object().is_some() {
        Ok(value)
    } else {
        Err(Malformed)
    }
}

fn check_header(header: &Json) -> Result<(), Malformed> {
    let text = |name| match header.get(name) {
        Some(value) => value.as_str().map(Some).ok_or(Malformed),
        None => Ok(None),
    };
    let refused = REFUSED.iter().any(|name| header.get(name).is_some());
    let unnamed = text("alg")?.is_none_or(str::is_empty);
    let long = text("kid")?.is_some_and(|id| id.len() > LONGEST_KEY_ID);
    let other = text("cty")?.is_some_and(|content| !content.eq_ignore_ascii_case("json"));
    text("typ")?;
    if refused || unnamed || long || other {
        Err(Malformed)
    } else {
        Ok(())
    }
}

fn is_time(value: &Json) -> bool {
    match value {
        Json::Number(text) => text
            .parse::<f64>()
            .is_ok_and(|time| time.abs() < END_OF_TIME),
        Json::Null | Json::Bool(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => false,
    }
}

/// Checks the signature of a token under the algorithm that the caller pinned.
pub(super) fn verify(
    token: &UntrustedToken<'_>,
    algorithm: Algorithm,
    key: &PublicKey,
    verifier: &dyn Verifier,
) -> Result<Engine, InvalidSignature> {
    let pinned = Pinned {
        algorithm,
        name: token_name(token, algorithm)?,
        verifier,
        engine: Cell::new(None),
    };
    pinned
        .validator::<Empty>(key)
        .validate(token)
        .map_err(|_| InvalidSignature)?;
    pinned.engine.get().ok_or(InvalidSignature)
}

/// The name of the algorithm in the header, if it is this algorithm's: Ed25519 has two.
fn token_name(
    token: &UntrustedToken<'_>,
    algorithm: Algorithm,
) -> Result<&'static str, InvalidSignature> {
    match token.algorithm() {
        name if Algorithm::from_name(name) != Some(algorithm) => Err(InvalidSignature),
        "Ed25519" => Ok("Ed25519"),
        _ => Ok(algorithm.name()),
    }
}

/// One algorithm, as `jwt-compact` wants to see it, verified by either engine.
struct Pinned<'a> {
    algorithm: Algorithm,
    name: &'static str,
    verifier: &'a dyn Verifier,
    /// Set where a signature held: the interface has room for a yes alone.
    engine: Cell<Option<Engine>>,
}

/// The bytes of a signature. Their form is the engine's to check.
struct Signature(Vec<u8>);

impl AlgorithmSignature for Signature {
    fn try_from_slice(slice: &[u8]) -> anyhow::Result<Self> {
        Ok(Self(slice.to_vec()))
    }

    fn as_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }
}

impl jwt_compact::Algorithm for Pinned<'_> {
    /// Tokens and proofs are only verified here.
    type SigningKey = Infallible;
    type VerifyingKey = PublicKey;
    type Signature = Signature;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.name)
    }

    fn sign(&self, key: &Infallible, _message: &[u8]) -> Signature {
        match *key {}
    }

    fn verify_signature(&self, signature: &Signature, key: &PublicKey, message: &[u8]) -> bool {
        let engine = self
            .verifier
            .verify(self.algorithm, key, message, &signature.0)
            .ok();
        self.engine.set(engine);
        engine.is_some()
    }
}
