use super::*;
use crate::testing::test;

const RULES: Rules = Rules {
    limits: Limits {
        bytes: 20,
        depth: 2,
    },
    reading: Reading::Json,
};

fn head(lines: &[(&str, &str)]) -> RequestHead {
    let pseudo = [
        (":method", "POST"),
        (":path", "/"),
        (":authority", "a.example"),
    ];
    let pairs = pseudo
        .iter()
        .chain(lines)
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect();
    RequestHead::new(pairs).expect("a head")
}

fn announced(lines: &[(&str, &str)]) -> Result<(), Reason> {
    announce(&RULES, &head(lines))
}

#[test]
fn the_type_is_json_and_nothing_else() {
    for value in [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json; charset=UTF-8",
        "application/json ;\tCharset=\"utf-8\" ",
    ] {
        assert_eq!(announced(&[("content-type", value)]), Ok(()), "{value}");
    }
    for value in [
        "",
        "json",
        "text/json",
        "application/json5",
        "application/xjson",
        "application/problem+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json;",
        "application/json; ",
        "application/json; charset",
        "application/json; charset=",
        "application/json; charset=utf8",
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-1",
        "application/json; charset = utf-8",
        "application/json; charset='utf-8'",
        "application/json; charset=\"utf-8",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json; charset=utf-8;",
        "application/json; profile=x",
        "application/json, text/plain",
        "application/json charset=utf-8",
        "application/jsοn",
    ] {
        let expected = Err(Reason::BodyType);
        assert_eq!(announced(&[("content-type", value)]), expected, "{value}");
    }
    let line = ("content-type", "application/json");
    assert_eq!(announced(&[]), Err(Reason::BodyType));
    assert_eq!(announced(&[line, line]), Err(Reason::BodyType));
}

#[test]
fn codings_and_lengths_are_what_they_may_be() {
    for (name, value, expected) in [
        ("content-encoding", "identity", Ok(())),
        ("content-encoding", "Identity", Ok(())),
        ("content-encoding", "gzip", Err(Reason::BodyEncoding)),
        (
            "content-encoding",
            "identity, gzip",
            Err(Reason::BodyEncoding),
        ),
        ("content-encoding", "", Err(Reason::BodyEncoding)),
        ("transfer-encoding", "chunked", Ok(())),
        ("transfer-encoding", "Chunked", Ok(())),
        (
            "transfer-encoding",
            "gzip, chunked",
            Err(Reason::BodyEncoding),
        ),
        ("transfer-encoding", "identity", Err(Reason::BodyEncoding)),
        ("transfer-encoding", "", Err(Reason::BodyEncoding)),
        ("content-range", "bytes 0-19/20", Err(Reason::BodyEncoding)),
        ("content_range", "", Err(Reason::BodyEncoding)),
        ("content-length", "0", Ok(())),
        ("content-length", "20", Ok(())),
        ("content-length", "0020", Ok(())),
        ("content-length", "21", Err(Reason::BodyTooLarge)),
        (
            "content-length",
            "99999999999999999999999",
            Err(Reason::BodyTooLarge),
        ),
        ("content-length", "", Err(Reason::HeaderMalformed)),
        ("content-length", "-1", Err(Reason::HeaderMalformed)),
        ("content-length", "+1", Err(Reason::HeaderMalformed)),
        ("content-length", "1, 1", Err(Reason::HeaderMalformed)),
        ("content-length", "0x1", Err(Reason::HeaderMalformed)),
        ("content-length", "1.0", Err(Reason::HeaderMalformed)),
        ("content-length", "\u{661}", Err(Reason::HeaderMalformed)),
    ] {
        let json = ("content-type", "application/json");
        assert_eq!(
            announced(&[json, (name, value)]),
            expected,
            "{name}: {value}"
        );
    }
    for (name, value, twice) in [
        ("content-encoding", "identity", Reason::BodyEncoding),
        ("transfer-encoding", "chunked", Reason::BodyEncoding),
        ("content-length", "1", Reason::HeaderMalformed),
    ] {
        let json = ("content-type", "application/json");
        let line = (name, value);
        assert_eq!(announced(&[json, line, line]), Err(twice), "{name} twice");
    }
}

