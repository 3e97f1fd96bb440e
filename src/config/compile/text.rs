//! Texts with a form of their own: names, algorithms, paths, pointers.

use super::{At, Faults};
use crate::crypto::Algorithm;
use crate::json::Pointer;
use std::collections::BTreeMap;

/// A name that stands in records and metrics: short and plain.
pub(super) fn name(text: &str, at: &At<'_>, faults: &mut Faults) -> Option<()> {
    let plain = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    let problem =
        format!("{text:?} is not a name: write up to 64 letters, digits, `-`, `_` and `.`");
    faults.check(plain, at, problem).then_some(())
}

/// A text that is sent or compared as it is: visible ASCII without spaces.
pub(super) fn visible(text: String, at: &At<'_>, faults: &mut Faults) -> Option<String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let problem = format!("{text:?} may hold only visible ASCII characters");
    faults.check(plain, at, problem).then_some(text)
}

/// The path of a call to a service.
pub(super) fn path(text: String, at: &At<'_>, faults: &mut Faults) -> Option<String> {
    let text = visible(text, at, faults)?;
    let plain = text.starts_with('/') && !text.contains('#');
    let problem = format!("{text:?} is not a path: begin it with `/`, and write no fragment");
    faults.check(plain, at, problem).then_some(text)
}

/// A member of a space-separated list inside a quoted header value (RFC 6749 section 3.3).
pub(super) fn token(text: &str, at: &At<'_>, faults: &mut Faults) -> Option<()> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    let how = "write visible ASCII characters without spaces, quotes and backslashes";
    let problem = format!("{text:?} cannot stand in a challenge: {how}");
    faults.check(plain, at, problem).then_some(())
}

/// A JSON pointer to a member, not to the whole.
pub(super) fn pointer(text: &str, at: &At<'_>, faults: &mut Faults) -> Option<Pointer> {
    let pointer = Pointer::parse(text).filter(|pointer| !pointer.tokens().is_empty());
    let problem = format!("{text:?} is not a JSON pointer to a member: write /a/b");
    faults.keep(pointer.ok_or(problem), at)
}

/// Signature algorithms. `EdDSA` and `Ed25519` are one, and may both be written.
pub(super) fn algorithms(
    names: &[String],
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<Algorithm>> {
    repeated(names, at, faults);
    let mut algorithms = Vec::new();
    let mut whole = true;
    for (place, name) in names.iter().enumerate() {
        match Algorithm::from_name(name) {
            Some(algorithm) if algorithms.contains(&algorithm) => {}
            Some(algorithm) => algorithms.push(algorithm),
            None => {
                whole = false;
                faults.add(&at.item(place), unknown_algorithm(name));
            }
        }
    }
    whole.then_some(algorithms)
}

fn unknown_algorithm(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    if upper == "NONE" {
        return "\"none\" is no signature".to_owned();
    }
    if upper.starts_with("HS") {
        return format!("{name:?} is symmetric: who can verify can also sign");
    }
    let known: Vec<&str> = Algorithm::ALL.iter().map(|known| known.name()).collect();
    format!("{name:?} is not one of {}", known.join(", "))
}

/// Tells every item that stands in the list already.
pub(super) fn repeated<T: Ord>(items: &[T], at: &At<'_>, faults: &mut Faults) {
    let mut seen = BTreeMap::new();
    for (place, item) in items.iter().enumerate() {
        match seen.get(item) {
            None => {
                seen.insert(item, place);
            }
            Some(first) => faults.add(
                &at.item(place),
                format!("is listed already, at place {first}"),
            ),
        }
    }
}

/// The name of an environment variable.
pub(super) fn variable(name: &str, at: &At<'_>, faults: &mut Faults) -> Option<()> {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let begins = name.starts_with(|first: char| first.is_ascii_uppercase() || first == '_');
    let how = "write upper-case letters, digits and underscores, as in COUNTERSIGN_KEY";
    let problem = format!("{name:?} is not the name of an environment variable: {how}");
    faults
        .check(begins && name.bytes().all(plain), at, problem)
        .then_some(())
}
