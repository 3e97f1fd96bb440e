//! What is refused at load.

use super::*;
use crate::testing::test;

#[test]
fn what_cannot_be_told_before_is_accepted() {
    for text in [
        "request.path.startsWith('/x') && token.acr != 'strong'",
        "!(token.acr in ['a', 'b'])",
        "has(token.act) ? actor.depth > 1 : false",
        "detail.items.exists(it, it.amount > 10) || detail.items.all(it, has(it.name))",
        "detail.items.exists_one(it, it == 'a')",
        "double(detail.amount) * 2.0 >= 10.5",
        "token['a-b'].c[0] == 1",
        "request.parameters.account == string(7)",
        "token.a + token.b == 'ab'",
        "size(token.groups) > 3 && token.groups.size() < 9",
        "connection.source == '10.0.0.1' || connection.peer == 'spiffe://a/b'",
        "route.name == \"transfer\"",
        "request.time % 86400 < 3600",
        "token.flag",
        "-token.n < 3 - 1",
    ] {
        assert!(
            Expression::parse(text).is_ok(),
            "{text}: {:?}",
            Expression::parse(text)
        );
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_is_no_condition_is_refused_with_a_reason() {
    let long = format!("token.a == '{}'", "x".repeat(LONGEST));
    let wide = vec!["token.a"; 70].join(" && ");
    let deep = format!("{}token.a{}", "(!".repeat(40), ")".repeat(40));
    for (text, says) in [
        (long.as_str(), "is longer than 1024 bytes"),
        (&wide, "is too large: write several signals"),
        (&deep, ""),
        ("", "is no expression"),
        ("token.a ==", "is no expression"),
        ("token.a == 'b", "is no expression"),
        ("token.a; token.b", "is no expression"),
        ("token.?a", "is no expression"),
        ("true", "names nothing of a request"),
        ("1 < 2", "names nothing of a request"),
        ("request.path", "is a text, and must be true or false"),
        (
            "size(token.a)",
            "is a whole number, and must be true or false",
        ),
        ("[token.a]", "is a list, and must be true or false"),
        ("tokn.a == 1", "names `tokn`, and there is only"),
        (
            "request.pth == '/'",
            "names `request.pth`, and `request` has only",
        ),
        (
            "request.headers.a == '/'",
            "names `request.headers`, and `request` has only",
        ),
        (
            "actor.name == ''",
            "names `actor.name`, and `actor` has only `issuer`, `subject`, `depth`",
        ),
        (
            "connection.port == 1",
            "names `connection.port`, and `connection` has only",
        ),
        (
            "route.base > 1",
            "names `route.base`, and `route` has only `name`",
        ),
        (
            "token == detail",
            "names `token` as a whole: name a member of it",
        ),
        ("size(token) > 1", "names `token` as a whole"),
        ("'a' in token", "names `token` as a whole"),
        ("request['path'] == '/'", "names `request` as a whole"),
        ("type(token.a) == string", "calls `type`, and there is only"),
        (
            "token.a.matches('a+')",
            "calls `matches`, and there is only",
        ),
        (
            "startsWith(token.a, 'b')",
            "calls `startsWith`, and there is only",
        ),
        ("now() > token.a", "calls `now`, and there is only"),
        (
            "timestamp(token.a) == token.b",
            "calls `timestamp`, and there is only",
        ),
        (
            "duration('1s') == token.b",
            "calls `duration`, and there is only",
        ),
        (
            "request.path == 1",
            "asks `==` of a text and a whole number",
        ),
        (
            "request.time == '1'",
            "asks `==` of a whole number and a text",
        ),
        ("request.path < 1", "asks `<` of a text and a whole number"),
        (
            "request.path + 1 == token.a",
            "asks `+` of a text and a whole number",
        ),
        (
            "request.path - 'a' == token.a",
            "asks `-` of a text and a text",
        ),
        (
            "request.path && token.a",
            "asks `&&` of a text and anything",
        ),
        ("!request.path", "asks `!` of a text"),
        (
            "request.path ? token.a : token.b",
            "asks `?_:` of a text and anything and anything",
        ),
        (
            "request.time.startsWith('1')",
            "asks `startsWith` of a whole number and a text",
        ),
        (
            "request.path.startsWith(1)",
            "asks `startsWith` of a text and a whole number",
        ),
        ("request.path.a == 1", "asks for `a` of a text"),
        ("'a' in request.path", "asks `in` of a text and a text"),
        (
            "request.path.exists(c, c == 'a')",
            "loops over a text, and may only over a list",
        ),
        ("token.a.map(x, x + 1) == [2]", "may loop only with"),
        ("token.a.filter(x, x > 1) == [2]", "may loop only with"),
        (
            "token.a.exists(x, token.b.exists(y, x == y))",
            "has a loop inside a loop",
        ),
        (
            "token.a.all(token, token == 1)",
            "uses `token` for the items of a list",
        ),
        (
            "token.a.all(x, x == 1) && x == 1",
            "names `x`, and there is only",
        ),
        ("{'a': token.a} == {'a': 1}", "may hold no map"),
        ("token.a == b'a'", "may hold no bytes"),
        ("token.a == 1u", "may hold no bytes and no unsigned numbers"),
        ("a.B{c: token.a} == 1", ""),
    ] {
        let bad = Expression::parse(text).expect_err(text);
        assert!(bad.0.starts_with(says), "{text}: {}", bad.0);
    }
}

#[test]
fn an_expression_knows_its_roots() {
    let expression = Expression::parse("token.a == detail.b").unwrap();
    let named = Root::ALL.map(|root| expression.names(root));
    assert_eq!(named, [false, true, true, false, false, false]);
    // A variable is none.
    let expression = Expression::parse("token.a.all(x, x.request == 1)").unwrap();
    assert!(!expression.names(Root::Request));
}

#[test]
fn the_deepest_and_the_longest_are_read_or_refused() {
    for piece in [
        "!",
        "-",
        "(",
        "[",
        "{",
        "a.",
        "a[",
        "a(",
        "true?",
        "true?true:",
        "has(",
        "token.a.",
        "1+",
        "'",
        "a&&",
        "a||",
        "!(",
        "-(",
        "[[",
        "size(",
        "\\",
        "\"",
        "token.",
        "token[",
        "token.a.exists(x,",
        "[1].all(x,",
        "a==",
        "a in ",
        "{'a':",
        "true&&(",
        "é",
        "@",
        "`",
        "//",
        "r'",
        "b'",
        "''",
        "'''",
    ] {
        for end in ["", "a", "true", "1", ")", "]", "'", "token.a"] {
            for length in [LONGEST, LONGEST / 2, 200, 60, 30] {
                let count = length.saturating_sub(end.len()) / piece.len();
                let text = [&piece.repeat(count), end].concat();
                let _ = Expression::parse(&text);
            }
        }
    }
    let facts = Shown::of(r#"{"a":true}"#, "{}");
    let many = vec!["token.a"; 30].join("&&");
    assert_eq!(judge(&many, &facts), Judged::Holds);
}
