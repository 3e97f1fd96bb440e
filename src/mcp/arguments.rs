//! The arguments of a call as one digest, however they were written down: SHA-256 of their canonical
//! JSON (RFC 8785).

use crate::crypto::digest::{Digest32, sha256};
use crate::json::Json;
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};

/// The digest of a value.
///
/// None where a number in it would be another one in the canonical form, which has doubles
/// (RFC 8785 section 3.2.2.3): two values that differ must never have one digest.
#[must_use]
pub fn digest(value: &Json) -> Option<Digest32> {
    let canonical = serde_json_canonicalizer::to_vec(&Canonical(value)).ok()?;
    Some(sha256(&[&canonical]))
}

/// A value as the library reads it. It sorts the members and writes the numbers.
struct Canonical<'j>(&'j Json);

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(truth) => serializer.serialize_bool(*truth),
            Json::Number(text) => match double(text) {
                Some(number) => serializer.serialize_f64(number),
                None => Err(S::Error::custom("a number that is no double")),
            },
            Json::String(text) => serializer.serialize_str(text),
            Json::Array(items) => serializer.collect_seq(items.iter().map(Canonical)),
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, &Canonical(value))?;
                }
                map.end()
            }
        }
    }
}

/// The double that a number is, if writing that down gives the same value again.
fn double(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    // The shortest text that reads as this double.
    let shortest = format!("{number:e}");
    // `-0` would lose its sign.
    let survives =
        significant(text)? == significant(&shortest)? && text.starts_with('-') == (number < 0.0);
    survives.then_some(number)
}

/// What a number is made of: its digits without zeros at either end, and the power of ten that the
/// last of them counts. Zero has no digits.
fn significant(text: &str) -> Option<(String, i64)> {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent
        .strip_prefix('+')
        .unwrap_or(exponent)
        .parse()
        .ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = [whole, fraction].concat();
    let all = digits.trim_end_matches('0').len();
    let zeros = i64::try_from(digits.len().checked_sub(all)?).ok()?;
    let after_point = i64::try_from(fraction.len()).ok()?;
    digits.truncate(all);
    let digits = digits.trim_start_matches('0').to_owned();
    if digits.is_empty() {
        return Some((digits, 0));
    }
    let power = exponent.checked_sub(after_point)?.checked_add(zeros)?;
    Some((digits, power))
}
