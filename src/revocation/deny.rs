//! What the policy denies, whatever its issuer says of it: tokens, subjects, keys, transactions.

use crate::crypto::digest::{Digest32, sha256};
use crate::reason::Reason;

/// The entries of a policy's `deny`. Looking something up costs the same whether there are ten or a
/// million.
#[derive(Clone, Debug, Default)]
pub struct DenyList {
    tokens: Digests,
    subjects: Digests,
    keys: Digests,
    transactions: Digests,
}

/// What the entries are made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// `jti` of tokens, whoever issued them.
    pub tokens: Vec<String>,
    /// `iss` and `sub`.
    pub subjects: Vec<(String, String)>,
    /// RFC 7638 thumbprints of keys, and SHA-256 of certificates.
    pub keys: Vec<Digest32>,
    /// `txn`.
    pub transactions: Vec<String>,
}

/// What a token is called by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Names<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// `sub`.
    pub subject: Option<&'a str>,
    /// Issuer and `sub` of the outermost `act`. The actors inside it are history, which decides
    /// nothing (RFC 8693 section 4.1).
    pub actor: Option<(&'a str, &'a str)>,
    /// `jti`.
    pub id: Option<&'a str>,
    /// `txn`.
    pub transaction: Option<&'a str>,
}

impl DenyList {
    /// A list of these entries.
    #[must_use]
    pub fn of(entries: &Entries) -> Self {
        let named = |names: &[String]| Digests::of(names.iter().map(|name| name_of(name)));
        Self {
            tokens: named(&entries.tokens),
            subjects: Digests::of(
                entries
                    .subjects
                    .iter()
                    .map(|(issuer, subject)| subject_of(issuer, subject)),
            ),
            keys: Digests::of(entries.keys.iter().copied()),
            transactions: named(&entries.transactions),
        }
    }

    /// Holds the names of a verified token against the list. For every token of a request, and on
    /// every request: what is remembered of a token may be older than the list.
    ///
    /// # Errors
    /// [`Reason::TokenDenied`], [`Reason::SubjectDenied`], [`Reason::TransactionDenied`].
    pub fn check_token(&self, names: &Names<'_>) -> Result<(), Reason> {
        let is_denied = |name| self.tokens.has_made(|| name_of(name));
        if names.id.is_some_and(is_denied) {
            return Err(Reason::TokenDenied);
        }
        let is_denied = |(issuer, name)| self.subjects.has_made(|| subject_of(issuer, name));
        let subject = names.subject.map(|name| (names.issuer, name));
        if subject.is_some_and(is_denied) || names.actor.is_some_and(is_denied) {
            return Err(Reason::SubjectDenied);
        }
        let is_denied = |name| self.transactions.has_made(|| name_of(name));
        if names.transaction.is_some_and(is_denied) {
            return Err(Reason::TransactionDenied);
        }
        Ok(())
    }

    /// Holds the digest of the `jti` of a token against the list.
    ///
    /// # Errors
    /// [`Reason::TokenDenied`].
    pub fn check_name(&self, name: &Digest32) -> Result<(), Reason> {
        if self.tokens.has(name) {
            Err(Reason::TokenDenied)
        } else {
            Ok(())
        }
    }

    /// Holds the thumbprint of a key, or the digest of a certificate, whose possession was shown,
    /// against the list.
    ///
    /// # Errors
    /// [`Reason::KeyDenied`].
    pub fn check_key(&self, thumbprint: &Digest32) -> Result<(), Reason> {
        if self.keys.has(thumbprint) {
            Err(Reason::KeyDenied)
        } else {
            Ok(())
        }
    }
}

/// The digest of a name, such as a `jti`.
#[must_use]
pub fn name_of(name: &str) -> Digest32 {
    sha256(&[name.as_bytes()])
}

/// The length tells where the issuer ends.
fn subject_of(issuer: &str, subject: &str) -> Digest32 {
    let length = u64::try_from(issuer.len()).unwrap_or(u64::MAX);
    sha256(&[&length.to_be_bytes(), issuer.as_bytes(), subject.as_bytes()])
}

/// A set of digests: a table with at most every other place taken. A digest is uniform already, so
/// its own first bytes say where it is; the next free place after that ends the search.
#[derive(Clone, Debug, Default)]
struct Digests(Vec<Option<Digest32>>);

impl Digests {
    fn of(digests: impl ExactSizeIterator<Item = Digest32>) -> Self {
        let mut set = Self(vec![None; digests.len().saturating_mul(2)]);
        for digest in digests {
            let home = set.home(&digest);
            let (before, from) = set.0.split_at_mut(home);
            let mut places = from.iter_mut().chain(before);
            if let Some(place) = places.find(|place| place.is_none_or(|taken| taken == digest)) {
                *place = Some(digest);
            }
        }
        set
    }

    fn has(&self, digest: &Digest32) -> bool {
        let (before, from) = self.0.split_at(self.home(digest));
        from.iter()
            .chain(before)
            .map_while(Option::as_ref)
            .any(|taken| taken == digest)
    }

    /// As [`Self::has`], and makes the digest only where it could be there.
    fn has_made(&self, digest: impl FnOnce() -> Digest32) -> bool {
        !self.0.is_empty() && self.has(&digest())
    }

    fn home(&self, digest: &Digest32) -> usize {
        let start = digest.first_chunk().copied().map_or(0, u32::from_be_bytes);
        let home = usize::try_from(start).unwrap_or(0);
        home.checked_rem(self.0.len()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
