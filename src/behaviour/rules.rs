//! What a route remembers, and what of it makes a signal count. Compiled at load.

use crate::behaviour::{order, page, recent, tally};
use crate::crypto::digest::{Digest32, sha256};
use crate::json::Pointer;
use crate::json::decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

/// Most currencies of one sum.
pub const MOST_CURRENCIES: usize = 8;
/// Most distinct values that a limit may name.
pub const MOST_VALUES: usize = 64;
/// Most steps of a sequence.
pub const MOST_STEPS: usize = 8;

/// Who was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The key that was proven, or the certificate that was shown, whoever the subject was.
    Key,
    /// The subject, by whichever key.
    Subject,
    /// The subject with the key.
    Pair,
}

/// A condition on what was forwarded before. Budgets count the request itself with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// This was not seen before.
    FirstSeen(Who),
    /// The token holds a scope that the subject did not bring before.
    ScopeJump,
    /// More requests of the subject than this within the while.
    Requests {
        /// How many are not too many.
        most: u64,
        /// The while.
        within: Duration,
    },
    /// More of an amount than this within the while.
    Amounts(Amounts),
    /// More different values than this within the while.
    Values {
        /// Where the value stands in the granted transaction.
        claim: Pointer,
        /// How many are not too many.
        most: usize,
        /// The while.
        within: Duration,
    },
    /// The request is the last of these steps, and the others were forwarded before it, in order.
    Sequence {
        /// Names of routes, or of classes of calls.
        steps: Rc<[Rc<str>]>,
        /// The while in which all of them lie.
        within: Duration,
    },
}

/// A sum of amounts and its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// Where the amount stands in the granted transaction.
    pub claim: Pointer,
    /// The limit, or the limit for each currency.
    pub limit: AmountLimit,
    /// The while.
    pub within: Duration,
}

/// The limit of a sum. A sum equal to it is not above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AmountLimit {
    /// Of amounts that have one unit.
    One(Decimal),
    /// Of amounts with a currency.
    Each {
        /// Where the currency stands in the granted transaction.
        currency: Pointer,
        /// The limit for each. Of another currency, every amount is above.
        limits: BTreeMap<String, Decimal>,
    },
}

/// One thing that is remembered of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) id: [u8; 8],
    pub(super) what: What,
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Seen(Who),
    Scopes,
    Requests {
        within: Duration,
    },
    Amounts {
        claim: Pointer,
        currency: Option<Pointer>,
        /// Amounts in these are counted.
        currencies: BTreeSet<String>,
        within: Duration,
    },
    Values {
        claim: Pointer,
        /// The highest limit on it.
        most: usize,
        within: Duration,
    },
    Order {
        steps: Rc<[Rc<str>]>,
        within: Duration,
    },
}

impl What {
    fn of(condition: &Condition) -> Self {
        match condition {
            Condition::FirstSeen(who) => Self::Seen(*who),
            Condition::ScopeJump => Self::Scopes,
            Condition::Requests { within, .. } => Self::Requests { within: *within },
            Condition::Amounts(amounts) => {
                let (currency, currencies) = match &amounts.limit {
                    AmountLimit::One(_) => (None, BTreeSet::new()),
                    AmountLimit::Each { currency, limits } => {
                        (Some(currency.clone()), limits.keys().cloned().collect())
                    }
                };
                Self::Amounts {
                    claim: amounts.claim.clone(),
                    currency,
                    currencies,
                    within: amounts.within,
                }
            }
            Condition::Values {
                claim,
                most,
                within,
            } => Self::Values {
                claim: claim.clone(),
                most: *most,
                within: *within,
            },
            Condition::Sequence { steps, within } => Self::Order {
                steps: Rc::clone(steps),
                within: *within,
            },
        }
    }

