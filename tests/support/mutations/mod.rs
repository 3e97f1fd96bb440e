//! The mutation table: valid payments, orders, tool calls and delegations, and what becomes of each
//! when one thing about it changes. It runs without a host (`tests/mutations.rs`), in a wasm VM
//! (`tests/core_in_wasm.rs`), and through the module in a real Envoy (`tests/envoy/mutations.rs`),
//! where every record must be the same to the byte.
//!
//! To add a row: write `(name, change, expected)` into the changes of a group in the file of its
//! subject. The name is unique in the whole table, and ids are made of it; the change is of the one
//! valid request that the group begins with, which is a row of its own and is forwarded. To add a
//! group: a base (a function of the moment in seconds and of a name, to a `Plan` or an `Order`), its
//! changes, and a line in `groups()` of the file. A group that needs a route of its own pushes it
//! in `extend` of the file; the policy is otherwise that of the flow table (`support/policy.rs`).
#![expect(
    clippy::assigning_clones,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests"
)]

mod batches;
mod bodies;
mod delegated_orders;
mod delegations;
mod forms;
mod glass;
mod payments;
mod risks;
mod signals;
mod tool_calls;

use crate::support::orders;
use crate::support::plan::Plan;
use crate::support::policy;
use crate::support::table::{Change, Expected, Row, Service};
use crate::support::workload::Order;
use countersign::http::Connection;
use serde_json::Value;

/// One valid request, and single changes of it.
pub(crate) struct Group {
    /// The name of the valid request.
    pub(crate) valid: &'static str,
    /// What the decision service does for each row of the group; most must not ask.
    pub(crate) service: Service,
    pub(crate) changes: Changes,
}

/// The valid request, and what is changed of it.
pub(crate) enum Changes {
    /// Of a caller with an access token and a DPoP proof.
    Plans(fn(i64, &str) -> Plan, &'static [Change]),
    /// Of a workload, with a transaction token.
    Orders(fn(i64, &str) -> Order, &'static [orders::Change]),
}

fn groups() -> Vec<Group> {
    let mut groups = payments::groups();
    groups.extend(batches::groups());
    groups.extend(bodies::groups());
    groups.extend(forms::groups());
    groups.extend(risks::groups());
    groups.extend(signals::groups());
    groups.extend(tool_calls::groups());
    groups.extend(delegations::groups());
    groups.extend(delegated_orders::groups());
    groups.extend(glass::groups());
    groups
}

/// The policy of the table.
pub(crate) fn document() -> Value {
    let mut document = policy::document();
    payments::extend(&mut document);
    batches::extend(&mut document);
    forms::extend(&mut document);
    risks::extend(&mut document);
    signals::extend(&mut document);
    tool_calls::extend(&mut document);
    delegations::extend(&mut document);
    delegated_orders::extend(&mut document);
    glass::extend(&mut document);
    document
}

/// All rows at this moment, in seconds. They run in order, on one replay log.
pub(crate) fn rows(now: i64) -> Vec<Row> {
    groups().iter().flat_map(|group| group.rows(now)).collect()
}

impl Group {
    fn rows(&self, now: i64) -> Vec<Row> {
        let row = |name, wire, expected| Row {
            name,
            wire,
            connection: Connection::default(),
            service: self.service,
            expected,
        };
        let valid = self.valid;
        match &self.changes {
            Changes::Plans(base, changes) => {
                let mut rows = vec![row(valid, base(now, valid).wire(), Expected::Forwarded)];
                rows.extend(changes.iter().map(|(name, change, expected)| {
                    let mut plan = base(now, name);
                    change(&mut plan);
                    row(name, plan.wire(), *expected)
                }));
                rows
            }
            Changes::Orders(base, changes) => {
                let mut rows = vec![row(valid, base(now, valid).wire(), Expected::Forwarded)];
                rows.extend(changes.iter().map(|(name, change, expected)| {
                    let mut order = base(now, name);
                    change(&mut order);
                    row(name, order.wire(), *expected)
                }));
                rows
            }
        }
    }
}
