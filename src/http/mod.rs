//! The request as the proxy received it: every header line as bytes, read once.

pub mod budget;
pub mod chosen;
pub mod date;
pub mod field;
pub mod form;
pub mod forwarded_certificate;
pub mod origin;
pub mod overrides;
pub mod spiffe;
pub mod structured;
pub mod target;
pub mod uri;

use crate::reason::Reason;
use chosen::Chosen;
use spiffe::SpiffeId;
use std::fmt;
use std::net::IpAddr;

/// What is known of the connection that the request came on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// The address that the proxy holds to be the client's, after its own `X-Forwarded-For` rules.
    pub source: Option<IpAddr>,
    /// SHA-256 of the client certificate that the connection itself showed.
    pub certificate: Option<[u8; 32]>,
    /// The first URI SAN of that certificate, if it is the SPIFFE ID of a workload.
    pub peer: Option<SpiffeId>,
}

/// A digest in hexadecimal, as proxies write that of a certificate. Empty is none.
#[must_use]
pub fn certificate_digest(hexadecimal: &[u8]) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let mut digits = hexadecimal
        .iter()
        .map(|byte| char::from(*byte).to_digit(16));
    for byte in &mut digest {
        let (high, low) = (digits.next()??, digits.next()??);
        *byte = u8::try_from(high << 4 | low).ok()?;
    }
    digits.next().is_none().then_some(digest)
}

/// The values of one header field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'a> {
    /// No line.
    Absent,
    /// Exactly one line; its value may still hold a comma.
    One(&'a [u8]),
    /// More than one line.
    Several,
}

/// The head of a request: pseudo-headers and header lines, within the budget.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestHead {
    method: String,
    path: String,
    authority: String,
    fields: Vec<(String, Vec<u8>)>,
    alone: bool,
    chosen: Chosen,
}

impl RequestHead {
    /// Takes the raw pairs of the proxy, pseudo-headers among them.
    ///
    /// # Errors
    /// [`Reason::HeadersTooLarge`] past the budget; [`Reason::HeaderMalformed`] where a pseudo-header is
    /// missing, repeated or not visible ASCII, or where a name is not lower case.
    pub fn new(pairs: Vec<(String, Vec<u8>)>) -> Result<Self, Reason> {
        budget::headers(&pairs)?;
        let mut head = Self {
            method: String::new(),
            path: String::new(),
            authority: String::new(),
            fields: Vec::with_capacity(pairs.len()),
            alone: false,
            chosen: Chosen::default(),
        };
        for (name, value) in pairs {
            let slot = match name.as_str() {
                ":method" => &mut head.method,
                ":path" => &mut head.path,
                ":authority" => &mut head.authority,
                _ if name.starts_with(':') => continue,
                _ if name.is_empty() || name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                    return Err(Reason::HeaderMalformed);
                }
                _ => {
                    head.fields.push((name, value));
                    continue;
                }
            };
            let text = String::from_utf8(value).map_err(|_| Reason::HeaderMalformed)?;
            if !slot.is_empty() || text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(Reason::HeaderMalformed);
            }
            *slot = text;
        }
        if head.method.is_empty() || head.authority.is_empty() {
            return Err(Reason::HeaderMalformed);
        }
        Ok(head)
    }

    /// Notes which route the proxy chose for it.
    #[must_use]
    pub fn on(mut self, chosen: Chosen) -> Self {
        self.chosen = chosen;
        self
    }

    /// The route that the proxy chose for it, as far as the policy asks.
    #[must_use]
    pub fn chosen(&self) -> &Chosen {
        &self.chosen
    }

    /// Notes that the stream ended with its head: no body follows, whatever the head declares.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// Whether the stream ended with this head.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.alone
    }

    /// `:method`, as it came.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// `:path`, as it came, with its query. Empty where there is none (CONNECT).
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `:authority`, as it came.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The field of this lower-case name. Counts lines, as single-value getters of the host do not.
    /// A line whose name is only [`alike`] makes it [`Field::Several`]: not every reader would read
    /// the same line.
    #[must_use]
    pub fn field(&self, name: &str) -> Field<'_> {
        let mut lines = self.fields.iter().filter(|(field, _)| alike(field, name));
        match (lines.next(), lines.next()) {
            (None, _) => Field::Absent,
            (Some((field, value)), None) if field == name => Field::One(value),
            (Some(_), _) => Field::Several,
        }
    }

    /// The values of all lines of the field of this lower-case name, in order. None where another
    /// line has a name that is only [`alike`].
    #[must_use]
    pub fn lines<'a>(&'a self, name: &'a str) -> Option<impl Iterator<Item = &'a [u8]> + Clone> {
        let mut fields = self.fields.iter();
        let single = fields.all(|(field, _)| field == name || !alike(field, name));
        single.then(|| {
            let lines = self.fields.iter().filter(move |(field, _)| field == name);
            lines.map(|(_, value)| value.as_slice())
        })
    }

    /// The names of all header lines, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }
}

