//! The committed JSON Schema is the one of the types, and says of a policy what the gate says.

use super::{file, good, policy};
use countersign::config;
use serde_json::{Value, json};
use std::{env, fs};

const COMMITTED: &str = "envoy/policy.schema.json";

#[test]
fn the_committed_schema_is_the_one_of_the_types() {
    let schema = config::schema();
    if env::var_os("UPDATE_SCHEMA").is_some() {
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        fs::write(file(COMMITTED), text).unwrap();
    }
    let committed = fs::read_to_string(file(COMMITTED)).unwrap_or_default();
    let committed: Value = serde_json::from_str(&committed).unwrap_or_default();
    assert!(
        committed == schema,
        "{COMMITTED} is not up to date: run this test with UPDATE_SCHEMA=1"
    );
}

#[test]
fn policies_that_load_are_valid_and_shapes_that_do_not_are_not() {
    let validator = jsonschema::validator_for(&config::schema()).unwrap();
    for (path, tree) in good() {
        let faults: Vec<String> = validator
            .iter_errors(&tree)
            .map(|it| it.to_string())
            .collect();
        assert_eq!(faults, Vec::<String>::new(), "{path}");
    }
    let complete = policy("tests/policies/good/complete.yaml");
    for (pointer, value) in [
        ("/schema", json!("countersign/v2")),
        ("/revision", json!(0)),
        ("/revision", json!(1.5)),
        ("/unmatched", json!("allow")),
        ("/replay/scope", json!("fleet")),
        ("/replay/memory", json!("8MB")),
        ("/dpop/max_age", json!("0s")),
        ("/dpop", json!(null)),
        ("/issuers/corp/audiences", json!([])),
        ("/issuers/corp/keys", json!({ "cluster": "as" })),
        (
            "/issuers/corp/keys",
            json!({ "inline": {}, "cluster": "as" }),
        ),
        ("/issuers/corp/leeway", json!(null)),
        ("/routes", json!([])),
        ("/routes/0/proof", json!(["mtls"])),
        ("/routes/0/risk/signals/0", json!({ "name": "a", "add": 1 })),
        ("/routes/0/step_up/on_silence", json!("allow")),
        ("/routes/1/step_up/challenge", json!({})),
        ("/routes/1/transaction/bind/0/equals", json!("amount")),
        (
            "/routes/1/transaction/bind/0",
            json!({ "claim": "/a", "equals": "path:a", "single_use": 1 }),
        ),
    ] {
        let mut tree = complete.clone();
        *tree.pointer_mut(pointer).unwrap() = value.clone();
        assert!(!validator.is_valid(&tree), "{pointer} = {value}");
    }
}
