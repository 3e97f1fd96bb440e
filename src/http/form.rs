//! The parameters of a query, decoded as `application/x-www-form-urlencoded`, and strictly.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A name and its value, decoded.
pub type Parameter<'q> = (Cow<'q, str>, Cow<'q, str>);

/// The parameters of a query (what follows the `?`), in order. A query without a character has none.
/// A parameter without `=` has the empty value. `+` is a space.
///
/// An item is `None` where readers differ on what it is: an empty parameter, one that holds a
/// semicolon (a separator to some), a percent escape that is none, bytes that are not UTF-8.
pub fn parameters(query: &str) -> impl Iterator<Item = Option<Parameter<'_>>> {
    let parts = (!query.is_empty()).then(|| query.split('&'));
    parts.into_iter().flatten().map(parameter)
}

fn parameter(text: &str) -> Option<Parameter<'_>> {
    if text.is_empty() || text.contains(';') {
        return None;
    }
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    Some((decode(name)?, decode(value)?))
}

fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['%', '+']) {
        return Some(Cow::Borrowed(text));
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let high = hex(bytes.next()?)?;
                high.checked_mul(16)?.checked_add(hex(bytes.next()?)?)?
            }
            b'+' => b' ',
            plain => plain,
        });
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

fn hex(byte: u8) -> Option<u8> {
    u8::try_from(char::from(byte).to_digit(16)?).ok()
}

/// Writes a text so that it is one name or value of a form (RFC 6749 appendix B).
pub fn encode(text: &str, form: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'*' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                form.push(char::from(byte));
            }
            b' ' => form.push('+'),
            other => {
                // Writing to a String cannot fail.
                let _ = write!(form, "%{other:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    fn read(query: &str) -> Option<Vec<(String, String)>> {
        parameters(query)
            .map(|item| item.map(|(name, value)| (name.into_owned(), value.into_owned())))
            .collect()
    }

    #[test]
    fn parameters_are_split_and_then_decoded() {
        for (query, expected) in [
            ("", &[][..]),
            ("a=1", &[("a", "1")]),
            ("a=1&b=2&a=3", &[("a", "1"), ("b", "2"), ("a", "3")]),
            ("a", &[("a", "")]),
            ("a=", &[("a", "")]),
            ("=a", &[("", "a")]),
            ("a=b=c", &[("a", "b=c")]),
            ("a%3Db=c%26d", &[("a=b", "c&d")]),
            ("a+b=c%2Bd+e", &[("a b", "c+d e")]),
            ("%61=%c3%A9", &[("a", "é")]),
            ("a=%253B", &[("a", "%3B")]),
        ] {
            let read = read(query).expect(query);
            let read: Vec<_> = read.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            assert_eq!(read, expected, "{query}");
        }
    }

    #[test]
    fn what_is_encoded_reads_as_it_was() {
        for text in ["", "a b", "a=b&c;d", "%41+~", "é\u{0}\r\n", "*-._09AZaz"] {
            let mut form = String::new();
            encode(text, &mut form);
            assert!(
                form.is_ascii() && !form.contains(['&', '=', ';', ' ']),
                "{form}"
            );
            let expected = vec![(text.to_owned(), String::new())];
            let found = if text.is_empty() {
                expected.clone()
            } else {
                read(&form).unwrap()
            };
            assert_eq!(found, expected, "{form}");
        }
        // RFC 6749 appendix B.
        let mut form = String::new();
        encode(" %&+\u{a3}\u{20ac}", &mut form);
        assert_eq!(form, "+%25%26%2B%C2%A3%E2%82%AC");
    }

    #[test]
    fn what_readers_differ_on_is_none() {
        for query in [
            "&",
            "a&",
            "&a",
            "a&&b",
            "a;b",
            "a=1;b=2",
            "a=%",
            "a=%4",
            "a=%zz",
            "a=%+4",
            "%ff",
            "a=%c3",
            "a=%ed%a0%80",
        ] {
            assert_eq!(read(query), None, "{query}");
        }
    }
}
