//! Absolute URIs, compared in normal form.

use fluent_uri::Uri;
use fluent_uri::normalize::Normalizer;

/// An absolute URI without query and fragment, in the normal form of RFC 3986 sections 6.2.2 and
/// 6.2.3. None where the text is not an absolute `http` or `https` URI.
#[must_use]
pub fn normal_form(text: &str) -> Option<String> {
    let bare = text.split(['?', '#']).next()?;
    let uri = Normalizer::new().normalize(&Uri::parse(bare).ok()?).ok()?;
    let authority = uri.authority()?;
    if !matches!(uri.scheme().as_str(), "http" | "https") || authority.has_userinfo() {
        return None;
    }
    let bare_authority = uri.path().is_empty();
    let mut text = uri.into_string();
    if bare_authority {
        text.push('/');
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn uris_are_compared_in_normal_form() {
        for (text, normal) in [
            ("https://API.example.com/a", "https://api.example.com/a"),
            ("HTTPS://api.example.com:443/a", "https://api.example.com/a"),
            ("https://api.example.com", "https://api.example.com/"),
            ("https://api.example.com/a?b#c", "https://api.example.com/a"),
            (
                "https://api.example.com/%7ea/%c3",
                "https://api.example.com/~a/%C3",
            ),
            (
                "https://api.example.com/a/../b/.",
                "https://api.example.com/b/",
            ),
        ] {
            assert_eq!(normal_form(text).as_deref(), Some(normal));
        }
        for text in [
            "",
            "/a",
            "ftp://a/b",
            "https://u@a/b",
            "https:/a",
            "https://a/ b",
            "https://a/%zz",
        ] {
            assert_eq!(normal_form(text), None, "{text}");
        }
    }
}
