//! A claim and a place of the request that must agree with it.

use crate::http::form;
use crate::json::decimal::Decimal;
use crate::json::{Json, Pointer};
use crate::reason::Reason;
use crate::transaction::place::{Place, Written};
use crate::transaction::request::{Claims, Request};

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
}

/// How a claim and a value are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The same characters. Strings only.
    Exact,
    /// The same number: exact decimals, from a string or from the text of a JSON number.
    Decimal,
}

impl Binding {
    /// Holds the binding against the request.
    ///
    /// # Errors
    /// [`Reason::ClaimMissing`], [`Reason::ValueMissing`], [`Reason::ValueMalformed`],
    /// [`Reason::ValueMismatch`].
    pub(super) fn hold(
        &self,
        grant: &Json,
        _claims: &Claims<'_>,
        request: &Request<'_>,
        query: &[form::Parameter<'_>],
    ) -> Result<(), Reason> {
        // T9: the claim is there. T10: the value is there.
        let set = match self.claim.source {
            Source::Grant => grant,
        };
        let claim = set.at(&self.claim.pointer).ok_or(Reason::ClaimMissing)?;
        let value = self.place.read(request, query)?;
        // T11: both have the form that the comparison needs. T12: they are the same.
        let claim = Written::of(claim).ok_or(Reason::ValueMalformed)?;
        let same = match self.comparison {
            Comparison::Exact => exact(claim)? == exact(value)?,
            Comparison::Decimal => decimal(claim)? == decimal(value)?,
        };
        if same {
            Ok(())
        } else {
            Err(Reason::ValueMismatch)
        }
    }
}

fn exact(value: Written<'_>) -> Result<&str, Reason> {
    match value {
        Written::Text(text) => Ok(text),
        Written::Number(_) => Err(Reason::ValueMalformed),
    }
}

fn decimal(value: Written<'_>) -> Result<Decimal, Reason> {
    match value {
        Written::Text(text) | Written::Number(text) => {
            Decimal::parse(text).ok_or(Reason::ValueMalformed)
        }
    }
}
