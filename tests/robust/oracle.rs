//! Whether a request may go upstream, decided anew from its bytes: plainly, with other libraries, and
//! with nothing of the gate. It may say yes where the gate refuses, never the reverse.

use crate::support::plan::{ISSUER, ORIGIN, Wire, issuer_key};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::Value;

/// What the oracle grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// Forward.
    Freely,
    /// Forward if the decision service permits.
    IfPermitted,
}

/// A compact JWS, taken apart.
struct Jws<'a> {
    header: Value,
    claims: Value,
    message: &'a str,
    signature: Vec<u8>,
}

fn jws(text: &str) -> Option<Jws<'_>> {
    let (message, signature) = text.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    Some(Jws {
        header: serde_json::from_slice(&decode(header)?).ok()?,
        claims: serde_json::from_slice(&decode(claims)?).ok()?,
        message,
        signature: decode(signature)?,
    })
}

/// Whether the signature holds under a P-256 key.
fn holds(jws: &Jws<'_>, jwk: &Value) -> Option<()> {
    let number = |name: &str| URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok();
    let point = [vec![4], number("x")?, number("y")?].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).ok()?;
    let signature = Signature::from_slice(&jws.signature).ok()?;
    key.verify(jws.message.as_bytes(), &signature).ok()
}

fn digest(bytes: &[u8]) -> String {
    use p256::ecdsa::signature::digest::Digest as _;
    URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(bytes))
}

/// Without the escapes of unreserved characters that the changes make.
fn plain(path: &str) -> String {
    let seven = path.replace("%37", "7");
    seven.replace("%61", "a").replace("%73", "s")
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// The one line of this name.
fn line<'w>(wire: &'w Wire, name: &str) -> Option<&'w str> {
    let mut lines = wire.fields.iter().filter(|(own, _)| own == name);
    let (_, value) = lines.next()?;
    lines.next().is_none().then_some(())?;
    std::str::from_utf8(value).ok()
}

