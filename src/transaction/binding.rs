//! A claim and a place of the request that must agree with it.

use crate::http::form;
use crate::json::decimal::Decimal;
use crate::json::{Json, Pointer};
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::transaction::currency::minor_units;
use crate::transaction::instant::Instant;
use crate::transaction::place::{Place, Value};
use crate::transaction::request::{Claims, Request};
use crate::transaction::segments;

/// One claim and one place of the request that must agree.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The claim.
    pub claim: Claim,
    /// Where the value stands in the request.
    pub place: Place,
    /// How they are compared.
    pub comparison: Comparison,
}

/// A claim, in one of the sets that a request may bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The set.
    pub source: Source,
    /// Where it stands there.
    pub pointer: Pointer,
}

/// A set of claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The granted transaction.
    Grant,
    /// All claims of the caller's own token.
    Token,
    /// `tctx` of the transaction token.
    TransactionContext,
    /// `rctx` of the transaction token.
    RequestContext,
}

/// How a claim and a value are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The same characters. Strings only.
    Exact,
    /// The same number: exact decimals, from a string or from the text of a JSON number.
    Decimal(Digits),
    /// A number that is not above the claim.
    Caps(Digits),
    /// One of the strings that the claim is an array of.
    Lists,
    /// A path that is the claim, or lies under it by whole segments.
    Covers,
    /// A moment that is not after the claim (RFC 3339).
    Outlasts,
}

/// How many digits a number may have after its point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Digits {
    /// As many as a decimal.
    Any,
    /// As many as the currency at this claim has minor units (ISO 4217).
    OfCurrency(Claim),
}

/// What may grant a request, found: the transaction, and the sets of claims beside it.
#[derive(Clone, Copy)]
pub(super) struct Sets<'c> {
    pub(super) grant: &'c Json,
    pub(super) claims: Claims<'c>,
}

impl Claim {
    /// The value of the claim.
    fn of<'c>(&self, sets: &Sets<'c>) -> Result<&'c Json, Reason> {
        let of_transaction = |name| sets.claims.transaction_token.and_then(|it| it.get(name));
        let set = match self.source {
            Source::Grant => Some(sets.grant),
            Source::Token => sets.claims.token,
            Source::TransactionContext => of_transaction("tctx"),
            Source::RequestContext => of_transaction("rctx"),
        };
        set.and_then(|set| set.at(&self.pointer))
            .ok_or(Reason::ClaimMissing)
    }
}

