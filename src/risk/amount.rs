//! Amounts of the granted transaction.

use crate::json::decimal::Decimal;
use crate::json::{Json, Pointer};
use crate::risk::facts::Facts;

/// An amount and its limit.
#[derive(Clone, Debug)]
pub struct Above {
    /// Where the amount stands in the granted transaction.
    pub claim: Pointer,
    /// The limit; an amount equal to it is not above.
    pub limit: Decimal,
    /// Where the currency stands, and which one the limit is in. Another one counts as above.
    pub currency: Option<(Pointer, String)>,
}

impl Above {
    pub(super) fn holds(&self, facts: &dyn Facts) -> bool {
        !self.is_known_within(facts.detail())
    }

    /// Whether the amount is there, is a decimal in the currency of the limit, and is no larger.
    fn is_known_within(&self, detail: Option<&Json>) -> bool {
        let Some(detail) = detail else {
            return false;
        };
        let same_currency = self.currency.as_ref().is_none_or(|(claim, currency)| {
            detail.at(claim).and_then(Json::as_str) == Some(currency.as_str())
        });
        let amount = detail.at(&self.claim).and_then(amount);
        same_currency && amount.is_some_and(|amount| amount <= self.limit)
    }
}

/// An amount, from a string or from the text of a JSON number.
fn amount(value: &Json) -> Option<Decimal> {
    match value {
        Json::String(text) | Json::Number(text) => Decimal::parse(text),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}
