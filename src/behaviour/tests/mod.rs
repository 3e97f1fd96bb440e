#![expect(
    clippy::arithmetic_side_effects,
    reason = "test support: a fault in it is a failed test"
)]

mod attacks;
mod budgets;
mod faults;
mod pages;
mod sights;

use super::*;
use crate::crypto::digest::MacKey;
use crate::json::decimal::Decimal;
use crate::json::{Limits as JsonLimits, Pointer};
use crate::testing::{NOW, NOW_SECS};
use crate::uses::testing::Memory as Shared;
use std::collections::BTreeMap;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// The moment so many seconds after [`NOW`].
fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(NOW_SECS + seconds)
}

fn limits(memory: usize) -> Limits {
    Limits {
        memory,
        after: 10 * MINUTE,
        keep: 30 * DAY,
    }
}

fn ledger(shared: &Shared) -> Ledger<&Shared> {
    ledger_of(shared, 4 << 20)
}

fn ledger_of(shared: &Shared, memory: usize) -> Ledger<&Shared> {
    let key = MacKey::derive(b"a secret of this process, and of no other", "behaviour");
    Ledger::open(shared, limits(memory), key)
}

/// The rules of a route that asks these of its own class.
fn rules(conditions: &[Condition]) -> Rules {
    rules_of("transfer", conditions)
}

fn rules_of(class: &str, conditions: &[Condition]) -> Rules {
    let mut rules = Rules::default();
    for condition in conditions {
        rules.ask(class, condition.clone());
    }
    rules
}

fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).unwrap()
}

fn requests(most: u64, within: Duration) -> Condition {
    Condition::Requests { most, within }
}

fn amounts(limit: &str) -> Condition {
    Condition::Amounts(Amounts {
        claim: pointer("/amount"),
        limit: AmountLimit::One(Decimal::parse(limit).unwrap()),
        within: DAY,
    })
}

fn amounts_each(limits: &[(&str, &str)]) -> Condition {
    let limits: BTreeMap<_, _> = limits
        .iter()
        .map(|(currency, limit)| ((*currency).to_owned(), Decimal::parse(limit).unwrap()))
        .collect();
    Condition::Amounts(Amounts {
        claim: pointer("/amount"),
        limit: AmountLimit::Each {
            currency: pointer("/currency"),
            limits,
        },
        within: DAY,
    })
}

fn values(most: usize) -> Condition {
    Condition::Values {
        claim: pointer("/payee"),
        most,
        within: DAY,
    }
}

fn sequence(steps: &[&str]) -> Condition {
    Condition::Sequence {
        steps: steps.iter().map(|step| (*step).into()).collect(),
        within: HOUR,
    }
}

fn detail(text: &str) -> Json {
    let limits = JsonLimits {
        bytes: 1024,
        depth: 8,
    };
    Json::parse(text.as_bytes(), limits).unwrap()
}

/// What a request of alice with her key shows.
fn alice<'a>() -> Sight<'a> {
    Sight {
        issuer: "https://as.example.com",
        subject: "alice",
        keys: &[&[1; 32]],
        scopes: &[],
        detail: None,
        names: &[],
    }
}

/// Whether each condition holds for a request, which is forwarded.
fn forward(ledger: &dyn Memory, rules: &Rules, sight: &Sight<'_>, now: UnixTime) -> Vec<bool> {
    let found = ledger.recall(rules, sight, Lessons::All, now);
    let holding = held(rules, &found);
    assert_eq!(ledger.learn(found), Learnt::Kept);
    holding
}

/// Whether each condition would hold for a request.
fn ask(ledger: &dyn Memory, rules: &Rules, sight: &Sight<'_>, now: UnixTime) -> Vec<bool> {
    held(rules, &ledger.recall(rules, sight, Lessons::All, now))
}

fn held(rules: &Rules, found: &Recollection) -> Vec<bool> {
    let numbers = 0..rules.conditions.len();
    numbers.map(|it| found.recalled.holds(it)).collect()
}