impl Binding {
    /// Holds the binding against the request.
    ///
    /// # Errors
    /// [`Reason::ClaimMissing`], [`Reason::ValueMissing`], [`Reason::ValueMalformed`],
    /// [`Reason::ValueMismatch`].
    pub(super) fn hold(
        &self,
        sets: &Sets<'_>,
        request: &Request<'_>,
        query: &[form::Parameter<'_>],
    ) -> Result<(), Reason> {
        // T9: the claim is there. T10: the values are there. T11: both have the form that the
        // comparison needs. T12: they agree.
        let measure = Measure::of(&self.comparison, self.claim.of(sets)?, sets)?;
        if !matches!(self.place, Place::Sum(_)) {
            return self
                .place
                .visit(request, query, &mut |value| measure.judge(value));
        }
        // T17: the sum is exact, or refuses.
        let mut sum = Decimal::whole(0).ok_or(Reason::ValueMalformed)?;
        self.place.visit(request, query, &mut |value| {
            let with = sum.plus(measure.number(value)?);
            sum = with.ok_or(Reason::ValueMalformed)?;
            Ok(())
        })?;
        measure.judge_number(sum)
    }

    /// Whether it is held against the clock.
    pub(super) fn is_of_clock(&self) -> bool {
        self.place == Place::Now && self.comparison == Comparison::Outlasts
    }

    /// The last moment at which the binding holds, where it is held against the clock.
    pub(super) fn until(&self, sets: &Sets<'_>) -> Option<UnixTime> {
        let claim = self
            .is_of_clock()
            .then(|| self.claim.of(sets).ok())??
            .as_str()?;
        Instant::parse(claim).map(Instant::moment)
    }
}

/// What a claim says, in the form in which values are held against it.
enum Measure<'c> {
    Text(&'c str),
    Number {
        granted: Decimal,
        /// Most digits after the point.
        digits: u32,
        is_ceiling: bool,
    },
    /// In order, so that a batch of many is not held against a list of many, one by one.
    Listed(Vec<&'c str>),
    Path(&'c str),
    Until(Instant),
}

impl<'c> Measure<'c> {
    fn of(comparison: &Comparison, claim: &'c Json, sets: &Sets<'c>) -> Result<Self, Reason> {
        let text = || claim.as_str().ok_or(Reason::ValueMalformed);
        Ok(match comparison {
            Comparison::Exact => Self::Text(text()?),
            Comparison::Decimal(digits) => Self::number_of(claim, digits, false, sets)?,
            Comparison::Caps(digits) => Self::number_of(claim, digits, true, sets)?,
            Comparison::Lists => {
                let items = claim.as_array().ok_or(Reason::ValueMalformed)?;
                let items: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
                let mut items = items.ok_or(Reason::ValueMalformed)?;
                items.sort_unstable();
                Self::Listed(items)
            }
            Comparison::Covers => Self::Path(text()?),
            Comparison::Outlasts => {
                Self::Until(Instant::parse(text()?).ok_or(Reason::ValueMalformed)?)
            }
        })
    }

    fn number_of(
        claim: &Json,
        digits: &Digits,
        is_ceiling: bool,
        sets: &Sets<'_>,
    ) -> Result<Self, Reason> {
        let digits = match digits {
            Digits::Any => u32::MAX,
            // T18: the currency is one in use, and the granted amount is one of it.
            Digits::OfCurrency(claim) => {
                let currency = claim.of(sets)?.as_str();
                currency
                    .and_then(minor_units)
                    .ok_or(Reason::ValueMalformed)?
            }
        };
        let value = Value::of(claim).ok_or(Reason::ValueMalformed)?;
        Ok(Self::Number {
            granted: decimal(value, digits)?,
            digits,
            is_ceiling,
        })
    }

    /// Holds one value against the claim.
    fn judge(&self, value: Value<'_>) -> Result<(), Reason> {
        match self {
            Self::Text(granted) => agree(*granted == text(value)?),
            Self::Number { .. } => self.judge_number(self.number(value)?),
            Self::Listed(items) => agree(items.binary_search(&text(value)?).is_ok()),
            Self::Path(granted) => {
                agree(segments::covers(granted, text(value)?).ok_or(Reason::ValueMalformed)?)
            }
            Self::Until(granted) => {
                let value = match value {
                    Value::Text(text) => Instant::parse(text),
                    Value::Moment(now) => Instant::of(now),
                    Value::Number(_) | Value::Count(_) => None,
                };
                agree(value.ok_or(Reason::ValueMalformed)? <= *granted)
            }
        }
    }

    /// A value as a number that the claim can be compared with.
    fn number(&self, value: Value<'_>) -> Result<Decimal, Reason> {
        match self {
            Self::Number { digits, .. } => decimal(value, *digits),
            Self::Text(_) | Self::Listed(_) | Self::Path(_) | Self::Until(_) => {
                Err(Reason::ValueMalformed)
            }
        }
    }

    fn judge_number(&self, value: Decimal) -> Result<(), Reason> {
        match self {
            Self::Number {
                granted,
                is_ceiling: true,
                ..
            } => agree(value <= *granted),
            Self::Number { granted, .. } => agree(value == *granted),
            Self::Text(_) | Self::Listed(_) | Self::Path(_) | Self::Until(_) => {
                Err(Reason::ValueMalformed)
            }
        }
    }
}

fn agree(holds: bool) -> Result<(), Reason> {
    if holds {
        Ok(())
    } else {
        Err(Reason::ValueMismatch)
    }
}

fn text(value: Value<'_>) -> Result<&str, Reason> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Number(_) | Value::Count(_) | Value::Moment(_) => Err(Reason::ValueMalformed),
    }
}

/// The number, with at most so many digits after its point.
fn decimal(value: Value<'_>, digits: u32) -> Result<Decimal, Reason> {
    let number = match value {
        Value::Text(text) | Value::Number(text) => Decimal::parse(text),
        Value::Count(items) => Decimal::whole(items),
        Value::Moment(_) => None,
    };
    number
        .filter(|number| number.scale() <= digits)
        .ok_or(Reason::ValueMalformed)
}
