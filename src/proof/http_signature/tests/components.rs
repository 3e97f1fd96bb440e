//! Component values by the examples of RFC 9421 section 2, and what has no value.

use super::*;
use crate::http::structured::Item;
use crate::proof::http_signature::base::Identifier;
use crate::testing::test;

/// The line of the base for one identifier.
fn line(request: &Request, identifier: &str) -> Option<String> {
    let input = format!("({identifier});created=1");
    let base = request
        .clone()
        .with("signature-input", &format!("sig={input}"))
        .with("signature", "sig=::")
        .base()?;
    let line = base.split('\n').next()?;
    let value = line.strip_prefix(identifier)?.strip_prefix(": ")?;
    assert!(base.ends_with(&format!("\n\"@signature-params\": {input}")));
    Some(value.to_owned())
}

fn get(target: &str, fields: &[(&str, &str)]) -> Request {
    Request {
        origin: "https://www.example.com".to_owned(),
        method: "GET".to_owned(),
        target: target.to_owned(),
        fields: fields.iter().copied().map(owned).collect(),
        alone: true,
    }
}

#[test]
fn derived_components_are_those_of_section_2_2() {
    let plain = "/path?param=value&foo=bar&baz=bat%2Dman&qux=";
    for (target, identifier, value) in [
        (plain, "\"@method\"", "GET"),
        (
            plain,
            "\"@target-uri\"",
            "https://www.example.com/path?param=value&foo=bar&baz=bat%2Dman&qux=",
        ),
        ("/path", "\"@target-uri\"", "https://www.example.com/path"),
        (plain, "\"@authority\"", "www.example.com"),
        (plain, "\"@scheme\"", "https"),
        (plain, "\"@request-target\"", plain),
        (plain, "\"@path\"", "/path"),
        ("/", "\"@path\"", "/"),
        (
            plain,
            "\"@query\"",
            "?param=value&foo=bar&baz=bat%2Dman&qux=",
        ),
        ("/path?queryString", "\"@query\"", "?queryString"),
        ("/path", "\"@query\"", "?"),
        ("/path?", "\"@query\"", "?"),
        (plain, "\"@query-param\";name=\"baz\"", "bat-man"),
        (plain, "\"@query-param\";name=\"qux\"", ""),
        (plain, "\"@query-param\";name=\"param\"", "value"),
    ] {
        let found = line(&get(target, &[]), identifier);
        assert_eq!(found.as_deref(), Some(value), "{identifier} of {target}");
    }
    let encoded = "/parameters?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something&t=~!*'()";
    for (identifier, value) in [
        (
            "\"@query-param\";name=\"var\"",
            "this%20is%20a%20big%0Amultiline%20value",
        ),
        ("\"@query-param\";name=\"bar\"", "with%20plus%20whitespace"),
        (
            "\"@query-param\";name=\"fa%C3%A7ade%22%3A%20\"",
            "something",
        ),
        ("\"@query-param\";name=\"t\"", "%7E%21*%27%28%29"),
    ] {
        let found = line(&get(encoded, &[]), identifier);
        assert_eq!(found.as_deref(), Some(value), "{identifier}");
    }
}

#[test]
fn the_authority_is_the_configured_one_in_normal_form() {
    for (origin, authority) in [
        ("HTTPS://WWW.Example.com:443", "www.example.com"),
        ("https://www.example.com:8443", "www.example.com:8443"),
        ("http://www.example.com:80", "www.example.com"),
    ] {
        let mut request = get("/", &[("x-forwarded-host", "evil.example.com")]);
        request.origin = origin.to_owned();
        let found = line(&request, "\"@authority\"");
        assert_eq!(found.as_deref(), Some(authority));
    }
}

