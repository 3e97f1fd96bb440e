//! The request target: refused where it can be read in two ways, and compared in normal form.

use crate::http::budget;
use crate::http::origin::Origin;
use crate::http::uri::normal_form;
use crate::reason::Reason;

/// A target that every reader reads alike: a path of plain segments and perhaps a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    raw: String,
    query_at: Option<usize>,
}

impl Target {
    /// Reads `:path` and refuses every ambiguity, before any route is looked for.
    ///
    /// # Errors
    /// [`Reason::TargetAmbiguous`] for an empty or dot segment (also percent-encoded), an encoded slash,
    /// backslash, NUL or control, a raw backslash, a path parameter (`;`), white space at an end of a
    /// segment, a path that is not UTF-8 once decoded, a fragment, a bad percent escape, or more
    /// segments or bytes than the budget.
    pub fn parse(raw: &str) -> Result<Self, Reason> {
        let query_at = raw.find('?');
        let path = query_at.and_then(|at| raw.get(..at)).unwrap_or(raw);
        let well_formed = raw.len() <= budget::MAX_TARGET_BYTES
            && raw
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'#')
            && escapes_hold(raw)
            && path_is_plain(path);
        if !well_formed {
            return Err(Reason::TargetAmbiguous);
        }
        Ok(Self {
            raw: raw.to_owned(),
            query_at,
        })
    }

    /// Path and query, as they came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.raw
    }

    /// The path, as it came.
    #[must_use]
    pub fn path(&self) -> &str {
        self.query_at
            .and_then(|at| self.raw.get(..at))
            .unwrap_or(&self.raw)
    }

    /// What follows the first `?`, if there is one.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.raw.get(self.query_at?.checked_add(1)?..)
    }

    /// The URI of this target under an origin: without query, in the form that [`normal_form`] makes.
    /// None where the path holds a character that no URI has.
    #[must_use]
    pub fn uri(&self, origin: &Origin) -> Option<String> {
        let path = self.path();
        let uri = [origin.as_str(), path].concat();
        // The origin is in normal form, the path has no dot segments: only an escape can differ.
        if path.bytes().all(is_plain) {
            Some(uri)
        } else {
            normal_form(&uri)
        }
    }
}

/// Whether a byte stands for itself in the path of a URI: `/`, or a `pchar` that is no escape
/// (RFC 3986 section 3.3).
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(&byte)
}

/// Every `%` begins two hexadecimal digits, and none encodes a byte that would change the reading.
fn escapes_hold(raw: &str) -> bool {
    let mut pieces = raw.split('%');
    let _before_the_first = pieces.next();
    pieces.all(|piece| {
        piece
            .get(..2)
            .and_then(|digits| {
                u8::from_str_radix(digits, 16)
                    .ok()
                    .filter(|_| !digits.starts_with('+'))
            })
            .is_some_and(|byte| byte != 0)
    })
}

fn path_is_plain(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    let mut segments = 0_usize;
    for (index, segment) in rest.split('/').enumerate() {
        segments = segments.saturating_add(1);
        // `/` alone is a path of one empty segment; any other empty segment can be merged away.
        if segment.is_empty() && !(index == 0 && rest.is_empty()) {
            return false;
        }
        if segment.contains(['\\', ';']) || !decoded_is_plain(segment) {
            return false;
        }
    }
    segments <= budget::MAX_PATH_SEGMENTS
}

/// The segment, decoded once, is UTF-8, is no dot segment, holds no delimiter, control or second
/// escape, and neither begins nor ends with white space, which some readers trim.
fn decoded_is_plain(segment: &str) -> bool {
    if !segment.contains('%') {
        return !is_dots(segment);
    }
    let mut decoded = Vec::with_capacity(segment.len());
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            let digits: [u8; 2] = [bytes.next().unwrap_or(0), bytes.next().unwrap_or(0)];
            let text = std::str::from_utf8(&digits).unwrap_or("00");
            u8::from_str_radix(text, 16).unwrap_or(0)
        } else {
            byte
        });
    }
    let delimits = |it: char| it.is_control() || matches!(it, '/' | '\\' | ';' | '%' | '?' | '#');
    std::str::from_utf8(&decoded)
        .is_ok_and(|text| !is_dots(text) && !text.contains(delimits) && text.trim() == text)
}

/// Nothing but dots: `..`, and what some readers take for more of it.
fn is_dots(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn plain_targets_pass() {
        for (raw, path, query) in [
            ("/", "/", None),
            ("/a/b", "/a/b", None),
            ("/a?b=/../c&d=%2f", "/a", Some("b=/../c&d=%2f")),
            ("/a?", "/a", Some("")),
            ("/%C3%A9/...x", "/%C3%A9/...x", None),
            ("/a?x?y", "/a", Some("x?y")),
            ("/a%20b/c+d", "/a%20b/c+d", None),
            ("/a?b=%e9", "/a", Some("b=%e9")),
        ] {
            let target = Target::parse(raw).expect(raw);
            assert_eq!((target.path(), target.query()), (path, query));
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let long = format!("/{}", "a/".repeat(40)) + "a";
        for raw in [
            "",
            "a",
            "*",
            "//",
            "//a",
            "/a//b",
            "/a/",
            "/.",
            "/..",
            "/a/../b",
            "/a/./b",
            "/%2e",
            "/%2E%2e",
            "/.%2e/a",
            "/%2e./a",
            "/a%2fb",
            "/a%2Fb",
            "/a%5cb",
            "/a\\b",
            "/a;b=c",
            "/a%3bb",
            "/a%00",
            "/a?x=%00",
            "/a%0ab",
            "/a%7f",
            "/a%252e",
            "/a%3fb",
            "/a%23",
            "/a#b",
            "/a%",
            "/a%2",
            "/a%zz",
            "/a%+2",
            "/a?b=%",
            "/a b",
            "/é",
            "http://h/a",
            // Bytes that are no UTF-8: an overlong slash, an overlong dot, Latin-1.
            "/a%c0%afb",
            "/%c0%ae%c0%ae/a",
            "/%e0%80%af",
            "/caf%e9",
            // White space at an end of a segment, which some readers trim.
            "/a%20",
            "/%20a",
            "/a%c2%a0/b",
            &long,
        ] {
            assert_eq!(Target::parse(raw), Err(Reason::TargetAmbiguous), "{raw}");
        }
    }

    #[test]
    fn the_uri_of_a_target_is_in_normal_form() {
        for origin in ["https://api.example.com", "HTTP://[0:0::1]:8080"] {
            let origin = Origin::parse(origin).expect(origin);
            // Every byte that a path may hold, plainly and as an escape.
            for byte in b'!'..=b'~' {
                for path in [
                    format!("/a{}b/c?d", char::from(byte)),
                    format!("/a%{byte:02x}"),
                ] {
                    let Ok(target) = Target::parse(&path) else {
                        continue;
                    };
                    let text = format!("{}{}", origin.as_str(), target.path());
                    assert_eq!(target.uri(&origin), normal_form(&text), "{path}");
                }
            }
            let root = Target::parse("/").expect("a target");
            let text = format!("{}/", origin.as_str());
            assert_eq!(root.uri(&origin), normal_form(&text));
        }
    }
}
