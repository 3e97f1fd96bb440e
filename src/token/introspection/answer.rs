//! What an authorization server answers (RFC 7662 section 2.2).

use crate::json::{Json, Limits};
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::token::claims::Claims;
use crate::token::introspection::{Inquiry, MAX_ANSWER_BYTES, Response, Verdict};
use crate::token::issuer::Issuer;
use crate::token::times::Times;
use crate::token::{Kind, Token, subject};
use std::rc::Rc;

/// How much JSON is read.
const LIMITS: Limits = Limits {
    bytes: MAX_ANSWER_BYTES,
    depth: 16,
};

/// Reads the answer about the token of an inquiry.
///
/// 1. The status is 200.
/// 2. The body is `application/json`, within the limit, and one strict object.
/// 3. `active` is a boolean, and true.
/// 4. `iss`, if it is there, is the issuer's, exactly.
/// 5. `exp`, `iat` and `nbf`, where they are there, are times, and now is within them.
/// 6. `aud` has one of the issuer's audiences, exactly (RFC 7662 section 4: a token of another
///    resource's is active too).
/// 7. `sub` is there, or, where the policy takes it for the subject, `client_id`; both, `jti`, `scope`, `acr`,
///    `auth_time` and `act` are of their types.
/// 8. `cnf`, a member of the answer itself (RFC 8705 section 3.2, RFC 9449 section 6.2), is of its
///    form. What stands elsewhere is no `cnf`.
/// 9. D14: `token_type`, if it is there, is `DPoP` where `cnf` has `jkt` and only there, and
///    otherwise `Bearer`.
///
/// # Errors
/// [`Reason::IntrospectionUnavailable`] for `502`, `503` and `504`, with which a proxy answers in
/// the server's place, [`Reason::IntrospectionRejected`] for any other status,
/// [`Reason::IntrospectionMalformed`], [`Reason::TokenInactive`], [`Reason::TokenIssuer`],
/// [`Reason::TokenClaims`], [`Reason::TokenExpired`], [`Reason::TokenEarly`],
/// [`Reason::TokenAudience`], [`Reason::TokenType`].
///
/// # Does not check
/// Who answered: the proxy's cluster names the server and its TLS settings authenticate it. Signed
/// answers (RFC 9701) are not read. Who sent the token: that is
/// [`Confirmation::demands`](crate::token::confirmation::Confirmation::demands) and a proof.
pub fn read(response: &Response, inquiry: &Inquiry, issuer: &Issuer, now: UnixTime) -> Verdict {
    match response.status {
        Some(200) => {}
        Some(502..=504) => return Err(Reason::IntrospectionUnavailable),
        Some(_) | None => return Err(Reason::IntrospectionRejected),
    } // 1
    let said = response
        .object(LIMITS)
        .ok_or(Reason::IntrospectionMalformed)?; // 2
    match said.get("active") {
        Some(Json::Bool(true)) => {}
        Some(Json::Bool(false)) => return Err(Reason::TokenInactive),
        Some(_) | None => return Err(Reason::IntrospectionMalformed),
    } // 3
    if let Some(uri) = said.get("iss")
        && uri.as_str().ok_or(Reason::TokenClaims)? != &*issuer.uri
    {
        return Err(Reason::TokenIssuer); // 4
    }
    let times = Times::of_introspection(&said)?; // 5
    times.check(now, issuer.leeway)?; // 5
    let kind = match said.get("token_type") {
        Some(kind) => Some(kind.as_str().ok_or(Reason::TokenClaims)?.to_owned()),
        None => None,
    };
    let claims = Claims::of_introspection(said, times, issuer, now)?; // 6, 7, 8
    let expected = match claims.confirmation.jkt {
        Some(_) => "DPoP",
        None => "Bearer",
    };
    if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case(expected)) {
        return Err(Reason::TokenType); // 9
    }
    Ok(Rc::new(Token {
        kind: Kind::Opaque,
        issuer: inquiry.issuer,
        issuer_uri: Rc::clone(&issuer.uri),
        hash: inquiry.hash,
        engine: None,
        times,
        subject_kind: subject::kind_of(Kind::Opaque, &issuer.kinds, &claims.all),
        claims,
    }))
}
