//! Exact decimals: scaled integers, never floating point.

use std::cmp::Ordering;

/// A non-negative decimal as an amount is written: digits, perhaps a point and more digits.
#[derive(Clone, Debug)]
pub struct Decimal {
    digits: u128,
    scale: u32,
}

impl Decimal {
    /// Reads `0`, `12`, `12.50`. Refuses signs, exponents, leading zeros, a bare point, any other
    /// character, and more than 18 digits in all.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let _ = text;
        todo!()
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let _ = (other, self.digits, self.scale);
        todo!()
    }
}
impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Decimal {}
