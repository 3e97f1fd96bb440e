//! `envoy/examples/mcp.yaml`.

use super::{NOW, judge, reason, world};
use crate::support::plan::Plan;
use serde_json::json;

#[test]
fn a_call_passes_with_the_arguments_that_were_granted() {
    let world = world("mcp");
    let call = |name: &str| {
        let mut plan = Plan::call(NOW, name);
        plan.token_claims["aud"] = json!("https://api.example.com/mcp");
        plan.header("mcp-param-currency", None);
        plan
    };
    assert_eq!(reason(&judge(&world, &call("granted"))), None);
    let mut other = call("another amount");
    other.params(|it| it["arguments"]["amount"] = json!("123.51"));
    assert_eq!(reason(&judge(&world, &other)), Some("value_mismatch"));
    let mut read = call("a tool that reads");
    read.tool("get_balance");
    assert_eq!(reason(&judge(&world, &read)), None);
    let mut unlisted = call("another tool");
    unlisted.tool("close");
    assert_eq!(reason(&judge(&world, &unlisted)), Some("mcp_name_unlisted"));
}
