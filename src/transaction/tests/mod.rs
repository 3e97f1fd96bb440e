//! One request that fits, and tables of what changes when one thing of it changes.

#![expect(
    clippy::unwrap_in_result,
    clippy::panic_in_result_fn,
    reason = "what cannot be built ends the test; the result is the verdict"
)]

mod bodies;
mod details;
mod forms;
mod places;
mod rules;

use super::binding::{Claim, Comparison, Source};
use super::*;
use crate::http::RequestHead;
use crate::http::origin::Origin;
use crate::json::Limits;
use crate::testing::test;
use crate::time::UnixTime;
use std::rc::Rc;

/// A request, as texts that a row can change.
#[derive(Clone)]
struct Asked {
    claims: String,
    account: &'static str,
    query: Option<String>,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Option<String>,
}

/// The example of RFC 9396 section 2, with an account, a channel and an order besides.
const DETAIL: &str = r#"{"type":"payment_initiation","actions":["initiate","status"],"locations":["https://api.example.com/payments"],"instructedAmount":{"currency":"EUR","amount":"123.50"},"creditorName":"Merchant A","creditorAccount":{"iban":"DE02100100109307118603"},"debtorAccount":{"id":"acc-7"},"channel":"web app","order":"o-1"}"#;

/// The body that it grants.
const BODY: &str = r#"{"amount":"123.50","currency":"EUR","creditor":{"iban":"DE02100100109307118603"},"note":{"text":"thanks"}}"#;

const LIMITS: Limits = Limits {
    bytes: 8192,
    depth: 8,
};

fn asked() -> Asked {
    Asked {
        claims: format!(r#"{{"sub":"alice","authorization_details":[{DETAIL}]}}"#),
        account: "acc-7",
        query: Some("channel=web+app&lang=de".to_owned()),
        headers: vec![
            ("content-type", b"application/json".to_vec()),
            ("x-order", b"o-1".to_vec()),
        ],
        body: Some(BODY.to_owned()),
    }
}

fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).expect(text)
}

fn granted(text: &str) -> Claim {
    Claim {
        source: Source::Grant,
        pointer: pointer(text),
    }
}

fn in_body(claim: &str, member: &str, comparison: Comparison) -> Binding {
    Binding {
        claim: granted(claim),
        place: Place::Body(pointer(member)),
        comparison,
    }
}

fn same(claim: &str, place: Place) -> Binding {
    Binding {
        claim: granted(claim),
        place,
        comparison: Comparison::Exact,
    }
}

fn bindings() -> Vec<Binding> {
    vec![
        in_body("/instructedAmount/amount", "/amount", Comparison::Decimal),
        in_body("/instructedAmount/currency", "/currency", Comparison::Exact),
        in_body("/creditorAccount/iban", "/creditor/iban", Comparison::Exact),
        same("/debtorAccount/id", Place::Path("account".to_owned())),
        same("/channel", Place::Query("channel".to_owned())),
        same("/order", Place::Header("x-order".to_owned())),
    ]
}

fn payment(bindings: Vec<Binding>) -> Rules {
    let allow = [pointer("/note")];
    let query = vec!["lang".to_owned()];
    Rules::new(
        Grant::Detail("payment_initiation".to_owned()),
        bindings,
        &allow,
        query,
        Vec::new(),
    )
    .expect("rules")
}

fn head(headers: &[(&'static str, Vec<u8>)]) -> RequestHead {
    let mut pairs = vec![
        (":method".to_owned(), b"POST".to_vec()),
        (":path".to_owned(), b"/accounts/acc-7/transfers".to_vec()),
        (":authority".to_owned(), b"api.example.com".to_vec()),
    ];
    for (name, value) in headers {
        pairs.push(((*name).to_owned(), value.clone()));
    }
    RequestHead::new(pairs).expect("a head")
}

/// Judges a request as a route of these rules does: head, then body, then the transaction.
fn judge_by(rules: &Rules, asked: &Asked) -> Result<(), Reason> {
    judge_as(body::Reading::Json, rules, asked)
}

fn judge_as(reading: body::Reading, rules: &Rules, asked: &Asked) -> Result<(), Reason> {
    let origin = Origin::parse("https://api.example.com").expect("an origin");
    let claims = Json::parse(asked.claims.as_bytes(), LIMITS).expect(&asked.claims);
    let head = head(&asked.headers);
    let of_body = body::Rules {
        limits: LIMITS,
        reading,
    };
    let body = match &asked.body {
        Some(text) => {
            body::announce(&of_body, &head)?;
            body::read(&of_body, text.as_bytes())?
        }
        None => body::Body::Bytes,
    };
    let request = Request {
        now: UnixTime::from_secs(1_700_000_000),
        method: "POST",
        origin: &origin,
        path: "/accounts/acc-7/transfers",
        parameters: &vec![(Rc::from("account"), asked.account.to_owned())],
        query: asked.query.as_deref(),
        head: &head,
        content: body.content(),
    };
    let claims = Claims {
        token: Some(&claims),
        transaction_token: None,
    };
    let granted = fit(rules, &claims, &request)?;
    let detail = granted.of(&claims).expect("a detail");
    assert!(detail.get("actions").is_some(), "the detail of the payment");
    Ok(())
}

fn judge(asked: &Asked) -> Result<(), Reason> {
    judge_by(&payment(bindings()), asked)
}

/// A text with one thing changed, which must be there, once.
fn swap(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from} in {text}");
    text.replace(from, to)
}

#[test]
fn what_is_granted_fits() {
    assert_eq!(judge(&asked()), Ok(()));
}
