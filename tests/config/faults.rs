//! Each bad policy, and what is said of it.

use super::{faults, file, policy};
use countersign::config;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

/// Sets or removes what a JSON pointer names.
fn change(tree: &mut Value, pointer: &str, to: Option<&Value>) {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match (tree.pointer_mut(parent).unwrap(), to) {
        (Value::Array(items), Some(value)) => {
            let place: usize = last.parse().unwrap();
            items.truncate(if place == items.len() {
                place
            } else {
                items.len()
            });
            match items.get_mut(place) {
                Some(item) => *item = value.clone(),
                None => items.push(value.clone()),
            }
        }
        (Value::Object(members), Some(value)) => {
            members.insert(last.to_owned(), value.clone());
        }
        (Value::Object(members), None) => {
            assert!(members.remove(last).is_some(), "{pointer} is not there");
        }
        _ => panic!("{pointer} cannot be changed"),
    }
}

#[test]
fn each_fault_is_told_with_its_path() {
    hold("complete.yaml", "faults.yaml", 60);
    hold("bodies.yaml", "faults/bodies.yaml", 20);
    hold("nonces.yaml", "faults/nonces.yaml", 20);
    hold("certificates.yaml", "faults/certificates.yaml", 35);
    hold("calls.yaml", "faults/calls.yaml", 40);
    hold("opaque.yaml", "faults/opaque.yaml", 30);
    hold("break-glass.yaml", "faults/break-glass.yaml", 30);
    hold("delegation.yaml", "faults/delegation.yaml", 28);
    hold("risk.yaml", "faults/risk.yaml", 30);
    hold("behaviour.yaml", "faults/behaviour.yaml", 40);
    hold("single_use.yaml", "faults/single_use.yaml", 12);
    hold("streams.yaml", "faults/streams.yaml", 10);
    hold("workloads.yaml", "faults/workloads.yaml", 45);
    hold("bindings.yaml", "faults/bindings.yaml", 80);
    hold("services.yaml", "faults/services.yaml", 35);
    hold("exchanges.yaml", "faults/exchanges.yaml", 30);
}

/// Makes each change to the good policy, and holds what is told to what must be.
fn hold(good: &str, rows: &str, least: usize) {
    let complete = policy(&format!("tests/policies/good/{good}"));
    let rows = policy(&format!("tests/policies/{rows}"));
    let rows = rows.as_array().unwrap();
    assert!(rows.len() >= least);
    for row in rows {
        let mut tree = complete.clone();
        let pointer = row["set"].as_str().unwrap();
        change(&mut tree, pointer, row.get("to"));
        for (pointer, to) in row
            .get("and")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            change(&mut tree, pointer, Some(to).filter(|it| **it != "remove"));
        }
        let told = faults(&tree);
        let at = row["at"].as_str().unwrap();
        let says = row["says"].as_str().unwrap();
        let problem = told
            .iter()
            .find(|(path, _)| path == at)
            .map(|(_, problem)| problem);
        let said = problem.is_some_and(|problem| {
            problem == says || says.ends_with(' ') && problem.starts_with(says)
        });
        assert!(said, "{row}\ntold: {told:#?}");

        let also = row
            .get("also")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut expected: BTreeSet<&str> = also.map(|path| path.as_str().unwrap()).collect();
        expected.insert(at);
        let paths: BTreeSet<&str> = told.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, expected, "{row}\ntold: {told:#?}");
        assert_eq!(told.len(), expected.len(), "a path told twice: {told:#?}");
    }
}

#[test]
fn no_fault_hides_another() {
    let told = faults(&policy("tests/policies/bad/several.yaml"));
    let told: Vec<String> = told
        .iter()
        .map(|(path, problem)| format!("{path}: {problem}"))
        .collect();
    let path = file("tests/policies/bad/several.txt");
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        fs::write(&path, told.join("\n") + "\n").unwrap();
    }
    let expected = fs::read_to_string(path).unwrap();
    assert_eq!(told.join("\n"), expected.trim_end());
}

#[test]
fn a_fault_displays_as_path_and_problem() {
    let mut tree = policy("tests/policies/good/complete.yaml");
    change(&mut tree, "/services/pdp/path", None);
    let faults = config::load(tree.to_string().as_bytes()).unwrap_err();
    assert_eq!(
        faults[0].to_string(),
        "services.pdp.path: is missing, and has no default"
    );
}

#[test]
fn no_text_of_a_policy_can_break_a_log_line() {
    for twice in [r#"{"a\nb":1,"a\nb":1}"#, r#"{"a\nb":{"c":1,"c":1}}"#] {
        let fault = config::load(twice.as_bytes()).unwrap_err();
        assert!(!fault[0].to_string().contains('\n'), "{fault:?}");
    }
    let mut tree = policy("tests/policies/good/complete.yaml");
    tree["unmatched"] = json!("g\nh\u{2028}");
    tree["a\nb"] = json!("x");
    tree["services"]["c\u{1b}d"] = json!({ "protocol": "authzen" });
    tree["routes"][0]["e\rf"] = json!("x");
    for (path, problem) in faults(&tree) {
        assert!(!path.contains(char::is_control), "{path:?}");
        let breaks = |it: char| it.is_control() || it == '\u{2028}';
        assert!(!problem.contains(breaks), "{problem:?}");
    }
}