// The lines hold credentials and the target may be personal, so neither is ever shown.
impl fmt::Debug for RequestHead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RequestHead")
            .field("method", &self.method)
            .field("alone", &self.alone)
            .finish_non_exhaustive()
    }
}

/// Whether some reader takes two header names for one: to CGI (RFC 3875 section 4.1.18) and its heirs
/// `-` is `_`.
#[must_use]
pub fn alike(one: &str, other: &str) -> bool {
    let dash = |byte: u8| matches!(byte, b'-' | b'_');
    let mut pairs = one.bytes().zip(other.bytes());
    one.len() == other.len() && pairs.all(|(a, b)| a == b || (dash(a) && dash(b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    fn pairs(more: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
        let head: [(&str, &[u8]); 4] = [
            (":method", b"GET"),
            (":path", b"/"),
            (":authority", b"a.example"),
            (":scheme", b"https"),
        ];
        head.iter()
            .chain(more)
            .map(|(n, v)| ((*n).to_owned(), v.to_vec()))
            .collect()
    }

    #[test]
    fn lines_are_counted() {
        let head =
            RequestHead::new(pairs(&[("a", b"1"), ("b", b"\xff"), ("a", b"2")])).expect("a head");
        assert_eq!(head.field("a"), Field::Several);
        assert_eq!(head.field("b"), Field::One(b"\xff"));
        assert_eq!(head.field("c"), Field::Absent);
        for (names, field) in [
            (&["x-a"][..], Field::One(b"1")),
            (&["x_a"], Field::Several),
            (&["x-a", "x_a"], Field::Several),
            (&["xaa", "x-b", "x-a-"], Field::Absent),
        ] {
            let lines: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, &b"1"[..])).collect();
            let head = RequestHead::new(pairs(&lines)).expect("a head");
            assert_eq!(head.field("x-a"), field, "{names:?}");
            let lines = head.lines("x-a").map(Iterator::count);
            let own = names.iter().filter(|name| **name == "x-a").count();
            let expected = (!names.contains(&"x_a")).then_some(own);
            assert_eq!(lines, expected, "{names:?}");
        }
    }

    #[test]
    fn a_digest_is_32_bytes_in_hexadecimal() {
        let text = "0380ED2f".repeat(8);
        assert_eq!(
            certificate_digest(text.as_bytes()).map(|digest| digest[1]),
            Some(0x80)
        );
        let long = format!("{text}00");
        for other in [
            "",
            "0380",
            text.get(..63).unwrap(),
            &long,
            &text.replace('f', "g"),
            &text.replace('f', "+"),
        ] {
            assert_eq!(certificate_digest(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn pseudo_headers_are_single_and_visible() {
        for (extra, what) in [
            ((":method", &b"POST"[..]), "a second method"),
            ((":path", b"/b"), "a second path"),
            (("Upper", b"x"), "an upper-case name"),
        ] {
            assert_eq!(
                RequestHead::new(pairs(&[extra])),
                Err(Reason::HeaderMalformed),
                "{what}"
            );
        }
        for missing in [":method", ":authority"] {
            let mut list = pairs(&[]);
            list.retain(|(name, _)| name != missing);
            assert_eq!(
                RequestHead::new(list),
                Err(Reason::HeaderMalformed),
                "no {missing}"
            );
        }
        let mut list = pairs(&[]);
        if let Some(path) = list.get_mut(1) {
            path.1 = b"/\xff".to_vec();
        }
        assert_eq!(RequestHead::new(list), Err(Reason::HeaderMalformed));
    }
}
