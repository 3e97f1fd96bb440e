//! The verifier of message signatures.

use crate::crypto::digest::sha256;
use crate::crypto::{Algorithm, Verifier};
use crate::http::Field;
use crate::http::structured::{Bare, Parameters};
use crate::proof::Proven;
use crate::proof::http_signature::base::{
    CONTENT_DIGEST, Component, Identifier, identifiers, signature_base,
};
use crate::proof::http_signature::input::Fields;
use crate::proof::http_signature::{ContentDigest, Key, Message, Presence, Rules, registered_name};
use crate::reason::Reason;
use crate::time::UnixTime;

/// Longest `nonce`, in bytes.
const LONGEST_NONCE: usize = 256;

/// What a signature must cover wherever the request has it: who asks, and for whom.
const CREDENTIALS: [&str; 4] = [
    "authorization",
    "dpop",
    "txn-token",
    "workload-identity-token",
];

/// Evidence that the holder of a key signed this request. Only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The key that was proven. What a second use of the signature has in common with the first is
    /// the `nonce`, or without one the signature base. Never the signature, of which ECDSA has two
    /// for one.
    pub proven: Proven,
    /// The digest that the body must have, where the signature covers one. Whoever holds the body
    /// has to ask it (RFC 9421 section 7.2.8).
    pub content: Option<ContentDigest>,
    /// The values of [`Rules::texts`], in that order.
    pub texts: Vec<String>,
}

/// Verifies the one message signature that counts (RFC 9421 section 3.2), cheap checks first.
///
/// - S1: each identifier is known, fits a request, and is there once. `signature` and
///   `signature-input` are not (S16).
/// - S2: field values are trimmed, unfolded and joined; `sf` and `key` for fields of a known
///   structured type, `bs` for any. A field that is not there, or that some readers take for another,
///   refuses.
/// - S3: derived components come from the route's origin and from `:method` and `:path`; a query
///   parameter that is there twice refuses.
/// - S4: `created`, `expires` are Integers, `nonce`, `alg`, `keyid`, `tag` Strings. Other parameters
///   are signed too and say nothing here.
/// - S5: the base is ASCII, one line for each component.
/// - S10: both fields are dictionaries with the same labels, each once, although RFC 9651 would have
///   the last one win.
/// - S11: selected by `tag`, never by label; a second candidate refuses.
/// - S12: `created` is there, not older than `max_age` and not further ahead than `max_ahead`, both
///   ends inside; `expires` has not passed; `nonce` as the rules say; every component that the rules
///   name is covered, and so is every credential that the request carries, and the digest of a body.
/// - S13: the key comes from the token or the registry, which `keyid` must name then; one algorithm
///   fits key, rules and `alg`.
/// - S14: the signature holds over the base, which ends in the list as it was received.
/// - S15: where `content-digest` is covered it can be read; the body is held against it later.
///
/// # Errors
/// The [`Reason`] of the first check that fails.
///
/// # Does not check
/// Whether the signature was used before: that is [`ReplayLog`](crate::proof::replay::ReplayLog). The
/// body itself: that is [`ContentDigest::verify`], asked once the body is held. What the texts say.
/// The proxy removes or rewrites some fields before the gate sees them (`host`, `connection`;
/// others by its configuration), and an absolute-form target: a
/// signature over these fails. `@authority` stands for `host`.
pub fn verify(
    rules: &Rules,
    message: &Message<'_>,
    key: Key<'_>,
    now: UnixTime,
    verifier: &dyn Verifier,
) -> Result<Signed, Reason> {
    let fields = Fields::read(message.head)?;
    let selected = fields.select(rules.tag.as_deref())?; // S10, S11
    let parameters = &selected.list.parameters;
    let created = times(rules, parameters, now)?; // S12
    let nonce = text(parameters, "nonce", rules.nonce)?; // S4, S12
    if nonce.is_some_and(|nonce| !(1..=LONGEST_NONCE).contains(&nonce.len())) {
        return Err(Reason::ProofMalformed); // S12
    }
    let texts = rules.texts.iter().map(|name| {
        text(parameters, name, Presence::Required).map(|text| text.unwrap_or_default().to_owned())
    });
    let texts = texts.collect::<Result<_, _>>()?;
    let algorithm = algorithm(rules, parameters, key)?; // S13
    let covered = identifiers(&selected.list).ok_or(Reason::ProofComponent)?; // S1, S16
    let content = covers(rules, message, &covered)?; // S12, S15
    let base = signature_base(&selected.list, &covered, message).ok_or(Reason::ProofComponent)?; // S2, S3, S5
    let engine = verifier
        .verify(algorithm, key.jwk.key(), base.as_bytes(), &selected.bytes)
        .map_err(|_| Reason::ProofSignature)?; // S14
    Ok(Signed {
        proven: Proven {
            method: rules.method,
            thumbprint: *key.jwk.thumbprint(),
            engine,
            id: sha256(&[nonce.unwrap_or(&base).as_bytes()]),
            issued_at: created,
            kept_from: created,
        },
        content,
        texts,
    })
}

