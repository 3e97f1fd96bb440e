//! The document as Envoy hands over YAML that was written in place: a `google.protobuf.Struct`, in
//! binary, whose every number is a double.

use super::error::{At, ConfigError};
use super::tree::number;
use prost::Message;
use prost_types::value::Kind;
use prost_types::{Struct, Value as Protobuf};
use serde_json::Value;

/// Reads a `Struct`. None where the bytes are not one.
pub(super) fn read(bytes: &[u8]) -> Option<Result<Value, ConfigError>> {
    let decoded = Struct::decode(bytes).ok()?;
    Some(object(decoded, &At::Document))
}

fn object(decoded: Struct, at: &At<'_>) -> Result<Value, ConfigError> {
    let members = decoded.fields.into_iter().map(|(name, member)| {
        let value = value(member, &at.member(&name))?;
        Ok((name, value))
    });
    Ok(Value::Object(members.collect::<Result<_, _>>()?))
}

fn value(decoded: Protobuf, at: &At<'_>) -> Result<Value, ConfigError> {
    Ok(match decoded.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(value)) => value.into(),
        Some(Kind::StringValue(value)) => value.into(),
        Some(Kind::NumberValue(value)) => {
            let finite = number(value);
            Value::Number(
                finite.ok_or_else(|| ConfigError::new(at.to_string(), "is not a finite number"))?,
            )
        }
        Some(Kind::StructValue(value)) => object(value, at)?,
        Some(Kind::ListValue(list)) => {
            let items = list.values.into_iter().enumerate();
            let items = items.map(|(place, item)| value(item, &at.item(place)));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
    })
}
