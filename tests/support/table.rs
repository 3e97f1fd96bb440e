//! The flow table: one request each, the service's answer if it is asked, and what must come of it.
//! It runs natively, inside a wasm VM, and through the module in a real Envoy.

use crate::support::plan::{ORIGIN, Plan, Wire, next_issuer_key, thief_key};
use countersign::reason::Reason;
use serde_json::json;

/// What the decision service does if it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// The row must not ask.
    Unasked,
    Permits,
    Denies,
    Obliges,
    /// It answers with a string for a decision.
    Rubbish,
    /// It answers 500.
    Fails,
    /// It answers another request's id.
    Mismatches,
    /// It does not answer.
    Stalls,
    /// It closes the connection.
    Drops,
    /// It answers with more than the gate reads.
    Floods,
}

/// What must come of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Forwarded,
    Refused(Reason),
}

/// The moment of the golden file, in seconds.
pub(crate) const GOLDEN_NOW: i64 = 1_700_000_000;

/// One row.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) wire: Wire,
    pub(crate) service: Service,
    pub(crate) expected: Expected,
}

/// The table at this moment, in seconds. Rows run in order, on one replay log.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) fn rows(now: i64) -> Vec<Row> {
    use Expected::{Forwarded, Refused};
    use Reason as R;
    use Service::Unasked;
    let mut rows: Vec<Row> = Vec::new();
    let mut row = |name: &'static str, plan: Plan, service: Service, expected: Expected| {
        rows.push(Row {
            name,
            wire: plan.wire(),
            service,
            expected,
        });
    };
    let read = |name: &'static str, change: &dyn Fn(&mut Plan)| {
        let mut plan = Plan::read(now, name);
        change(&mut plan);
        plan
    };
    let transfer = |name: &'static str, change: &dyn Fn(&mut Plan)| {
        let mut plan = Plan::transfer(now, name, "123.50");
        change(&mut plan);
        plan
    };
    let large = |name: &'static str, change: &dyn Fn(&mut Plan)| {
        let mut plan = Plan::transfer(now, name, "12500.00").stepped_up(now);
        change(&mut plan);
        plan
    };

    row("a read", read("a read", &|_| {}), Unasked, Forwarded);
    row(
        "the same read again",
        read("a read", &|_| {}),
        Unasked,
        Refused(R::ProofReplayed),
    );
    for (name, change, expected) in READS {
        row(name, read(name, change), Unasked, *expected);
    }
    row(
        "a payment",
        transfer("a payment", &|_| {}),
        Unasked,
        Forwarded,
    );
    for (name, change, expected) in TRANSFERS {
        row(name, transfer(name, change), Unasked, *expected);
    }
    let weak = Plan::transfer(now, "a large payment", "12500.00");
    row("a large payment", weak, Unasked, Refused(R::StepUpRequired));
    let mut stale = Plan::transfer(now, "a stale one", "12500.00").stepped_up(now);
    stale.token_claims["auth_time"] = json!(now - 301);
    row(
        "a large payment, authenticated long ago",
        stale,
        Unasked,
        Refused(R::StepUpRequired),
    );
    let mut weaker = Plan::transfer(now, "a weak one", "12500.00").stepped_up(now);
    weaker.token_claims["acr"] = json!("urn:example:loa:2");
    row(
        "a large payment, authenticated weakly",
        weaker,
        Unasked,
        Refused(R::StepUpRequired),
    );
    for (name, service, expected) in [
        ("permitted", Service::Permits, Forwarded),
        ("denied", Service::Denies, Refused(R::DecisionDenied)),
        (
            "permitted under an obligation",
            Service::Obliges,
            Refused(R::DecisionObligation),
        ),
        (
            "answered with rubbish",
            Service::Rubbish,
            Refused(R::DecisionMalformed),
        ),
        (
            "answered with 500",
            Service::Fails,
            Refused(R::DecisionStatus),
        ),
        (
            "answered for another",
            Service::Mismatches,
            Refused(R::DecisionMismatched),
        ),
        (
            "not answered in time",
            Service::Stalls,
            Refused(R::DecisionTimeout),
        ),
        (
            "hung up on",
            Service::Drops,
            Refused(R::DecisionUnreachable),
        ),
        (
            "answered at length",
            Service::Floods,
            Refused(R::DecisionOversized),
        ),
    ] {
        row(name, large(name, &|_| {}), service, expected);
    }
    row(
        "a very risky payment",
        large("a very risky payment", &|plan| {
            plan.path = "/accounts/7/risky".to_owned();
            plan.proof_claims["htu"] = json!(format!("{ORIGIN}/accounts/7/risky"));
        }),
        Unasked,
        Refused(R::RiskRefused),
    );
    rows
}

