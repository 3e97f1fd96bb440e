//! What a server is asked, to the byte.

use super::*;
use crate::http::form;
use crate::json::{Json, Limits};
use crate::testing::{strict, test};
use request::Request;

#[test]
fn the_call_is_a_form() {
    let scopes = ["payments:write".to_owned(), "accounts:read".to_owned()];
    let request = Request {
        token: "a+b/c==",
        audience: "trust.example",
        scopes: &scopes,
        context: &strict(&json!({ "score": 45 })),
        details: &strict(&json!({ "method": "POST" })),
    };
    let expected = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange\
                    &requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Atxn_token\
                    &audience=trust.example&scope=payments%3Awrite+accounts%3Aread\
                    &subject_token=a%2Bb%2Fc%3D%3D\
                    &subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token\
                    &request_context=%7B%22score%22%3A45%7D\
                    &request_details=%7B%22method%22%3A%22POST%22%7D";
    assert_eq!(request.body(), expected);
}

#[test]
fn what_is_told_is_json_of_the_same_value() {
    let limits = Limits {
        bytes: 4096,
        depth: 16,
    };
    let text = r#"{"a":[null,true,false,-0.50,1e3,[],{}],"b":{"c\"\\\u0000\n\u001f":"\u00e9\ud83d\ude00/"},"":""}"#;
    let told = Json::parse(text.as_bytes(), limits).unwrap();
    let request = Request {
        token: "t",
        audience: "a",
        scopes: &[],
        context: &told,
        details: &told,
    };
    let body = request.body();
    let members = form::members(body.as_bytes()).unwrap();
    for name in ["request_context", "request_details"] {
        let (_, value) = members.iter().find(|(own, _)| own == name).unwrap();
        assert_eq!(Json::parse(value.as_bytes(), limits).unwrap(), told);
        assert!(value.contains("-0.50"), "numbers are as they were received");
    }
}

#[test]
fn an_order_does_not_show_itself() {
    let order = Order {
        with: TTS,
        key: [0; 32],
        body: "subject_token=secret".into(),
    };
    assert!(!format!("{order:?}").contains("secret"));
}
