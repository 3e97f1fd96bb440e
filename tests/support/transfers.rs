//! The flow table's payments: one change each of a valid `POST /accounts/7/transfers`.

use crate::support::table::{Change, Expected};
use countersign::reason::Reason;
use serde_json::json;

pub(crate) const TRANSFERS: &[Change] = &[
    (
        "the amount as a number",
        &|p| p.edit_body(|b| b["amount"] = json!(123.5)),
        Expected::Forwarded,
    ),
    (
        "another amount",
        &|p| p.edit_body(|b| b["amount"] = json!("123.51")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "an amount with an exponent",
        &|p| p.edit_body(|b| b["amount"] = json!("1235e-1")),
        Expected::Refused(Reason::ValueMalformed),
    ),
    (
        "another currency",
        &|p| p.edit_body(|b| b["currency"] = json!("eur")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "another payee",
        &|p| p.edit_body(|b| b["creditor"]["iban"] = json!("DE00000000000000000000")),
        Expected::Refused(Reason::ValueMismatch),
    ),
    (
        "no payee",
        &|p| p.edit_body(|b| b["creditor"] = json!({})),
        Expected::Refused(Reason::ValueMissing),
    ),
    (
        "a second amount in capitals",
        &|p| p.edit_body(|b| b["Amount"] = json!("9999")),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "a second amount",
        &|p| {
            p.body = Some(br#"{"amount":"123.50","amount":"9999","currency":"EUR","creditor":{"iban":"DE02100100109307118603"}}"#.to_vec());
        },
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "a second payee",
        &|p| p.edit_body(|b| b["creditor2"] = json!({ "iban": "DE00" })),
        Expected::Refused(Reason::BodyUnlisted),
    ),
    (
        "no JSON",
        &|p| p.body = Some(b"amount=1".to_vec()),
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "an empty body",
        &|p| p.body = None,
        Expected::Refused(Reason::BodyMalformed),
    ),
    (
        "a form",
        &|p| {
            p.fields = vec![(
                "content-type".to_owned(),
                b"application/x-www-form-urlencoded".to_vec(),
            )];
        },
        Expected::Refused(Reason::BodyType),
    ),
    (
        "a compressed body",
        &|p| p.field("content-encoding", "gzip"),
        Expected::Refused(Reason::BodyEncoding),
    ),
    (
        "a large body",
        &|p| p.body = Some(vec![b' '; 65 * 1024]),
        Expected::Refused(Reason::BodyTooLarge),
    ),
    (
        "a query",
        &|p| p.path.push_str("?amount=1"),
        Expected::Refused(Reason::QueryUnlisted),
    ),
    (
        "no detail",
        &|p| p.token_claims["authorization_details"] = json!([]),
        Expected::Refused(Reason::DetailMissing),
    ),
    (
        "two details",
        &|p| {
            let one = p.token_claims["authorization_details"][0].clone();
            p.token_claims["authorization_details"] = json!([one, one]);
        },
        Expected::Refused(Reason::DetailAmbiguous),
    ),
    (
        "a detail that says more than is judged",
        &|p| p.token_claims["authorization_details"][0]["limit"] = json!("1"),
        Expected::Refused(Reason::ClaimUnlisted),
    ),
    (
        "a detail without a payee",
        &|p| p.token_claims["authorization_details"][0]["creditorAccount"] = json!({}),
        Expected::Refused(Reason::ClaimMissing),
    ),
    (
        "an upgrade",
        &|p| p.field("upgrade", "websocket"),
        Expected::Refused(Reason::UpgradeRefused),
    ),
    (
        "a call of gRPC",
        &|p| p.fields = vec![("content-type".to_owned(), b"application/grpc".to_vec())],
        Expected::Refused(Reason::UpgradeRefused),
    ),
];
