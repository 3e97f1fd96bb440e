//! A part of the document that is read apart, so that a fault in it hides no fault beside it.

use super::error::{At, Faults};
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Error, Value};

/// A value, or what is wrong with it.
#[derive(Debug)]
pub(super) struct Part<T> {
    value: Option<T>,
    /// Paths below this part, and problems.
    faults: Vec<(String, String)>,
}

impl<T> Part<T> {
    /// The value. Its faults, if it has any, are told.
    pub(super) fn open(self, at: &At<'_>, faults: &mut Faults) -> Option<T> {
        for (path, problem) in self.faults {
            faults.push(at.below(&path), problem);
        }
        self.value
    }

    /// The value of a part that may be absent. None where it is there and at fault.
    #[expect(clippy::option_option, reason = "absent and at fault are two things")]
    pub(super) fn open_if_there(
        part: Option<Self>,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<Option<T>> {
        match part {
            None => Some(None),
            Some(part) => part.open(at, faults).map(Some),
        }
    }

    fn fault(problem: impl Into<String>) -> Self {
        Self {
            value: None,
            faults: vec![(String::new(), problem.into())],
        }
    }
}

impl<T: DeserializeOwned> Part<T> {
    /// Reads a value, and every unknown member and every fault of the parts in it.
    pub(super) fn read(value: Value) -> Self {
        let mut unknown = Vec::new();
        let mut track = serde_path_to_error::Track::new();
        let read = T::deserialize(serde_path_to_error::Deserializer::new(
            Known {
                value,
                unknown: &mut unknown,
            },
            &mut track,
        ));
        match read {
            Ok(value) => Self {
                value: Some(value),
                faults: unknown,
            },
            Err(error) => {
                unknown.push((track.path().to_string(), error.to_string()));
                Self {
                    value: None,
                    faults: unknown,
                }
            }
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The document is a tree by now, and reading a tree as a tree cannot fail: the one error
        // left is that the member is not there.
        Ok(Value::deserialize(deserializer).map_or_else(
            |_| Self::fault("is missing, and has no default"),
            Self::read,
        ))
    }
}

/// A value whose members outside the expected ones are set aside, all of them, instead of ending
/// the reading at the first.
struct Known<'u> {
    value: Value,
    unknown: &'u mut Vec<(String, String)>,
}

impl<'de> Deserializer<'de> for Known<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut value = self.value;
        let Value::Object(members) = &mut value else {
            // A list would be taken for the members in order.
            return Err(Error::custom(format!(
                "must be an object: here may be {}",
                list(fields)
            )));
        };
        members.retain(|member, _| {
            let known = fields.contains(&member.as_str());
            if !known {
                let member = member.escape_debug().to_string();
                let problem = format!("is unknown: here may be {}", list(fields));
                self.unknown.push((member, problem));
            }
            known
        });
        value.deserialize_struct(name, fields, visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.value.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.value.deserialize_option(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.value.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.value.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// In the schema a part is what it holds.
#[cfg(not(target_arch = "wasm32"))]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Part<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}
