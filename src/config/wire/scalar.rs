//! Scalars of the document: whole numbers, durations, sizes.

use crate::config::units::MAX_INTEGER;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, de};
use std::fmt;

/// A whole number that fits a double exactly, so that JSON and a protobuf `Struct` say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config) struct Whole(pub(in crate::config) u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor)
    }
}

struct WholeVisitor;

impl Visitor<'_> for WholeVisitor {
    type Value = Whole;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a whole number from 0 to {MAX_INTEGER}")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Whole, E> {
        if value > MAX_INTEGER {
            return Err(de::Error::invalid_value(Unexpected::Unsigned(value), &self));
        }
        Ok(Whole(value))
    }
}

/// A duration as it is written: a whole number above zero and `ms`, `s`, `m` or `h`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(rename = "duration", extend("pattern" = "^[1-9][0-9]*(ms|s|m|h)$"))
)]
#[serde(transparent)]
pub(in crate::config) struct Span(pub(in crate::config) String);

/// How old something may be, as it is written: a duration, or `0s`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(rename = "age", extend("pattern" = "^(0s|[1-9][0-9]*(ms|s|m|h))$"))
)]
#[serde(transparent)]
pub(in crate::config) struct Age(pub(in crate::config) String);

/// A size as it is written: a whole number above zero and `KiB` or `MiB`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    schemars(rename = "size", extend("pattern" = "^[1-9][0-9]*(KiB|MiB)$"))
)]
#[serde(transparent)]
pub(in crate::config) struct Size(pub(in crate::config) String);

#[cfg(not(target_arch = "wasm32"))]
impl schemars::JsonSchema for Whole {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "whole".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 0, "maximum": MAX_INTEGER })
    }
}
