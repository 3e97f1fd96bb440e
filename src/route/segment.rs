//! One segment of a path: how two spellings of it are compared, and what it says once decoded.

/// One byte of a segment, and whether only an escape could say it in that place.
///
/// An escape of an unreserved character (RFC 3986 section 2.3) is that character, so that no
/// spelling of it passes by a route. Hexadecimal digits have no case (section 6.2.2.1).
type Symbol = (u8, bool);

/// The symbols of a segment. A `%` that begins no escape stands for itself.
fn symbols(segment: &str) -> impl Iterator<Item = Symbol> + Clone + '_ {
    let mut rest = segment.as_bytes();
    std::iter::from_fn(move || {
        if let Some((byte, after)) = escape(rest) {
            rest = after;
            return Some((byte, !is_unreserved(byte)));
        }
        let (byte, after) = rest.split_first()?;
        rest = after;
        Some((*byte, false))
    })
}

/// The escape that `bytes` begin with, and what follows it.
fn escape(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, after) = bytes.strip_prefix(b"%")?.split_at_checked(2)?;
    let value = digits.iter().try_fold(0_u32, |value, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        value.checked_mul(16)?.checked_add(digit)
    })?;
    Some((u8::try_from(value).ok()?, after))
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The one spelling of a segment: no escape that is not needed, digits of escapes in upper case.
pub(super) fn spelling(segment: &str) -> String {
    let mut text = String::with_capacity(segment.len());
    for (byte, escaped) in symbols(segment) {
        if escaped {
            text.push('%');
            for digit in [byte >> 4, byte & 0xF] {
                text.extend(char::from_digit(digit.into(), 16).map(|it| it.to_ascii_uppercase()));
            }
        } else {
            text.push(char::from(byte));
        }
    }
    text
}

/// Whether two segments are spellings of the same one (RFC 3986 section 6.2.2).
pub(super) fn same(left: &str, right: &str) -> bool {
    symbols(left).eq(symbols(right))
}

/// The segment as a careless reader sees it: every escape decoded, no letter case.
pub(super) fn careless(segment: &str) -> impl Iterator<Item = u8> + Clone + '_ {
    symbols(segment).map(|(byte, _)| byte.to_ascii_lowercase())
}

/// The segment, decoded once. None where that is not UTF-8.
pub(super) fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    bytes.extend(symbols(segment).map(|(byte, _)| byte));
    String::from_utf8(bytes).ok()
}

/// The segments of a path, one by one, without allocation.
#[derive(Clone)]
pub(super) struct Segments<'a>(Option<&'a str>);

impl<'a> Segments<'a> {
    /// None where the path does not begin with a slash. `/` alone has no segment.
    pub(super) fn of(path: &'a str) -> Option<Self> {
        let rest = path.strip_prefix('/')?;
        Some(Self(Some(rest).filter(|rest| !rest.is_empty())))
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.0?;
        let (segment, after) = rest
            .split_once('/')
            .map_or((rest, None), |(segment, after)| (segment, Some(after)));
        self.0 = after;
        Some(segment)
    }
}
