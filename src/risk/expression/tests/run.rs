//! What expressions come to.

use super::*;
use crate::testing::test;
use Judged::{Fails, Faulted, Holds};

const CLAIMS: &str = r#"{
    "acr": "weak", "n": 3, "half": 0.5, "flag": true, "nothing": null, "big": 99999999999999999999,
    "groups": ["a", "b"], "inner": { "a": { "b": "c" } }, "a-b": 1, "amount": "12500.00"
}"#;
const DETAIL: &str = r#"{ "items": [{ "amount": 5 }, { "amount": 15 }], "kind": "export" }"#;

#[test]
fn expressions_hold_or_fail() {
    let facts = Shown::of(CLAIMS, DETAIL);
    for (text, judged) in [
        (
            "request.path.startsWith('/accounts') && token.acr != 'strong'",
            Holds,
        ),
        (
            "request.path.startsWith('/x') && token.acr != 'strong'",
            Fails,
        ),
        (
            "request.method == 'POST' && request.authority == 'api.example.com'",
            Holds,
        ),
        ("request.query.contains('a=')", Holds),
        ("request.parameters.account == '7'", Holds),
        ("request.time == 1774605600", Holds),
        ("token.n > 2 && token.n + 1 == 4 && token.half < 1.0", Holds),
        ("token.flag", Holds),
        ("!token.flag", Fails),
        ("token.nothing == null", Holds),
        ("token['a-b'] == 1", Holds),
        ("token.inner.a.b == 'c'", Holds),
        ("token.groups[1] == 'b'", Holds),
        ("'b' in token.groups && !('c' in token.groups)", Holds),
        ("'a' in token.inner && !('b' in token.inner)", Holds),
        (
            "size(token.groups) == 2 && size(token.inner) == 1 && size(token.acr) == 4",
            Holds,
        ),
        ("double(token.amount) > 10000.0", Holds),
        ("double(token.amount) > 20000.0", Fails),
        ("detail.items.exists(it, it.amount > 10)", Holds),
        ("detail.items.all(it, it.amount > 10)", Fails),
        ("detail.items.exists_one(it, it.amount > 10)", Holds),
        ("[1, 2, token.n].exists(it, it == 3)", Holds),
        ("actor.depth == 1 && actor.subject == 'agent-7'", Holds),
        ("connection.source == '10.1.2.3'", Holds),
        ("route.name == 'transfer'", Holds),
        ("has(token.missing)", Fails),
        ("has(token.inner.a.b) && !has(token.inner.a.c)", Holds),
        // What decides does not ask for the rest.
        ("token.missing == 1 || token.flag", Holds),
        ("token.missing == 1 && !token.flag", Fails),
        ("token.acr == 'weak' ? true : token.missing", Holds),
    ] {
        assert_eq!(judge(text, &facts), judged, "{text}");
    }
}

#[test]
fn what_cannot_be_told_is_faulted() {
    let facts = Shown::of(CLAIMS, DETAIL);
    for text in [
        "token.missing == 1",
        "!(token.missing == 1)",
        "token.missing != 1",
        "token.inner.missing.b == 1",
        "token.acr.b == 1",
        "token.acr > 3",
        "token.acr + 3 == 4",
        "token.acr",
        "token.n",
        "token.n && token.flag",
        "!token.n",
        "token.groups[2] == 'c'",
        "token.groups[-1] == 'c'",
        "token.groups['a'] == 'c'",
        "token.n / 0 == 1",
        "token.n % 0 == 1",
        "token.n * 9223372036854775807 == 1",
        "token.big > 1",
        "double(token.acr) > 1.0",
        "int(token.acr) > 1",
        "token.inner.exists(it, it == 'a')",
        "token.acr.exists(it, it == 'a')",
        "detail.items.exists(it, it.name == 'a')",
        "token.acr in token.acr",
        "connection.peer == 'spiffe://a/b'",
        "token.missing == 1 || !token.flag",
        "token.missing == 1 && token.flag",
        // What has members is compared with nothing.
        "token.inner == token.inner",
        "token.inner != detail.items",
        "token.inner in detail.items",
        "detail.items == detail.items",
        "token.inner != 'a' || true",
    ] {
        assert_eq!(judge(text, &facts), Faulted, "{text}");
    }
}

