//! The policy document: read, checked in whole, and compiled into a [`Policy`].
//!
//! Every fault is told with its path, all at once. What loads can be used: a rule that could never
//! hold, or never fail, does not load.

mod compile;
#[cfg(not(target_arch = "wasm32"))]
mod doubts;
mod error;
mod part;
mod structure;
mod tree;
mod units;
mod wire;

pub use error::ConfigError;

use crate::crypto::digest::sha256;
use crate::policy::Policy;
use error::Faults;
use part::Part;
use serde_json::Value;
use std::rc::Rc;

/// Largest document that is read, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;

/// Loads a policy from JSON text or from a binary `google.protobuf.Struct`: what a `StringValue` and
/// a `Struct` in the configuration of a filter give.
///
/// # Errors
/// Every fault of the document, each path once.
pub fn load(bytes: &[u8]) -> Result<Policy, Vec<ConfigError>> {
    let tree = read(bytes).map_err(|fault| vec![fault])?;
    let digest = digest(&tree);
    let mut faults = Faults::default();
    tree::refuse_blanks(&tree, &error::At::Document, &mut faults);
    let document = Part::read(tree).open(&error::At::Document, &mut faults);
    let policy = document.and_then(|it| compile::policy(it, digest, &mut faults));
    faults.into_result(policy)
}

/// What of a policy that loads may still not be what its author means: path parameters of
/// transaction routes that no binding names. None of it keeps a policy from serving.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn doubts(policy: &Policy) -> Vec<ConfigError> {
    doubts::of(policy)
}

fn read(bytes: &[u8]) -> Result<Value, ConfigError> {
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(ConfigError::document("is larger than 16MiB"));
    }
    // A `Struct` with any member holds a control character that JSON does not allow there, so no
    // bytes are both.
    let json = if bytes.trim_ascii_start().starts_with(b"{") {
        match tree::from_json(bytes) {
            Ok(tree) => return Ok(tree),
            Err(fault) => Some(fault),
        }
    } else {
        None
    };
    match (structure::read(bytes), json) {
        (Some(tree), _) => tree,
        (None, Some(fault)) => Err(fault),
        (None, None) => Err(ConfigError::document(
            "is neither a JSON object nor a `google.protobuf.Struct`",
        )),
    }
}

/// The first 16 hexadecimal digits of SHA-256 over the canonical text, so that one document has one
/// digest, in whatever form it came.
fn digest(tree: &Value) -> Rc<str> {
    let hash = sha256(&[tree::canonical(tree).as_bytes()]);
    let digits = hash.iter().take(8).map(|byte| format!("{byte:02x}"));
    digits.collect::<String>().into()
}

/// Turns a policy that is written as YAML into the JSON that [`load`] reads.
///
/// # Errors
/// The place and the kind of a fault of YAML itself, a repeated key among them.
#[cfg(not(target_arch = "wasm32"))]
pub fn from_yaml(text: &str) -> Result<Vec<u8>, ConfigError> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        merge_keys: serde_saphyr::options::MergeKeyPolicy::Error,
        with_snippet: false,
        // Ten thousand routes; what aliases repeat has limits of its own.
        budget: serde_saphyr::budget! { max_events: 8_000_000, max_nodes: 4_000_000 },
    };
    let tree: tree::Tree = serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| ConfigError::document(format!("is not YAML: {error}")))?;
    Ok(tree::canonical(&tree.0).into_bytes())
}

/// The JSON Schema of the document, for editors and checks before deployment.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(wire::Document).to_value();
    drop_nulls(&mut schema);
    schema
}

/// The document has no nulls, although members may be left out.
#[cfg(not(target_arch = "wasm32"))]
fn drop_nulls(schema: &mut Value) {
    if let Value::Object(members) = schema {
        if let Some(Value::Array(types)) = members.get_mut("type") {
            types.retain(|name| name != "null");
            if let [one] = types.as_slice() {
                let one = one.clone();
                members.insert("type".to_owned(), one);
            }
        }
        if let Some(Value::Array(mut choices)) = members.remove("anyOf") {
            choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
            match choices.pop() {
                Some(Value::Object(only)) if choices.is_empty() => members.extend(only),
                last => {
                    choices.extend(last);
                    members.insert("anyOf".to_owned(), choices.into());
                }
            }
        }
        members.values_mut().for_each(drop_nulls);
    } else if let Value::Array(items) = schema {
        items.iter_mut().for_each(drop_nulls);
    }
}
