//! The parameters of a query and the members of a form, decoded as
//! `application/x-www-form-urlencoded`, and strictly.

use crate::json::names;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Most members of a form that is read. Frameworks that stop at a number stop at more than these.
pub const MOST_MEMBERS: usize = 256;

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

/// The members of a form that is the whole body of a request, in order. A body without a byte has none.
///
/// None where it has more than [`MOST_MEMBERS`], and where readers differ on it: what [`parameters`]
/// has as none, a byte that is not visible ASCII (a form has every other one percent-encoded), a
/// member without `=` or without a name, and names that [`collide`].
#[must_use]
pub fn members(body: &[u8]) -> Option<Vec<Parameter<'_>>> {
    let text = std::str::from_utf8(body).ok()?;
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let has_name = |part: &str| part.find('=').is_some_and(|at| at > 0);
    if !text.is_empty() && !text.split('&').all(has_name) {
        return None;
    }
    let members: Vec<Parameter<'_>> = parameters(text)
        .take(MOST_MEMBERS.saturating_add(1))
        .collect::<Option<_>>()?;
    let is_many = members.len() > MOST_MEMBERS;
    let names = members.iter().map(|(name, _)| name.as_ref());
    (!is_many && !collide(names)).then_some(members)
}

/// Whether some reader takes two names for one, or one of them for a part of the other. What
/// [`reads_as`] leaves out of sight is left out here, and `a` holds `a[b]`, where that is a way to
/// write a member of a member.
pub fn collide<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    let mut names: Vec<(Cow<'_, str>, Cow<'_, str>)> = names.map(parts).collect();
    names.sort_unstable();
    let mut pairs = names.array_windows();
    pairs.any(|[(one, above), (other, below)]| one == other && below.starts_with(above.as_ref()))
}

/// Whether some reader takes a name of the one for a name of the other, or one of them for a part of
/// the other, as in [`collide`].
pub fn overlap<'n>(
    one: impl Iterator<Item = &'n str>,
    other: impl Iterator<Item = &'n str>,
) -> bool {
    let other: Vec<_> = other.map(parts).collect();
    let mut one = one.filter(|_| !other.is_empty()).map(parts);
    one.any(|(stem, rest)| {
        other.iter().any(|(known, below)| {
            let (rest, below) = (rest.as_ref(), below.as_ref());
            stem == *known && (below.starts_with(rest) || rest.starts_with(below))
        })
    })
}

/// A name as [`reads_as`] takes it: what stands before a `[`, and the rest.
fn parts(name: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    let name = name.trim_start_matches(' ');
    let name = name.split('\0').next().unwrap_or_default();
    let at = name.find('[').unwrap_or(name.len());
    let (stem, rest) = name.split_at_checked(at).unwrap_or((name, ""));
    let stem = if stem.contains(['.', ' ']) {
        Cow::Owned(names::folded(&stem.replace(['.', ' '], "_")).into_owned())
    } else {
        names::folded(stem)
    };
    (stem, names::folded(rest))
}

/// A name or a value as its sender meant it: `+` is a space, and what is percent-encoded is a byte of
/// UTF-8. None where it is not.
pub(super) fn decode(text: &str) -> Option<Cow<'_, str>> {
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

/// Whether some reader takes a name for this one, which is in its folded form. Case is nothing to
/// some; PHP skips spaces before a name and reads `.` and ` ` in it as `_`; and where strings end
/// with a NUL, so does a name.
#[must_use]
pub fn reads_as(name: &str, folded: &str) -> bool {
    let read = name.trim_start_matches(' ').chars();
    let read = read.take_while(|character| *character != '\0');
    read.map(|character| match character {
        '.' | ' ' => '_',
        other => other,
    })
    .flat_map(char::to_lowercase)
    .eq(folded.chars())
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
mod tests;
