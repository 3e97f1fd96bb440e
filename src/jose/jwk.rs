//! One JSON Web Key (RFC 7517) and its thumbprint (RFC 7638).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::crypto::digest::{Digest32, sha256};
use crate::crypto::{Algorithm, PublicKey};
use crate::json::Json;

/// The members that a public key cannot have (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1).
const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// RFC 7517 section 4.3 knows eight operations and lets none be repeated.
const MOST_OPERATIONS: usize = 8;

/// A public signature key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    id: Option<String>,
    algorithm: Option<Algorithm>,
    key: PublicKey,
    thumbprint: Digest32,
}

/// What keys are published for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Signatures: `use` is `sig`, or absent.
    Signatures,
    /// JWT-SVIDs: `use` is `jwt-svid` (JWT-SVID section 6). Others of a SPIFFE bundle are not for it.
    JwtSvids,
}

/// The value is not a public signature key that the gate accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadJwk {
    /// It holds private or symmetric material.
    Private,
    /// A member is missing, malformed, not canonical, or of an unknown kind.
    Unusable,
}

impl Jwk {
    /// Reads a key: EC on P-256 or P-384, OKP on Ed25519, RSA. `use` must be `sig` if present,
    /// `key_ops` must contain `verify`, `alg` must fit. Every number is canonical base64url of its
    /// one length, so that a key has one thumbprint. Other members are left unread.
    ///
    /// # Errors
    /// [`BadJwk`].
    pub fn parse(value: &Json) -> Result<Self, BadJwk> {
        Self::parse_for(value, Purpose::Signatures)
    }

    /// Reads a key of this purpose, otherwise as [`Jwk::parse`] does.
    ///
    /// # Errors
    /// [`BadJwk`].
    pub fn parse_for(value: &Json, purpose: Purpose) -> Result<Self, BadJwk> {
        let members = value.as_object().ok_or(BadJwk::Unusable)?;
        if members
            .iter()
            .any(|(name, _)| SECRET.contains(&name.as_str()))
        {
            return Err(BadJwk::Private);
        }
        Self::read(value, purpose).ok_or(BadJwk::Unusable)
    }

    fn read(value: &Json, purpose: Purpose) -> Option<Self> {
        let named = value.get("use").map(Json::as_str);
        let fits = match purpose {
            Purpose::Signatures => matches!(named, None | Some(Some("sig"))),
            Purpose::JwtSvids => named == Some(Some("jwt-svid")),
        };
        if !fits {
            return None;
        }
        if let Some(operations) = value.get("key_ops")
            && !may_verify(operations.as_array()?)
        {
            return None;
        }
        let id = match value.get("kid") {
            Some(id) => Some(id.as_str()?.to_owned()),
            None => None,
        };
        let (key, thumbprint) = numbers(value)?;
        let algorithm = match value.get("alg") {
            Some(name) => Some(Algorithm::from_name(name.as_str()?).filter(|alg| key.fits(*alg))?),
            None => None,
        };
        Some(Self {
            id,
            algorithm,
            key,
            thumbprint,
        })
    }

    /// `kid`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether this key may verify a signature of this algorithm.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        self.key.fits(algorithm) && self.algorithm.is_none_or(|own| own == algorithm)
    }

    /// The key itself.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// SHA-256 of the canonical form (RFC 7638 section 3), from the decoded numbers.
    #[must_use]
    pub fn thumbprint(&self) -> &Digest32 {
        &self.thumbprint
    }
}

fn may_verify(operations: &[Json]) -> bool {
    operations.len() <= MOST_OPERATIONS
        && operations
            .iter()
            .any(|operation| operation.as_str() == Some("verify"))
}

/// The key and its thumbprint. The texts go into the hash as they were received: being canonical,
/// they are what the decoded numbers would be encoded to.
fn numbers(value: &Json) -> Option<(PublicKey, Digest32)> {
    let text = |name| value.get(name).and_then(Json::as_str);
    let parts = match text("kty")? {
        "EC" => {
            let (x, y) = (text("x")?, text("y")?);
            let curve = text("crv")?;
            let key = match curve {
                "P-256" => PublicKey::p256(&decoded::<32>(x)?, &decoded::<32>(y)?),
                "P-384" => PublicKey::p384(&decoded::<48>(x)?, &decoded::<48>(y)?),
                _ => return None,
            };
            let parts = [
                r#"{"crv":""#,
                curve,
                r#"","kty":"EC","x":""#,
                x,
                r#"","y":""#,
                y,
                r#""}"#,
            ];
            (key, digest(&parts))
        }
        "OKP" => {
            let x = text("x")?;
            let key = match text("crv")? {
                "Ed25519" => PublicKey::ed25519(&decoded::<32>(x)?),
                _ => return None,
            };
            (
                key,
                digest(&[r#"{"crv":"Ed25519","kty":"OKP","x":""#, x, r#""}"#]),
            )
        }
        "RSA" => {
            let (n, e) = (text("n")?, text("e")?);
            let modulus = URL_SAFE_NO_PAD.decode(n).ok()?;
            let exponent = URL_SAFE_NO_PAD.decode(e).ok()?;
            let key = PublicKey::rsa(&modulus, &exponent);
            (
                key,
                digest(&[r#"{"e":""#, e, r#"","kty":"RSA","n":""#, n, r#""}"#]),
            )
        }
        _ => return None,
    };
    let (key, thumbprint) = parts;
    Some((key.ok()?, thumbprint))
}

/// Exactly `N` bytes, canonically encoded (no padding, no stray bits).
fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    (URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) == Ok(N)).then_some(bytes)
}

fn digest(parts: &[&str]) -> Digest32 {
    // Seven pieces at most, so the slice of slices stays on the stack.
    let mut pieces: [&[u8]; 7] = [&[]; 7];
    for (piece, part) in pieces.iter_mut().zip(parts) {
        *piece = part.as_bytes();
    }
    sha256(&pieces)
}