    /// What tells it from others in the memory: all but what a limit says of it.
    fn id(&self, class: &str) -> [u8; 8] {
        let millis = |within: &Duration| within.as_millis().to_string();
        let mut parts = vec![class.to_owned()];
        match self {
            Self::Seen(who) => parts.extend(["seen".to_owned(), format!("{who:?}")]),
            Self::Scopes => parts.push("scopes".to_owned()),
            Self::Requests { within } => parts.extend(["requests".to_owned(), millis(within)]),
            Self::Amounts {
                claim,
                currency,
                currencies: _,
                within,
            } => {
                parts.extend(["amounts".to_owned(), millis(within)]);
                parts.extend(pointer(claim));
                parts.extend(currency.iter().flat_map(pointer));
            }
            Self::Values {
                claim,
                most: _,
                within,
            } => {
                parts.extend(["values".to_owned(), millis(within)]);
                parts.extend(pointer(claim));
            }
            // A sequence crosses classes.
            Self::Order { steps, within } => {
                parts = vec!["order".to_owned(), millis(within)];
                parts.extend(steps.iter().map(|step| String::from(&**step)));
            }
        }
        let mut text = Vec::new();
        for part in &parts {
            text.extend_from_slice(&part.len().to_be_bytes());
            text.extend_from_slice(part.as_bytes());
        }
        short(&sha256(&[&text]))
    }

    /// Takes what another of the same id needs beside.
    fn join(&mut self, other: Self) {
        match (self, other) {
            (
                Self::Amounts { currencies, .. },
                Self::Amounts {
                    currencies: more, ..
                },
            ) => {
                currencies.extend(more);
            }
            (Self::Values { most, .. }, Self::Values { most: other, .. }) => {
                *most = other.max(*most);
            }
            (
                Self::Seen(_)
                | Self::Scopes
                | Self::Requests { .. }
                | Self::Amounts { .. }
                | Self::Values { .. }
                | Self::Order { .. },
                _,
            ) => {}
        }
    }

    /// Whether it is counted, so that it may not be forgotten.
    pub(super) const fn is_counted(&self) -> bool {
        match self {
            Self::Seen(_) | Self::Scopes => false,
            Self::Requests { .. }
            | Self::Amounts { .. }
            | Self::Values { .. }
            | Self::Order { .. } => true,
        }
    }

    /// Most bytes of what is counted of one subject.
    fn most_bytes(&self) -> usize {
        let (count, each) = match self {
            Self::Seen(_) | Self::Scopes => return 0,
            Self::Requests { .. } => (1, tally::most_bytes(8)),
            Self::Amounts { currencies, .. } => (currencies.len().max(1), tally::most_bytes(16)),
            Self::Values { most, .. } => (1, recent::most_bytes(*most)),
            Self::Order { steps, .. } => (1, order::most_bytes(steps.len())),
        };
        each.saturating_add(page::ENTRY).saturating_mul(count)
    }
}

/// The start of a digest.
pub(super) fn short(digest: &Digest32) -> [u8; 8] {
    digest.first_chunk().copied().unwrap_or_default()
}

/// How many tokens a pointer has, and which.
fn pointer(pointer: &Pointer) -> impl Iterator<Item = String> + '_ {
    let tokens = pointer.tokens();
    std::iter::once(tokens.len().to_string()).chain(tokens.iter().cloned())
}

/// What a route remembers and asks of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub(super) cells: Vec<Cell>,
    /// The cell of each condition of the route's own, by the condition's number.
    pub(super) conditions: Vec<(usize, Condition)>,
}

impl Rules {
    /// Whether the route remembers nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Adds a condition of the route's own, on what routes of this class forwarded. Its number is
    /// how many there were before.
    pub fn ask(&mut self, class: &str, condition: Condition) {
        let cell = self.cell(class, &condition);
        self.conditions.push((cell, condition));
    }

    /// Has the route count for a condition of another, of this class.
    pub fn count_for(&mut self, class: &str, condition: &Condition) {
        self.cell(class, condition);
    }

    fn cell(&mut self, class: &str, condition: &Condition) -> usize {
        let what = What::of(condition);
        let id = what.id(class);
        let mut numbered = self.cells.iter_mut().enumerate();
        if let Some((number, cell)) = numbered.find(|(_, cell)| cell.id == id) {
            cell.what.join(what);
            return number;
        }
        self.cells.push(Cell { id, what });
        self.cells.len().saturating_sub(1)
    }

    /// Most bytes of what routes of these rules count of one subject, each thing once.
    #[must_use]
    pub fn most_bytes<'r>(all: impl Iterator<Item = &'r Self>) -> usize {
        let cells = all.flat_map(|rules| &rules.cells);
        let each: BTreeMap<_, _> = cells
            .map(|cell| (cell.id, cell.what.most_bytes()))
            .collect();
        each.values().fold(0, |sum, it| sum.saturating_add(*it))
    }
}
