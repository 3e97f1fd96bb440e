//! Status List Tokens (draft-ietf-oauth-status-list-20 sections 4 and 5): one signed array for many
//! tokens, a few bits for each, compressed.

use crate::crypto::{Algorithm, Verifier};
use crate::jose::{KeySet, Limits, Selection, Untrusted};
use crate::json::Json;
use crate::time::{Fits, UnixTime, Window};
use crate::token::issuer::Issuer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use std::fmt;
use std::time::Duration;

/// Most bytes of a token that is read, and so most of what is inflated.
pub const MAX_TOKEN_BYTES: usize = 1024 * 1024;
/// The claims, `status_list` in them, and some room for claims of others.
const DEPTH: u32 = 8;
const MEDIA_TYPE: &str = "statuslist+jwt";

/// What a status list must be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Its URI.
    pub uri: &'a str,
    /// Who signs it.
    pub issuer: &'a Issuer,
    /// The keys of who signs it.
    pub keys: &'a KeySet,
    /// Most bytes of it, inflated.
    pub max_size: usize,
}

/// A status list whose signature held and whose claims passed. Only [`verify`] makes one.
pub struct StatusList {
    bits: Bits,
    bytes: Vec<u8>,
    issued_at: UnixTime,
    expires: Option<UnixTime>,
    time_to_live: Option<Duration>,
}

impl StatusList {
    /// Whether it says the same of every token.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.bits == other.bits && self.bytes == other.bytes
    }
}

/// How many bits a status has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bits {
    One,
    Two,
    Four,
    Eight,
}

/// What a list says of a token (draft section 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// `0x00`, the only one that passes.
    Valid,
    /// `0x01`: revoked, for good.
    Invalid,
    /// `0x02`: not now.
    Suspended,
    /// Reserved, or its application's own.
    Other(u8),
}

/// Why a token is no status list that may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListFault {
    /// Not a strict compact JWS, or larger than one may be.
    Malformed,
    /// Of another type.
    Type,
    /// Signed with an algorithm that the issuer is not configured for.
    Algorithm,
    /// The issuer has no key that fits.
    KeyUnknown,
    /// The signature does not verify.
    Signature,
    /// A claim is missing or of the wrong type.
    Claims,
    /// It is the list of another URI, or of another issuer.
    Subject,
    /// Past `exp`.
    Expired,
    /// Not valid yet.
    Early,
    /// The list does not inflate, or to more than the policy allows.
    Compression,
    /// Issued before the one at hand.
    Older,
}

/// Verifies a Status List Token.
///
/// - L3: a strict compact JWS of at most 1 MiB; `typ` is `statuslist+jwt`; `alg`, key and signature
///   are the configured issuer's, whatever the header says; `sub` is the URI, byte for byte; `iss`,
///   if present, is the issuer's; `iat` is there and not ahead; `status_list` has `bits` of 1, 2, 4
///   or 8 and `lst`; `ttl`, if present, is a positive number.
/// - L4: `exp`, if present, is not past; `nbf`, if present, is.
/// - L5: `lst` is canonical base64url of a zlib stream with its checksum.
/// - L7: what it inflates to has at most `max_size` bytes. It is inflated here, once.
///
/// # Errors
/// The [`ListFault`] of the first check that fails.
///
/// # Does not check
/// Whether a newer list is published: whoever fetches it must say how fresh it is. `aggregation_uri`,
/// which is not followed. What follows the zlib stream within `lst`.
pub fn verify(
    text: &str,
    expected: &Expected<'_>,
    now: UnixTime,
    verifier: &dyn Verifier,
) -> Result<StatusList, ListFault> {
    let limits = Limits {
        bytes: MAX_TOKEN_BYTES,
        depth: DEPTH,
    };
    let jws = Untrusted::parse(text, limits).map_err(|_| ListFault::Malformed)?; // L3
    if !jws.media_type().is_some_and(is_media_type) {
        return Err(ListFault::Type); // L3
    }
    let issuer = expected.issuer;
    let algorithm = Algorithm::from_name(jws.algorithm())
        .filter(|algorithm| issuer.algorithms.contains(algorithm))
        .ok_or(ListFault::Algorithm)?; // L3
    let key = match expected.keys.select(jws.key_id(), algorithm) {
        Selection::One(key) => key.key(),
        Selection::Unknown | Selection::Unfit => return Err(ListFault::KeyUnknown),
    }; // L3
    let jws = jws
        .verify(algorithm, key, verifier)
        .map_err(|_| ListFault::Signature)?; // L3
    let claims = jws.claims();
    if claims.get("sub").and_then(Json::as_str) != Some(expected.uri) {
        return Err(ListFault::Subject); // L3
    }
    let is_issuer = |iss: &Json| iss.as_str() == Some(&*issuer.uri);
    if !claims.get("iss").is_none_or(is_issuer) {
        return Err(ListFault::Subject); // L3
    }
    let issued_at = moment(claims, "iat")?.ok_or(ListFault::Claims)?; // L3
    let expires = moment(claims, "exp")?;
    let window = Window {
        not_before: moment(claims, "nbf")?.map_or(issued_at, |nbf| nbf.max(issued_at)),
        expires: expires.unwrap_or(UnixTime::from_millis(i64::MAX)),
    };
    match window.fits(now, issuer.leeway) {
        Fits::Within => {}
        Fits::Early => return Err(ListFault::Early), // L3, L4
        Fits::Late => return Err(ListFault::Expired), // L4
    }
    let list = claims.get("status_list").ok_or(ListFault::Claims)?; // L3
    let bits = list.get("bits").and_then(Bits::read);
    let packed = list.get("lst").and_then(Json::as_str);
    let (Some(bits), Some(packed)) = (bits, packed) else {
        return Err(ListFault::Claims); // L3
    };
    Ok(StatusList {
        bits,
        issued_at,
        expires: expires.map(|expires| expires.after(issuer.leeway)),
        time_to_live: claims.get("ttl").map(time_to_live).transpose()?,
        bytes: inflate(packed, expected.max_size)?,
    })
}

