//! `when`: a condition in the Common Expression Language, over the facts of a request.
//!
//! - E1: an expression is short, and its tree is small and shallow.
//! - E2: it loops over lists alone, never inside a loop, and builds none: `all`, `exists` and
//!   `exists_one`. There are no maps, no regular expressions and no clock.
//! - E3: it names facts that there are, and functions that there are, and it is true or false.
//! - E4: lists of a fact have few items; and all facts that it looks at, each time it does, their texts,
//!   their items and the members among which they are found, make so many bytes and no more. Together with
//!   E1 and E2 that bounds the work.
//! - E5: what fails when it runs counts as if it held, and the record says so. A fact that is missing
//!   fails, unless the expression asks first whether it `has` it.

#[cfg(not(feature = "cel"))]
mod absent;
#[cfg(feature = "cel")]
mod compiled;
#[cfg(feature = "cel")]
mod shape;
#[cfg(feature = "cel")]
mod sort;
#[cfg(feature = "cel")]
#[cfg(test)]
mod tests;
#[cfg(feature = "cel")]
mod values;

#[cfg(not(feature = "cel"))]
use absent::Compiled;
#[cfg(feature = "cel")]
use compiled::Compiled;

use crate::risk::facts::Facts;
use std::fmt;
use std::rc::Rc;

/// Longest expression, in bytes.
pub const LONGEST: usize = 1024;
/// Most nodes of its tree, those that its macros stand for among them.
pub const MOST_NODES: usize = 128;
/// Deepest nesting of its tree.
pub const DEEPEST: usize = 24;
/// Most items of a list among the facts.
pub const MOST_ITEMS: usize = 64;
/// Most bytes that one run takes from the facts.
pub const MOST_FACTS: usize = 64 << 10;

/// What an expression may begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// The request: `method`, `authority`, `path`, `query`, `parameters` of the path, `time` in seconds.
    Request,
    /// The claims of the caller's token.
    Token,
    /// The granted transaction.
    Detail,
    /// Who acts for the subject: `issuer`, `subject`, and the `depth` of the chain.
    Actor,
    /// The connection: the `source` address, and the `peer` that its certificate names.
    Connection,
    /// The route: its `name`.
    Route,
}

impl Root {
    /// Every root.
    pub const ALL: [Self; 6] = [
        Self::Request,
        Self::Token,
        Self::Detail,
        Self::Actor,
        Self::Connection,
        Self::Route,
    ];

    /// Its name in expressions.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Token => "token",
            Self::Detail => "detail",
            Self::Actor => "actor",
            Self::Connection => "connection",
            Self::Route => "route",
        }
    }
}

/// An expression, compiled at load.
#[derive(Clone)]
pub struct Expression(Rc<Compiled>);

/// Why a text is no expression that may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadExpression(pub String);

/// What comes of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "cel"),
    expect(dead_code, reason = "without the language nothing runs")
)]
pub(super) enum Judged {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It cannot be told.
    Faulted,
}

impl Expression {
    /// Compiles a text.
    ///
    /// # Errors
    /// [`BadExpression`] says what is wrong.
    ///
    /// # Does not check
    /// The types of claims and of members of a transaction: nobody knows them at load. What does not go
    /// together there fails when it runs (E5).
    pub fn parse(text: &str) -> Result<Self, BadExpression> {
        if text.len() > LONGEST {
            let problem = format!("is longer than {LONGEST} bytes");
            return Err(BadExpression(problem)); // E1
        }
        Compiled::of(text).map(|it| Self(Rc::new(it)))
    }

    /// Whether it begins anything with this root.
    #[must_use]
    pub fn names(&self, root: Root) -> bool {
        self.0.names(root)
    }

    /// Runs it.
    pub(super) fn judge(&self, facts: &dyn Facts) -> Judged {
        self.0.judge(facts)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Expression").finish_non_exhaustive()
    }
}
