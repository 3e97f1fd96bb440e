//! `x-forwarded-client-cert`: which certificate the client of a hop showed to that hop.
//!
//! The field is a list of elements, one for each proxy on the way, with commas between them. An
//! element is a list of `key=value` with semicolons between them. Values may be quoted, for a
//! subject holds commas, semicolons and quotes of its own.

#[cfg(test)]
mod tests;

use crate::http::spiffe::SpiffeId;
use crate::http::{Field, RequestHead, certificate_digest};
use crate::reason::Reason;

/// The name of the field.
pub const NAME: &str = "x-forwarded-client-cert";
/// Most elements: one for each proxy on the way.
const MOST_ELEMENTS: usize = 16;
/// Most pairs of an element: a certificate may have many DNS names.
const MOST_PAIRS: usize = 128;

/// A proxy between the client and this listener, known by the certificate of its own connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Its identity.
    pub peer: SpiffeId,
    /// How what it writes arrives here.
    pub mode: Mode,
}

/// What this listener does with the field that a hop sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It appends an element for the hop's own certificate. The one before it is what the hop wrote.
    Appended,
    /// It passes the field on unchanged. The last element is what the hop wrote.
    Forwarded,
}

/// The certificate that a client showed to a hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardedCertificate {
    /// Its SHA-256.
    pub digest: [u8; 32],
    /// Its one URI SAN, if it has one and that is the SPIFFE ID of a workload.
    pub peer: Option<SpiffeId>,
}

/// Reads the certificate that the client showed to the hop whose own certificate has this digest.
/// None where the hop says that its client showed none.
///
/// - X1: one field line. Elements, pairs and quoted values are told apart by reading every character,
///   never by splitting. Keys are known, in any case; only `By`, `URI` and `DNS` may be repeated.
/// - X2: `Hash` is 64 hexadecimal digits.
/// - X3: under [`Mode::Appended`] the last element has the digest of this very connection, so this
///   listener wrote it, and the one before it counts. Under [`Mode::Forwarded`] the last counts. What
///   stands before was written by others still and is read for its form alone.
///
/// # Errors
/// [`Reason::ForwardedCertificateMalformed`], also for an element that counts and has no `Hash`;
/// [`Reason::ForwardedCertificateMismatch`] where this listener did not append what it should have.
///
/// # Does not check
/// Who sent the field: the caller asks only for a hop whose identity the connection proved. Whether
/// the hop checked the certificate. Whether the hop removes what its own client sends: it must write
/// the field anew, or append to it. Some proxies write a URI without quotes, so whoever may choose
/// the URI SAN of a certificate that a hop accepts, commas and all, could write an element: that is
/// for the authority that signs, and for the hop's own matching of names.
pub fn read(
    head: &RequestHead,
    mode: Mode,
    own: &[u8; 32],
) -> Result<Option<ForwardedCertificate>, Reason> {
    let line = match (head.field(NAME), mode) {
        (Field::One(line), _) => line,
        (Field::Several, _) => return Err(Reason::ForwardedCertificateMalformed), // X1
        (Field::Absent, Mode::Forwarded) => return Ok(None),
        (Field::Absent, Mode::Appended) => return Err(Reason::ForwardedCertificateMismatch), // X3
    };
    let (before, last) = last_two(line).ok_or(Reason::ForwardedCertificateMalformed)?; // X1
    let counts = match mode {
        Mode::Forwarded => Some(last),                           // X3
        Mode::Appended if last.digest() == Some(*own) => before, // X3
        Mode::Appended => return Err(Reason::ForwardedCertificateMismatch), // X3
    };
    counts
        .map(|element| {
            let digest = element.digest();
            Ok(ForwardedCertificate {
                digest: digest.ok_or(Reason::ForwardedCertificateMalformed)?, // X2
                peer: element.peer(),
            })
        })
        .transpose()
}

/// What is of use in an element.
#[derive(Clone, Copy, Default)]
struct Element<'a> {
    hash: Option<&'a [u8]>,
    uri: Option<&'a [u8]>,
    uris: usize,
    cert: bool,
    chain: bool,
    subject: bool,
}

impl<'a> Element<'a> {
    /// Takes a pair. None for a key that is unknown, or repeated and says one thing alone.
    fn take(&mut self, key: &[u8], value: &'a [u8]) -> Option<()> {
        let is = |name: &[u8]| key.eq_ignore_ascii_case(name);
        if is(b"by") || is(b"dns") {
            return Some(());
        }
        if is(b"uri") {
            self.uris = self.uris.saturating_add(1);
            self.uri = Some(value);
            return Some(());
        }
        let repeated = if is(b"hash") {
            self.hash.replace(value).is_some()
        } else if is(b"cert") {
            std::mem::replace(&mut self.cert, true)
        } else if is(b"chain") {
            std::mem::replace(&mut self.chain, true)
        } else {
            !is(b"subject") || std::mem::replace(&mut self.subject, true)
        };
        (!repeated).then_some(())
    }

    fn digest(&self) -> Option<[u8; 32]> {
        certificate_digest(self.hash?)
    }

    fn peer(&self) -> Option<SpiffeId> {
        let text = self.uri.filter(|_| self.uris == 1)?;
        let id = SpiffeId::parse(std::str::from_utf8(text).ok()?).ok()?;
        id.is_workload().then_some(id)
    }
}

/// The last element, and the one before it if there is one. None if any part is malformed.
fn last_two(line: &[u8]) -> Option<(Option<Element<'_>>, Element<'_>)> {
    let mut before = None;
    let mut rest = line;
    for _ in 0..MOST_ELEMENTS {
        let (element, others) = element(rest)?;
        match others {
            None => return Some((before, element)),
            Some(others) => {
                before = Some(element);
                rest = without_blanks(others);
            }
        }
    }
    None
}

/// What follows blanks: whoever joins field lines may write one after the comma (RFC 9110 section 5.3).
fn without_blanks(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
    start
        .and_then(|place| text.get(place..))
        .unwrap_or_default()
}

/// One element, and what follows its comma.
fn element(text: &[u8]) -> Option<(Element<'_>, Option<&[u8]>)> {
    let mut element = Element::default();
    let mut rest = text;
    for _ in 0..MOST_PAIRS {
        let equals = rest.iter().position(|byte| *byte == b'=')?;
        let (key, after) = rest.split_at_checked(equals)?;
        let (value, after) = value(after.strip_prefix(b"=")?)?;
        element.take(key, value)?;
        match after.split_first() {
            None => return Some((element, None)),
            Some((b',', others)) => return Some((element, Some(others))),
            Some((b';', others)) => rest = others,
            Some(_) => return None,
        }
    }
    None
}

/// A value, without its quotes, and what follows it. What is escaped stays as it was written.
fn value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        let end = text.iter().position(|byte| matches!(byte, b',' | b';'));
        let (value, after) = text.split_at_checked(end.unwrap_or(text.len()))?;
        return value.iter().all(plain).then_some((value, after));
    };
    let mut escaped = false;
    for (place, byte) in quoted.iter().enumerate() {
        match byte {
            0..0x20 | 0x7f => return None,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => {
                let (value, after) = quoted.split_at_checked(place)?;
                return Some((value, after.strip_prefix(b"\"")?));
            }
            _ => {}
        }
    }
    None
}
