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
    assert_eq!(judge(once, &text(MOST_TEXT - 1)), Fails);
    assert_eq!(judge(once, &text(MOST_TEXT)), Faulted);
    // Four times a quarter is more than all, with the names.
    let often = "token.list.exists(it, token.text.contains('y'))";
    assert_eq!(judge(often, &text(MOST_TEXT / 4 - 8)), Fails);
    assert_eq!(judge(often, &text(MOST_TEXT / 4)), Faulted);
}
