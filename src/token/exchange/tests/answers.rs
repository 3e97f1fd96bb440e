//! What is made of an answer: one thing changed, one reason; and no token is left behind.

use super::*;
use crate::testing::{test, with, without};

fn read(response: &Response, queue: &Rc<RefCell<Queue>>) -> Result<Rc<Minted>, Reason> {
    answer::read(response, TTS, &server(), queue)
}

#[test]
fn a_good_answer_is_a_token_that_is_revoked_once_nobody_holds_it() {
    let queue = queue();
    let said = said();
    let minted = read(&response(&said), &queue).unwrap();
    assert_eq!(minted.text(), said["access_token"].as_str().unwrap());
    let another = Rc::clone(&minted);
    drop(minted);
    assert!(queue.borrow().is_empty(), "somebody holds it");
    assert!(!format!("{another:?}").contains(another.text()));
    drop(another);
    let token = said["access_token"].as_str().unwrap();
    assert_eq!(wanted(&queue, NOW), [format!("token={token}")]);
}

#[test]
fn what_a_server_need_not_say_may_be_missing_or_there() {
    for said in [
        without(said(), "expires_in"),
        with(said(), "scope", json!("payments:write")),
        with(said(), "token_type", json!("n_a")),
        with(said(), "other", json!({})),
    ] {
        assert!(read(&response(&said), &queue()).is_ok(), "{said}");
    }
    let mut typed = response(&said());
    typed.content_type = Some("Application/JSON; charset=utf-8".to_owned());
    assert!(read(&typed, &queue()).is_ok());
}

#[test]
fn a_server_that_does_not_revoke_is_not_asked_to() {
    let queue = queue();
    let silent = Endpoint {
        revoke: None,
        ..server()
    };
    drop(answer::read(&response(&said()), TTS, &silent, &queue).unwrap());
    assert!(queue.borrow().is_empty());
}

#[test]
fn what_is_no_good_answer_is_refused_and_its_token_revoked() {
    for (name, value) in [
        ("issued_token_type", None),
        (
            "issued_token_type",
            Some(json!("urn:ietf:params:oauth:token-type:access_token")),
        ),
        (
            "issued_token_type",
            Some(json!("URN:ietf:params:oauth:token-type:txn_token")),
        ),
        ("issued_token_type", Some(json!([TRANSACTION_TOKEN]))),
        ("token_type", None),
        ("token_type", Some(json!("Bearer"))),
        ("token_type", Some(json!("DPoP"))),
        ("token_type", Some(json!(null))),
        ("refresh_token", Some(json!("r"))),
        ("refresh_token", Some(json!(null))),
        ("expires_in", Some(json!("60"))),
        ("expires_in", Some(json!(0))),
        ("expires_in", Some(json!(-1))),
        ("expires_in", Some(json!(1.5))),
        ("scope", Some(json!(["payments:write"]))),
    ] {
        let said = match &value {
            Some(value) => with(said(), name, value.clone()),
            None => without(said(), name),
        };
        let queue = queue();
        let read = read(&response(&said), &queue);
        assert_eq!(
            read.unwrap_err(),
            Reason::ExchangeMalformed,
            "{name} {value:?}"
        );
        assert_eq!(wanted(&queue, NOW).len(), 1, "{name} {value:?}");
    }
}

#[test]
fn what_is_no_token_is_neither_handed_on_nor_revoked() {
    let long = "a".repeat(8 * 1024 + 1);
    let fits = "a".repeat(8 * 1024);
    assert!(
        read(
            &response(&with(said(), "access_token", json!(fits))),
            &queue()
        )
        .is_ok()
    );
    for token in [
        json!(null),
        json!(7),
        json!(""),
        json!("a b"),
        json!("a.b.c\r\nx-admin: yes"),
        json!("a.b.c,d.e.f"),
        json!("a.b.\u{e9}"),
        json!(long),
    ] {
        let queue = queue();
        let said = with(said(), "access_token", token.clone());
        let read = read(&response(&said), &queue);
        assert_eq!(read.unwrap_err(), Reason::ExchangeMalformed, "{token}");
        assert!(queue.borrow().is_empty());
    }
}

#[test]
fn the_status_comes_first() {
    for (status, reason) in [
        (Some(502), Reason::ExchangeUnavailable),
        (Some(503), Reason::ExchangeUnavailable),
        (Some(504), Reason::ExchangeUnavailable),
        (Some(201), Reason::ExchangeRejected),
        (Some(302), Reason::ExchangeRejected),
        (Some(400), Reason::ExchangeRejected),
        (Some(401), Reason::ExchangeRejected),
        (Some(500), Reason::ExchangeRejected),
        (None, Reason::ExchangeRejected),
    ] {
        let response = Response {
            status,
            ..response(&said())
        };
        assert_eq!(read(&response, &queue()).unwrap_err(), reason, "{status:?}");
    }
}

#[test]
fn the_body_is_one_strict_object() {
    let good = said().to_string();
    let twice = good.replacen('{', "{\"access_token\":\"a.b.c\",", 1);
    let padded = format!("{good}{}", " ".repeat(answer::MAX_ANSWER_BYTES));
    let deep = good.replacen(
        '{',
        &format!("{{\"x\":{}{},", "[".repeat(17), "]".repeat(17)),
        1,
    );
    for body in [
        &twice,
        &padded,
        &deep,
        "",
        "[]",
        "null",
        "{}",
        &format!("{good}{{}}"),
    ] {
        let response = Response {
            body: body.as_bytes().to_vec(),
            ..response(&said())
        };
        let read = read(&response, &queue());
        assert_eq!(read.unwrap_err(), Reason::ExchangeMalformed, "{body:.60}");
    }
    for content_type in [None, Some("text/plain"), Some("application/jwt"), Some("")] {
        let response = Response {
            content_type: content_type.map(str::to_owned),
            ..response(&said())
        };
        let read = read(&response, &queue());
        assert_eq!(
            read.unwrap_err(),
            Reason::ExchangeMalformed,
            "{content_type:?}"
        );
    }
}
