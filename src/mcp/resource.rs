//! URIs of resources, and their classes.

use crate::mcp::ClassId;
use crate::reason::Reason;
use fluent_uri::Uri;
use fluent_uri::normalize::Normalizer;
use std::collections::{BTreeMap, BTreeSet};

/// The classes of resources.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    exact: BTreeMap<String, ClassId>,
    under: BTreeMap<String, ClassId>,
    /// The same, as lenient readers compare them.
    exact_folded: BTreeSet<Vec<u8>>,
    under_folded: BTreeSet<Vec<u8>>,
}

impl Resources {
    /// Classes by whole URIs, and by what URIs begin with.
    #[must_use]
    pub fn new(exact: BTreeMap<String, ClassId>, under: BTreeMap<String, ClassId>) -> Self {
        let whole = |uri: &String| without_slash(fold(uri));
        Self {
            exact_folded: exact.keys().map(whole).collect(),
            under_folded: under.keys().map(|start| fold(start)).collect(),
            exact,
            under,
        }
    }

    /// The class of each URI, and twice that of each beginning of URIs.
    pub(super) fn classes(&self) -> impl Iterator<Item = ClassId> {
        let under = self.under.values().flat_map(|class| [*class; 2]);
        self.exact.values().copied().chain(under)
    }

    /// The class of a URI: its own, or that of the longest beginning that is listed. None where none
    /// is, and no reader takes it for one that is.
    ///
    /// # Errors
    /// [`Reason::McpNameUnlisted`].
    pub(super) fn class(&self, uri: &str) -> Result<Option<ClassId>, Reason> {
        if let Some(class) = self.exact.get(uri) {
            return Ok(Some(*class));
        }
        let mut under = self.under.iter().rev();
        // In reverse order, of two beginnings of one URI the longer comes first.
        let found = under.find(|(start, _)| uri.starts_with(start.as_str()));
        let folded = fold(uri);
        let mut meant = self.under_folded.iter().rev();
        let meant = meant.find(|start| folded.starts_with(start));
        let judged = found.map_or(0, |(start, _)| fold(start).len());
        // M15: no server may take it for one of another class than the one that it is judged by.
        if meant.is_some_and(|start| start.len() > judged)
            || self.exact_folded.contains(&without_slash(folded))
        {
            return Err(Reason::McpNameUnlisted);
        }
        Ok(found.map(|(_, class)| *class))
    }
}

/// A URI as lenient readers compare it: without case, user name, query and fragment, decoded, and with
/// one slash where there are several.
fn fold(uri: &str) -> Vec<u8> {
    let end = uri.find(['?', '#']).unwrap_or(uri.len());
    let uri = uri.get(..end).unwrap_or(uri);
    let (start, rest) = uri.split_once("://").unwrap_or(("", uri));
    let at = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(at).unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = if start == "file" && host == "localhost" {
        ""
    } else {
        host
    };
    let scheme = if start.is_empty() { "" } else { ":/" };
    let whole = [start, scheme, host, path].concat();
    let mut folded: Vec<u8> = Vec::with_capacity(whole.len());
    let mut bytes = whole.bytes();
    while let Some(byte) = bytes.next() {
        let byte = if byte == b'%' {
            decoded(&mut bytes).unwrap_or(byte)
        } else {
            byte
        };
        if byte != b'/' || folded.last() != Some(&b'/') {
            folded.push(byte.to_ascii_lowercase());
        }
    }
    folded
}

/// The byte that two hexadecimal digits stand for.
fn decoded(bytes: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let digits = [bytes.next()?, bytes.next()?];
    let digits = std::str::from_utf8(&digits).ok()?.to_owned();
    u8::from_str_radix(&digits, 16).ok()
}

/// Without the slash at the end.
fn without_slash(mut folded: Vec<u8>) -> Vec<u8> {
    if folded.last() == Some(&b'/') {
        folded.pop();
    }
    folded
}

/// Whether a text is an absolute URI in the normal form of RFC 3986 section 6.2.2: no dot segments,
/// nothing encoded that need not be, and no encoded slash, percent sign or NUL.
#[must_use]
pub fn is_normal(text: &str) -> bool {
    let Ok(uri) = Uri::parse(text) else {
        return false;
    };
    let normal = Normalizer::new().normalize(&uri);
    let hidden = ["%2F", "%5C", "%00", "%25"];
    normal.is_ok_and(|normal| normal.as_str() == text)
        && !hidden.iter().any(|it| text.contains(it))
        && !uri
            .path()
            .as_str()
            .split('/')
            .any(|segment| matches!(segment, "." | ".."))
}
