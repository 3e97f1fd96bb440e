//! What a server is asked: a transaction token for this request and no other, for the caller's own.

use super::TRANSACTION_TOKEN;
use crate::http::form;
use crate::json::Json;
use std::fmt::Write as _;

/// The grant of an exchange (RFC 8693 section 2.1).
const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The type of the caller's token (RFC 8693 section 3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// An exchange (RFC 8693 section 2.1, draft-ietf-oauth-transaction-tokens-10).
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The caller's access token.
    pub token: &'a str,
    /// The trust domain.
    pub audience: &'a str,
    /// The scopes.
    pub scopes: &'a [String],
    /// `request_context`: how the request came.
    pub context: &'a Json,
    /// `request_details`: what it is about.
    pub details: &'a Json,
}

impl Request<'_> {
    /// The body of the call, a form.
    #[must_use]
    pub fn body(&self) -> String {
        let scope = self.scopes.join(" ");
        let (context, details) = (text(self.context), text(self.details));
        let members = [
            ("grant_type", GRANT),
            ("requested_token_type", TRANSACTION_TOKEN),
            ("audience", self.audience),
            ("scope", &scope),
            ("subject_token", self.token),
            ("subject_token_type", ACCESS_TOKEN),
            ("request_context", &context),
            ("request_details", &details),
        ];
        let most = members.iter().map(|(_, value)| value.len()).sum::<usize>();
        let mut body = String::with_capacity(most.saturating_mul(2));
        for (name, value) in members {
            if !body.is_empty() {
                body.push('&');
            }
            body.push_str(name);
            body.push('=');
            form::encode(value, &mut body);
        }
        body
    }
}

/// A value as JSON, its numbers as they were received.
fn text(json: &Json) -> String {
    let mut text = String::new();
    write(json, &mut text);
    text
}

fn write(json: &Json, text: &mut String) {
    match json {
        Json::Null => text.push_str("null"),
        Json::Bool(true) => text.push_str("true"),
        Json::Bool(false) => text.push_str("false"),
        Json::Number(number) => text.push_str(number),
        Json::String(string) => quote(string, text),
        Json::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Json::Object(members) => {
            text.push('{');
            for (place, (name, member)) in members.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                quote(name, text);
                text.push(':');
                write(member, text);
            }
            text.push('}');
        }
    }
}

fn quote(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' | '\\' => {
                text.push('\\');
                text.push(character);
            }
            plain if plain >= ' ' => text.push(plain),
            control => {
                // Writing to a String cannot fail.
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
        }
    }
    text.push('"');
}
