//! `Content-Digest` (RFC 9530): the body is the one that was signed.

use crate::crypto::digest::{Digest32, sha256, sha512};
use crate::http::RequestHead;
use crate::http::structured::{Dictionary, Malformed, Member};
use crate::proof::http_signature::base::CONTENT_DIGEST;
use crate::proof::http_signature::field;
use crate::reason::Reason;

/// The digests of a `Content-Digest` field by algorithms that count. At least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentDigest {
    sha256: Option<Digest32>,
    sha512: Option<[u8; 64]>,
}

impl ContentDigest {
    /// Reads the field.
    ///
    /// - C1: one dictionary, each digest a byte sequence of its length.
    /// - C2: `sha-256` and `sha-512` count, others are not looked at. None that counts is none.
    ///
    /// # Errors
    /// [`Reason::ContentDigestMissing`] also for a field that cannot be read.
    pub fn read(head: &RequestHead) -> Result<Self, Reason> {
        Self::parse(head).map_err(|_| Reason::ContentDigestMissing)
    }

    fn parse(head: &RequestHead) -> Result<Self, Malformed> {
        let value = field::combined(head, CONTENT_DIGEST).ok_or(Malformed)?;
        let members = Dictionary::parse(&value)?; // C1
        let found = Self {
            sha256: digest(&members, "sha-256")?,
            sha512: digest(&members, "sha-512")?,
        };
        if found.sha256.is_none() && found.sha512.is_none() {
            return Err(Malformed); // C2
        }
        Ok(found)
    }

    /// Holds the digests against the content, as it came after the transfer coding.
    ///
    /// # Errors
    /// [`Reason::ContentDigestMismatch`] where one of them differs.
    pub fn verify(&self, content: &[u8]) -> Result<(), Reason> {
        let one = self.sha256.is_none_or(|own| own == sha256(&[content])); // C2
        let other = self.sha512.is_none_or(|own| own == sha512(content)); // C2
        if one && other {
            Ok(())
        } else {
            Err(Reason::ContentDigestMismatch)
        }
    }
}

/// The digest that a member is, if it is there.
fn digest<const N: usize>(
    members: &Dictionary<'_>,
    name: &str,
) -> Result<Option<[u8; N]>, Malformed> {
    let bytes = match members.get(name) {
        None => return Ok(None),
        Some(Member::Item(item)) => item.value.bytes(),
        Some(Member::List(_)) => None,
    };
    let digest = bytes.and_then(|bytes| bytes.try_into().ok());
    digest.map(Some).ok_or(Malformed) // C1
}
