//! What the proxy says of the route that it chose for a request itself, before any route of ours.

use prost::Message as _;
use prost_types::Struct;
use prost_types::value::Kind;
use std::collections::BTreeMap;

/// Most bytes of metadata that are read.
const MOST: usize = 64 << 10;
/// Most points that metadata name.
const MOST_POINTS: u32 = 1_000_000;

/// The route that the proxy chose for a request, as far as the policy asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Its name. None where it has none, and where there is no route.
    pub name: Option<String>,
    /// What its metadata say to the gate.
    pub said: Said,
}

/// What the metadata of a route of the proxy say to the gate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Said {
    /// Nothing.
    #[default]
    Nothing,
    /// This.
    Notes(Notes),
    /// Nobody knows: they are not what the gate reads, or there is no route.
    Unreadable,
}

/// What the metadata of a route of the proxy may say to the gate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The name of the policy's route that its requests must be of.
    pub route: Option<String>,
    /// The points that its requests have at least.
    pub base: u32,
}

/// Metadata as the proxy has them: an object for each namespace.
#[derive(Clone, PartialEq, prost::Message)]
struct Metadata {
    #[prost(btree_map = "string, message", tag = "1")]
    filter_metadata: BTreeMap<String, Struct>,
}

impl Said {
    /// Reads the serialized metadata of a route, of which one namespace speaks to the gate. What the
    /// gate does not know there, it does not pass over: a name that is misspelt would raise nothing.
    ///
    /// # Does not check
    /// That the policy has a route of the name that stands there.
    #[must_use]
    pub fn read(metadata: &[u8], namespace: &str) -> Self {
        if metadata.len() > MOST {
            return Self::Unreadable; // V1
        }
        let Ok(mut metadata) = Metadata::decode(metadata) else {
            return Self::Unreadable; // V1
        };
        match metadata.filter_metadata.remove(namespace) {
            None => Self::Nothing,
            Some(own) => Notes::read(own).map_or(Self::Unreadable, Self::Notes),
        }
    }
}

impl Notes {
    fn read(own: Struct) -> Option<Self> {
        let mut notes = Self::default();
        for (name, value) in own.fields {
            match (name.as_str(), value.kind?) {
                ("route", Kind::StringValue(name)) => notes.route = Some(name),
                ("base", Kind::NumberValue(number)) => notes.base = points(number)?,
                _ => return None, // V2
            }
        }
        Some(notes)
    }
}

/// A whole number of points, from none upward. The proxy has every number as a double.
fn points(number: f64) -> Option<u32> {
    let points: u32 = number.to_string().parse().ok()?; // V3
    (points <= MOST_POINTS).then_some(points)
}

#[cfg(test)]
mod tests;
