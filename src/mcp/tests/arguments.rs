use super::*;
use crate::testing::test;

#[test]
fn arguments_have_one_digest_however_they_are_written() {
    let of = |text: &str| digest(&parse(text));
    let one = of(r#"{"a":10,"b":{"c":"é","d":[1,true,null]}}"#);
    assert!(one.is_some());
    for same in [
        r#"{"b":{"d":[1,true,null],"c":"é"},"a":10}"#,
        r#" { "a" : 1e1, "b":{"c":"\u00e9","d":[1.0,true,null]} } "#,
        r#"{"a":10.0,"b":{"c":"é","d":[10e-1,true,null]}}"#,
        r#"{"a":100E-1,"b":{"c":"é","d":[0.1e+1,true,null]}}"#,
    ] {
        assert_eq!(of(same), one, "{same}");
    }
    for other in [
        r#"{"a":"10","b":{"c":"é","d":[1,true,null]}}"#,
        r#"{"a":10.01,"b":{"c":"é","d":[1,true,null]}}"#,
        r#"{"a":10,"b":{"c":"e\u0301","d":[1,true,null]}}"#,
        r#"{"a":10,"b":{"c":"é","d":[true,1,null]}}"#,
        r#"{"a":10,"b":{"c":"é","d":[1,true]}}"#,
    ] {
        assert!(of(other).is_some(), "{other}");
        assert_ne!(of(other), one, "{other}");
    }
}

#[test]
fn a_number_that_is_no_double_has_no_digest() {
    for text in [
        "0",
        "0.0",
        "0e5",
        "-1",
        "0.1",
        "1e21",
        "1e-7",
        "123.456e10",
        "9007199254740993e0",
        "1e99",
        "5e-1",
        "100",
        "1e23",
        "9007199254740992",
        "0.30000000000000004",
    ] {
        let number = Json::Number(text.to_owned());
        let survives = text != "9007199254740993e0";
        assert_eq!(digest(&number).is_some(), survives, "{text}");
    }
    for text in [
        "-0",
        "-0.0",
        "9007199254740993",
        "12345678901234567890",
        "0.1000000000000000055",
        "0.30000000000000000001",
        "1e400",
        "1e-400",
    ] {
        assert_eq!(digest(&Json::Number(text.to_owned())), None, "{text}");
    }
}

/// RFC 8785 section 3.2.2 and 3.2.3: the object of its example and the bytes that it must become.
#[test]
fn the_canonical_form_is_that_of_the_rfc() {
    let value = parse(
        r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
        "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
    );
    // The first of its numbers has a digit too many for a double, which a reader rounds away.
    assert_eq!(digest(&value), None);
    let value = parse(
        r#"{"numbers":[333333333.3333333,1E30,4.50,2e-3,0.000000000000000000000000001],
        "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
    );
    let bytes = concat!(
        r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
        r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
    );
    assert_eq!(
        digest(&value),
        Some(crate::crypto::digest::sha256(&[bytes.as_bytes()]))
    );
    let value =
        parse(r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#);
    let bytes = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}";
    assert_eq!(
        digest(&value),
        Some(crate::crypto::digest::sha256(&[bytes.as_bytes()]))
    );
}
