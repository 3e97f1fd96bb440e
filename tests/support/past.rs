//! What a world remembers of forwarded requests.

use countersign::behaviour::{self, Ledger};
use countersign::crypto::digest::MacKey;
use countersign::policy::Policy;
use countersign::uses::Memory;

/// A memory of its own, as the policy wants it.
pub(crate) fn memory(policy: &Policy) -> Box<dyn behaviour::Memory> {
    let key = MacKey::derive(b"a secret of at least thirty-two bytes", "behaviour");
    Box::new(Ledger::open(Memory::default(), policy.behaviour, key))
}
