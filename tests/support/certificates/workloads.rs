//! Workloads that their certificate names, alone or beside a JWT-SVID.

use super::{
    CLIENT, Call, Change, FORWARDED, FRONT, GATEWAY, MISSING, OTHER, UNBOUND, UNKNOWN, client, hex,
};
use crate::support::plan::{CERTIFICATE, Signer};
use crate::support::table::Expected;
use countersign::http::Connection;
use countersign::reason::Reason;
use serde_json::json;

/// Of a workload that is known by its certificate alone.
pub(crate) const PEERS: &[Change] = &[
    ("a peer", &|_| {}, FORWARDED, None),
    (
        "a peer with somebody's token",
        &|c| c.plan.field("authorization", "Bearer x"),
        FORWARDED,
        None,
    ),
    (
        "another accepted peer",
        &|c| c.from("spiffe://example.org/batch"),
        FORWARDED,
        None,
    ),
    (
        "another peer",
        &|c| c.from("spiffe://example.org/other"),
        UNKNOWN,
        None,
    ),
    (
        "a peer of another trust domain",
        &|c| c.from("spiffe://example.com/pay"),
        UNKNOWN,
        None,
    ),
    (
        "a peer without a name",
        &|c| c.connection.peer = None,
        UNKNOWN,
        None,
    ),
    (
        "a name without a certificate",
        &|c| c.connection.certificate = None,
        MISSING,
        None,
    ),
    (
        "no peer",
        &|c| c.connection = Connection::default(),
        MISSING,
        None,
    ),
    (
        "a peer, forwarded",
        &|c| c.fronted(&client()),
        FORWARDED,
        Some(FRONT),
    ),
    (
        "a peer, appended",
        &|c| c.appended(&client()),
        FORWARDED,
        Some(GATEWAY),
    ),
    (
        "a peer with two names, forwarded",
        &|c| c.fronted(&format!("{};URI={CLIENT}", client())),
        UNKNOWN,
        None,
    ),
    (
        "another peer, forwarded",
        &|c| c.fronted(&format!("Hash={};URI={FRONT}", hex(OTHER))),
        UNKNOWN,
        None,
    ),
    ("the hop itself", &|c| c.from(FRONT), MISSING, None),
    (
        "a forged peer",
        &|c| {
            c.from("spiffe://example.org/other");
            c.forwards(&client());
        },
        UNKNOWN,
        None,
    ),
];

/// Of a workload that a JWT-SVID names.
pub(crate) const SVIDS: &[Change] = &[
    ("a JWT-SVID", &|_| {}, FORWARDED, None),
    (
        "a JWT-SVID of its hop's client",
        &|c| c.fronted(&client()),
        FORWARDED,
        Some(FRONT),
    ),
    (
        "a stolen JWT-SVID",
        &|c| c.from("spiffe://example.org/other"),
        UNBOUND,
        None,
    ),
    (
        "a stolen JWT-SVID through a hop",
        &|c| c.fronted(&format!("Hash={};URI={FRONT}", hex(OTHER))),
        UNBOUND,
        None,
    ),
    (
        "a JWT-SVID of another workload",
        &|c| c.plan.token_claims["sub"] = json!("spiffe://example.org/other"),
        UNBOUND,
        None,
    ),
    (
        "a JWT-SVID with a nameless certificate",
        &|c| c.connection.peer = None,
        UNBOUND,
        None,
    ),
    (
        "a JWT-SVID without a certificate",
        &|c| c.connection = Connection::default(),
        MISSING,
        None,
    ),
    (
        "a JWT-SVID as DPoP",
        &|c| c.plan.scheme = Some("DPoP"),
        UNBOUND,
        None,
    ),
    (
        "a JWT-SVID that is bound besides",
        &|c| c.plan.token_claims["cnf"] = json!({ "x5t#S256": CERTIFICATE }),
        Expected::Refused(Reason::ConfirmationUnsupported),
        None,
    ),
    (
        "a JWT-SVID of another trust domain",
        &|c| c.plan.token_claims["sub"] = json!("spiffe://example.com/pay"),
        Expected::Refused(Reason::TokenIssuer),
        None,
    ),
    (
        "a JWT-SVID under another key",
        &|c| c.plan.token_signer = Signer::of(22, "svid-1"),
        Expected::Refused(Reason::TokenSignature),
        None,
    ),
    (
        "an access token in its place",
        &|c| {
            let path = c.plan.path.clone();
            c.plan = Call::bound(1_700_000_000, "in its place").plan;
            c.plan.path = path;
        },
        Expected::Refused(Reason::TokenType),
        None,
    ),
];
