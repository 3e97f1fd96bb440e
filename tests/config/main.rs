//! The policy document: what loads, what does not and what is said of it, in every form it comes in.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a document of a test that cannot be read ends it"
)]

mod doubts;
mod exchanges;
mod faults;
mod forms;
mod good;
mod opaque;
mod parties;
mod schema;

use countersign::config;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of the repository.
fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A policy of the repository, as JSON.
fn policy(path: &str) -> Value {
    let text = fs::read_to_string(file(path)).unwrap();
    serde_json::from_slice(&config::from_yaml(&text).unwrap()).unwrap()
}

/// Every policy that loads: those beside the tests, and the examples.
fn good() -> Vec<(String, Value)> {
    let mut paths: Vec<String> = Vec::new();
    for folder in ["tests/policies/good", "envoy/examples"] {
        let inside = fs::read_dir(file(folder)).unwrap();
        let names = inside.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        paths.extend(names.map(|name| format!("{folder}/{name}")));
    }
    paths.sort();
    paths.push("envoy/policy.yaml".to_owned());
    let read = |path: String| (path.clone(), policy(&path));
    paths.into_iter().map(read).collect()
}

/// Loads a tree, and gives its faults.
fn faults(tree: &Value) -> Vec<(String, String)> {
    let faults = config::load(tree.to_string().as_bytes()).err();
    let faults = faults.unwrap_or_default().into_iter();
    faults.map(|fault| (fault.path, fault.problem)).collect()
}
