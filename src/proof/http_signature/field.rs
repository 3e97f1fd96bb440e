//! Field values as a signature covers them (RFC 9421 section 2.1).

use std::borrow::Cow;

use crate::http::RequestHead;
use crate::http::structured::{Dictionary, Kind, strict, write_bytes};

/// The fields whose structured type is known, for `sf` and `key`.
const STRUCTURED: [(&str, Kind); 15] = [
    ("accept-signature", Kind::Dictionary),
    ("cache-status", Kind::List),
    ("cdn-cache-control", Kind::Dictionary),
    ("client-cert", Kind::Item),
    ("client-cert-chain", Kind::List),
    ("content-digest", Kind::Dictionary),
    ("idempotency-key", Kind::Item),
    ("incremental", Kind::Item),
    ("priority", Kind::Dictionary),
    ("proxy-status", Kind::List),
    ("repr-digest", Kind::Dictionary),
    ("signature", Kind::Dictionary),
    ("signature-input", Kind::Dictionary),
    ("want-content-digest", Kind::Dictionary),
    ("want-repr-digest", Kind::Dictionary),
];

/// All lines of a field, joined. None where there is none, where a line breaks, or where another
/// field has a name that some readers take for this one.
pub(super) fn combined<'a>(head: &'a RequestHead, name: &'a str) -> Option<Cow<'a, [u8]>> {
    let mut lines = head.lines(name)?;
    let mut whole = line(lines.next()?)?;
    for next in lines {
        let whole = whole.to_mut();
        whole.extend_from_slice(b", ");
        whole.extend_from_slice(&line(next)?);
    }
    Some(whole)
}

/// Appends the value of a field without parameters.
pub(super) fn write_plain(head: &RequestHead, name: &str, out: &mut String) -> Option<()> {
    let value = combined(head, name)?;
    let text = std::str::from_utf8(&value).ok()?;
    let visible = |byte: u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t');
    text.bytes().all(visible).then(|| out.push_str(text))
}

/// Appends the value of a field with `sf` (section 2.1.1).
pub(super) fn write_strict(head: &RequestHead, name: &str, out: &mut String) -> Option<()> {
    let (_, kind) = STRUCTURED.iter().find(|(own, _)| *own == name)?;
    out.push_str(&strict(*kind, &combined(head, name)?).ok()?);
    Some(())
}

/// Appends the value of a field with `key` (section 2.1.2).
pub(super) fn write_member(
    head: &RequestHead,
    name: &str,
    key: &str,
    out: &mut String,
) -> Option<()> {
    STRUCTURED
        .iter()
        .find(|(own, kind)| *own == name && *kind == Kind::Dictionary)?;
    let value = combined(head, name)?;
    Dictionary::parse(&value).ok()?.get(key)?.write(out);
    Some(())
}

/// Appends the value of a field with `bs` (section 2.1.3).
pub(super) fn write_wrapped(head: &RequestHead, name: &str, out: &mut String) -> Option<()> {
    let mut lines = head.lines(name)?;
    write_bytes(&line(lines.next()?)?, out);
    for next in lines {
        out.push_str(", ");
        write_bytes(&line(next)?, out);
    }
    Some(())
}

/// One line without the white space around it, each fold one space. None for a line break that is no
/// fold, and for NUL.
fn line(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    let value = trimmed(value);
    if !value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Some(Cow::Borrowed(value));
    }
    let mut whole = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let (before, after) = rest.split_at_checked(at)?;
        rest = after.strip_prefix(b"\r\n")?;
        if !rest.first().is_some_and(|byte| is_white(*byte)) {
            return None;
        }
        whole.extend_from_slice(before.trim_ascii_end());
        whole.push(b' ');
        rest = trimmed(rest);
    }
    whole.extend_from_slice(rest);
    let broken = whole.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0));
    (!broken).then_some(Cow::Owned(whole))
}

fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = value
        && is_white(*first)
    {
        value = rest;
    }
    while let [rest @ .., last] = value
        && is_white(*last)
    {
        value = rest;
    }
    value
}
