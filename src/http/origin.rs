//! The external origins that a gateway answers for. They come from the policy, never from the request.

use crate::http::uri::normal_form;
use fluent_uri::Uri;

/// An `https` or `http` origin in the normal form of RFC 3986 sections 6.2.2 and 6.2.3: lower-case
/// scheme and host, no escape that is not needed, no default port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    text: String,
    authority_at: usize,
}

/// Why a text is not an [`Origin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnOrigin;

impl Origin {
    /// Reads `scheme://host[:port]`, without a path (RFC 6454 section 6.2).
    ///
    /// # Errors
    /// [`NotAnOrigin`] for anything else, an empty path `/` included.
    pub fn parse(text: &str) -> Result<Self, NotAnOrigin> {
        let uri = Uri::parse(text).map_err(|_| NotAnOrigin)?;
        let authority = uri.authority().ok_or(NotAnOrigin)?;
        let plain = uri.path().is_empty() && !uri.has_query() && !uri.has_fragment();
        if !plain || authority.host().is_empty() {
            return Err(NotAnOrigin);
        }
        let normal = normal_form(text).ok_or(NotAnOrigin)?;
        let text = normal.strip_suffix('/').ok_or(NotAnOrigin)?;
        let (scheme, _) = text.split_once(':').ok_or(NotAnOrigin)?;
        Ok(Self {
            text: text.to_owned(),
            authority_at: scheme.len().saturating_add("://".len()),
        })
    }

    /// The origin as text, in normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `https` or `http`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.text.split(':').next().unwrap_or_default()
    }

    /// `host[:port]` in normal form.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.text.get(self.authority_at..).unwrap_or_default()
    }

    /// Whether a URI is this origin or lies under it.
    #[must_use]
    pub fn covers(&self, uri: &str) -> bool {
        normal_form(uri).is_some_and(
            |uri| matches!(uri.strip_prefix(&self.text), Some(rest) if rest.starts_with('/')),
        )
    }

    /// Whether an `:authority` names this origin: host without regard to case, the default port or none.
    #[must_use]
    pub fn is_authority(&self, authority: &str) -> bool {
        let default = if self.text.starts_with("https:") {
            ":443"
        } else {
            ":80"
        };
        let own = self.authority();
        let same = |given: &str| given.eq_ignore_ascii_case(own);
        // Behind the brackets of an IPv6 address, if there are any, a colon begins a port.
        let has_port = own.rsplit(']').next().is_some_and(|it| it.contains(':'));
        same(authority) || (!has_port && authority.strip_suffix(default).is_some_and(same))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn origins_have_one_form() {
        for (text, normal) in [
            ("https://api.example.com", "https://api.example.com"),
            ("HTTPS://API.Example.com:443", "https://api.example.com"),
            ("http://api.example.com:80", "http://api.example.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://[::1]:8443", "https://[::1]:8443"),
            ("https://[0:0::0001]", "https://[::1]"),
            ("https://[0:0:0:0:0:0:0:1]:0443", "https://[::1]"),
            ("https://%61pi.example.com:", "https://api.example.com"),
        ] {
            assert_eq!(Origin::parse(text).expect(text).as_str(), normal);
        }
        for text in [
            "",
            "api.example.com",
            "https://",
            "https://a/",
            "https://a?q",
            "https://a#f",
            "https://u@a",
            "ftp://a",
            "https://a b",
        ] {
            assert_eq!(Origin::parse(text), Err(NotAnOrigin), "{text}");
        }
    }

    #[test]
    fn an_authority_is_compared_whole() {
        let origin = Origin::parse("https://api.example.com").expect("an origin");
        for same in ["api.example.com", "API.example.com", "api.example.com:443"] {
            assert!(origin.is_authority(same), "{same}");
        }
        for other in [
            "api.example.com:80",
            "api.example.com.",
            "evil.example.com",
            "api.example.co",
            "x-api.example.com",
            "api.example.com:443:443",
            "",
        ] {
            assert!(!origin.is_authority(other), "{other}");
        }
        let elsewhere = Origin::parse("https://api.example.com:8443").expect("an origin");
        assert!(elsewhere.is_authority("api.example.com:8443"));
        for other in [
            "api.example.com",
            "api.example.com:8443:443",
            "api.example.com:443",
        ] {
            assert!(!elsewhere.is_authority(other), "{other}");
        }
        let address = Origin::parse("https://[::1]").expect("an origin");
        assert!(address.is_authority("[::1]") && address.is_authority("[::1]:443"));
        assert!(!address.is_authority("[::1]:8443"));
    }
}
