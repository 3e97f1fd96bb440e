//! One request that fits, and tables of what changes when one thing of it changes.

#![expect(
    clippy::unwrap_in_result,
    clippy::panic_in_result_fn,
    reason = "what cannot be built ends the test; the result is the verdict"
)]

mod batches;
mod bodies;
mod comparisons;
mod details;
mod forms;
mod places;
mod rules;
mod sets;

use super::binding::{Binding, Claim, Comparison, Digits, Source};
use super::detail::{Detail, Member};
use super::items::Items;
use super::place::Place;
use super::*;
use crate::crypto::digest::{sha256, to_base64url};
use crate::http::RequestHead;
use crate::http::origin::Origin;
use crate::json::{Limits, Pointer};
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
    transaction_token: Option<String>,
}

/// The example of RFC 9396 section 2, with an account, a channel and an order besides.
const DETAIL: &str = r#"{"type":"payment_initiation","actions":["initiate","status"],"locations":["https://api.example.com/accounts"],"instructedAmount":{"currency":"EUR","amount":"123.50"},"creditorName":"Merchant A","creditorAccount":{"iban":"DE02100100109307118603"},"debtorAccount":{"id":"acc-7"},"channel":"web app","order":"o-1"}"#;

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
        transaction_token: None,
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
        in_body(
            "/instructedAmount/amount",
            "/amount",
            Comparison::Decimal(Digits::Any),
        ),
        in_body("/instructedAmount/currency", "/currency", Comparison::Exact),
        in_body("/creditorAccount/iban", "/creditor/iban", Comparison::Exact),
        same("/debtorAccount/id", Place::Path("account".to_owned())),
        same("/channel", Place::Query("channel".to_owned())),
        same("/order", Place::Header("x-order".to_owned())),
    ]
}

fn payment(bindings: Vec<Binding>) -> Rules {
    Rules::new(terms(bindings)).expect("rules")
}

/// What a policy says of the payment.
fn terms(bindings: Vec<Binding>) -> Terms {
    let is_bound = |claim: &Claim| bindings.iter().any(|it| it.claim == *claim);
    let all = self::bindings().into_iter().map(|it| it.claim);
    let unbound = all.filter(|claim| !is_bound(claim)).map(|it| it.pointer);
    let allow_grant = unbound.chain([pointer("/creditorName")]).collect();
    Terms {
        grant: Grant::Detail(Box::new(Detail {
            kind: "payment_initiation".to_owned(),
            lists: [
                Member::Asked(vec!["initiate".to_owned()]),
                Member::Absent,
                Member::Absent,
            ],
            identifier: Member::Absent,
        })),
        bindings,
        allow_grant,
        allow_body: vec![pointer("/note")],
        allow_query: vec!["lang".to_owned()],
        allow_form: Vec::new(),
    }
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
    let digest = asked
        .body
        .as_ref()
        .map(|text| to_base64url(&sha256(&[text.as_bytes()])));
    let request = Request {
        now: UnixTime::from_secs(1_700_000_000),
        method: "POST",
        origin: &origin,
        path: "/accounts/acc-7/transfers",
        parameters: &vec![(Rc::from("account"), asked.account.to_owned())],
        query: asked.query.as_deref(),
        head: &head,
        content: body.content(),
        digest: digest.as_deref(),
        tool: None,
    };
    let transaction_token = asked
        .transaction_token
        .as_ref()
        .map(|text| Json::parse(text.as_bytes(), LIMITS).expect(text));
    let claims = Claims {
        token: Some(&claims),
        transaction_token: transaction_token.as_ref(),
    };
    let granted = fit(rules, &claims, &request)?;
    assert!(granted.of(&claims).is_some(), "what is granted");
    Ok(())
}

fn judge(asked: &Asked) -> Result<(), Reason> {
    judge_by(&payment(bindings()), asked)
}

/// Holds a body against bindings of what a transaction token grants.
fn judge_granted(tctx: &str, bindings: Vec<Binding>, body: &str) -> Result<(), Reason> {
    let rules = Rules::new(Terms {
        grant: Grant::Context,
        bindings,
        allow_grant: Vec::new(),
        allow_body: vec![pointer("/free"), pointer("/p/*/free")],
        allow_query: Vec::new(),
        allow_form: Vec::new(),
    });
    let asked = Asked {
        claims: "{}".to_owned(),
        query: None,
        body: Some(body.to_owned()),
        transaction_token: Some(format!(r#"{{"tctx":{tctx}}}"#)),
        ..asked()
    };
    judge_by(&rules.expect("rules"), &asked)
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
