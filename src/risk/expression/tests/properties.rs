//! Any text, any facts: no panic, the same parse as the generated parser's, and no loss by ignorance.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces that expressions are made of, and some that they are not.
fn pieces() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "token",
        "detail",
        "request",
        "actor",
        ".",
        ".a",
        ".b",
        ".list",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "&&",
        "||",
        "!",
        "==",
        "!=",
        "<",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "?",
        ":",
        ",",
        " in ",
        "1",
        "-1",
        "0.5",
        "1e9",
        "9223372036854775807",
        "'a'",
        "\"b\"",
        "r'\\'",
        "'''x'''",
        "b'x'",
        "1u",
        "true",
        "false",
        "null",
        "has(",
        "size(",
        "int(",
        "double(",
        "string(",
        ".exists(x, ",
        ".all(y, ",
        ".exists_one(z, ",
        ".map(x, ",
        "x",
        "y",
        "\\",
        "'",
        "\"",
        "`",
        "//",
        "\n",
        "é",
        "\u{0}",
        "0x",
        "..",
        ".?",
        "[?",
        "_[_]",
        "@result",
        "dyn(",
        "type(",
        "optional.of(",
    ]);
    vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// An expression that is well formed and true or false, and asks `has` of nothing.
fn conditions() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "token.a == 'x'",
        "token.a != 'x'",
        "token.n < 3",
        "token.n >= 3",
        "token.flag",
        "true",
        "detail.list.exists(it, it > 2)",
        "detail.list.all(it, it > 2)",
        "token.a.startsWith('x')",
        "token.inner.n == detail.n",
        "request.parameters.account == token.a",
    ]);
    leaf.prop_map(str::to_owned)
        .prop_recursive(4, 12, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|one| format!("!({one})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) && ({b})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) || ({b})")),
                (inner.clone(), inner.clone(), inner)
                    .prop_map(|(a, b, c)| format!("({a}) ? ({b}) : ({c})")),
            ]
        })
}

/// Claims with some of these members.
fn claims(shown: &[bool], values: &[u8]) -> String {
    let text = |value: u8| {
        if value.is_multiple_of(2) {
            "\"x\""
        } else {
            "\"7\""
        }
    };
    let value = |place: usize| values.get(place).copied().unwrap_or_default();
    let members = [
        format!(r#""a":{}"#, text(value(0))),
        format!(r#""n":{}"#, value(1) % 5),
        format!(r#""flag":{}"#, value(2).is_multiple_of(2)),
        format!(r#""inner":{{"n":{}}}"#, value(3) % 2),
    ];
    let there = members.into_iter().zip(shown);
    let there: Vec<String> = there
        .filter(|(_, shown)| **shown)
        .map(|(it, _)| it)
        .collect();
    format!("{{{}}}", there.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_much(text in pieces(), noise in ".{0,40}") {
        let facts = Shown::of(r#"{"a":"x","list":[1,2]}"#, r#"{"a":{"b":1}}"#);
        for text in [text, noise] {
            if let Ok(expression) = Expression::parse(&text) {
                let _ = expression.judge(&facts);
            }
        }
    }

    #[test]
    fn both_parsers_read_the_same(text in prop_oneof![pieces(), conditions()]) {
        let own = cel::parser::PrattParser::new().parse(&text).ok();
        if let Some(own) = own {
            // Ids are given in another order: the expressions are compared as they are run.
            let other = cel::parser::Parser::new().parse(&text);
            prop_assert!(other.is_ok(), "{text}");
            let shape = |tree: &cel::IdedExpr| super::super::shape::Shape::roots(tree);
            prop_assert_eq!(shape(&own), shape(&other.unwrap()), "{}", text);
        }
    }

    /// Replacing a fact by nothing never turns a condition that counts into one that does not.
    #[test]
    fn a_missing_fact_never_counts_less(
        text in conditions(),
        shown in vec(any::<bool>(), 4),
        hidden in 0..4_usize,
        values in vec(any::<u8>(), 4),
        list in vec(0..5_u8, 0..4),
    ) {
        let Ok(expression) = Expression::parse(&text) else { return Ok(()) };
        let mut less = shown.clone();
        less[hidden] = false;
        let detail = format!(r#"{{"list":{list:?},"n":1}}"#);
        let counts = |shown: &[bool]| {
            let facts = Shown::of(&claims(shown, &values), &detail);
            expression.judge(&facts) != Judged::Fails
        };
        prop_assert!(counts(&less) || !counts(&shown), "{text}");
        let mut facts = Shown::of(&claims(&shown, &values), &detail);
        let before = expression.judge(&facts) != Judged::Fails;
        facts.detail = None;
        prop_assert!(expression.judge(&facts) != Judged::Fails || !before, "{text}");
    }
}
