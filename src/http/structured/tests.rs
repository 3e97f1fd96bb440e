use super::*;
use crate::testing::test;

#[test]
fn what_is_written_is_the_one_serialisation() {
    for (kind, field, strictly) in [
        // RFC 9421 section 2.1.1.
        (
            Kind::Dictionary,
            "a=1,    b=2;x=1;y=2,   c=(a   b   c)",
            "a=1, b=2;x=1;y=2, c=(a b c)",
        ),
        (Kind::Dictionary, "a=?1,b;x, c=?0", "a, b;x, c=?0"),
        (Kind::Dictionary, "", ""),
        (Kind::Dictionary, " a=( )  ", "a=()"),
        (
            Kind::List,
            "1.50,  (\"a\\\"b\"  @12);z, tok/en;q=\"x\",:YQ==:",
            "1.5, (\"a\\\"b\" @12);z, tok/en;q=\"x\", :YQ==:",
        ),
        (Kind::Item, "  \"a\";b=?1;c=?0 ", "\"a\";b;c=?0"),
        (Kind::Item, "-000", "0"),
    ] {
        let found = strict(kind, field.as_bytes());
        assert_eq!(found.as_deref(), Ok(strictly), "{field}");
        let again = strict(kind, strictly.as_bytes());
        assert_eq!(again.as_deref(), Ok(strictly), "{field}");
    }
}

#[test]
fn a_repeated_key_is_refused_and_so_are_too_many() {
    let many = |separator: &str, count: usize| {
        let names: Vec<String> = (0..count).map(|n| format!("k{n}")).collect();
        names.join(separator)
    };
    for (kind, field) in [
        (Kind::Dictionary, "a=1, b, a=2".to_owned()),
        (Kind::Dictionary, "a=1;x;y;x".to_owned()),
        (Kind::Dictionary, "a=(1;x;x)".to_owned()),
        (Kind::Dictionary, "a=(1);x=1;x=2".to_owned()),
        (Kind::List, "a;x;x".to_owned()),
        (Kind::Item, "a;x;x".to_owned()),
        (Kind::Dictionary, many(", ", 65)),
        (Kind::List, many(", ", 65)),
        (Kind::List, format!("({})", many(" ", 65))),
        (Kind::Item, format!("a;{}", many(";", 65))),
        (Kind::Item, "a, b".to_owned()),
        (Kind::Item, String::new()),
        (Kind::Dictionary, "a=1,".to_owned()),
        (Kind::Dictionary, "A=1".to_owned()),
        (Kind::Dictionary, "a=:*:".to_owned()),
        (Kind::List, "a b".to_owned()),
    ] {
        assert_eq!(strict(kind, field.as_bytes()), Err(Malformed), "{field}");
    }
    for (kind, field) in [
        (Kind::Dictionary, many(", ", 64)),
        (Kind::List, format!("({})", many(" ", 64))),
        (Kind::Item, format!("a;{}", many(";", 64))),
    ] {
        assert!(strict(kind, field.as_bytes()).is_ok(), "{field}");
    }
}

#[test]
fn members_and_parameters_are_found_by_their_key() {
    let field = b"a=(\"x\";n=7 \"y\");t=\"u\", b=:YWI=:, c";
    let dictionary = Dictionary::parse(field).unwrap();
    let Some(Member::List(list)) = dictionary.get("a") else {
        panic!("no inner list");
    };
    assert_eq!(list.items[0].value.text(), Some("x"));
    let number = list.items[0].parameters.get("n").and_then(Bare::integer);
    assert_eq!(number, Some(7));
    assert_eq!(list.parameters.get("t").and_then(Bare::text), Some("u"));
    let Some(Member::Item(item)) = dictionary.get("b") else {
        panic!("no item");
    };
    assert_eq!(item.value.bytes(), Some(&b"ab"[..]));
    assert!(item.value.text().is_none() && item.value.integer().is_none());
    assert!(dictionary.get("d").is_none());
    assert_eq!(dictionary.iter().len(), 3);
}

#[test]
fn texts_and_bytes_are_written_as_items() {
    let mut out = String::new();
    write_bytes(b"ab", &mut out);
    assert_eq!(write_text("a\"b", &mut out), Ok(()));
    assert_eq!(out, ":YWI=:\"a\\\"b\"");
    assert_eq!(write_text("\u{e9}", &mut out), Err(Malformed));
}
