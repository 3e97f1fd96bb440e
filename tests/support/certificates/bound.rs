//! A token that is bound to a certificate, and where that certificate comes from.

use super::{
    CLIENT, Change, FORWARDED, FRONT, GATEWAY, MALFORMED, MISMATCH, MISSING, OTHER, client,
    connection, hex,
};
use crate::support::plan::{CERTIFICATE, certificate};
use crate::support::table::Expected;
use countersign::http::Connection;
use countersign::reason::Reason;
use serde_json::json;

/// Of a token that is bound to a certificate.
pub(crate) const BOUND: &[Change] = &[
    ("its own certificate", &|_| {}, FORWARDED, None),
    (
        "no certificate",
        &|c| c.connection = Connection::default(),
        MISSING,
        None,
    ),
    ("another certificate", &|c| c.from(CLIENT), MISMATCH, None),
    (
        "a token as Keycloak makes it",
        &|c| {
            c.plan.token_claims["cnf"]["kc-x5t-type"] = json!("x");
            c.plan.token_claims["typ"] = json!("Bearer");
            c.plan.token_claims["azp"] = json!("app");
        },
        FORWARDED,
        None,
    ),
    (
        "a certificate that names nobody",
        &|c| c.connection.peer = None,
        FORWARDED,
        None,
    ),
    (
        "a forged field beside it",
        &|c| c.forwards("Hash=x"),
        FORWARDED,
        None,
    ),
    (
        "a forged field in its place",
        &|c| {
            c.connection = Connection::default();
            c.forwards(&client());
        },
        MISSING,
        None,
    ),
    (
        "a forged field of no hop",
        &|c| {
            c.from("spiffe://example.org/other");
            c.forwards(&client());
        },
        MISMATCH,
        None,
    ),
    (
        "a forged field of a hop's namesake",
        &|c| {
            c.from("spiffe://example.com/front");
            c.forwards(&client());
        },
        MISMATCH,
        None,
    ),
    (
        "forwarded",
        &|c| c.fronted(&client()),
        FORWARDED,
        Some(FRONT),
    ),
    (
        "forwarded after another",
        &|c| c.fronted(&format!("Hash={},{}", hex(OTHER), client())),
        FORWARDED,
        Some(FRONT),
    ),
    (
        "forwarded before another",
        &|c| c.fronted(&format!("{},Hash={}", client(), hex(OTHER))),
        MISMATCH,
        None,
    ),
    (
        "forwarded, another certificate",
        &|c| c.fronted(&format!("Hash={}", hex(OTHER))),
        MISMATCH,
        None,
    ),
    (
        "forwarded without a field",
        &|c| c.from(FRONT),
        MISSING,
        None,
    ),
    (
        "forwarded without a digest",
        &|c| c.fronted(&format!("URI={CLIENT}")),
        MALFORMED,
        None,
    ),
    (
        "forwarded with an empty digest",
        &|c| c.fronted("Hash="),
        MALFORMED,
        None,
    ),
    (
        "forwarded as base64url",
        &|c| c.fronted(&format!("Hash={CERTIFICATE}")),
        MALFORMED,
        None,
    ),
    (
        "forwarded on two lines",
        &|c| {
            c.fronted(&client());
            c.forwards(&client());
        },
        MALFORMED,
        None,
    ),
    (
        "the hop's own certificate",
        &|c| {
            c.connection = connection(certificate(), FRONT);
            c.forwards(&format!("Hash={}", hex(OTHER)));
        },
        MISMATCH,
        None,
    ),
    (
        "appended",
        &|c| c.appended(&client()),
        FORWARDED,
        Some(GATEWAY),
    ),
    (
        "appended after a forged one",
        &|c| c.appended(&format!("Hash={},{}", hex(OTHER), client())),
        FORWARDED,
        Some(GATEWAY),
    ),
    (
        "appended after a forged one that hides it",
        &|c| c.appended(&format!("{},Hash={}", client(), hex(OTHER))),
        MISMATCH,
        None,
    ),
    (
        "appended alone",
        &|c| {
            c.from(GATEWAY);
            c.forwards(&format!("Hash={}", hex(OTHER)));
        },
        MISSING,
        None,
    ),
    (
        "never appended",
        &|c| {
            c.from(GATEWAY);
            c.forwards(&client());
        },
        Expected::Refused(Reason::ForwardedCertificateMismatch),
        None,
    ),
    (
        "appended to rubbish",
        &|c| c.appended("Hash=1;Hash=2"),
        MALFORMED,
        None,
    ),
];
