//! Conditions on what was forwarded before.

use crate::behaviour::Condition;
use crate::behaviour::recalled::Recalled;

/// A condition on the past, and its number among those of its route.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// What is asked of the past.
    pub condition: Condition,
    /// Its number.
    pub number: usize,
    /// Whether it is a hint about habits, which `behaviour_cap` bounds, and no limit on what may be
    /// forwarded.
    pub is_habit: bool,
}

impl Remembered {
    /// Whether it holds.
    pub(super) fn holds(&self, recalled: Recalled) -> bool {
        recalled.holds(self.number)
    }

    /// Its member in a policy.
    pub(super) const fn name(&self) -> &'static str {
        match &self.condition {
            Condition::FirstSeen(_) => "first_seen",
            Condition::ScopeJump => "scope_jump",
            Condition::Requests { .. } if self.is_habit => "rate_above",
            Condition::Requests { .. }
            | Condition::Amounts(_)
            | Condition::Values { .. }
            | Condition::Sequence { .. } => "budget",
        }
    }
}
