//! What a server answers (RFC 8693 section 2.2, draft-ietf-oauth-transaction-tokens-10).

use super::revocation::Queue;
use super::{Endpoint, ExchangeId, Minted, TRANSACTION_TOKEN};
use crate::json::{Json, Limits};
use crate::reason::Reason;
use crate::token::introspection::Response;
use std::cell::RefCell;
use std::rc::Rc;

/// Largest answer that is read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 16 * 1024;
/// Longest token that is read, in bytes.
const LONGEST_TOKEN: usize = 8 * 1024;
/// How much JSON is read.
const LIMITS: Limits = Limits {
    bytes: MAX_ANSWER_BYTES,
    depth: 16,
};

/// Reads an answer. What comes of it is a token that nobody has vouched for yet.
///
/// - Y1: The status is 200.
/// - Y2: The body is `application/json`, within the limit, and one strict object.
/// - Y3: `access_token` is a text with no characters but those of a compact JWS.
/// - Y4: `issued_token_type` is that of a transaction token.
/// - Y5: `token_type` is `N_A`: it is no access token.
/// - Y6: There is no `refresh_token`.
/// - Y7: `expires_in` and `scope`, where they are there, are of their types. The token itself says what
///   holds.
///
/// From Y3 on there is a token, and if anything is wrong with it or with its answer, it is left to be
/// revoked.
///
/// # Errors
/// [`Reason::ExchangeUnavailable`] for `502`, `503` and `504`, with which a proxy answers in the
/// server's place, [`Reason::ExchangeRejected`] for any other status, [`Reason::ExchangeMalformed`].
///
/// # Does not check
/// The token: that is [`verify`](super::verify()). Who answered: the proxy's cluster names the server and
/// its TLS settings authenticate it.
pub fn read(
    response: &Response,
    by: ExchangeId,
    server: &Endpoint,
    queue: &Rc<RefCell<Queue>>,
) -> Result<Rc<Minted>, Reason> {
    match response.status {
        Some(200) => {}
        Some(502..=504) => return Err(Reason::ExchangeUnavailable),
        Some(_) | None => return Err(Reason::ExchangeRejected),
    } // Y1
    let malformed = Reason::ExchangeMalformed;
    let said = response.object(LIMITS).ok_or(malformed)?; // Y2
    let token = said.get("access_token").and_then(Json::as_str);
    let token = token.filter(|it| is_shaped(it)).ok_or(malformed)?; // Y3
    let queue = server.revoke.as_ref().map(|_| Rc::clone(queue));
    let minted = Minted::of(token.to_owned(), by, queue);
    let is_text = |name: &str, expected: &dyn Fn(&str) -> bool| {
        let value = said.get(name).and_then(Json::as_str);
        value.is_some_and(expected)
    };
    let is_issued = is_text("issued_token_type", &|it| it == TRANSACTION_TOKEN); // Y4
    let is_none = is_text("token_type", &|it| it.eq_ignore_ascii_case("N_A")); // Y5
    let is_alone = said.get("refresh_token").is_none(); // Y6
    let lasts = said.get("expires_in").map(Json::as_i64);
    let lasts = lasts.is_none_or(|it| it.is_some_and(|seconds| seconds > 0)); // Y7
    let scoped = said.get("scope").is_none_or(|it| it.as_str().is_some()); // Y7
    if is_issued && is_none && is_alone && lasts && scoped {
        Ok(Rc::new(minted))
    } else {
        Err(malformed)
    }
}

/// Whether a text can stand in a header and be a compact JWS.
fn is_shaped(token: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=LONGEST_TOKEN).contains(&token.len()) && token.bytes().all(plain)
}
