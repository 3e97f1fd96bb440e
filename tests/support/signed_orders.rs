//! The flow table's signed requests of workloads: one change each of a valid `POST /signed-orders`.

use crate::support::orders::Change;
use crate::support::plan::thief_key;
use crate::support::table::Expected;
use crate::support::workload::Order;
use countersign::reason::Reason;

pub(crate) const SIGNED_ORDERS: &[Change] = &[
    (
        "a signed order without a signature",
        &|o| o.signing = None,
        Expected::Refused(Reason::ProofMissing),
    ),
    (
        "a signed order of a thief",
        &|o| o.signing().signer = thief_key(),
        Expected::Refused(Reason::ProofSignature),
    ),
    (
        "a signed order with another tag",
        &|o| {
            o.signing()
                .parameter("wimse-workload-to-workload", "another");
        },
        Expected::Refused(Reason::ProofMissing),
    ),
    (
        "a signed order that names its key",
        &|o| o.signing().parameter(";tag", ";keyid=\"ledger\";tag"),
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "a signed order that names its algorithm",
        &|o| {
            o.signing()
                .parameter(";tag", ";alg=\"ecdsa-p256-sha256\";tag");
        },
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "a signed order without an end",
        &|o| o.signing().parameter(";expires", ";other"),
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "a signed order without a time",
        &|o| o.signing().parameter(";created", ";made"),
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "a signed order without a nonce",
        &|o| o.signing().parameter(";nonce", ";once"),
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "a signed order for nobody",
        &|o| o.signing().parameter(";wimse-aud", ";aud"),
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "a signed order for another target",
        &|o| o.signing().parameter("/signed-orders", "/others"),
        Expected::Refused(Reason::ProofTarget),
    ),
    (
        "a signed order for another origin",
        &|o| {
            o.signing()
                .parameter("https://api.example.com", "https://evil.example");
        },
        Expected::Refused(Reason::ProofTarget),
    ),
    (
        "a signed order that asks for a signed answer",
        &|o| o.signing().parameters.push_str(";wimse-sign-response"),
        Expected::Forwarded,
    ),
    (
        "a signed order that does not cover @method",
        &|o| o.signing().covered.retain(|name| *name != "@method"),
        Expected::Refused(Reason::ProofCoverage),
    ),
    (
        "a signed order that does not cover @path",
        &|o| o.signing().covered.retain(|name| *name != "@path"),
        Expected::Refused(Reason::ProofCoverage),
    ),
    (
        "a signed order that does not cover @query",
        &|o| o.signing().covered.retain(|name| *name != "@query"),
        Expected::Refused(Reason::ProofCoverage),
    ),
    (
        "a signed order that does not cover workload-identity-token",
        &|o| {
            o.signing()
                .covered
                .retain(|name| *name != "workload-identity-token");
        },
        Expected::Refused(Reason::ProofCoverage),
    ),
    (
        "a signed order that does not cover content-type",
        &|o| o.signing().covered.retain(|name| *name != "content-type"),
        Expected::Refused(Reason::ProofCoverage),
    ),
    (
        "a signed order that does not cover content-digest",
        &|o| o.signing().covered.retain(|name| *name != "content-digest"),
        Expected::Refused(Reason::ProofCoverage),
    ),
    (
        "a signed order that does not cover txn-token",
        &|o| o.signing().covered.retain(|name| *name != "txn-token"),
        Expected::Refused(Reason::ProofCoverage),
    ),
    (
        "a signed order beside an access token",
        &|o| o.field("authorization", "Bearer a"),
        Expected::Refused(Reason::ProofCoverage),
    ),
    (
        "a signed order with another body",
        &|o| {
            o.after =
                Some(|wire| wire.body = Some(br#"{"amount":"12.50","currency":"USD"}"#.to_vec()));
        },
        Expected::Refused(Reason::ContentDigestMismatch),
    ),
    (
        "a signed order of another chain",
        &|o| o.after = Some(|wire| wire.set("txn-token", "a.b.c")),
        Expected::Refused(Reason::TransactionTokenInvalid),
    ),
    (
        "a signed order to another query",
        &|o| o.after = Some(|wire| wire.path.push_str("?amount=1")),
        Expected::Refused(Reason::ProofSignature),
    ),
    (
        "a signed order without a chain",
        &|o| {
            o.transaction = None;
            o.signing().covered.retain(|name| *name != "txn-token");
        },
        Expected::Refused(Reason::TransactionTokenMissing),
    ),
    (
        "a signed order with a proof token in place of the signature",
        &|o| {
            o.signing = None;
            o.proof = Order::of(0, "").proof;
        },
        Expected::Refused(Reason::ProofMissing),
    ),
];
