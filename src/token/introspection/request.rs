//! What an authorization server is asked, and by whom.

use crate::http::form;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// The type of [`body`].
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// The body of a call (RFC 7662 section 2.1).
#[must_use]
pub fn body(token: &str) -> String {
    let mut body = String::with_capacity(token.len().saturating_add(64));
    body.push_str("token=");
    form::encode(token, &mut body);
    body.push_str("&token_type_hint=access_token");
    body
}

/// The gate as a client of an authorization server. It never shows itself.
#[derive(Clone)]
pub struct Client {
    authorization: String,
}

impl Client {
    /// A client by HTTP Basic. Both parts are form-encoded first (RFC 6749 section 2.3.1), so an id
    /// with a colon is none with a secret in it.
    #[must_use]
    pub fn of(id: &str, secret: &str) -> Self {
        let mut pair = String::new();
        form::encode(id, &mut pair);
        pair.push(':');
        form::encode(secret, &mut pair);
        Self {
            authorization: format!("Basic {}", STANDARD.encode(pair)),
        }
    }

    /// `authorization` of a call.
    #[must_use]
    pub fn authorization(&self) -> &str {
        &self.authorization
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Client")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn a_token_is_one_parameter_whatever_it_holds() {
        for (token, expected) in [
            ("Kz~8mXK1-a.b_c", "Kz%7E8mXK1-a.b_c"),
            ("a+b/c==", "a%2Bb%2Fc%3D%3D"),
            ("a&token_type_hint=x", "a%26token_type_hint%3Dx"),
        ] {
            let expected = format!("token={expected}&token_type_hint=access_token");
            assert_eq!(body(token), expected);
        }
    }

    #[test]
    fn the_client_of_the_rfc_authenticates_so() {
        // RFC 6749 section 2.3.1.
        assert_eq!(
            Client::of("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw").authorization(),
            "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"
        );
        let pair = |text: &str| {
            STANDARD
                .decode(text.strip_prefix("Basic ").unwrap())
                .unwrap()
        };
        let client = Client::of("https://rs:8443 é", "a:b%c+d&e");
        assert_eq!(format!("{client:?}"), "Client");
        let found = pair(client.authorization());
        let expected = "https%3A%2F%2Frs%3A8443+%C3%A9:a%3Ab%25c%2Bd%26e";
        assert_eq!(String::from_utf8(found).unwrap(), expected);
    }
}
