#[cfg(not(target_arch = "wasm32"))]
mod differential;

use super::*;
use crate::testing::test;

const LIMITS: Limits = Limits {
    bytes: 100_000,
    depth: 8,
};

fn read(text: impl AsRef<[u8]>) -> Result<Json, Fault> {
    Json::parse(text.as_ref(), LIMITS)
}

#[test]
fn values_keep_what_was_written() {
    let value = read(r#" {"a":[1.50,-0,1E+2,true,null,"\u00e9\ud83d\ude00\/"],"":{}} "#).unwrap();
    let Some(items) = value.get("a").and_then(Json::as_array) else {
        panic!("no array")
    };
    let texts: Vec<_> = items
        .iter()
        .map(|item| match item {
            Json::Number(text) | Json::String(text) => text.as_str(),
            Json::Bool(true) => "true",
            Json::Null => "null",
            Json::Bool(false) | Json::Array(_) | Json::Object(_) => panic!("{item:?}"),
        })
        .collect();
    assert_eq!(
        texts,
        ["1.50", "-0", "1E+2", "true", "null", "\u{e9}\u{1f600}/"]
    );
    assert_eq!(value.get("").and_then(Json::as_object), Some(&[][..]));
    assert_eq!(value.get("b"), None);
}

#[test]
fn what_is_not_one_json_value_is_refused() {
    let rows: &[&[u8]] = &[
        b"",
        b" ",
        b"{",
        b"{}{}",
        b"{} x",
        b"{}\0",
        b"\xef\xbb\xbf{}",
        b"{\"a\":1,}",
        b"[1,]",
        b"[,1]",
        b"[1 2]",
        b"{\"a\" 1}",
        b"{a:1}",
        b"{'a':1}",
        b"// x\n{}",
        b"{}/* x */",
        b"NaN",
        b"Infinity",
        b"-",
        b"+1",
        b"01",
        b"1.",
        b".5",
        b"1e",
        b"0x1",
        b"True",
        b"nul",
        b"\"a",
        b"\"\t\"",
        b"\"\\x41\"",
        b"\"\\ud800\"",
        b"\"\\udc00\\ud800\"",
        b"\"\xff\"",
        b"\"\xc0\x80\"",
        b"\"\xed\xa0\x80\"",
        b"\"\xf4\x90\x80\x80\"",
        b"{\"\xff\":1}",
        b"\xff\xfe{\0}\0",
        b"[1]]",
    ];
    for row in rows {
        assert_eq!(read(row), Err(Fault::Syntax), "{}", row.escape_ascii());
    }
}

#[test]
fn a_name_occurs_once_at_any_depth_however_it_is_written() {
    let rows = [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"b":2,"\u0061":3}"#,
        r#"[{"x":{"exp":1,"exp":2}}]"#,
        r#"{"":1,"":2}"#,
        r#"{"\ud83d\ude00":1,"😀":2}"#,
    ];
    for row in rows {
        assert_eq!(read(row), Err(Fault::Duplicate), "{row}");
    }
    assert!(read(r#"{"a":{"a":1},"A":[{"a":1},{"a":2}]}"#).is_ok());
    assert!(
        read("{\"\u{e9}\":1,\"e\u{301}\":2}").is_ok(),
        "no normalisation"
    );
}

#[test]
fn big_objects_are_checked_too() {
    for members in [16_usize, 17, 5_000] {
        let mut names: Vec<String> = (0..members).map(|n| format!("\"n{n}\":0")).collect();
        assert!(
            read(format!("{{{}}}", names.join(","))).is_ok(),
            "{members}"
        );
        names.push("\"\\u006e7\":0".to_owned());
        assert_eq!(
            read(format!("{{{}}}", names.join(","))),
            Err(Fault::Duplicate),
            "{members}"
        );
    }
}

#[test]
fn size_depth_and_numbers_have_a_limit() {
    let limits = Limits { bytes: 4, depth: 2 };
    assert!(Json::parse(b"[[]]", limits).is_ok());
    assert_eq!(Json::parse(b"[[] ]", limits), Err(Fault::TooLarge));
    assert_eq!(Json::parse(b"[[[", limits), Err(Fault::TooLarge));
    assert_eq!(
        Json::parse(b"1", Limits { bytes: 1, depth: 0 }),
        Ok(Json::Number("1".into()))
    );
    assert_eq!(
        Json::parse(b"[]", Limits { bytes: 9, depth: 0 }),
        Err(Fault::TooLarge)
    );

    let endless = Limits {
        bytes: usize::MAX,
        depth: u32::MAX,
    };
    assert_eq!(
        Json::parse("[".repeat(100_000).as_bytes(), endless),
        Err(Fault::TooLarge)
    );
    assert_eq!(
        Json::parse("{\"a\":".repeat(100_000).as_bytes(), endless),
        Err(Fault::TooLarge)
    );

    for number in ["1e400", "1E100", "1e-400", "-1e999999999999"] {
        assert_eq!(read(number), Err(Fault::TooLarge), "{number}");
    }
    assert_eq!(read("9".repeat(100)), Ok(Json::Number("9".repeat(100))));
    assert_eq!(read("9".repeat(101)), Err(Fault::TooLarge));
}

#[test]
fn integers_are_numbers_written_as_integers() {
    let max = i64::MAX.to_string();
    for (text, expected) in [
        ("0", Some(0)),
        ("-1", Some(-1)),
        (max.as_str(), Some(i64::MAX)),
        ("9223372036854775808", None),
        ("-9223372036854775808", Some(i64::MIN)),
        ("-0", None),
        ("1.0", None),
        ("1e3", None),
        ("\"1\"", None),
        ("null", None),
        ("true", None),
        ("[1]", None),
        ("{}", None),
    ] {
        assert_eq!(read(text).unwrap().as_i64(), expected, "{text}");
    }
}

#[test]
fn pointers_name_values() {
    // The document and the pointers of RFC 6901 section 5, without those for `\` and `"`.
    let text = r#"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4," ":7,"m~n":8,
        "~1":9,"10":{"-":[[]]}}"#;
    let value = read(text).unwrap();
    let at = |text: &str| Pointer::parse(text).and_then(|pointer| value.at(&pointer));
    assert_eq!(at(""), Some(&value));
    assert_eq!(at("/foo"), value.get("foo"));
    assert_eq!(at("/foo/0").and_then(Json::as_str), Some("bar"));
    for (pointer, number) in [
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/ ", 7),
        ("/m~0n", 8),
        ("/~01", 9),
    ] {
        assert_eq!(
            at(pointer).and_then(Json::as_i64),
            Some(number),
            "{pointer}"
        );
    }
    assert_eq!(at("/10/-/0"), Some(&Json::Array(Vec::new())));
    for nothing in [
        "/foo/2",
        "/foo/-",
        "/foo/00",
        "/foo/01",
        "/foo/+1",
        "/foo/-1",
        "/foo/ 1",
        "/foo/",
        "/foo/1e0",
        "/foo/99999999999999999999999",
        "/foo/0/0",
        "/a~1b/0",
        "/FOO",
        "/foo/0/",
    ] {
        assert_eq!(at(nothing), None, "{nothing}");
    }
    for bad in ["foo", "#/foo", " /foo", "/~", "/~2", "/a~", "/~ 0"] {
        assert_eq!(Pointer::parse(bad), None, "{bad}");
    }
    assert_eq!(
        Pointer::parse("/a~1b/~0/").unwrap().tokens(),
        ["a/b", "~", ""]
    );
}
