//! A token is three segments, and each has one spelling.
#![expect(clippy::string_slice, reason = "base64 is ASCII")]

use super::compact::{CLAIMS, HEADER, key, parse, verdict};
use super::*;
use crate::testing::test;

#[test]
fn there_are_three_segments_and_none_is_empty() {
    let text = token(HEADER, CLAIMS, &key());
    let parts: Vec<&str> = text.split('.').collect();
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    let rows = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        header.to_owned(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!("{header}..{signature}"),
        format!(".{claims}.{signature}"),
        format!("{text}."),
        format!(".{text}"),
        format!("{text}.{signature}"),
        format!("{header}.{claims}.{claims}.{claims}.{signature}"),
        format!(r#"{{"payload":"{claims}","protected":"{header}","signature":"{signature}"}}"#),
        format!("{text},{text}"),
        format!("{text} {text}"),
        format!("Bearer {text}"),
        format!("\u{feff}{text}"),
    ];
    for row in &rows {
        assert_eq!(parse(row).unwrap_err(), Malformed, "{row}");
    }
}

#[test]
fn a_token_has_one_spelling() {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut stray = 0;
    // Paddings of the JSON give each segment every length modulo three.
    for (before, after) in [("", ""), (" ", ""), ("", " "), (" ", " "), ("  ", " ")] {
        let text = token(
            format!("{HEADER}{before}"),
            format!("{CLAIMS}{after}"),
            &key(),
        );
        assert!(verdict(&text).is_ok());
        let mut at = 0;
        for segment in text.split('.') {
            at += segment.len();
            let (head, tail) = text.split_at(at);
            for extra in [
                "=", "==", " ", "\n", "\r\n", "\t", "\0", "A", "AA", "%3D", "+", "/", "é",
            ] {
                let spelled = format!("{head}{extra}{tail}");
                let refused = parse(&spelled).is_err() || verdict(&spelled).is_err();
                assert!(refused, "{extra:?} after {at}");
                let letter = extra.starts_with('A');
                assert!(letter || parse(&spelled).is_err(), "{extra:?} after {at}");
            }
            let last = &segment[segment.len() - 1..];
            for other in ALPHABET.iter().map(|byte| char::from(*byte).to_string()) {
                let spelled = format!("{}{other}{tail}", &text[..at - 1]);
                if other == last {
                    continue;
                }
                let unused = match segment.len() % 4 {
                    2 => 4,
                    3 => 2,
                    _ => 0,
                };
                let value = |text: &str| {
                    ALPHABET
                        .iter()
                        .position(|byte| text.as_bytes() == [*byte])
                        .unwrap()
                        >> unused
                };
                if value(&other) == value(last) && unused > 0 {
                    stray += 1;
                    assert_eq!(
                        parse(&spelled).unwrap_err(),
                        Malformed,
                        "stray bits at {at}"
                    );
                } else {
                    assert!(
                        parse(&spelled).is_err() || verdict(&spelled).is_err(),
                        "{at}"
                    );
                }
            }
            at += 1;
        }
    }
    assert!(stray > 60, "the table must reach the case it is for");
    let text = token(HEADER, CLAIMS, &key());
    for (from, to) in [("-", "+"), ("_", "/")] {
        assert!(!text.contains(from) || parse(&text.replace(from, to)).is_err());
    }
    assert_eq!(parse(&text.to_uppercase()).unwrap_err(), Malformed);
}
