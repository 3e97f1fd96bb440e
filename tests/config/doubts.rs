//! What loads, and is doubted.

use super::policy;
use countersign::config;
use serde_json::{Value, json};

fn doubts(tree: &Value) -> Vec<String> {
    let policy = config::load(tree.to_string().as_bytes()).unwrap();
    let doubts = config::doubts(&policy);
    doubts.iter().map(ToString::to_string).collect()
}

#[test]
fn a_transaction_of_several_tools_is_doubted_unless_it_binds_the_tool() {
    let mut tree = policy("envoy/examples/mcp.yaml");
    assert_eq!(doubts(&tree), [""; 0]);
    let mcp = &mut tree["routes"][0]["mcp"];
    mcp["tools"]["pay_twice"] = json!("payments");
    let at = "routes[0].mcp.classes.payments.transaction";
    let told = doubts(&tree);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with(&format!("{at}: does not bind `tool`")),
        "{told:?}"
    );
    let transaction = &mut tree["routes"][0]["mcp"]["classes"]["payments"]["transaction"];
    let bind = transaction["bind"].as_array_mut().unwrap();
    bind.push(json!({ "claim": "/tool", "equals": "tool" }));
    assert_eq!(doubts(&tree), [""; 0]);

    let mcp = &mut tree["routes"][0]["mcp"];
    mcp["tools"].as_object_mut().unwrap().remove("pay_twice");
    mcp.as_object_mut().unwrap().remove("resource_metadata");
    tree["routes"][0]["match"]["path"] = json!("/{tenant}/mcp");
    let told = doubts(&tree);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with(&format!("{at}: {{tenant}} of the path")),
        "{told:?}"
    );
}
