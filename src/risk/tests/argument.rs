//! Patterns of what stands in the body.

use super::*;
use crate::risk::argument::{Argument, Counts, LONGEST, MOST_ITEMS};
use crate::risk::pattern::Pattern;
use crate::testing::test;

fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|it| Pattern::parse(it).unwrap()).collect()
}

pub(super) fn like(texts: &[&str]) -> Condition {
    Condition::Argument(Argument {
        at: pointer("/to/url"),
        counts: Counts::Like(patterns(texts)),
    })
}

fn unlike(texts: &[&str]) -> Condition {
    Condition::Argument(Argument {
        at: pointer("/to/url"),
        counts: Counts::Unlike(patterns(texts)),
    })
}

fn holds(condition: &Condition, content: &str) -> bool {
    let content = json(content);
    let shown = Shown {
        content: Some(&content),
        ..facts(None)
    };
    condition.holds(&shown)
}

#[test]
fn what_is_like_a_pattern_counts() {
    let inner = like(&["http://169.254.*", "*.internal", "7"]);
    for (content, counts) in [
        (r#"{"to":{"url":"http://169.254.1.1/x"}}"#, true),
        (r#"{"to":{"url":"HTTP://169.254.1.1/x"}}"#, true),
        (r#"{"to":{"url":"https://a.InternaL"}}"#, true),
        (r#"{"to":{"url":"https://a.example.com"}}"#, false),
        (r#"{"to":{"url":7}}"#, true),
        (r#"{"to":{"url":8}}"#, false),
        (r#"{"to":{}}"#, false),
        ("{}", false),
        (r#"{"to":{"url":["a","b.internal"]}}"#, true),
        (r#"{"to":{"url":["a","b"]}}"#, false),
        (r#"{"to":{"url":[]}}"#, false),
        (r#"{"to":[{"url":"a"},{"url":"b.internal"}]}"#, true),
        (r#"{"to":[{"url":"a"},{}]}"#, false),
        // Of what is no text nobody can tell.
        (r#"{"to":{"url":null}}"#, true),
        (r#"{"to":{"url":true}}"#, true),
        (r#"{"to":{"url":{"a":"b"}}}"#, true),
        (r#"{"to":"a"}"#, true),
        (r#"{"to":null}"#, true),
        ("7", true),
    ] {
        assert_eq!(holds(&inner, content), counts, "{content}");
    }
}

#[test]
fn what_is_like_none_of_those_expected_counts() {
    let expected = unlike(&["https://api.example.com/*", "none"]);
    for (content, counts) in [
        (r#"{"to":{"url":"https://api.example.com/x"}}"#, false),
        (r#"{"to":{"url":"none"}}"#, false),
        (r#"{"to":{"url":"None"}}"#, true),
        (r#"{"to":{"url":"https://api.example.com"}}"#, true),
        (r#"{"to":{"url":["none","https://x"]}}"#, true),
        (r#"{"to":{"url":["none"]}}"#, false),
        (r#"{"to":{"url":[]}}"#, true),
        (r#"{"to":{"url":null}}"#, true),
        (r#"{"to":{}}"#, true),
        ("{}", true),
    ] {
        assert_eq!(holds(&expected, content), counts, "{content}");
    }
}

#[test]
fn what_is_not_read_counts() {
    for condition in [like(&["a"]), unlike(&["a*"])] {
        assert!(condition.holds(&Nothing));
        let texts = |length: usize| format!(r#"{{"to":{{"url":"{}"}}}}"#, "a".repeat(length));
        let text = json_of(&texts(LONGEST + 1));
        let shown = Shown {
            content: Some(&text),
            ..facts(None)
        };
        assert!(condition.holds(&shown));
        let items = |count: usize| {
            let items = vec![r#""ab""#; count].join(",");
            format!(r#"{{"to":{{"url":[{items}]}}}}"#)
        };
        assert!(!holds(&condition, &items(MOST_ITEMS)));
        assert!(holds(&condition, &items(MOST_ITEMS + 1)));
    }
}

fn json_of(text: &str) -> Json {
    let limits = Limits {
        bytes: 1 << 16,
        depth: 8,
    };
    Json::parse(text.as_bytes(), limits).unwrap()
}