#[test]
fn a_body_is_read_within_its_limits() {
    for (bytes, expected) in [
        (&br#"{"a":[1]}"#[..], None),
        (br#"{"a":"12345678901"} "#, None),
        (br#"{"a":"123456789012"} "#, Some(Reason::BodyTooLarge)),
        (b"xxxxxxxxxxxxxxxxxxxxx", Some(Reason::BodyTooLarge)),
        (br#"{"a":[[1]]}"#, Some(Reason::BodyMalformed)),
        (br#"{"a":1,"a":1}"#, Some(Reason::BodyMalformed)),
        (br#"{"a":1e999}"#, Some(Reason::BodyMalformed)),
        (br#"{"a":1"#, Some(Reason::BodyMalformed)),
        (b"\"\xff\"", Some(Reason::BodyMalformed)),
        (b"a=1", Some(Reason::BodyMalformed)),
        (b"", Some(Reason::BodyMalformed)),
        (br#"{"_method":"PUT"}"#, Some(Reason::OverrideRefused)),
        (br#"{"_Method":7}"#, Some(Reason::OverrideRefused)),
        (br#"{"a":"_method"}"#, None),
        (br#"[{"_method":1}]"#, None),
    ] {
        let text = String::from_utf8_lossy(bytes);
        assert_eq!(read(&RULES, bytes).err(), expected, "{text}");
    }
}

#[test]
fn a_transaction_that_reads_no_body_has_none() {
    assert_eq!(absent(&head(&[])), Err(Reason::BodyUnlisted));
    assert_eq!(absent(&head(&[]).alone()), Ok(()));
}

/// What is only held against its digest may be anything, within the limit.
#[test]
fn a_body_that_is_not_json_is_bounded_alone() {
    let rules = Rules {
        reading: Reading::Bytes,
        ..RULES
    };
    for (lines, expected) in [
        (&[][..], Ok(())),
        (&[("content-type", "image/png")], Ok(())),
        (&[("content-encoding", "gzip")], Ok(())),
        (
            &[("transfer-encoding", "gzip, chunked")],
            Err(Reason::BodyEncoding),
        ),
        (&[("content-length", "20")], Ok(())),
        (&[("content-length", "21")], Err(Reason::BodyTooLarge)),
        (&[("content-length", "x")], Err(Reason::HeaderMalformed)),
    ] {
        assert_eq!(announce(&rules, &head(lines)), expected, "{lines:?}");
    }
    assert!(matches!(read(&rules, b"\xff{"), Ok(Body::Bytes)));
    assert_eq!(read(&rules, &[0; 21]).err(), Some(Reason::BodyTooLarge));
}

#[test]
fn a_head_that_is_all_of_its_request_declares_no_body() {
    let of = |length: &str| head(&[("content-length", length)]);
    let malformed = Err(Reason::HeaderMalformed);
    for (head, expected) in [
        (head(&[]).alone(), Ok(())),
        (of("0").alone(), Ok(())),
        (of("5").alone(), malformed),
        (of("x").alone(), malformed),
        (of("5"), Ok(())),
    ] {
        assert_eq!(undeclared_where_alone(&head), expected, "{head:?}");
    }
}

#[test]
fn a_form_is_declared_and_nothing_else() {
    let rules = Rules {
        reading: Reading::Form,
        ..RULES
    };
    let of = |value: &str| announce(&rules, &head(&[("content-type", value)]));
    for value in [
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-URLEncoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
    ] {
        assert_eq!(of(value), Ok(()), "{value}");
    }
    for value in [
        "",
        "application/json",
        "application/x-www-form-urlencoded;",
        "application/x-www-form-urlencoded; charset=iso-8859-1",
        "application/x-www-form-urlencoded; charset=utf-8; x=y",
        "multipart/form-data; boundary=x",
        "text/plain",
    ] {
        assert_eq!(of(value), Err(Reason::BodyType), "{value}");
    }
    assert_eq!(announce(&rules, &head(&[])), Err(Reason::BodyType));
    let form = ("content-type", "application/x-www-form-urlencoded");
    let coded = head(&[form, ("content-encoding", "gzip")]);
    assert_eq!(announce(&rules, &coded), Err(Reason::BodyEncoding));

    let read = |bytes: &[u8]| match read(&rules, bytes) {
        Ok(Body::Form(members)) => Ok(members.len()),
        Ok(Body::Json(_) | Body::Bytes) => Ok(99),
        Err(reason) => Err(reason),
    };
    for (bytes, expected) in [
        (&b""[..], Ok(0)),
        (b"a=1&b=2", Ok(2)),
        (b"a=1&A=2", Err(Reason::BodyMalformed)),
        (b"{\"a\":1}", Err(Reason::BodyMalformed)),
        (b"_method=PUT", Err(Reason::OverrideRefused)),
        (b"a=_method", Ok(1)),
        (b"a=3456789012345678901", Err(Reason::BodyTooLarge)),
    ] {
        let text = String::from_utf8_lossy(bytes);
        assert_eq!(read(bytes), expected, "{text}");
    }
}

#[test]
fn a_call_of_grpc_says_so() {
    for value in [
        "application/grpc",
        "application/grpc+proto",
        "Application/GRPC+json",
        "application/grpc+vnd.x-y_1",
    ] {
        assert_eq!(grpc(&head(&[("content-type", value)])), Ok(()), "{value}");
    }
    for value in [
        "",
        "application/json",
        "application/grp",
        "application/grpc-web",
        "application/grpc-web+proto",
        "application/grpc+",
        "application/grpc+a b",
        "application/grpc; charset=utf-8",
        "application/grpc, application/json",
        "application/grpcx",
    ] {
        let expected = Err(Reason::BodyType);
        assert_eq!(grpc(&head(&[("content-type", value)])), expected, "{value}");
    }
    let line = ("content-type", "application/grpc");
    assert_eq!(grpc(&head(&[])), Err(Reason::BodyType));
    assert_eq!(grpc(&head(&[line, line])), Err(Reason::BodyType));
}
