//! SPIFFE IDs and trust domains (SPIFFE-ID section 2). One identity has one spelling, so equal text
//! is equal identity.

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

const SCHEME: &str = "spiffe://";
/// Longest SPIFFE ID, in bytes (SPIFFE-ID section 2.3).
const LONGEST_ID: usize = 2048;
/// Longest trust domain, in bytes (SPIFFE-ID section 2.3).
const LONGEST_DOMAIN: usize = 255;

/// The name of a trust domain, without the scheme: `example.org`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrustDomain(Box<str>);

/// The identity of a workload or, without a path, of a trust domain itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpiffeId {
    text: Box<str>,
    /// How many bytes of the text are scheme and trust domain.
    root: usize,
}

/// The text is not a SPIFFE ID, or not the name of a trust domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSpiffeId;

impl TrustDomain {
    /// Reads a name: 1 to 255 of `a-z`, `0-9`, `.`, `-` and `_`, without the scheme.
    ///
    /// # Errors
    /// [`BadSpiffeId`].
    pub fn parse(text: &str) -> Result<Self, BadSpiffeId> {
        if is_domain(text) {
            Ok(Self(text.into()))
        } else {
            Err(BadSpiffeId)
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SpiffeId {
    /// Reads an ID.
    ///
    /// - P1: the scheme is `spiffe`, in lower case; the trust domain is as [`TrustDomain::parse`]
    ///   wants it, so there is no user, port or percent-encoding; the path is empty or of segments of
    ///   letters, digits, `.`, `-` and `_`, none empty, `.` or `..`, so there is no slash at the end,
    ///   no query and no fragment; at most 2048 bytes.
    ///
    /// # Errors
    /// [`BadSpiffeId`].
    pub fn parse(text: &str) -> Result<Self, BadSpiffeId> {
        if text.len() > LONGEST_ID {
            return Err(BadSpiffeId); // P1
        }
        let rest = text.strip_prefix(SCHEME).ok_or(BadSpiffeId)?; // P1
        let (domain, path) = match rest.split_once('/') {
            Some((domain, path)) => (domain, Some(path)),
            None => (rest, None),
        };
        let names = |path: &str| path.split('/').all(is_segment);
        if !is_domain(domain) || !path.is_none_or(names) {
            return Err(BadSpiffeId); // P1
        }
        Ok(Self {
            text: text.into(),
            root: SCHEME.len().saturating_add(domain.len()),
        })
    }

    /// The whole ID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The ID of its trust domain, which vouches for it.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.text.get(..self.root).unwrap_or_default()
    }

    /// The name of its trust domain.
    #[must_use]
    pub fn trust_domain(&self) -> &str {
        self.text.get(SCHEME.len()..self.root).unwrap_or_default()
    }

    /// Its path with the slash it begins with. Empty for the ID of a trust domain.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text.get(self.root..).unwrap_or_default()
    }

    /// Whether it is of this trust domain.
    #[must_use]
    pub fn member_of(&self, domain: &TrustDomain) -> bool {
        self.trust_domain() == domain.as_str()
    }

    /// Whether it has a path: one without is the identity of a trust domain, which no workload has.
    #[must_use]
    pub fn is_workload(&self) -> bool {
        !self.path().is_empty()
    }
}

fn is_domain(text: &str) -> bool {
    let known = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
    };
    (1..=LONGEST_DOMAIN).contains(&text.len()) && text.bytes().all(known)
}

fn is_segment(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !matches!(text, "" | "." | "..") && text.bytes().all(known)
}

impl FromStr for TrustDomain {
    type Err = BadSpiffeId;

    fn from_str(text: &str) -> Result<Self, BadSpiffeId> {
        Self::parse(text)
    }
}

impl FromStr for SpiffeId {
    type Err = BadSpiffeId;

    fn from_str(text: &str) -> Result<Self, BadSpiffeId> {
        Self::parse(text)
    }
}

impl fmt::Display for TrustDomain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for SpiffeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for SpiffeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
