//! The document as one tree, whatever it was written in: unique members, exact integers.

use super::error::{At, ConfigError, Faults};
use super::units::MAX_INTEGER;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};
use std::fmt;

/// A tree that was read strictly.
pub(super) struct Tree(pub(super) Value);

/// Reads JSON.
pub(super) fn from_json(bytes: &[u8]) -> Result<Value, ConfigError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read: Result<Tree, _> = serde_path_to_error::deserialize(&mut reader);
    let tree = read.map_err(|error| {
        let path = At::Document.below(&error.path().to_string());
        ConfigError::new(path, error.into_inner().to_string())
    })?;
    let ended = reader.end();
    ended.map_err(|error| ConfigError::document(error.to_string()))?;
    Ok(tree.0)
}

/// A double as a number of the tree: an integer if it is exactly one. None if it is not finite.
pub(super) fn number(double: f64) -> Option<Number> {
    let integer = format!("{double:.0}").parse::<i64>().ok();
    let exact = integer.filter(|it| it.unsigned_abs() <= MAX_INTEGER && double.fract() == 0.0);
    exact.map(Number::from).or_else(|| Number::from_f64(double))
}

/// Adds a fault for everything in the tree that says nothing: nulls, and empty texts, lists and
/// objects. What stands in `keys.inline` is a key set, which has its own rules.
pub(super) fn refuse_blanks(value: &Value, at: &At<'_>, faults: &mut Faults) {
    match value {
        Value::Null => faults.add(
            at,
            "has no value: give it one, or leave it out if it is optional",
        ),
        Value::Array(items) if !items.is_empty() => {
            for (place, item) in items.iter().enumerate() {
                refuse_blanks(item, &at.item(place), faults);
            }
        }
        Value::Object(members) if !members.is_empty() => {
            let holds_keys = matches!(at, At::Member(_, "keys"));
            for (name, member) in members {
                if !holds_keys || name != "inline" || member.is_null() {
                    refuse_blanks(member, &at.member(name), faults);
                }
            }
        }
        Value::String(text) if !text.trim().is_empty() => {}
        Value::Bool(_) | Value::Number(_) => {}
        Value::Array(_) | Value::Object(_) | Value::String(_) => {
            faults.add(
                at,
                "is empty: fill it in, or leave it out if it is optional",
            );
        }
    }
}

/// One text for one tree: compact JSON with sorted members.
pub(super) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { "," });
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            // The order of the map depends on a feature that any dependency may turn on.
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| name.as_str());
            text.push('{');
            for (place, (name, member)) in members.into_iter().enumerate() {
                text.push_str(if place == 0 { "" } else { "," });
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(member, text);
            }
            text.push('}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&value.to_string());
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor).map(Self)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a number, true or false, a list or an object")
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        number(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("is not a finite number"))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Tree(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let Tree(value) = members.next_value()?;
            match object.entry(name) {
                Entry::Vacant(free) => {
                    free.insert(value);
                }
                Entry::Occupied(taken) => {
                    let problem = format!("has the member `{}` twice", taken.key());
                    return Err(A::Error::custom(problem));
                }
            }
        }
        Ok(object.into())
    }
}