fn times(rules: &Rules, parameters: &Parameters<'_>, now: UnixTime) -> Result<UnixTime, Reason> {
    let moment = |name| match parameters.get(name).map(Bare::integer) {
        None => Ok(None),
        Some(seconds) => seconds
            .map(|seconds| Some(UnixTime::from_secs(seconds)))
            .ok_or(Reason::ProofMalformed), // S4
    };
    let created = moment("created")?.ok_or(Reason::ProofMalformed)?; // S12
    let expires = moment("expires")?;
    present(expires.is_some(), rules.expires)?; // S12
    if now > created.after(rules.window.max_age) || expires.is_some_and(|expires| now > expires) {
        return Err(Reason::ProofExpired); // S12
    }
    if created > now.after(rules.window.max_ahead) {
        return Err(Reason::ProofEarly); // S12
    }
    Ok(created)
}

/// The one algorithm that the key, the rules and, if there is one, `alg` leave.
fn algorithm(
    rules: &Rules,
    parameters: &Parameters<'_>,
    key: Key<'_>,
) -> Result<Algorithm, Reason> {
    let named = text(parameters, "alg", rules.alg)?; // S4, S13
    let id = text(parameters, "keyid", rules.keyid)?; // S4, S13
    if key.id.is_some() && id != key.id {
        return Err(Reason::ProofKeyMismatch); // S13
    }
    let mut fitting = rules.algorithms.iter().copied().filter(|algorithm| {
        key.jwk.fits(*algorithm)
            && named.is_none_or(|named| registered_name(*algorithm) == Some(named))
    });
    match (fitting.next(), fitting.next()) {
        (Some(algorithm), None) => Ok(algorithm),
        _ => Err(Reason::ProofAlgorithm), // S13
    }
}

/// Whether all is covered that must be. Gives the digest of the content where that is covered.
fn covers(
    rules: &Rules,
    message: &Message<'_>,
    covered: &[Identifier<'_>],
) -> Result<Option<ContentDigest>, Reason> {
    let head = message.head;
    let asked = |component: &&Component| !(component.is_content_digest() && head.is_alone());
    let named = rules
        .components
        .iter()
        .filter(asked)
        .all(|component| covered.iter().any(|own| component.is_covered_by(own)));
    let whole = |name: &str| covered.iter().any(|own| own.is_whole_field(name));
    let present = rules.when_present.iter().map(String::as_str);
    let carried = CREDENTIALS
        .into_iter()
        .chain(present)
        .all(|name| head.field(name) == Field::Absent || whole(name));
    if !(named && carried) {
        return Err(Reason::ProofCoverage); // S12
    }
    covered
        .iter()
        .any(|own| own.is_of_field(CONTENT_DIGEST))
        .then(|| ContentDigest::read(head))
        .transpose() // S15
}

/// A String parameter.
fn text<'p>(
    parameters: &'p Parameters<'_>,
    name: &str,
    presence: Presence,
) -> Result<Option<&'p str>, Reason> {
    let value = parameters.get(name);
    present(value.is_some(), presence)?;
    match value {
        Some(value) => value.text().map(Some).ok_or(Reason::ProofMalformed), // S4
        None => Ok(None),
    }
}

fn present(is: bool, presence: Presence) -> Result<(), Reason> {
    let fits = match presence {
        Presence::Required => is,
        Presence::Optional => true,
        Presence::Forbidden => !is,
    };
    if fits {
        Ok(())
    } else {
        Err(Reason::ProofMalformed)
    }
}