#[test]
fn nothing_is_known_of_what_is_not_there() {
    let mut facts = Shown::of("{}", "{}");
    (facts.claims, facts.detail, facts.query, facts.actor) = (None, None, None, false);
    for text in [
        "token.a == 1",
        "has(token.a)",
        "detail.a == 1",
        "has(detail.a)",
        "actor.depth > 0",
        "actor.subject == ''",
        "request.query == ''",
    ] {
        assert_eq!(judge(text, &facts), Faulted, "{text}");
    }
    assert_eq!(judge("has(request.query)", &facts), Fails);
}

#[test]
fn the_work_of_a_run_is_bounded() {
    let list = |items: usize| {
        let items = vec!["1"; items].join(",");
        Shown::of(&format!(r#"{{"list":[{items}]}}"#), "{}")
    };
    let all = "token.list.all(it, it == 1)";
    assert_eq!(judge(all, &list(MOST_ITEMS)), Holds);
    assert_eq!(judge(all, &list(MOST_ITEMS + 1)), Faulted);

    let text = |bytes: usize| {
        let text = "x".repeat(bytes);
        Shown::of(&format!(r#"{{"text":"{text}","list":[1,2,3,4]}}"#), "{}")
    };
    let once = "token.text.contains('y')";
    // The text is one of two members.
    assert_eq!(judge(once, &text(MOST_FACTS - 2)), Fails);
    assert_eq!(judge(once, &text(MOST_FACTS - 1)), Faulted);
    // Four times a quarter is more than all, with the names.
    let often = "token.list.exists(it, token.text.contains('y'))";
    assert_eq!(judge(often, &text(MOST_FACTS / 4 - 24)), Fails);
    assert_eq!(judge(often, &text(MOST_FACTS / 4)), Faulted);

    // Lists of lists of numbers have no text, and are work all the same.
    let nested = |rows: usize| {
        let row = format!("[{}]", ["1"; MOST_ITEMS].join(","));
        let rows = vec![row.as_str(); rows].join(",");
        Shown::of(&format!(r#"{{"rows":[{rows}],"list":[1,2,3,4]}}"#), "{}")
    };
    let often = "token.list.all(it, size(token.rows) > 0)";
    assert_eq!(judge(often, &nested(8)), Holds);
    assert_eq!(judge(often, &nested(16)), Faulted);

    // And so is a name that is looked for among thousands.
    let wide = |members: usize| {
        let members: Vec<String> = (0..members).map(|it| format!(r#""m{it}":1"#)).collect();
        let members = members.join(",");
        Shown::of(&format!(r#"{{"list":[1,2,3,4],{members}}}"#), "{}")
    };
    let often = "token.list.all(it, has(token.m0))";
    assert_eq!(judge(often, &wide(12_000)), Holds);
    assert_eq!(judge(often, &wide(14_000)), Faulted);
}

#[test]
fn no_number_is_too_much() {
    let numbers = [
        "0",
        "-0",
        "1",
        "-1",
        "-9223372036854775808",
        "9223372036854775807",
        "0.0",
        "-0.5",
        "1e15",
        "-1e15",
        "1e-15",
        "\"nan\"",
        "\"-inf\"",
        "\"1e999\"",
        "\"-9223372036854775808\"",
        "[]",
        "{}",
        "null",
        "true",
    ];
    for one in numbers {
        for other in numbers {
            let facts = Shown::of(&format!(r#"{{"a":{one},"b":{other},"c":[1,2]}}"#), "{}");
            for text in [
                "token.a + token.b > 0",
                "token.a - token.b > 0",
                "token.a * token.b > 0",
                "token.a / token.b > 0",
                "token.a % token.b > 0",
                "-token.a > token.b",
                "token.c[token.a] == token.b",
                "int(token.a) > int(token.b)",
                "double(token.a) > double(token.b)",
                "string(token.a) == string(token.b)",
                "token.a == token.b",
                "token.a in [token.b]",
                "size(token.a) == token.b",
                "token.c.exists(it, it / token.a > token.b)",
            ] {
                let _ = judge(text, &facts);
            }
        }
    }
    // What is no number is not below one.
    let facts = Shown::of(r#"{"a":"nan"}"#, "{}");
    assert_eq!(judge("double(token.a) > 5.0", &facts), Faulted);
    assert_eq!(judge("double(token.a) < 5.0", &facts), Faulted);
}
