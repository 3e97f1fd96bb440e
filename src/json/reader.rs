//! The reading itself, over a streaming parser.

use struson::reader::{JsonReader, JsonStreamReader, ReaderError, ReaderSettings, ValueType};

use crate::json::{Fault, Json, Limits};

/// The stack holds one frame for each level, so no caller may ask for more levels than this.
const DEEPEST: u32 = 64;

/// Up to this many members, comparing each with each is cheaper than sorting.
const FEW: usize = 16;

type Reader<'a> = JsonStreamReader<&'a [u8]>;

pub(super) fn read(bytes: &[u8], limits: Limits) -> Result<Json, Fault> {
    if bytes.len() > limits.bytes {
        return Err(Fault::TooLarge);
    }
    let settings = ReaderSettings {
        allow_comments: false,
        allow_trailing_comma: false,
        allow_multiple_top_level: false,
        track_path: false,
        max_nesting_depth: Some(limits.depth.min(DEEPEST)),
        restrict_number_values: true,
    };
    let mut reader = JsonStreamReader::new_custom(bytes, settings);
    let value = value(&mut reader)?;
    reader.consume_trailing_whitespace()?;
    Ok(value)
}

fn value(reader: &mut Reader<'_>) -> Result<Json, Fault> {
    match reader.peek()? {
        ValueType::Null => {
            reader.next_null()?;
            Ok(Json::Null)
        }
        ValueType::Boolean => Ok(Json::Bool(reader.next_bool()?)),
        ValueType::Number => Ok(Json::Number(reader.next_number_as_string()?)),
        ValueType::String => Ok(Json::String(reader.next_string()?)),
        ValueType::Array => array(reader),
        ValueType::Object => object(reader),
    }
}

fn array(reader: &mut Reader<'_>) -> Result<Json, Fault> {
    let mut items = Vec::new();
    reader.begin_array()?;
    while reader.has_next()? {
        items.push(value(reader)?);
    }
    reader.end_array()?;
    Ok(Json::Array(items))
}

fn object(reader: &mut Reader<'_>) -> Result<Json, Fault> {
    let mut members = Vec::new();
    reader.begin_object()?;
    while reader.has_next()? {
        let name = reader.next_name_owned()?;
        members.push((name, value(reader)?));
    }
    reader.end_object()?;
    if repeats(&members) {
        Err(Fault::Duplicate)
    } else {
        Ok(Json::Object(members))
    }
}

/// Whether a name, decoded, occurs twice. Names are the sender's, so nothing here may be quadratic
/// in their number or depend on a hash.
fn repeats(members: &[(String, Json)]) -> bool {
    if members.len() <= FEW {
        let mut rest = members;
        while let Some(((name, _), after)) = rest.split_first() {
            if after.iter().any(|(other, _)| other == name) {
                return true;
            }
            rest = after;
        }
        return false;
    }
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.array_windows().any(|[one, next]| one == next)
}

impl From<ReaderError> for Fault {
    fn from(error: ReaderError) -> Self {
        let too_large = matches!(
            error,
            ReaderError::MaxNestingDepthExceeded { .. }
                | ReaderError::UnsupportedNumberValue { .. }
        );
        if too_large {
            Self::TooLarge
        } else {
            Self::Syntax
        }
    }
}