#[test]
fn field_values_are_those_of_section_2_1() {
    let request = get(
        "/",
        &[
            ("date", "Tue, 20 Apr 2021 02:07:56 GMT"),
            ("x-ows-header", "   Leading and trailing whitespace.\t "),
            (
                "x-obs-fold-header",
                "Obsolete \r\n    line folding.\r\n\t again",
            ),
            ("cache-control", "max-age=60"),
            ("cache-control", "   must-revalidate"),
            ("x-empty-header", ""),
            ("priority", " a=1,    b=2;x=1;y=2,   c=(a   b   c), d"),
            ("example-header", "value, with, lots"),
            ("example-header", "of, commas"),
        ],
    );
    for (identifier, value) in [
        ("\"date\"", "Tue, 20 Apr 2021 02:07:56 GMT"),
        ("\"x-ows-header\"", "Leading and trailing whitespace."),
        ("\"x-obs-fold-header\"", "Obsolete line folding. again"),
        ("\"cache-control\"", "max-age=60, must-revalidate"),
        ("\"x-empty-header\"", ""),
        // Sections 2.1.1 and 2.1.2.
        ("\"priority\"", "a=1,    b=2;x=1;y=2,   c=(a   b   c), d"),
        ("\"priority\";sf", "a=1, b=2;x=1;y=2, c=(a b c), d"),
        ("\"priority\";key=\"a\"", "1"),
        ("\"priority\";key=\"d\"", "?1"),
        ("\"priority\";key=\"b\"", "2;x=1;y=2"),
        ("\"priority\";key=\"c\"", "(a b c)"),
        ("\"priority\";sf;key=\"c\"", "(a b c)"),
        ("\"priority\";key=\"c\";sf", "(a b c)"),
        // Section 2.1.3.
        (
            "\"example-header\";bs",
            ":dmFsdWUsIHdpdGgsIGxvdHM=:, :b2YsIGNvbW1hcw==:",
        ),
        ("\"example-header\"", "value, with, lots, of, commas"),
    ] {
        let found = line(&request, identifier);
        assert_eq!(found.as_deref(), Some(value), "{identifier}");
    }
}

#[test]
fn what_has_no_value_has_no_line() {
    let fields: &[(&str, &str)] = &[
        ("a", "1"),
        ("x-nonascii", "caf\u{e9}"),
        ("x-control", "a\u{1}b"),
        ("x-broken", "a\nb"),
        ("x-bare", "a\rb"),
        ("x-unfolded", "a\r\nb"),
        ("x-nul", "a\0b"),
        ("x_alike", "1"),
        ("x-alike", "1"),
        ("priority", "a=1, a=2"),
        ("want-repr-digest", "a=1"),
        ("cache-status", "x"),
    ];
    let request = get("/p?a=1&a=2&b=1&c;d=1", fields);
    for identifier in [
        "\"missing\"",
        "\"x-nonascii\"",
        "\"x-control\"",
        "\"x-broken\"",
        "\"x-bare\"",
        "\"x-unfolded\"",
        "\"x-unfolded\";bs",
        "\"x-nul\"",
        "\"x-nul\";bs",
        "\"x-alike\"",
        "\"x-alike\";bs",
        "\"x_alike\"",
        // No structured type is known, or the value is not of it.
        "\"a\";sf",
        "\"a\";key=\"a\"",
        "\"priority\";sf",
        "\"priority\";key=\"a\"",
        "\"want-repr-digest\";key=\"b\"",
        "\"cache-status\";key=\"x\"",
        // Twice, in a query of which readers differ, or not at all.
        "\"@query-param\";name=\"a\"",
        "\"@query-param\";name=\"b\"",
        "\"@query-param\";name=\"e\"",
    ] {
        assert_eq!(line(&request, identifier), None, "{identifier}");
    }
    for (target, name) in [
        ("/p?a=1&a=2", "a"),
        ("/p?a=1", "b"),
        ("/p", "a"),
        ("/p?a=1", "%61"),
    ] {
        let identifier = format!("\"@query-param\";name=\"{name}\"");
        assert_eq!(line(&get(target, &[]), &identifier), None, "{target}");
    }
    assert_eq!(
        line(&request, "\"x-nonascii\";bs").as_deref(),
        Some(":Y2Fmw6k=:")
    );
}