impl StatusList {
    /// What it says of the token with this index: none where the index lies beyond it. The lowest
    /// bits of a byte are the first status (draft section 4.1).
    #[must_use]
    pub fn status(&self, index: u64) -> Option<Status> {
        let width = self.bits.width();
        let at = index.checked_mul(u64::from(width))?;
        let byte = usize::try_from(at.checked_div(8)?).ok()?;
        let shift = u32::try_from(at.checked_rem(8)?).ok()?;
        let mask = u8::MAX.checked_shr(8_u32.saturating_sub(width))?;
        let value = self.bytes.get(byte)?.checked_shr(shift)? & mask;
        Some(match value {
            0 => Status::Valid,
            1 => Status::Invalid,
            2 => Status::Suspended,
            other => Status::Other(other),
        })
    }

    /// `iat`.
    #[must_use]
    pub fn issued_at(&self) -> UnixTime {
        self.issued_at
    }

    /// `exp`, with the issuer's leeway.
    #[must_use]
    pub fn expires(&self) -> Option<UnixTime> {
        self.expires
    }

    /// Whether it is past its `exp`, with the issuer's leeway.
    #[must_use]
    pub fn has_expired(&self, now: UnixTime) -> bool {
        self.expires.is_some_and(|expires| now >= expires)
    }

    /// `ttl`: how long after its fetch a fresh one should be fetched.
    #[must_use]
    pub fn time_to_live(&self) -> Option<Duration> {
        self.time_to_live
    }
}

// It is large, and says nothing to a reader.
impl fmt::Debug for StatusList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StatusList")
            .field("bits", &self.bits)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

impl Bits {
    fn read(value: &Json) -> Option<Self> {
        match value.as_i64()? {
            1 => Some(Self::One),
            2 => Some(Self::Two),
            4 => Some(Self::Four),
            8 => Some(Self::Eight),
            _ => None,
        }
    }

    const fn width(self) -> u32 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
            Self::Eight => 8,
        }
    }
}

/// `statuslist+jwt` in any case, with or without `application/` (RFC 7515 section 4.1.9).
fn is_media_type(text: &str) -> bool {
    const PREFIX: &str = "application/";
    let bare = match text.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => text,
    };
    bare.eq_ignore_ascii_case(MEDIA_TYPE)
}

/// A time in whole seconds, none before 1970.
fn moment(claims: &Json, name: &str) -> Result<Option<UnixTime>, ListFault> {
    claims
        .get(name)
        .map(|value| {
            value
                .as_i64()
                .filter(|seconds| *seconds >= 0)
                .map(UnixTime::from_secs)
                .ok_or(ListFault::Claims)
        })
        .transpose()
}

fn time_to_live(value: &Json) -> Result<Duration, ListFault> {
    let seconds = match value {
        Json::Number(text) => text.parse().ok(),
        Json::Null | Json::Bool(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => None,
    };
    seconds
        .filter(|seconds: &f64| *seconds > 0.0)
        // More than a duration holds is no reason to fetch sooner.
        .map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
        .ok_or(ListFault::Claims)
}

fn inflate(packed: &str, max_size: usize) -> Result<Vec<u8>, ListFault> {
    let packed = URL_SAFE_NO_PAD
        .decode(packed)
        .map_err(|_| ListFault::Compression)?;
    let mut bytes =
        decompress_to_vec_zlib_with_limit(&packed, max_size).map_err(|_| ListFault::Compression)?;
    bytes.shrink_to_fit();
    Ok(bytes)
}
