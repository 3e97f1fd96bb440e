//! Expressions.

use crate::config::compile::{At, Faults};
use crate::risk::Condition;
use crate::risk::expression::{Expression, Root};

pub(super) fn compile(
    text: &str,
    is_transaction: bool,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let expression = faults.keep(Expression::parse(text).map_err(|bad| bad.0), at)?;
    let problem = "names `detail`, and needs a `transaction` on this route, which has it";
    let there = is_transaction || !expression.names(Root::Detail);
    faults
        .check(there, at, problem)
        .then_some(Condition::When(expression))
}
