//! The reader against another, slower one, over anything, and what no subject can do to it.

use super::{CLIENT, OWN, hex, hop, of};
use crate::http::forwarded_certificate::Mode;
use proptest::prelude::*;

/// What a character is to a reader that looks at one after the other.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Plain,
    Quoted,
    Escaped,
}

/// Splits at each of these characters that stands outside quotes.
fn split(text: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut place = Place::Plain;
    for c in text.chars() {
        place = match (place, c) {
            (Place::Plain, c) if c == at => {
                parts.push(String::new());
                continue;
            }
            (Place::Plain, '"') | (Place::Escaped, _) => Place::Quoted,
            (Place::Quoted, '"') => Place::Plain,
            (Place::Quoted, '\\') => Place::Escaped,
            (same, _) => same,
        };
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

/// The value of `Hash` in the last element, as the slower reader has it.
fn slow(line: &str) -> Option<String> {
    let elements = split(line, ',');
    let last = elements.last()?.trim_start_matches([' ', '\t']);
    let mut found = None;
    for pair in split(last, ';') {
        let (key, value) = pair.split_once('=')?;
        if key.eq_ignore_ascii_case("hash") {
            found = Some(value.trim_matches('"').to_owned());
        }
    }
    found
}

/// A subject as a proxy quotes it: what is special has a backslash before it.
fn quoted(subject: &str) -> String {
    let mut text = String::from("\"");
    for c in subject.chars() {
        if ",;=\"\\+<>".contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
    text
}

fn piece() -> impl Strategy<Value = String> {
    let hash = hex(CLIENT);
    let other = hex([0xff; 32]);
    prop_oneof![
        3 => Just(format!("Hash={hash}")),
        1 => Just(format!("hash=\"{other}\"")),
        2 => Just("URI=spiffe://a/b".to_owned()),
        2 => r#"Subject="[a,;=\\"]{0,6}""#.prop_map(|text| text),
        4 => Just(",".to_owned()),
        4 => Just(";".to_owned()),
        1 => r#"[By=a"\\;, ]{0,4}"#.prop_map(|text| text),
    ]
}

proptest! {
    #[test]
    fn both_readers_find_the_same_digest(pieces in prop::collection::vec(piece(), 1..9)) {
        let line = pieces.concat();
        if let Ok(Some(found)) = of(&line, Mode::Forwarded) {
            prop_assert_eq!(slow(&line), Some(hex(found.digest)));
        }
    }

    #[test]
    fn no_subject_adds_or_hides_an_element(subject in r#"([ -~]|,Hash=ff|";Hash=|\\){0,20}"#) {
        let client = format!("Hash={};Subject={}", hex(CLIENT), quoted(&subject));
        for (line, mode) in [
            (client.clone(), Mode::Forwarded),
            (format!("{client},{}", hop()), Mode::Appended),
            (format!("Hash={};Subject={},{client}", hex(OWN), quoted(&subject)), Mode::Forwarded),
        ] {
            let digest = of(&line, mode).unwrap().map(|found| found.digest);
            prop_assert_eq!(digest, Some(CLIENT), "{}", line);
        }
    }

    #[test]
    fn one_changed_byte_never_gives_another_certificate(place: prop::sample::Index, byte in 1_u8..0x7f) {
        let line = format!("Hash={},{},{}", hex([0xff; 32]), super::client(), hop());
        let mut bytes = line.clone().into_bytes();
        bytes[place.index(line.len())] = byte;
        let line = String::from_utf8(bytes).unwrap();
        if let Ok(Some(found)) = of(&line, Mode::Appended) {
            // A hexadecimal digit of the digest itself may change, and nothing can tell.
            let same = (0..32).filter(|i| found.digest[*i] != CLIENT[*i]).count();
            prop_assert!(same <= 1, "{}", line);
        }
    }
}