#[test]
fn what_identifies_no_component_of_a_request_is_unknown() {
    for identifier in [
        "\"@status\"",
        "\"@signature-params\"",
        "\"@unknown\"",
        "\"@Method\"",
        "\"@\"",
        "\"\"",
        "\"Date\"",
        "\"a b\"",
        "\"a:b\"",
        "\"a\";req",
        "\"@method\";req",
        "\"a\";tr",
        "\"a\";unknown",
        "\"a\";name=\"x\"",
        "\"a\";sf;bs",
        "\"a\";bs;sf",
        "\"a\";bs;key=\"x\"",
        "\"a\";key=\"x\";bs",
        "\"a\";sf=?0",
        "\"a\";sf=1",
        "\"a\";bs=?0",
        "\"a\";key",
        "\"a\";key=x",
        "\"@method\";sf",
        "\"@path\";bs",
        "\"@query\";key=\"a\"",
        "\"@query-param\"",
        "\"@query-param\";name",
        "\"@query-param\";name=x",
        "\"@query-param\";name=\"a\";sf",
        "\"@query-param\";name=\"a\";req",
        "\"@method\";name=\"a\"",
        "\"signature\"",
        "\"signature\";key=\"a\"",
        "\"signature-input\"",
        "\"signature-input\";key=\"a\"",
        "a",
        "1",
        ":YQ==:",
    ] {
        let item = Item::parse(identifier.as_bytes()).unwrap();
        assert_eq!(Identifier::of(&item), None, "{identifier}");
        let twice = format!("\"\"{identifier}");
        assert_eq!(Component::parse(&twice), Err(UnknownComponent));
    }
}

#[test]
fn identifiers_are_compared_without_regard_to_order() {
    let request = get("/", &[("priority", "a=1")]);
    for (list, is_one) in [
        ("\"priority\" \"priority\"", false),
        ("\"priority\";sf \"priority\";sf", false),
        ("\"priority\";sf;key=\"a\" \"priority\";key=\"a\";sf", false),
        ("\"priority\";key=\"a\" \"priority\";key=\"a\";sf", false),
        ("\"@method\" \"@path\" \"@method\"", false),
        ("\"priority\" \"priority\";sf \"priority\";bs", true),
        ("\"priority\";key=\"a\" \"priority\"", true),
    ] {
        let base = request
            .clone()
            .with("signature-input", &format!("sig=({list});created=1"))
            .with("signature", "sig=::")
            .base();
        assert_eq!(base.is_some(), is_one, "{list}");
    }
}

#[test]
fn a_policy_names_components_plainly_or_as_they_are_written() {
    for (text, written) in [
        ("@method", "\"@method\""),
        ("content-digest", "\"content-digest\""),
        ("\"content-digest\"", "\"content-digest\""),
        (
            "\"@query-param\";name=\"id\"",
            "\"@query-param\";name=\"id\"",
        ),
        ("\"priority\";key=\"a\"", "\"priority\";key=\"a\""),
    ] {
        assert_eq!(component(text).as_str(), written);
    }
    for text in [
        "",
        "@status",
        "Date",
        "a b",
        "\"a\";tr",
        "\"a\" \"b\"",
        "@query-param",
        "\u{e9}",
    ] {
        assert_eq!(Component::parse(text), Err(UnknownComponent), "{text}");
    }
    let covers = |asked: &str, covered: &str| {
        let item = Item::parse(covered.as_bytes()).unwrap();
        component(asked).is_covered_by(&Identifier::of(&item).unwrap())
    };
    assert!(covers("a", "\"a\"") && covers("a", "\"a\";bs") && covers("a", "\"a\";sf"));
    assert!(!covers("a", "\"a\";key=\"b\"") && !covers("a", "\"b\""));
    assert!(!covers("\"a\";bs", "\"a\"") && covers("\"a\";bs", "\"a\";bs"));
    assert!(covers("\"a\";sf;key=\"b\"", "\"a\";key=\"b\""));
    assert!(!covers(
        "\"@query-param\";name=\"a\"",
        "\"@query-param\";name=\"b\""
    ));
    assert!(!covers("@query", "\"@query-param\";name=\"b\""));
}

/// One request of 60 KiB must not have its largest field read 60 times.
#[test]
fn identifiers_with_parameters_are_few() {
    for (count, covered) in [(16, true), (17, false)] {
        let names: Vec<String> = (0..count).map(|n| format!("k{n}")).collect();
        let items: Vec<String> = names
            .iter()
            .map(|name| format!("\"priority\";key=\"{name}\""))
            .collect();
        let request = Request::good()
            .with("priority", &names.join(", "))
            .with("signature-input", &format!("sig=({})", items.join(" ")))
            .with("signature", "sig=::");
        let (head, _, _) = request.parts();
        let fields = Fields::read(&head).unwrap();
        let list = fields.select(None).unwrap().list;
        assert_eq!(identifiers(&list).is_some(), covered, "{count}");
    }
}
