//! Which conditions on the past hold: those of a route by their numbers.

/// Most conditions on the past of one route.
pub const MOST: usize = 64;

/// The conditions on the past that hold, by their numbers. One that is not told holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recalled(u64);

impl Recalled {
    /// Every condition holds: nothing is known of the past.
    pub const ALL: Self = Self(u64::MAX);
    /// None holds.
    pub const NONE: Self = Self(0);

    /// These, and the one of this number.
    #[must_use]
    pub fn with(self, number: usize) -> Self {
        match u32::try_from(number) {
            Ok(number) => Self(self.0 | 1_u64.checked_shl(number).unwrap_or(0)),
            Err(_) => self,
        }
    }

    /// Whether the one of this number holds.
    #[must_use]
    pub fn holds(self, number: usize) -> bool {
        number >= MOST || self.0 & Self::NONE.with(number).0 != 0
    }
}
