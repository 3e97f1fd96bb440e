//! Configurations of one plug-in that follow each other in this virtual machine. A later one is a root
//! of its own, and the earlier stays for as long as its streams do: what the later one denies, it is
//! told.

use super::abi;
use super::gate::Gate;
use crate::policy::Policy;
use std::cell::RefCell;
use std::rc::{Rc, Weak};

thread_local! {
    static GATES: RefCell<Vec<(Vec<u8>, Weak<Gate>)>> = const { RefCell::new(Vec::new()) };
}

/// A configuration is in force. Those of the same plug-in that came before are told.
pub(super) fn succeed(gate: &Rc<Gate>) {
    tell(&gate.policy);
    let name = name();
    GATES.with_borrow_mut(|gates| {
        gates.retain(|(_, earlier)| earlier.strong_count() > 0);
        gates.push((name, Rc::downgrade(gate)));
    });
}

/// Tells the configurations of this plug-in that came before what is denied from now on.
pub(super) fn tell(policy: &Rc<Policy>) {
    let name = name();
    GATES.with_borrow(|gates| {
        let same = gates.iter().filter(|(own, _)| *own == name);
        for earlier in same.filter_map(|(_, earlier)| earlier.upgrade()) {
            earlier.succeeded_by(policy);
        }
    });
}

/// What the plug-in is called: its name, and that of its root. Where the host does not tell, all are
/// taken for one.
fn name() -> Vec<u8> {
    let told = |path| abi::property(path).unwrap_or_default();
    [told("plugin_name"), told("plugin_root_id")].join(&0)
}
