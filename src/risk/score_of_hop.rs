//! A risk that a hop has scored itself.

use crate::json::decimal::Decimal;
use crate::risk::facts::Facts;

/// A header in which a hop says how risky it holds a request to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskHeader {
    /// The header, in lower case. It counts only from a hop that the policy names.
    pub header: String,
    /// The value that stands for all of the points, from 1 upward.
    pub full: u32,
}

impl RiskHeader {
    /// The share of `most` points that the header asks for, rounded up. All of them where it is not
    /// there, not from a hop, not a decimal, or above `full`.
    pub(super) fn points(&self, most: u32, facts: &dyn Facts) -> u32 {
        let said = facts.header_of_hop(&self.header).and_then(Decimal::parse);
        said.and_then(|said| said.share_of(self.full, most))
            .map_or(most, |share| share.min(most))
    }
}
