//! SHA-256 and HMAC-SHA-256 over pieces, so that nothing is concatenated to be hashed, and SHA-512.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::digest::Key;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256, Sha512};
use std::fmt::Write as _;
use subtle::ConstantTimeEq;

/// A SHA-256 digest.
pub type Digest32 = [u8; 32];

/// SHA-256 of the pieces, one after the other. The pieces are not separated: callers that hash
/// more than one untrusted piece use [`MacKey::tag`] or put a length before each.
#[must_use]
pub fn sha256(pieces: &[&[u8]]) -> Digest32 {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update(piece);
    }
    hash.finalize().into()
}

/// SHA-512.
#[must_use]
pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    Sha512::digest(bytes).into()
}

/// A digest as JOSE writes it: 43 characters of canonical base64url without padding.
#[must_use]
pub fn from_base64url(text: &str) -> Option<Digest32> {
    let mut digest = Digest32::default();
    (URL_SAFE_NO_PAD.decode_slice(text, &mut digest) == Ok(digest.len())).then_some(digest)
}

/// The same the other way.
#[must_use]
pub fn to_base64url(digest: &Digest32) -> String {
    URL_SAFE_NO_PAD.encode(digest)
}

/// Whether two digests are the same, in constant time.
#[must_use]
pub fn equal(one: &Digest32, other: &Digest32) -> bool {
    one.ct_eq(other).into()
}

/// A secret for keyed hashes. It never shows itself.
#[derive(Clone)]
pub struct MacKey(Hmac<Sha256>);

impl std::fmt::Debug for MacKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MacKey")
    }
}

impl MacKey {
    /// A key for one purpose, derived from a secret, so that no tag serves two purposes.
    #[must_use]
    pub fn derive(secret: &[u8], purpose: &str) -> Self {
        let outer = Self::raw(secret);
        Self::raw(&outer.tag(&[b"countersign", purpose.as_bytes()]))
    }

    fn raw(key: &[u8]) -> Self {
        // HMAC takes keys of every length, so the error of its generic interface cannot occur;
        // a zeroed state would be the answer to it, and no tag of it would match.
        Self(
            Hmac::new_from_slice(key)
                .unwrap_or_else(|_| Hmac::new(&Key::<Hmac<Sha256>>::default())),
        )
    }

    /// The tag of the pieces, each preceded by its length.
    #[must_use]
    pub fn tag(&self, pieces: &[&[u8]]) -> Digest32 {
        let mut mac = self.0.clone();
        for piece in pieces {
            mac.update(&u64::try_from(piece.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(piece);
        }
        mac.finalize().into_bytes().into()
    }

    /// The first half of the tag of the pieces, as 32 hexadecimal digits: a name that nobody finds
    /// without the secret.
    #[must_use]
    pub fn name(&self, pieces: &[&[u8]]) -> String {
        let tag = self.tag(pieces);
        let (half, _) = tag.split_at(16);
        half.iter()
            .fold(String::with_capacity(32), |mut name, byte| {
                // Writing to a String cannot fail.
                let _ = write!(name, "{byte:02x}");
                name
            })
    }

    /// Whether `tag` is the tag of the pieces, in constant time.
    #[must_use]
    pub fn holds(&self, pieces: &[&[u8]], tag: &[u8]) -> bool {
        self.tag(pieces).ct_eq(tag).into()
    }

    /// Whether the tag of the pieces begins with these bytes, in constant time: for tags that were
    /// cut short. False for fewer than sixteen.
    #[must_use]
    pub fn begins(&self, pieces: &[&[u8]], start: &[u8]) -> bool {
        let tag = self.tag(pieces);
        start.len() >= 16
            && tag
                .get(..start.len())
                .is_some_and(|own| own.ct_eq(start).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn a_digest_has_one_spelling() {
        let digest = sha256(&[b"a"]);
        let text = URL_SAFE_NO_PAD.encode(digest);
        assert_eq!(from_base64url(&text), Some(digest));
        let short = text.get(..42).expect("ASCII");
        for other in [
            String::new(),
            short.to_owned(),
            format!("{text}="),
            format!("{text}A"),
            // The last character carries four bits; the other two must be zero.
            format!("{short}t"),
            text.replace(['-', '_'], "+"),
        ] {
            assert_eq!(from_base64url(&other), None, "{other}");
        }
    }

    #[test]
    fn pieces_are_told_apart_by_the_tag() {
        let key = MacKey::derive(b"a secret of thirty-two bytes or so", "test");
        assert_ne!(key.tag(&[b"ab", b"c"]), key.tag(&[b"a", b"bc"]));
        assert!(key.holds(&[b"ab"], &key.tag(&[b"ab"])));
        assert!(!key.holds(&[b"ab"], &key.tag(&[b"ab"])[..31]));
        for (length, begins) in [(15, false), (16, true), (31, true), (32, true)] {
            let tag = key.tag(&[b"ab"]);
            assert_eq!(key.begins(&[b"ab"], &tag[..length]), begins, "{length}");
            assert!(!key.begins(&[b"ac"], &tag[..length]), "{length}");
        }
        assert!(!key.begins(&[b"ab"], &[key.tag(&[b"ab"]), [0; 32]].concat()));
        let other = MacKey::derive(b"a secret of thirty-two bytes or so", "other");
        assert_ne!(key.tag(&[b"ab"]), other.tag(&[b"ab"]));
        assert_eq!(format!("{key:?}"), "MacKey");
        assert_eq!(key.name(&[b"ab"]).len(), 32);
        assert_ne!(key.name(&[b"ab"]), key.name(&[b"a", b"b"]));
        assert_ne!(key.name(&[b"ab"]), other.name(&[b"ab"]));
    }
}