/// What a request that is sent at this moment, in seconds, may have.
pub(crate) fn judge(wire: &Wire, now: i64) -> Option<Grant> {
    let authority = wire.authority.to_ascii_lowercase();
    let host = authority.strip_suffix(":443").unwrap_or(&authority);
    (ORIGIN.strip_prefix("https://") == Some(host)).then_some(())?;
    let (path, query) = wire.path.split_once('?').unwrap_or((&wire.path, ""));
    let path = &plain(path);
    let segments: Vec<&str> = path.split('/').collect();
    let is_transfer = match (wire.method.as_str(), segments.as_slice()) {
        ("GET", ["", "accounts", id]) if !id.is_empty() => false,
        ("POST", ["", "accounts", id, "transfers"]) if !id.is_empty() => true,
        _ => return None,
    };

    let (scheme, token) = line(wire, "authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("dpop").then_some(())?;
    let token = token.trim_start();
    let access = jws(token)?;
    let claims = token_claims(&access, now)?;
    let scope = if is_transfer {
        "payments:write"
    } else {
        "accounts:read"
    };
    let mut held = text(claims, "scope")?.split(' ');
    held.any(|own| own == scope).then_some(())?;

    let proof = jws(line(wire, "dpop")?)?;
    let jwk = proof.header.get("jwk")?;
    (text(claims.get("cnf")?, "jkt")? == thumbprint(jwk)?).then_some(())?;
    proof_fits(&proof, wire, path, token, now)?;
    holds(&proof, jwk)?;
    if is_transfer {
        query.is_empty().then_some(())?;
        granted(wire, claims, now)
    } else {
        Some(Grant::Freely)
    }
}

fn token_claims<'j>(access: &'j Jws<'_>, now: i64) -> Option<&'j Value> {
    let (header, claims) = (&access.header, &access.claims);
    let kind = text(header, "typ")?.to_ascii_lowercase();
    matches!(kind.as_str(), "at+jwt" | "application/at+jwt").then_some(())?;
    (text(header, "alg")? == "ES256").then_some(())?;
    let name = header.get("kid");
    (name.is_none() || name.and_then(Value::as_str) == Some("issuer-1")).then_some(())?;
    header.get("crit").is_none().then_some(())?;
    holds(access, &issuer_key().jwk())?;

    (text(claims, "iss")? == ISSUER).then_some(())?;
    let audience = claims.get("aud")?;
    let listed = audience
        .as_array()
        .is_some_and(|list| list.iter().any(|it| it == ORIGIN));
    (audience == ORIGIN || listed).then_some(())?;
    let time = |name: &str| claims.get(name)?.as_i64();
    (now < time("exp")? + 5 && time("iat")? <= now + 5).then_some(())?;
    let not_before = claims.get("nbf").map(Value::as_i64);
    not_before
        .is_none_or(|nbf| nbf.is_some_and(|nbf| nbf <= now + 5))
        .then_some(())?;
    for name in ["sub", "client_id", "jti"] {
        text(claims, name)?;
    }
    let confirmation = claims.get("cnf")?.as_object()?;
    let registered = ["jwk", "jwe", "kid", "jku", "osc", "x5t#S256"];
    let unmet = registered.iter().any(|it| confirmation.contains_key(*it));
    (!unmet).then_some(claims)
}

fn thumbprint(jwk: &Value) -> Option<String> {
    let [kty, crv, x, y] = ["kty", "crv", "x", "y"].map(|name| text(jwk, name));
    (kty? == "EC" && crv? == "P-256" && jwk.get("d").is_none()).then_some(())?;
    let (x, y) = (x?, y?);
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    Some(digest(canonical.as_bytes()))
}

fn proof_fits(proof: &Jws<'_>, wire: &Wire, path: &str, token: &str, now: i64) -> Option<()> {
    let claims = &proof.claims;
    let kind = text(&proof.header, "typ")?.to_ascii_lowercase();
    (kind == "dpop+jwt" && text(&proof.header, "alg")? == "ES256").then_some(())?;
    proof.header.get("crit").is_none().then_some(())?;
    text(claims, "jti")?;
    (text(claims, "htm")? == wire.method).then_some(())?;
    let target = plain(text(claims, "htu")?.split(['?', '#']).next()?);
    let origin = target.get(..target.len().checked_sub(path.len())?)?;
    let same_path = target.get(origin.len()..) == Some(path);
    let known = [
        ORIGIN,
        "https://api.example.com:443",
        "https://api.example.com:",
    ];
    let same_origin = known.iter().any(|it| it.eq_ignore_ascii_case(origin));
    (same_path && same_origin).then_some(())?;
    let issued = claims.get("iat")?.as_i64()?;
    (issued >= now - 60 && issued <= now + 1).then_some(())?;
    (text(claims, "ath")? == digest(token.as_bytes())).then_some(())
}

/// Whether the one transaction of the token is that of the body, and how risky it is.
fn granted(wire: &Wire, claims: &Value, now: i64) -> Option<Grant> {
    let kind = line(wire, "content-type")?.to_ascii_lowercase();
    let plain = kind.replace(' ', "");
    let fine = ["application/json", "application/json;charset=utf-8"];
    fine.contains(&plain.as_str()).then_some(())?;
    let coded = wire
        .fields
        .iter()
        .any(|(name, _)| name == "content-encoding");
    (!coded).then_some(())?;

    let details = claims.get("authorization_details")?.as_array()?.iter();
    let mut details =
        details.filter(|it| it.get("type").is_some_and(|it| it == "payment_initiation"));
    let detail = details.next()?;
    details.next().is_none().then_some(())?;
    let body = wire.body.as_deref()?;
    let said: Value = serde_json::from_slice(body).ok()?;
    // Said once each, and nothing beside: as many names as there must be, all of them there.
    let names = String::from_utf8_lossy(body).matches("\":").count();
    (names == 4 && said.as_object()?.len() == 3).then_some(())?;
    let creditor = said.get("creditor")?;
    (creditor.as_object()?.len() == 1).then_some(())?;
    let amount = cents(detail.pointer("/instructedAmount/amount")?)?;
    (cents(said.get("amount")?)? == amount).then_some(())?;
    let currency = detail.pointer("/instructedAmount/currency")?.as_str()?;
    (text(&said, "currency") == Some(currency)).then_some(())?;
    let payee = detail.pointer("/creditorAccount/iban")?.as_str()?;
    (text(creditor, "iban") == Some(payee)).then_some(())?;

    if amount <= 1_000_000 && currency == "EUR" {
        return Some(Grant::Freely);
    }
    let strong = text(claims, "acr") == Some("urn:example:loa:3");
    let fresh = claims.get("auth_time")?.as_i64()? >= now - 300;
    (strong && fresh).then_some(Grant::IfPermitted)
}

/// A decimal with at most two digits behind the point, in hundredths.
fn cents(value: &Value) -> Option<u64> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let part = part.trim_end_matches('0');
    (!whole.is_empty() && plain(whole) && plain(part) && part.len() <= 2).then_some(())?;
    format!("{whole}{part:0<2}").parse().ok()
}
