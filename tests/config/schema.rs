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
        ("/replay/scope", json!("site")),
        ("/replay/memory", json!("8MB")),
        ("/replay", json!({ "scope": "fleet", "memory": "1MiB" })),
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
        ("/routes/0/proof", json!(["password"])),
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

/// Every place of a tree, as JSON pointers.
fn places(tree: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match tree {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{place}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn whatever_stands_anywhere_nothing_loads_that_the_schema_refuses() {
    let validator = jsonschema::validator_for(&config::schema()).unwrap();
    let complete = policy("tests/policies/good/complete.yaml");
    let mut pointers = Vec::new();
    places(&complete, "", &mut pointers);
    let (mut loaded, mut refused) = (0, 0);
    for pointer in pointers {
        for other in [
            json!(null),
            json!(true),
            json!(1),
            json!(1.5),
            json!("x\u{0}\n"),
            json!("5m"),
            json!([]),
            json!([[]]),
            json!({ "x": { "x": 1 } }),
        ] {
            let mut tree = complete.clone();
            *tree.pointer_mut(&pointer).unwrap() = other.clone();
            let faults = config::load(tree.to_string().as_bytes()).err();
            if faults.is_none() {
                loaded += 1;
                assert!(validator.is_valid(&tree), "{pointer} = {other} loads");
            } else {
                refused += 1;
            }
        }
    }
    assert!(
        loaded > 10 && refused > 1000,
        "{loaded} loaded, {refused} refused"
    );
}
