//! From the text of a token to a [`Token`] (RFC 9068 section 4, RFC 8725).

use crate::crypto::digest::{Digest32, sha256};
use crate::crypto::{Algorithm, Verifier};
use crate::jose::{KeySet, Limits, Selection, Untrusted};
use crate::json::Json;
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::token::cache::Cache;
use crate::token::claims::Claims;
use crate::token::issuer::Issuer;
use crate::token::times::{Signed, Times};
use crate::token::{
    Held, IssuerId, KeyStore, Kind, Refused, Token, subject, svid, transaction, workload,
};
use std::cell::RefCell;
use std::rc::Rc;

/// How large a token may be.
const LIMITS: Limits = Limits {
    bytes: 8 * 1024,
    depth: 16,
};
/// Header parameters that carry a key or say where one is (RFC 8725 section 3.10). The only keys
/// that verify a token are the issuer's, so a token that brings its own is not one of theirs.
const KEYS_OF_ITS_OWN: [&str; 4] = ["jwk", "jku", "x5u", "x5c"];

/// Verifies a token under the issuers that a route accepts for the place that it stood in. `issuers`
/// are all of the policy, in the order that [`IssuerId`] counts.
///
/// 1. A strict compact JWS within the limits.
/// 2. `typ` is one of the issuer's types, so no other kind of JWT passes (RFC 8725 section 3.11). A
///    JWT-SVID may have none, and has nothing else in its header.
/// 3. The header brings no key of its own.
/// 4. `iss` is exactly one of the accepted issuers'. For a JWT-SVID and a workload identity token it
///    is the trust domain of `sub`, for a transaction token a member of `aud`.
/// 5. `alg` is one of the issuer's algorithms.
/// 6. `exp`, `iat` and `nbf`, each widened by the leeway.
/// 7. One key of the issuer fits, by `kid` and algorithm.
/// 8. The signature.
/// 9. `aud` has one of the issuer's audiences, exactly.
/// 10. `sub`, `client_id` and `jti` are there; `scope`, `acr`, `auth_time`, `act` and `cnf` are of
///     their types. A JWT-SVID needs `sub` alone; the other kinds have claims of their own.
///
/// A remembered token comes from the same ten checks under the same entry of the policy and under a
/// key that the issuer still has; its times are looked at anew.
///
/// # Errors
/// [`Refused::NeedsKeys`] where the issuer may have a key by now that it had not when its keys were
/// last fetched; otherwise the [`Reason`] of the first check that fails. Checks on claims that
/// nobody has vouched for yet only ever refuse, with a code and nothing more.
///
/// # Does not check
/// Who sent the token: that is [`Confirmation::demands`](crate::token::confirmation::Confirmation::demands)
/// and a proof. Scopes, actors and the meaning of any other claim. Whether the token was revoked.
pub fn verify(
    text: &str,
    issuers: &[Issuer],
    accepted: &[IssuerId],
    keys: &dyn KeyStore,
    tokens: &RefCell<Cache>,
    now: UnixTime,
    verifier: &dyn Verifier,
) -> Result<Rc<Token>, Refused> {
    let hash = sha256(&[text.as_bytes()]);
    if let Some(known) = recall(&hash, issuers, accepted, keys, tokens, now) {
        return Ok(known?);
    }
    let jws = Untrusted::parse(text, LIMITS).map_err(|_| Reason::TokenMalformed)?; // 1
    let (id, issuer) = issuer_of(&jws, issuers, accepted)?; // 2, 3, 4
    let algorithm = Algorithm::from_name(jws.algorithm())
        .filter(|algorithm| issuer.algorithms.contains(algorithm))
        .ok_or(Reason::TokenAlgorithm)?; // 5
    let times = match issuer.kind {
        Kind::Access | Kind::Transaction => Times::read(jws.unverified_claims()),
        Kind::Opaque => Err(Reason::TokenType),
        Kind::Svid | Kind::Workload => Times::of_svid(jws.unverified_claims()),
    }?; // 6
    times.check(now, issuer.leeway)?; // 6
    let set = key_set(keys, id, jws.key_id())?; // 7
    let key = match set.select(jws.key_id(), algorithm) {
        Selection::One(key) => key,
        Selection::Unknown => return Err(refetch(keys, id, jws.key_id(), Reason::TokenKeyUnknown)),
        Selection::Unfit => return Err(Reason::TokenKeyUnknown.into()),
    }; // 7
    let key_id = jws.key_id().map(Box::from);
    let jws = jws
        .verify(algorithm, key.key(), verifier)
        .map_err(|_| Reason::TokenSignature)?; // 8
    let engine = jws.engine();
    let claims = match issuer.kind {
        Kind::Access => Claims::of_access(jws.into_claims(), times, issuer)?, // 9, 10
        Kind::Opaque => return Err(Reason::TokenType.into()),
        Kind::Svid => Claims::of_svid(jws.into_claims(), issuer)?, // 9, 10
        Kind::Workload => Claims::of_workload(jws.into_claims(), issuer)?, // 10
        Kind::Transaction => Claims::of_transaction(jws.into_claims(), issuer)?, // 9, 10
    };
    let token = Token {
        kind: issuer.kind,
        issuer: id,
        issuer_uri: Rc::clone(&issuer.uri),
        hash,
        engine: Some(engine),
        times,
        subject_kind: subject::kind_of(issuer.kind, &issuer.kinds, &claims.all),
        claims,
    };
    let signed = Signed::new(token, key_id, algorithm, *key.thumbprint());
    let admitted = signed.admit(now, issuer.leeway)?; // 6
    if let Ok(mut cache) = tokens.try_borrow_mut() {
        cache.keep(hash, signed);
    }
    Ok(admitted)
}

