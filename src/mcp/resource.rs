//! URIs of resources, and their classes.

use crate::mcp::ClassId;
use fluent_uri::Uri;
use fluent_uri::normalize::Normalizer;
use std::collections::BTreeMap;

/// The classes of resources.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    /// By their whole URIs.
    pub exact: BTreeMap<String, ClassId>,
    /// By what their URIs begin with.
    pub under: BTreeMap<String, ClassId>,
}

impl Resources {
    /// The class of a URI: its own, or that of the longest beginning that is listed.
    #[must_use]
    pub fn class(&self, uri: &str) -> Option<ClassId> {
        let under = || {
            let mut beginnings = self.under.iter().rev();
            // In reverse order, of two beginnings of one URI the longer comes first.
            beginnings.find(|(start, _)| uri.starts_with(start.as_str()))
        };
        let under = || under().map(|(_, class)| class);
        self.exact.get(uri).or_else(under).copied()
    }
}

/// Whether a text is an absolute URI in the normal form of RFC 3986 section 6.2.2: no dot segments,
/// nothing encoded that need not be, and no encoded slash or dot beside it.
#[must_use]
pub fn is_normal(text: &str) -> bool {
    let Ok(uri) = Uri::parse(text) else {
        return false;
    };
    let normal = Normalizer::new().normalize(&uri);
    let hidden = ["%2F", "%5C", "%00"];
    normal.is_ok_and(|normal| normal.as_str() == text)
        && !hidden.iter().any(|it| text.contains(it))
        && !uri
            .path()
            .as_str()
            .split('/')
            .any(|segment| matches!(segment, "." | ".."))
}