/// A name, what it changes of a valid request, and what must come of it.
type Change = (&'static str, &'static dyn Fn(&mut Plan), Expected);

const READS: &[Change] = &[
    (
        "no credential",
        &|p| p.scheme = None,
        Expected::Refused(Reason::CredentialsMissing),
    ),
    (
        "another scheme",
        &|p| p.scheme = Some("Basic"),
        Expected::Refused(Reason::CredentialsMalformed),
    ),
    (
        "two credentials",
        &|p| p.field("authorization", "DPoP x"),
        Expected::Refused(Reason::CredentialsMalformed),
    ),
    (
        "as a bearer token",
        &|p| {
            p.scheme = Some("Bearer");
            p.proof_signer = None;
        },
        Expected::Refused(Reason::BoundTokenAsBearer),
    ),
    (
        "as a bearer token with a proof",
        &|p| p.scheme = Some("bearer"),
        Expected::Refused(Reason::BoundTokenAsBearer),
    ),
    (
        "an unbound token",
        &|p| p.token_claims["cnf"] = json!({}),
        Expected::Refused(Reason::TokenUnbound),
    ),
    (
        "bound by what cannot be checked",
        &|p| p.token_claims["cnf"]["jku"] = json!("https://a/"),
        Expected::Refused(Reason::ConfirmationUnsupported),
    ),
    (
        "bound to a certificate too",
        &|p| {
            p.token_claims["cnf"]["x5t#S256"] =
                json!("A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0");
        },
        Expected::Refused(Reason::ConfirmationUnsupported),
    ),
    (
        "with a member outside the registry",
        &|p| p.token_claims["cnf"]["kc-jkt-type"] = json!("x"),
        Expected::Forwarded,
    ),
    (
        "a token of another type",
        &|p| p.token_header["typ"] = json!("JWT"),
        Expected::Refused(Reason::TokenType),
    ),
    (
        "a token that is no JWS",
        &|p| p.token_header["crit"] = json!(["b64"]),
        Expected::Refused(Reason::TokenMalformed),
    ),
    (
        "another issuer",
        &|p| p.token_claims["iss"] = json!("https://evil.example"),
        Expected::Refused(Reason::TokenIssuer),
    ),
    (
        "another algorithm",
        &|p| p.token_header["alg"] = json!("HS256"),
        Expected::Refused(Reason::TokenAlgorithm),
    ),
    (
        "an unknown key",
        &|p| p.token_header["kid"] = json!("nobody"),
        Expected::Refused(Reason::TokenKeyUnknown),
    ),
    (
        "signed by another",
        &|p| p.token_signer = next_issuer_key(),
        Expected::Refused(Reason::TokenSignature),
    ),
    (
        "no subject",
        &|p| p.token_claims["sub"] = json!(7),
        Expected::Refused(Reason::TokenClaims),
    ),
    (
        "another audience",
        &|p| p.token_claims["aud"] = json!([format!("{ORIGIN}/")]),
        Expected::Refused(Reason::TokenAudience),
    ),
    (
        "expired",
        &|p| {
            p.token_claims["iat"] = json!(1);
            p.token_claims["exp"] = json!(2);
        },
        Expected::Refused(Reason::TokenExpired),
    ),
    (
        "not valid yet",
        &|p| p.token_claims["nbf"] = json!(p.token_claims["exp"].as_i64().unwrap_or(0) - 1),
        Expected::Refused(Reason::TokenEarly),
    ),
    (
        "without the scope",
        &|p| p.token_claims["scope"] = json!("accounts:reader"),
        Expected::Refused(Reason::ScopeInsufficient),
    ),
    (
        "no proof",
        &|p| p.proof_signer = None,
        Expected::Refused(Reason::ProofMissing),
    ),
    (
        "two proofs",
        &|p| p.field("dpop", "a.b.c"),
        Expected::Refused(Reason::ProofRepeated),
    ),
    (
        "no jti",
        &|p| p.proof_claims["jti"] = json!(null),
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "a proof of another type",
        &|p| p.proof_header["typ"] = json!("at+jwt"),
        Expected::Refused(Reason::ProofType),
    ),
    (
        "a proof by another algorithm",
        &|p| p.proof_header["alg"] = json!("RS256"),
        Expected::Refused(Reason::ProofAlgorithm),
    ),
    (
        "a private key in the proof",
        &|p| p.proof_header["jwk"]["d"] = json!("AQ"),
        Expected::Refused(Reason::ProofKey),
    ),
    (
        "a stolen token",
        &|p| {
            p.proof_header["jwk"] = thief_key().jwk();
            p.proof_signer = Some(thief_key());
        },
        Expected::Refused(Reason::ProofKeyMismatch),
    ),
    (
        "a proof signed by the thief",
        &|p| p.proof_signer = Some(thief_key()),
        Expected::Refused(Reason::ProofSignature),
    ),
    (
        "a proof for another method",
        &|p| p.proof_claims["htm"] = json!("get"),
        Expected::Refused(Reason::ProofMethod),
    ),
    (
        "a proof for another path",
        &|p| p.proof_claims["htu"] = json!(format!("{ORIGIN}/accounts/8")),
        Expected::Refused(Reason::ProofTarget),
    ),
    (
        "a proof for another origin",
        &|p| p.proof_claims["htu"] = json!("https://b.example.com/accounts/7"),
        Expected::Refused(Reason::ProofTarget),
    ),
    (
        "a proof with a query and the default port",
        &|p| p.proof_claims["htu"] = json!("HTTPS://API.example.com:443/accounts/7?a=b#c"),
        Expected::Forwarded,
    ),
    (
        "an old proof",
        &|p| p.proof_claims["iat"] = json!(p.proof_claims["iat"].as_i64().unwrap_or(0) - 90),
        Expected::Refused(Reason::ProofExpired),
    ),
    (
        "a proof from the future",
        &|p| p.proof_claims["iat"] = json!(p.proof_claims["iat"].as_i64().unwrap_or(0) + 90),
        Expected::Refused(Reason::ProofEarly),
    ),
    (
        "a proof for another token",
        &|p| p.proof_claims["ath"] = json!("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"),
        Expected::Refused(Reason::ProofToken),
    ),
    (
        "a path nobody lists",
        &|p| p.path = "/elsewhere".to_owned(),
        Expected::Refused(Reason::RouteUnmatched),
    ),
    (
        "a method nobody lists",
        &|p| p.method = "PUT".to_owned(),
        Expected::Refused(Reason::MethodUnlisted),
    ),
    (
        "a path in capitals",
        &|p| p.path = "/Accounts/7".to_owned(),
        Expected::Refused(Reason::TargetAmbiguous),
    ),
    (
        "an encoded slash",
        &|p| p.path = "/accounts%2F7".to_owned(),
        Expected::Refused(Reason::TargetAmbiguous),
    ),
    (
        "another authority",
        &|p| p.authority = "b.example.com".to_owned(),
        Expected::Refused(Reason::AuthorityMismatch),
    ),
    (
        "an overridden method",
        &|p| p.field("x-http-method-override", "DELETE"),
        Expected::Refused(Reason::OverrideRefused),
    ),
    (
        "a forged subject",
        &|p| p.field("x-countersign-subject", "root"),
        Expected::Forwarded,
    ),
    (
        "bytes that are no text",
        &|p| p.field("x-any", b"\xff\x80"),
        Expected::Forwarded,
    ),
    (
        "bytes that are no text for a proof",
        &|p| {
            p.proof_signer = None;
            p.field("dpop", b"\xff\x80");
        },
        Expected::Refused(Reason::ProofMalformed),
    ),
    (
        "bytes that are no text for a token",
        &|p| {
            p.scheme = None;
            p.field("authorization", b"DPoP \xff");
        },
        Expected::Refused(Reason::CredentialsMalformed),
    ),
];

const TRANSFERS: &[Change] = &[
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
