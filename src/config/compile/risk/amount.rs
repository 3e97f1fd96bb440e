//! Amounts of the granted transaction.

use crate::config::compile::{At, Faults, Part, text};
use crate::config::wire::risk::Above as Written;
use crate::json::decimal::Decimal;
use crate::risk::Condition;
use crate::risk::amount::Above;

pub(super) fn compile(
    written: Written,
    is_transaction: bool,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let amount = above(written, at, faults);
    let problem = "needs a `transaction` on this route, which has the amount";
    let there = faults.check(is_transaction, at, problem);
    amount.filter(|_| there).map(Condition::Above)
}

fn above(written: Written, at: &At<'_>, faults: &mut Faults) -> Option<Above> {
    let claim_at = at.member("claim");
    let claim = written.claim.open(&claim_at, faults);
    let claim = claim.and_then(|it| text::pointer(&it, &claim_at, faults));
    let limit_at = at.member("limit");
    let limit = written.limit.open(&limit_at, faults).and_then(|text| {
        let problem =
            format!("{text:?} is not a decimal number: write digits, such as \"10000.50\"");
        faults.keep(Decimal::parse(&text).ok_or(problem), &limit_at)
    });
    let currency_at = at.member("currency");
    let currency = match Part::open_if_there(written.currency, &currency_at, faults)? {
        None => None,
        Some(written) => {
            let claim_at = currency_at.member("claim");
            let claim = written.claim.open(&claim_at, faults);
            let claim = claim.and_then(|it| text::pointer(&it, &claim_at, faults));
            let is = written.is.open(&currency_at.member("is"), faults);
            Some((claim?, is?))
        }
    };
    Some(Above {
        claim: claim?,
        limit: limit?,
        currency,
    })
}
