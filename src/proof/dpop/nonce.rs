//! Nonces for DPoP proofs that no server has to remember (RFC 9449 sections 8 and 9).
//!
//! A nonce is a version, a time, and a tag over both and all that the nonce is good for, made with
//! a key that every replica has. So any of them accepts what any other made, also after a restart.

#[cfg(test)]
mod tests;

use crate::crypto::digest::{Digest32, MacKey};
use crate::reason::Reason;
use crate::time::UnixTime;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::time::Duration;

/// Version of the format.
const VERSION: u8 = 1;
/// Version and time, in bytes.
const STAMP: usize = 9;
/// Length of a nonce, in bytes: a stamp, and 18 bytes of a tag.
const BYTES: usize = 27;

/// What the policy says of nonces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The names of the secrets that they are made with, as the host knows them, the newest first.
    /// Never empty.
    pub secrets: Vec<String>,
    /// How long one may be used. At most 300 s.
    pub lifetime: Duration,
}

/// What a route does with nonces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One that is there must be good. One goes out with what is forwarded.
    Offered,
    /// There must be one.
    Required,
    /// There must be one that was made for this very method, target and token: the answer to a
    /// challenge.
    Challenge,
}

/// What a nonce is good for, beside the key of the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audience<'a> {
    /// The origin of the route.
    pub origin: &'a str,
    /// The one request, for a challenge. None is every request for this origin.
    pub request: Option<Purpose<'a>>,
}

/// The one request that a challenge is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose<'a> {
    /// The method.
    pub method: &'a str,
    /// The URI, in normal form, without query.
    pub target: &'a str,
    /// SHA-256 of the token as sent, where there is one.
    pub token_hash: Option<&'a Digest32>,
}

/// Makes nonces and knows its own, and those of all who have its keys.
#[derive(Clone, Debug)]
pub struct Mint {
    /// The key that nonces are made with.
    newest: MacKey,
    /// Keys of nonces that are accepted too.
    older: Vec<MacKey>,
    lifetime: Duration,
    /// How far the clocks of replicas may lie apart.
    skew: Duration,
}

impl Mint {
    /// A mint with these secrets, the newest first. None without one.
    ///
    /// To change the secret everywhere: add the new one as the second of all replicas, then make it
    /// the first, then drop the other once a lifetime has passed.
    #[must_use]
    pub fn of<S: AsRef<[u8]>>(secrets: &[S], lifetime: Duration, skew: Duration) -> Option<Self> {
        let mut keys = secrets
            .iter()
            .map(|secret| MacKey::derive(secret.as_ref(), "dpop nonce"));
        Some(Self {
            newest: keys.next()?,
            older: keys.collect(),
            lifetime,
            skew,
        })
    }

    /// A nonce for proofs that are made with this key for this audience. Of the characters that
    /// RFC 9449 section 8.1 allows it has those of base64url alone.
    #[must_use]
    pub fn make(&self, audience: &Audience<'_>, thumbprint: &Digest32, now: UnixTime) -> String {
        let stamp = stamp(now.secs());
        let tag = audience.with(&stamp, thumbprint, |pieces| self.newest.tag(pieces));
        let mut bytes = [0; BYTES];
        let filled = stamp.iter().chain(&tag);
        for (byte, value) in bytes.iter_mut().zip(filled) {
            *byte = *value;
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Checks a nonce, and says when it was made. It may be used until it expires, any number of
    /// times (RFC 9449 section 8): that a proof is used once is for its `jti`.
    ///
    /// - N1: one spelling, of this version.
    /// - N2: the tag is that of one of the keys for this audience and this key of a proof.
    /// - N3: it is not older than the lifetime, and not further ahead than clocks may differ.
    ///
    /// # Errors
    /// [`Reason::ProofNonceInvalid`], [`Reason::ProofNonceExpired`].
    ///
    /// # Does not check
    /// Whether it was used before. That the proof which holds it is signed.
    pub fn check(
        &self,
        nonce: &str,
        audience: &Audience<'_>,
        thumbprint: &Digest32,
        now: UnixTime,
    ) -> Result<UnixTime, Reason> {
        let mut bytes = [0; BYTES];
        let (stamp, tag, made) = URL_SAFE_NO_PAD
            .decode_slice(nonce, &mut bytes)
            .ok()
            .filter(|length| *length == BYTES)
            .and_then(|_| read(&bytes))
            .ok_or(Reason::ProofNonceInvalid)?; // N1
        let known = audience.with(stamp, thumbprint, |pieces| {
            let mut keys = std::iter::once(&self.newest).chain(&self.older);
            keys.any(|key| key.begins(pieces, tag))
        });
        if !known {
            return Err(Reason::ProofNonceInvalid); // N2
        }
        if now > made.after(self.lifetime) || made > now.after(self.skew) {
            return Err(Reason::ProofNonceExpired); // N3
        }
        Ok(made)
    }

    /// The time that a proof with a nonce of this time counts as issued at: what `iat` would be at
    /// least, in a proof that may be dated ahead by `max_ahead`, if its client's clock were ours.
    /// The replay log then knows of it what it must: nobody could have used it before its nonce was
    /// made, and a replica may have made that while its clock was ahead.
    #[must_use]
    pub(super) fn issue(&self, made: UnixTime, max_ahead: Duration) -> UnixTime {
        made.before(self.skew).after(max_ahead)
    }
}

impl Audience<'_> {
    /// What a tag is made over.
    fn with<T>(
        &self,
        stamp: &[u8; STAMP],
        thumbprint: &Digest32,
        run: impl FnOnce(&[&[u8]]) -> T,
    ) -> T {
        let origin = self.origin.as_bytes();
        match &self.request {
            None => run(&[stamp, b"origin", origin, thumbprint]),
            Some(Purpose {
                method,
                target,
                token_hash,
            }) => run(&[
                stamp,
                b"request",
                origin,
                thumbprint,
                method.as_bytes(),
                target.as_bytes(),
                token_hash.map_or(&[], |hash| hash.as_slice()),
            ]),
        }
    }
}

fn stamp(seconds: i64) -> [u8; STAMP] {
    let mut stamp = [VERSION; STAMP];
    for (byte, value) in stamp.iter_mut().skip(1).zip(seconds.to_be_bytes()) {
        *byte = value;
    }
    stamp
}

/// The stamp of a nonce, its tag, and the time it was made.
fn read(bytes: &[u8; BYTES]) -> Option<(&[u8; STAMP], &[u8], UnixTime)> {
    let (stamp, tag) = bytes.split_first_chunk::<STAMP>()?;
    let [VERSION, time @ ..] = stamp else {
        return None;
    };
    let made = UnixTime::from_secs(i64::from_be_bytes(*time));
    Some((stamp, tag, made))
}