/// What is remembered of this token, if all that it rests on but the time is as it was.
fn recall(
    hash: &Digest32,
    issuers: &[Issuer],
    accepted: &[IssuerId],
    keys: &dyn KeyStore,
    tokens: &RefCell<Cache>,
    now: UnixTime,
) -> Option<Result<Rc<Token>, Reason>> {
    let mut cache = tokens.try_borrow_mut().ok()?;
    let signed = cache.find(hash)?;
    let id = signed.issuer();
    let issuer = issuers.get(id.0)?;
    let backed = match keys.held(id) {
        Held::Set(set) => signed.is_backed_by(&set),
        Held::Missing | Held::TooOld => false,
    };
    (backed && accepted.contains(&id) && signed.is_of(issuer))
        .then(|| signed.admit(now, issuer.leeway))
}

/// The issuer whose token this claims to be. The type comes first: whatever its claims are called,
/// another kind of JWT is no access token.
fn issuer_of<'i>(
    jws: &Untrusted<'_>,
    issuers: &'i [Issuer],
    accepted: &[IssuerId],
) -> Result<(IssuerId, &'i Issuer), Reason> {
    let typ = jws.media_type();
    let has_kind = |issuer: &Issuer| match issuer.kind {
        Kind::Access | Kind::Workload | Kind::Transaction => typ.is_some_and(|typ| {
            let is_it = |own: &String| own.eq_ignore_ascii_case(bare(typ));
            issuer.types.iter().any(is_it)
        }),
        Kind::Opaque => false,
        Kind::Svid => svid::is_type(typ),
    };
    let candidates = || {
        accepted
            .iter()
            .filter_map(|id| Some((*id, issuers.get(id.0)?)))
            .filter(|(_, issuer)| issuer.kind != Kind::Opaque)
    };
    if !candidates().any(|(_, issuer)| has_kind(issuer)) {
        return Err(Reason::TokenType); // 2
    }
    let brings_a_key = |name: &&str| jws.header().get(name).is_some();
    if KEYS_OF_ITS_OWN.iter().any(brings_a_key) {
        return Err(Reason::TokenMalformed); // 3
    }
    let claims = jws.unverified_claims();
    let is_of = |issuer: &Issuer| said(issuer, claims) == Some(&*issuer.uri);
    let found = candidates().find(|(_, issuer)| has_kind(issuer) && is_of(issuer));
    let Some((id, issuer)) = found else {
        let mut of_kind = candidates().filter(|(_, issuer)| has_kind(issuer));
        return Err(if candidates().any(|(_, issuer)| is_of(issuer)) {
            Reason::TokenType // 2
        } else if of_kind.any(|(_, issuer)| said(issuer, claims).is_some()) {
            Reason::TokenIssuer // 4
        } else {
            Reason::TokenClaims // 4
        });
    };
    match issuer.kind {
        Kind::Access | Kind::Opaque | Kind::Workload | Kind::Transaction => {}
        Kind::Svid => svid::check_header(jws)?, // 2
    }
    Ok((id, issuer))
}

/// Who vouches for a token, as tokens of this issuer's kind say it.
fn said<'c>(issuer: &Issuer, claims: &'c Json) -> Option<&'c str> {
    match issuer.kind {
        Kind::Access => claims.get("iss").and_then(Json::as_str),
        Kind::Opaque => None,
        Kind::Svid => svid::authority(claims),
        Kind::Workload => workload::trust_domain(claims),
        Kind::Transaction => transaction::trust_domain(claims, &issuer.uri),
    }
}

/// A media type without `application/`, which RFC 7515 section 4.1.9 lets a sender leave out.
fn bare(media_type: &str) -> &str {
    const PREFIX: &str = "application/";
    match media_type.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => media_type,
    }
}

fn key_set(
    keys: &dyn KeyStore,
    issuer: IssuerId,
    key_id: Option<&str>,
) -> Result<Rc<KeySet>, Refused> {
    match keys.held(issuer) {
        Held::Set(set) => Ok(set),
        Held::Missing | Held::TooOld => Err(refetch(keys, issuer, key_id, Reason::KeysUnavailable)),
    }
}

/// What is lacking may be had by a fetch; if no fetch may be made, this is the reason.
fn refetch(
    keys: &dyn KeyStore,
    issuer: IssuerId,
    key_id: Option<&str>,
    otherwise: Reason,
) -> Refused {
    if keys.may_fetch(issuer, key_id) {
        Refused::NeedsKeys(issuer, key_id.map(str::to_owned))
    } else {
        Refused::Reason(otherwise)
    }
}
