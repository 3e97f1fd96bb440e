//! Names and values of header fields.

/// Whether a text is the name of a field in lower case (RFC 9110 section 5.1). A pseudo-header is none.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte)
    };
    !text.is_empty() && text.bytes().all(plain)
}

/// A line as one text of visible ASCII, without the white space around it. It is not read as a list:
/// a comma is a comma. None where it is empty or holds anything else.
#[must_use]
pub fn visible(line: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(line).ok()?.trim_matches([' ', '\t']);
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    (plain && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn names_are_tokens_in_lower_case() {
        for name in ["x-order", "x_order.1", "!#$%&'*+-.^_`|~", "7"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "X-Order", ":path", "a b", "a,b", "a\0", "é", "a(b)"] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn values_are_visible() {
        for (line, text) in [
            (&b" a,b\t"[..], Some("a,b")),
            (b"a", Some("a")),
            (b"", None),
            (b" \t", None),
            (b"a b", None),
            (b"a\n", None),
            (b"a\x7f", None),
            ("é".as_bytes(), None),
            (b"\xff", None),
        ] {
            assert_eq!(visible(line), text);
        }
    }
}
